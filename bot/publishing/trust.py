"""Which Sigstore instance is believed: the public one, or the one an operator configured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:  # sigstore costs 47 MB and half a second: it is loaded by whoever verifies first
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

_PRODUCTION_TUF = "https://tuf-repo-cdn.sigstore.dev"


class TrustRootError(Exception):
    """No usable trust root; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class LoadedVerifier:
    """A verifier, and where its trust comes from.

    ``source`` is a clause for people; ``fingerprint`` is the SHA-256 of a configured trust root's file, which start-up
    prints because whoever writes that file decides what counts as verified.
    """

    verifier: Verifier
    source: str
    fingerprint: str | None = None


def load_verifier(trusted_root: Path | None = None) -> LoadedVerifier:
    """Load a verifier to be kept and used for every file. Blocks on the network: call it in a thread, and once a day.

    Args:
        trusted_root: a ``trusted_root.json`` of a private instance. Without it Sigstore's public instance is trusted:
            its root is refreshed through TUF, and where that fails (no network, no writable home) the one that the
            installed sigstore package ships is used.

    Raises:
        TrustRootError: the configured file is missing or malformed. The public instance never is.
    """
    if trusted_root is not None:
        return _load_configured(trusted_root)
    try:
        return _load_refreshed()
    except Exception as error:  # noqa: BLE001  # TUF, HTTP, file system: every failure has the same answer
        return _load_shipped(type(error).__name__)


def _load_configured(path: Path) -> LoadedVerifier:
    from sigstore.models import TrustedRoot  # noqa: PLC0415

    try:
        root = TrustedRoot.from_file(str(path))
        fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
        return LoadedVerifier(_verifier(root), f"the configured trust root {path}", fingerprint)
    except Exception as error:  # the parsers of a trust root raise whatever they like
        raise TrustRootError(f"The trust root {path} cannot be used ({type(error).__name__}: {error}).") from error


def _load_refreshed() -> LoadedVerifier:
    from sigstore.models import ClientTrustConfig  # noqa: PLC0415

    root = ClientTrustConfig.production().trusted_root
    return LoadedVerifier(_verifier(root), "Sigstore's public instance, refreshed")


def _load_shipped(failure: str) -> LoadedVerifier:
    """The trust root inside the package; TUF's own offline mode would need a writable home, and believes what lies there."""
    from sigstore.models import TrustedRoot  # noqa: PLC0415

    shipped = files("sigstore._store") / quote(_PRODUCTION_TUF, safe="") / "trusted_root.json"
    with as_file(shipped) as path:
        root = TrustedRoot.from_file(str(path))
    return LoadedVerifier(_verifier(root), f"Sigstore's public instance as shipped, for a refresh failed ({failure})")


def _verifier(root: TrustedRoot) -> Verifier:
    from sigstore.verify import Verifier  # noqa: PLC0415

    return Verifier(trusted_root=root)

"""The identity a signing certificate must carry, as a Sigstore policy built only from what we know ourselves.

The extensions are Fulcio's: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md. The ``publisher`` that an
index puts beside an attestation is signed by nobody and plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from bot.publishing.quoting import quoted
from bot.publishing.verdicts import Expected

if TYPE_CHECKING:  # sigstore and cryptography cost 47 MB: whoever verifies nothing does not load them
    from cryptography.x509 import Certificate

_FULCIO = "1.3.6.1.4.1.57264.1."
ISSUER = f"{_FULCIO}8"
BUILD_SIGNER = f"{_FULCIO}9"
REPOSITORY = f"{_FULCIO}12"
COMMIT = f"{_FULCIO}13"
REF = f"{_FULCIO}14"
REPOSITORY_ID = f"{_FULCIO}15"
OWNER_ID = f"{_FULCIO}17"
BUILD_CONFIG = f"{_FULCIO}18"
RUN = f"{_FULCIO}21"


class Fit(Enum):
    """How a certificate's value must fit the expected one."""

    EQUAL = auto()
    STARTS_WITH = auto()
    STARTS_WITH_THEN_NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Claim:
    """One extension and the value it must have; ``label`` is what people call it."""

    label: str
    oid: str
    expected: str
    fit: Fit = Fit.EQUAL

    def holds(self, value: str | None) -> bool:
        """Whether a certificate's value is acceptable; a missing one never is."""
        if value is None:
            return False
        if self.fit is Fit.EQUAL:
            return value == self.expected
        rest = value.removeprefix(self.expected)
        if rest == value or not rest:
            return False
        return self.fit is Fit.STARTS_WITH or (rest.isascii() and rest.isdecimal())


def project_claims(expected: Expected) -> tuple[Claim, ...]:
    """What makes a signature this project's: issuer, repository, ids, and the workflow file whatever its ref."""
    config = f"{expected.repository_uri}/{expected.workflow}@"
    signer = f"{expected.repository_uri}/{expected.signer_workflow or expected.workflow}@"
    return (
        Claim("issuer", ISSUER, expected.issuer),
        Claim("repository", REPOSITORY, expected.repository_uri),
        Claim("repository id", REPOSITORY_ID, str(expected.repository_id)),
        Claim("owner id", OWNER_ID, str(expected.owner_id)),
        Claim("workflow", BUILD_CONFIG, config, Fit.STARTS_WITH),
        Claim("signing workflow", BUILD_SIGNER, signer, Fit.STARTS_WITH),
    )


def release_claims(expected: Expected) -> tuple[Claim, ...]:
    """What makes a signature this release's: tag, commit, the workflow at that tag, and the run in any attempt."""
    return (
        Claim("ref", REF, expected.ref),
        Claim("commit", COMMIT, expected.sha),
        Claim("workflow", BUILD_CONFIG, expected.build_config_uri),
        Claim("signing workflow", BUILD_SIGNER, expected.build_signer_uri),
        Claim("run", RUN, expected.run_uri, Fit.STARTS_WITH_THEN_NUMBER),
    )


def read_claims(certificate: Certificate) -> dict[str, str]:
    """The extensions of a certificate that hold a text, by object id.

    Raises:
        ValueError: the certificate's extensions are malformed.
    """
    from cryptography.hazmat import asn1  # noqa: PLC0415  # see above

    found: dict[str, str] = {}
    wanted = {ISSUER, BUILD_SIGNER, REPOSITORY, COMMIT, REF, REPOSITORY_ID, OWNER_ID, BUILD_CONFIG, RUN}
    for extension in certificate.extensions:
        oid = extension.oid.dotted_string
        if oid in wanted:
            raw: bytes = getattr(extension.value, "value", b"")
            found[oid] = asn1.decode_der(str, raw)
    return found


def find_mismatches(claims: Iterable[Claim], values: Mapping[str, str]) -> list[str]:
    """Each claim that does not hold, as a clause."""
    return [_say(claim, values.get(claim.oid)) for claim in claims if not claim.holds(values.get(claim.oid))]


def _say(claim: Claim, value: str | None) -> str:
    if value is None:
        return f"its certificate names no {claim.label}"
    beginning = "" if claim.fit is Fit.EQUAL else "something below "
    return f"its {claim.label} is {quoted(value, 200)}, not {beginning}{quoted(claim.expected, 200)}"


class ClaimPolicy:
    """A Sigstore verification policy that asks for claims; without any it accepts every identity."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = tuple(claims)

    def verify(self, cert: Certificate) -> None:
        """Accept a certificate.

        Raises:
            sigstore.errors.VerificationError: a claim does not hold.
        """
        from sigstore.errors import VerificationError  # noqa: PLC0415  # see above

        if mismatches := find_mismatches(self._claims, read_claims(cert)):
            raise VerificationError(mismatches[0])

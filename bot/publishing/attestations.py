"""What a file's attestations prove: verified cryptographically, from the digest alone, against our own facts.

PEP 740 and https://docs.pypi.org/attestations/ describe the objects. One valid publish attestation that names this
release is enough: provenance objects may grow, and what else lies in one must not take the proof away again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from bot.index.facts import Absent, Provenance, ProvenanceAnswer, Unavailable
from bot.publishing.identity import (
    BUILD_SIGNER,
    ClaimPolicy,
    find_mismatches,
    project_claims,
    read_claims,
    release_claims,
)
from bot.publishing.quoting import quoted
from bot.publishing.verdicts import AttestationState, Expected, FileVerdict

if TYPE_CHECKING:  # pypi_attestations costs 47 MB and half a second: it is loaded by whoever verifies first
    from pypi_attestations import Attestation
    from sigstore.models import Bundle
    from sigstore.verify.policy import VerificationPolicy

MAX_ATTESTATIONS = 16
"""Attestations of one file that are looked at (PyPI accepts two); each may cost three verifications."""

MAX_CHARACTERS = 2 * 1024 * 1024
_OURS = "the check itself failed"
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_KNOWN_ENTRIES = (("dsse", "0.0.1"),)


class DsseVerifier(Protocol):
    """The part of ``sigstore.verify.Verifier`` that is needed."""

    def verify_dsse(self, bundle: Bundle, policy: VerificationPolicy) -> tuple[str, bytes]:
        """Type and payload of a bundle's envelope; raises ``sigstore.errors.VerificationError``."""
        ...


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one attestation proves."""

    state: AttestationState
    reason: str = ""
    signed_by: str | None = None
    publish: bool = True


class _UncheckableError(Exception):
    """The object has a form that this version does not know, which says nothing about its truth."""


class _InvalidError(Exception):
    """The object proves nothing, whoever signed it."""


def verify_file(
    filename: str,
    sha256: str | None,
    answer: ProvenanceAnswer,
    expected: Expected,
    verifier: DsseVerifier | None,
) -> FileVerdict:
    """The verdict on one file. Never raises. Takes a few milliseconds of computing per attestation.

    Args:
        filename: the distribution's name on the index.
        sha256: its digest as the index gave it.
        answer: what the index said about its provenance.
        expected: who must have signed.
        verifier: a long-lived one of ``load_verifier``; ``None`` when there is none.
    """
    digest = (sha256 or "").lower()
    if isinstance(answer, Absent):
        return FileVerdict(filename, digest, AttestationState.NONE, answer.reason)
    if isinstance(answer, Unavailable):
        return FileVerdict(filename, digest, AttestationState.COULD_NOT_CHECK, answer.reason)
    if not digest:
        return FileVerdict(filename, digest, AttestationState.COULD_NOT_CHECK, "the index gives no SHA-256 of it")
    if verifier is None:
        return FileVerdict(filename, digest, AttestationState.COULD_NOT_CHECK, "no Sigstore trust root is loaded")
    return _judge(filename, digest, answer, expected, verifier)


def _judge(
    filename: str, digest: str, provenance: Provenance, expected: Expected, verifier: DsseVerifier
) -> FileVerdict:
    try:
        objects = _read_provenance(provenance.body)
    except _UncheckableError as error:
        return FileVerdict(filename, digest, AttestationState.COULD_NOT_CHECK, str(error))
    except _InvalidError as error:
        return FileVerdict(filename, digest, AttestationState.INVALID, str(error))
    findings = [_examine(one, filename, digest, expected, verifier) for one in objects]
    return _conclude(filename, digest, findings)


def _conclude(filename: str, sha256: str, findings: Iterable[_Finding]) -> FileVerdict:
    """The strongest publish attestation decides; all others are remarks."""
    ranked = sorted(findings, key=lambda finding: (not finding.publish, _STRENGTH.index(finding.state)))
    publishing = [finding for finding in ranked if finding.publish]
    if not publishing:
        remarks = tuple(_remark(finding) for finding in ranked)
        return FileVerdict(filename, sha256, AttestationState.NONE, "it has no publish attestation", remarks=remarks)
    best = publishing[0]
    remarks = tuple(_remark(finding) for finding in ranked if finding is not best)
    return FileVerdict(filename, sha256, best.state, best.reason, best.signed_by, remarks)


_STRENGTH = (
    AttestationState.VERIFIED,
    AttestationState.OTHER_REF,
    AttestationState.UNEXPECTED_IDENTITY,
    AttestationState.INVALID,
    AttestationState.COULD_NOT_CHECK,
    AttestationState.NONE,
)


def _remark(finding: _Finding) -> str:
    kind = "another publish attestation" if finding.publish else "an attestation of another kind"
    return f"it has {kind}: {finding.state.value}" + (f" ({finding.reason})" if finding.reason else "")


def _read_provenance(body: bytes) -> list[dict[str, Any]]:
    """The attestation objects of a provenance; who the index says published plays no part."""
    if len(body) > MAX_CHARACTERS:
        raise _UncheckableError("its provenance is too large")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _InvalidError("its provenance is not JSON") from error
    if not isinstance(document, dict):
        raise _InvalidError("its provenance is malformed")
    if document.get("version") != 1:
        raise _UncheckableError("its provenance has a version that is not known here")
    bundles = document.get("attestation_bundles")
    found = [one for bundle in _dicts(bundles) for one in _dicts(bundle.get("attestations"))]
    if not found:
        raise _InvalidError("its provenance holds no attestation")
    if len(found) > MAX_ATTESTATIONS:
        raise _UncheckableError(f"its provenance holds more than {MAX_ATTESTATIONS} attestations")
    return found


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _examine(plain: dict[str, Any], filename: str, sha256: str, expected: Expected, verifier: DsseVerifier) -> _Finding:
    publish = True
    try:
        attestation = _read_attestation(plain)
        publish = _is_publish(attestation.envelope.statement)
        state, reason, payload = _verify_signature(attestation, expected, verifier)
        _check_statement(payload, filename, sha256)
        signer = _signer(attestation)
    except _UncheckableError as error:
        return _Finding(AttestationState.COULD_NOT_CHECK, str(error), publish=publish)
    except _InvalidError as error:
        return _Finding(AttestationState.INVALID, str(error), publish=publish)
    except Exception as error:  # noqa: BLE001  # a mistake of ours about a stranger's object is no verdict on it
        return _Finding(AttestationState.COULD_NOT_CHECK, f"{_OURS} ({type(error).__name__})", publish=publish)
    return _Finding(state, reason, signer, publish)


def _read_attestation(plain: dict[str, Any]) -> Attestation:
    """The object, in a form that can be checked: exactly one entry of a known kind in the transparency log.

    More than one is refused because only the first would be looked at; an unknown kind (a newer log) because an old
    program must not call new attestations invalid.
    """
    from pypi_attestations import Attestation  # noqa: PLC0415  # see above

    if plain.get("version") != 1:
        raise _UncheckableError("an attestation has a version that is not known here")
    material = plain.get("verification_material")
    entries = _dicts(material.get("transparency_entries")) if isinstance(material, dict) else []
    if len(entries) > 1:
        raise _UncheckableError("an attestation has more than one entry in a transparency log")
    kinds = [entry.get("kindVersion") for entry in entries]
    for kind in _dicts(kinds):
        if (kind.get("kind"), kind.get("version")) not in _KNOWN_ENTRIES:
            raise _UncheckableError("an attestation has a kind of transparency log entry that is not known here")
    try:
        return Attestation.model_validate(plain)
    except Exception as error:  # pydantic lets errors of nested parsers through
        raise _InvalidError("an attestation is malformed") from error


def _is_publish(statement: bytes) -> bool:
    """Whether the statement, not yet verified, says it is a publish attestation; what cannot be read counts as one."""
    from pypi_attestations import AttestationType  # noqa: PLC0415  # see above

    try:
        document = json.loads(statement)
    except (ValueError, RecursionError):
        return True
    kind = document.get("predicateType") if isinstance(document, dict) else None
    return not isinstance(kind, str) or kind == AttestationType.PYPI_PUBLISH_V1.value


def _verify_signature(
    attestation: Attestation, expected: Expected, verifier: DsseVerifier
) -> tuple[AttestationState, str, bytes]:
    """Verify with the full policy, then with weaker ones, so that the state says exactly how far the proof reaches."""
    bundle = _bundle(attestation)
    project, release = project_claims(expected), release_claims(expected)
    payload = _verify(verifier, bundle, ClaimPolicy([*project, *release]))
    if isinstance(payload, bytes):
        return AttestationState.VERIFIED, "", payload
    payload = _verify(verifier, bundle, ClaimPolicy(project))
    if isinstance(payload, bytes):
        return AttestationState.OTHER_REF, _differences(bundle, release), payload
    payload = _verify(verifier, bundle, ClaimPolicy([]))
    if isinstance(payload, bytes):
        return AttestationState.UNEXPECTED_IDENTITY, _differences(bundle, project), payload
    raise _InvalidError(f"an attestation does not verify: {quoted(payload, 200)}")


def _bundle(attestation: Attestation) -> Bundle:
    from sigstore.models import IncompatibleEntry  # noqa: PLC0415  # see above

    try:
        return attestation.to_bundle()
    except IncompatibleEntry as error:
        raise _UncheckableError("an attestation has a kind of transparency log entry that is not known here") from error
    except Exception as error:  # ConversionError, InvalidBundle, and errors of the parsers beneath
        raise _InvalidError("an attestation is malformed") from error


def _verify(verifier: DsseVerifier, bundle: Bundle, policy: ClaimPolicy) -> bytes | str:
    """The signed statement, or why the verifier refused.

    Raises:
        _UncheckableError: the verifier failed in a way that is no verdict.
    """
    from cryptography.x509 import DuplicateExtension, ExtensionNotFound  # noqa: PLC0415  # see above
    from sigstore.errors import Error  # noqa: PLC0415

    try:
        kind, payload = verifier.verify_dsse(bundle, policy)
    except (Error, ValueError, DuplicateExtension, ExtensionNotFound) as error:
        return str(error)
    except Exception as error:  # a bug or an exhausted resource proves nothing about the file
        raise _UncheckableError(f"the verifier failed ({type(error).__name__})") from error
    return payload if kind == _PAYLOAD_TYPE else "its envelope has an unknown payload type"


def _differences(bundle: Bundle, claims: Iterable[Any]) -> str:
    return "; ".join(find_mismatches(claims, read_claims(bundle.signing_certificate))[:3])


def _signer(attestation: Attestation) -> str | None:
    """The workflow that signed, from a certificate that was verified before."""
    return read_claims(_bundle(attestation).signing_certificate).get(BUILD_SIGNER)


def _check_statement(payload: bytes, filename: str, sha256: str) -> None:
    """The signed statement must be about this file and these very bytes.

    File names are compared as parsed, since an index may spell them otherwise; digests are compared exactly.
    """
    try:
        statement = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise _InvalidError("an attestation's statement is not JSON") from error
    if not isinstance(statement, dict) or statement.get("_type") != _STATEMENT_TYPE:
        raise _InvalidError("an attestation's statement is of an unknown type")
    subjects = statement.get("subject")
    if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise _InvalidError("an attestation's statement is not about exactly one file")
    name, digest = subjects[0].get("name"), subjects[0].get("digest")
    if not isinstance(name, str) or not _same_file(name, filename):
        raise _InvalidError("an attestation is about another file")
    if not isinstance(digest, dict) or digest.get("sha256") != sha256:
        raise _InvalidError("an attestation is about other content")


def _same_file(signed: str, filename: str) -> bool:
    try:
        if signed.endswith(".whl"):
            return parse_wheel_filename(signed) == parse_wheel_filename(filename)
        return parse_sdist_filename(signed) == parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False

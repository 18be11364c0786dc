"""The local Sigstore is believed by the unmodified verifier for what it really signed, and for nothing else."""

import base64
import dataclasses
import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pypi_attestations import Attestation, AttestationType
from sigstore.errors import VerificationError
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify import policy as rules

from bot.sandbox.sigstore import Flaw, LocalSigstore, SigningIdentity
from bot.sandbox.sigstore.merkle import MerkleLog

AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
WEB = "http://127.0.0.1:8000"
ISSUER = f"{WEB}/_services/token"
WHEEL = "widget-1.2.0-py3-none-any.whl"
DIGEST = hashlib.sha256(b"a wheel").hexdigest()
WORKFLOW_REF = "acme/widget/.github/workflows/publish.yml@refs/tags/v1.2.0"

IDENTITY = SigningIdentity(
    web_base=WEB,
    issuer=ISSUER,
    repository="acme/widget",
    repository_id=1001,
    repository_owner_id=77,
    workflow_ref=WORKFLOW_REF,
    job_workflow_ref=WORKFLOW_REF,
    ref="refs/tags/v1.2.0",
    sha="a" * 40,
    event_name="push",
    run_id=5,
    run_attempt=1,
)


def policy_for(identity: SigningIdentity) -> rules.VerificationPolicy:
    return rules.AllOf(
        [
            rules.OIDCIssuerV2(identity.issuer),
            rules.OIDCSourceRepositoryURI(f"{WEB}/{identity.repository}"),
            rules.OIDCSourceRepositoryIdentifier(str(identity.repository_id)),
            rules.OIDCSourceRepositoryOwnerIdentifier(str(identity.repository_owner_id)),
            rules.OIDCSourceRepositoryRef(identity.ref),
            rules.OIDCSourceRepositoryDigest(identity.sha),
            rules.OIDCBuildConfigURI(f"{WEB}/{identity.workflow_ref}"),
            rules.OIDCBuildSignerURI(f"{WEB}/{identity.job_workflow_ref}"),
            rules.OIDCRunInvocationURI(f"{WEB}/acme/widget/actions/runs/5/attempts/1"),
        ]
    )


@pytest.fixture(scope="module")
def sigstore() -> LocalSigstore:
    return LocalSigstore(WEB)


def verifier_for(root: dict[str, Any], tmp_path: Path) -> Verifier:
    path = tmp_path / "trusted_root.json"
    path.write_text(json.dumps(root), encoding="utf-8")
    return Verifier(trusted_root=TrustedRoot.from_file(str(path)))


@pytest.fixture
def verifier(sigstore: LocalSigstore, tmp_path: Path) -> Verifier:
    return verifier_for(sigstore.trusted_root(), tmp_path)


def verify(
    attestation: dict[str, Any], verifier: Verifier, policy: rules.VerificationPolicy | None = None
) -> dict[str, Any]:
    bundle = Attestation.model_validate(attestation).to_bundle()
    _, payload = verifier.verify_dsse(bundle, policy or policy_for(IDENTITY))
    statement: dict[str, Any] = json.loads(payload)
    return statement


def test_the_unmodified_verifier_accepts_what_was_signed(sigstore: LocalSigstore, verifier: Verifier) -> None:
    for _ in range(6):
        sigstore.attest("filler-0.tar.gz", "0" * 64, IDENTITY, at=AT)
    statement = verify(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT), verifier)
    assert statement["subject"] == [{"name": WHEEL, "digest": {"sha256": DIGEST}}]
    assert statement["predicateType"] == AttestationType.PYPI_PUBLISH_V1.value


@pytest.mark.parametrize(
    "other",
    [
        IDENTITY.at_ref("refs/heads/main"),
        IDENTITY.from_repository("evil/widget"),
        IDENTITY.by_workflow("nightly.yml"),
        IDENTITY.through_reusable("acme/shared/.github/workflows/publish.yml@refs/heads/main"),
        dataclasses.replace(IDENTITY, sha="b" * 40),
        dataclasses.replace(IDENTITY, run_attempt=2),
        dataclasses.replace(IDENTITY, issuer="http://127.0.0.1:9999"),
    ],
    ids=["ref", "repository", "workflow", "reusable", "commit", "attempt", "issuer"],
)
def test_another_identity_is_told_apart(sigstore: LocalSigstore, verifier: Verifier, other: SigningIdentity) -> None:
    attestation = sigstore.attest(WHEEL, DIGEST, other, at=AT)
    verify(attestation, verifier, rules.UnsafeNoOp())  # the signature itself is good
    with pytest.raises(VerificationError):
        verify(attestation, verifier)


@pytest.mark.parametrize("flaw", [Flaw.BROKEN_SIGNATURE, Flaw.OTHER_AUTHORITY])
def test_a_flawed_signature_is_refused(sigstore: LocalSigstore, verifier: Verifier, flaw: Flaw) -> None:
    with pytest.raises(VerificationError):
        verify(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT, flaw=flaw), verifier, rules.UnsafeNoOp())


def test_a_wrong_digest_is_signed_perfectly(sigstore: LocalSigstore, verifier: Verifier) -> None:
    statement = verify(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT, flaw=Flaw.WRONG_DIGEST), verifier)
    assert statement["subject"][0]["digest"]["sha256"] != DIGEST


@pytest.mark.parametrize("part", ["tlogs", "ctlogs", "certificateAuthorities"])
def test_every_key_of_the_trust_root_matters(sigstore: LocalSigstore, tmp_path: Path, part: str) -> None:
    mixed = sigstore.trusted_root() | {part: LocalSigstore(WEB).trusted_root()[part]}
    with pytest.raises(VerificationError):
        verify(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT), verifier_for(mixed, tmp_path))


def test_certificates_never_speak_of_the_real_github(sigstore: LocalSigstore) -> None:
    attestation = sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT)
    certificate = base64.b64decode(attestation["verification_material"]["certificate"])
    assert b"127.0.0.1" in certificate
    assert b"github.com" not in certificate
    assert b"githubusercontent" not in certificate


def test_the_identity_is_what_the_oidc_claims_say(sigstore: LocalSigstore) -> None:
    claims = {
        "iss": ISSUER,
        "repository": "acme/widget",
        "repository_id": "1001",
        "repository_owner_id": "77",
        "workflow": "Publish",
        "workflow_ref": WORKFLOW_REF,
        "job_workflow_ref": WORKFLOW_REF,
        "ref": "refs/tags/v1.2.0",
        "sha": "a" * 40,
        "event_name": "push",
        "run_id": "5",
        "run_attempt": "1",
        "repository_visibility": "public",
        "runner_environment": "github-hosted",
    }
    assert sigstore.identity(claims) == IDENTITY
    with pytest.raises(KeyError):
        sigstore.identity({key: value for key, value in claims.items() if key != "sha"})


def test_merkle_paths_lead_to_the_root_for_every_size() -> None:
    for size in range(1, 20):
        log = MerkleLog([str(number).encode() for number in range(size)])
        for index in range(size):
            assert root_by_path(index, size, str(index).encode(), log.path(index)) == log.root()


def root_by_path(index: int, size: int, entry: bytes, path: list[bytes]) -> bytes:
    """The client's side of an inclusion proof (RFC 9162 §2.1.3.2)."""
    node, last = hashlib.sha256(b"\x00" + entry).digest(), size - 1
    for sibling in path:
        if index & 1 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node

"""Each provenance state is really served, and a verifier that knows the release really tells it from a good one."""

import json
from pathlib import Path
from typing import Any

import pytest
from pypi_attestations import Attestation
from sigstore.errors import VerificationError
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify import policy as rules

from bot.sandbox.index import PROVENANCE_STATES
from bot.sandbox.index.integrity import MEDIA_TYPE

from .conftest import CLAIMS, WEB, Publishing, wheel

FILE, CONTENT = wheel()
PATH = f"/integrity/widget/1.2.0/{FILE}/provenance"
FORGED = [name for name, state in PROVENANCE_STATES.items() if state.is_reminted]


def policy(publishing: Publishing) -> rules.VerificationPolicy:
    return rules.AllOf(
        [
            rules.OIDCIssuerV2(publishing.issuer.url),
            rules.OIDCSourceRepositoryURI(f"{WEB}/acme/widget"),
            rules.OIDCSourceRepositoryIdentifier(CLAIMS["repository_id"]),
            rules.OIDCSourceRepositoryOwnerIdentifier(CLAIMS["repository_owner_id"]),
            rules.OIDCSourceRepositoryRef(CLAIMS["ref"]),
            rules.OIDCSourceRepositoryDigest(CLAIMS["sha"]),
            rules.OIDCBuildConfigURI(f"{WEB}/{CLAIMS['workflow_ref']}"),
            rules.OIDCBuildSignerURI(f"{WEB}/{CLAIMS['workflow_ref']}"),
            rules.OIDCRunInvocationURI(f"{WEB}/acme/widget/actions/runs/5/attempts/1"),
        ]
    )


def verify(publishing: Publishing, provenance: Any, root: Path) -> str:
    """The digest the first attestation speaks of; raises VerificationError."""
    root.write_text(json.dumps(publishing.sigstore.trusted_root()), encoding="utf-8")
    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
    attestation = Attestation.model_validate(provenance["attestation_bundles"][0]["attestations"][0])
    _, payload = verifier.verify_dsse(attestation.to_bundle(), policy(publishing))
    digest: str = json.loads(payload)["subject"][0]["digest"]["sha256"]
    return digest


@pytest.fixture
def published(publishing: Publishing) -> Publishing:
    publishing.upload(wheel())
    return publishing


def test_the_uploaded_attestation_is_served_and_verifies(published: Publishing, tmp_path: Path) -> None:
    answer = published.get(PATH, accept=MEDIA_TYPE)
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    digest = published.index.state.projects["widget"].files[FILE].sha256
    assert verify(published, answer.json(), tmp_path / "root.json") == digest
    publisher = answer.json()["attestation_bundles"][0]["publisher"]
    assert publisher == {
        "kind": "GitHub",
        "repository": "acme/widget",
        "workflow": "publish.yml",
        "environment": "pypi",
        "claims": None,
    }


@pytest.mark.parametrize("state", FORGED)
def test_a_forged_attestation_is_told_apart(published: Publishing, tmp_path: Path, state: str) -> None:
    published.index.faults.provenance["*.whl"] = state
    assert published.simple()["files"][0]["provenance"] is not None
    provenance = published.get(PATH).json()
    digest = published.index.state.projects["widget"].files[FILE].sha256
    if state == "wrong-digest":
        assert verify(published, provenance, tmp_path / "root.json") != digest
        return
    with pytest.raises(VerificationError):
        verify(published, provenance, tmp_path / "root.json")


@pytest.mark.parametrize(("state", "status"), [("forbidden", 403), ("missing", 404), ("unavailable", 503)])
def test_provenance_that_is_listed_and_not_given(published: Publishing, state: str, status: int) -> None:
    published.index.faults.provenance["*"] = state
    assert published.simple()["files"][0]["provenance"] is not None
    assert published.get(PATH).status == status


def test_none(published: Publishing) -> None:
    published.index.faults.provenance[FILE] = "none"
    assert published.simple()["files"][0]["provenance"] is None
    answer = published.get(PATH)
    assert (answer.status, answer.json()) == (404, {"message": f"No provenance available for {FILE}"})


@pytest.mark.parametrize("state", ["malformed", "html"])
def test_what_cannot_be_read(published: Publishing, state: str) -> None:
    published.index.faults.provenance["*"] = state
    answer = published.get(PATH)
    assert answer.status == 200
    assert b"attestation_bundles" not in answer.body or answer.json()["attestation_bundles"] == 3


def test_other_files_keep_theirs(published: Publishing, tmp_path: Path) -> None:
    published.index.faults.provenance["*.tar.gz"] = "none"
    verify(published, published.get(PATH).json(), tmp_path / "root.json")


def test_media_types(published: Publishing) -> None:
    assert published.get(PATH, accept="application/json").status == 200
    assert published.get(PATH, accept="text/plain").status == 406
    assert published.get("/integrity/widget/1.2.0/nothing.whl/provenance").json() == {"message": "Not Found"}
    assert published.get(f"/integrity/widget/9.9/{FILE}/provenance").status == 404

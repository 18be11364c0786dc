from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.index.facts import Absent, Provenance, Unavailable
from bot.publishing import trust
from bot.publishing.attestations import DsseVerifier, verify_file
from bot.publishing.trust import TrustRootError, load_verifier
from bot.publishing.verdicts import AttestationState, Expected, FileVerdict
from bot.sandbox.sigstore import Flaw, LocalSigstore, SigningIdentity
from bot.sandbox.sigstore import local as local_sigstore

AT = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
WEB = "https://github.example"
WHEEL = "widget-1.2.0-py3-none-any.whl"
DIGEST = hashlib.sha256(b"a wheel").hexdigest()
WORKFLOW = ".github/workflows/publish.yml"
WORKFLOW_REF = f"acme/widget/{WORKFLOW}@refs/tags/v1.2.0"

IDENTITY = SigningIdentity(
    web_base=WEB,
    issuer="https://token.example",
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
EXPECTED = Expected(
    web_base=WEB,
    issuer="https://token.example",
    repository="acme/widget",
    repository_id=1001,
    owner_id=77,
    ref="refs/tags/v1.2.0",
    sha="a" * 40,
    workflow=WORKFLOW,
    run_id=5,
)
VERIFIED, OTHER_REF, UNEXPECTED, INVALID, NONE, COULD_NOT = AttestationState


@pytest.fixture(scope="module")
def sigstore() -> LocalSigstore:
    return LocalSigstore(WEB)


@pytest.fixture(scope="module")
def verifier(sigstore: LocalSigstore, tmp_path_factory: pytest.TempPathFactory) -> DsseVerifier:
    path = tmp_path_factory.mktemp("trust") / "trusted_root.json"
    path.write_text(json.dumps(sigstore.trusted_root()), encoding="utf-8")
    return load_verifier(path).verifier


Judge = Callable[..., FileVerdict]


@pytest.fixture
def judge(sigstore: LocalSigstore, verifier: DsseVerifier) -> Judge:
    """Mint a provenance for ``identity`` and judge it against ``expected``."""

    def judge(
        identity: SigningIdentity = IDENTITY,
        expected: Expected = EXPECTED,
        *,
        flaw: Flaw | None = None,
        change: Callable[[dict[str, Any]], None] | None = None,
        filename: str = WHEEL,
        signed_filename: str | None = None,
        sha256: str | None = DIGEST,
    ) -> FileVerdict:
        attestation = sigstore.attest(signed_filename or filename, DIGEST, identity, at=AT, flaw=flaw)
        provenance = provenance_of(attestation)
        if change:
            change(provenance)
        return verify_file(filename, sha256, Provenance(json.dumps(provenance).encode()), expected, verifier)

    return judge


def provenance_of(*attestations: dict[str, Any]) -> dict[str, Any]:
    publisher = {"kind": "GitHub", "repository": "acme/widget", "workflow": "publish.yml", "environment": "pypi"}
    return {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": list(attestations)}]}


def test_what_this_release_signed_is_verified(judge: Judge) -> None:
    verdict = judge()
    assert (verdict.state, verdict.reason, verdict.remarks) == (VERIFIED, "", ())
    assert verdict.signed_by == f"{WEB}/{WORKFLOW_REF}"
    assert verdict.verified


@pytest.mark.parametrize(
    ("wrong", "state", "named"),
    [
        ({"web_base": "https://other.example"}, UNEXPECTED, "repository"),
        ({"issuer": "https://other.example"}, UNEXPECTED, "issuer"),
        ({"repository": "acme/gadget"}, UNEXPECTED, "repository"),
        ({"repository": "Acme/widget"}, UNEXPECTED, "repository"),
        ({"repository_id": 1002}, UNEXPECTED, "repository id"),
        ({"owner_id": 78}, UNEXPECTED, "owner id"),
        ({"workflow": ".github/workflows/other.yml"}, UNEXPECTED, "workflow"),
        ({"signer_workflow": ".github/workflows/other.yml"}, UNEXPECTED, "signing workflow"),
        ({"ref": "refs/tags/v1.2.1"}, OTHER_REF, "ref"),
        ({"ref": "refs/heads/v1.2.0"}, OTHER_REF, "ref"),
        ({"sha": "b" * 40}, OTHER_REF, "commit"),
        ({"run_id": 6}, OTHER_REF, "run"),
        ({"run_id": 55}, OTHER_REF, "run"),
    ],
)
def test_each_expectation_when_wrong_flips_the_verdict(
    judge: Judge, wrong: dict[str, Any], state: AttestationState, named: str
) -> None:
    verdict = judge(expected=replace(EXPECTED, **wrong))
    assert verdict.state is state
    assert f"its {named} is" in verdict.reason


@pytest.mark.parametrize(
    ("identity", "state"),
    [
        (replace(IDENTITY, issuer="https://other.example"), UNEXPECTED),
        (replace(IDENTITY, web_base="https://other.example"), UNEXPECTED),
        (replace(IDENTITY, repository_id=1), UNEXPECTED),
        (replace(IDENTITY, repository_owner_id=1), UNEXPECTED),
        (IDENTITY.from_repository("mallory/widget"), UNEXPECTED),
        (IDENTITY.by_workflow("nightly.yml"), UNEXPECTED),
        (IDENTITY.through_reusable("acme/widget/.github/workflows/upload.yml@refs/tags/v1.2.0"), UNEXPECTED),
        (IDENTITY.through_reusable("acme/shared/.github/workflows/publish.yml@refs/tags/v1.2.0"), UNEXPECTED),
        (IDENTITY.at_ref("refs/heads/main"), OTHER_REF),
        (replace(IDENTITY, ref="refs/heads/main"), OTHER_REF),
        (replace(IDENTITY, workflow_ref=f"acme/widget/{WORKFLOW}@refs/heads/main"), OTHER_REF),
        (replace(IDENTITY, job_workflow_ref=f"acme/widget/{WORKFLOW}@refs/heads/main"), OTHER_REF),
        (replace(IDENTITY, workflow_ref=f"acme/widget/{WORKFLOW}@"), UNEXPECTED),
        (replace(IDENTITY, sha="b" * 40), OTHER_REF),
        (replace(IDENTITY, run_id=50), OTHER_REF),
        (replace(IDENTITY, run_id=4), OTHER_REF),
        (replace(IDENTITY, run_attempt=2), VERIFIED),
        (replace(IDENTITY, event_name="release"), VERIFIED),
    ],
)
def test_each_difference_in_the_certificate_is_noticed(
    judge: Judge, identity: SigningIdentity, state: AttestationState
) -> None:
    assert judge(identity).state is state


def test_a_called_workflow_signs_under_its_own_name(judge: Judge) -> None:
    identity = IDENTITY.through_reusable("acme/widget/.github/workflows/upload.yml@refs/tags/v1.2.0")
    expected = replace(EXPECTED, signer_workflow=".github/workflows/upload.yml")
    assert judge(identity, expected).state is VERIFIED


@pytest.mark.parametrize("flaw", list(Flaw))
def test_what_is_wrongly_signed_is_invalid(judge: Judge, flaw: Flaw) -> None:
    verdict = judge(flaw=flaw)
    assert verdict.state is INVALID
    assert verdict.signed_by is None
    assert verdict.reason


def test_a_wrongly_signed_file_stays_invalid_whoever_it_names(judge: Judge) -> None:
    assert judge(IDENTITY.from_repository("mallory/widget"), flaw=Flaw.BROKEN_SIGNATURE).state is INVALID


@pytest.mark.parametrize(
    "signed", ["widget-1.2.1-py3-none-any.whl", "gadget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz", "widget"]
)
def test_a_signature_for_another_file_is_invalid(judge: Judge, signed: str) -> None:
    assert judge(signed_filename=signed).state is INVALID


def test_the_digest_decides_and_its_case_does_not(judge: Judge) -> None:
    assert judge(sha256=hashlib.sha256(b"other").hexdigest()).state is INVALID
    assert judge(sha256=DIGEST.upper()).state is VERIFIED


def test_a_file_name_may_be_spelled_otherwise(judge: Judge) -> None:
    assert judge(filename="my_widget-1.2.0.tar.gz", signed_filename="my-widget-1.2.0.tar.gz").state is VERIFIED


def test_what_the_index_says_about_the_publisher_plays_no_part(judge: Judge) -> None:
    def lie(provenance: dict[str, Any]) -> None:
        provenance["attestation_bundles"][0]["publisher"] = {"kind": "GitLab", "repository": "mallory/x", "evil": True}

    assert judge(change=lie).state is VERIFIED
    assert judge(IDENTITY.from_repository("mallory/x"), change=lie).state is UNEXPECTED


def test_one_good_attestation_is_enough_and_the_others_are_remarks(
    sigstore: LocalSigstore, verifier: DsseVerifier
) -> None:
    good = sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT)
    bad = sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT, flaw=Flaw.BROKEN_SIGNATURE)
    other = sigstore.attest(WHEEL, DIGEST, IDENTITY.from_repository("mallory/widget"), at=AT)
    body = json.dumps(provenance_of(bad, other, good)).encode()
    verdict = verify_file(WHEEL, DIGEST, Provenance(body), EXPECTED, verifier)
    assert verdict.state is VERIFIED
    assert [remark.split(":")[1].split()[0] for remark in verdict.remarks] == ["unexpected-identity", "invalid"]


def test_an_attestation_of_another_kind_is_no_publish_attestation(
    sigstore: LocalSigstore, verifier: DsseVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slsa(filename: str, sha256: str) -> bytes:
        subject = [{"name": filename, "digest": {"sha256": sha256}}]
        kind = "https://slsa.dev/provenance/v1"
        return json.dumps({"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind, "predicate": {}}).encode()  # fmt: skip

    publish = sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT)
    monkeypatch.setattr(local_sigstore, "_statement", slsa)
    provenance = sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT)
    alone = verify_file(WHEEL, DIGEST, Provenance(json.dumps(provenance_of(provenance)).encode()), EXPECTED, verifier)
    assert (alone.state, alone.reason) == (NONE, "it has no publish attestation")
    both = verify_file(
        WHEEL, DIGEST, Provenance(json.dumps(provenance_of(provenance, publish)).encode()), EXPECTED, verifier
    )
    assert (both.state, both.remarks) == (VERIFIED, ("it has an attestation of another kind: verified",))


def test_nothing_there_is_none_and_nothing_known_is_could_not_check(verifier: DsseVerifier) -> None:
    assert verify_file(WHEEL, DIGEST, Absent(), EXPECTED, verifier).state is NONE
    verdict = verify_file(WHEEL, DIGEST, Unavailable("the index sleeps"), EXPECTED, verifier)
    assert (verdict.state, verdict.reason) == (COULD_NOT, "the index sleeps")
    assert verify_file(WHEEL, DIGEST, Provenance(b"{}"), EXPECTED, None).state is COULD_NOT
    assert verify_file(WHEEL, None, Provenance(b"{}"), EXPECTED, verifier).state is COULD_NOT


def _attestation(provenance: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = provenance["attestation_bundles"][0]["attestations"][0]
    return found


def _entries(provenance: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _attestation(provenance)["verification_material"]["transparency_entries"]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.update(version=2),
        lambda p: _attestation(p).update(version=2),
        lambda p: _entries(p)[0].update(kindVersion={"kind": "dsse", "version": "0.0.2"}),
        lambda p: _entries(p)[0].update(kindVersion={"kind": "novel", "version": "0.0.1"}),
        lambda p: _entries(p).append(_entries(p)[0]),
        lambda p: p["attestation_bundles"].extend([p["attestation_bundles"][0]] * 20),
    ],
)
def test_a_form_that_is_not_known_here_is_not_called_invalid(judge: Judge, change: Callable[[Any], None]) -> None:
    assert judge(change=change).state is COULD_NOT


@pytest.mark.parametrize(
    "change",
    [
        lambda p: _entries(p).clear(),
        lambda p: _entries(p)[0].pop("inclusionProof"),
        lambda p: _entries(p)[0].pop("inclusionPromise"),
        lambda p: _entries(p)[0].update(integratedTime="1800000000"),
        lambda p: _entries(p)[0].update(integratedTime="x"),
        lambda p: _attestation(p)["verification_material"].update(certificate="AAAA"),
        lambda p: _attestation(p)["envelope"].update(signature="AAAA"),
        lambda p: _attestation(p)["envelope"].update(statement="e30="),
        lambda p: _attestation(p).pop("envelope"),
        lambda p: p["attestation_bundles"].clear(),
        lambda p: p.update(attestation_bundles=5),
    ],
)
def test_a_damaged_object_is_invalid(judge: Judge, change: Callable[[Any], None]) -> None:
    assert judge(change=change).state is INVALID


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, inner in enumerate(value) for leaf in _leaves(inner, (*path, at))]
    return [path]


REPLACEMENTS: list[Any] = [None, "", 0, "AAAA", {"x": 1}, []]


def test_no_leaf_of_the_object_can_be_changed(sigstore: LocalSigstore, verifier: DsseVerifier) -> None:
    """Every value is covered by some signature, but for the publisher, which is the index's own word."""
    original = provenance_of(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT))
    for path in _leaves(original):
        for value in REPLACEMENTS:
            changed = copy.deepcopy(original)
            inner: Any = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
            verdict = verify_file(WHEEL, DIGEST, Provenance(json.dumps(changed).encode()), EXPECTED, verifier)
            assert verdict.verified is ("publisher" in path), (path, value, verdict)
            assert "the check itself failed" not in verdict.reason, (path, value)


@given(st.one_of(st.binary(max_size=200), st.recursive(st.one_of(st.none(), st.integers(), st.text(max_size=5)), lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["version", "attestation_bundles", "attestations", "envelope", "verification_material", "transparency_entries"]), inner, max_size=4)), max_leaves=10).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_any_answer_of_an_index_has_a_verdict(body: bytes) -> None:
    verdict = verify_file(WHEEL, DIGEST, Provenance(body), EXPECTED, _Broken())
    assert verdict.state in {INVALID, COULD_NOT, NONE}
    assert "the check itself failed" not in verdict.reason


class _Broken:
    def verify_dsse(self, bundle: Any, policy: Any) -> tuple[str, bytes]:
        raise MemoryError


def test_a_verifier_that_fails_is_no_verdict(sigstore: LocalSigstore) -> None:
    body = json.dumps(provenance_of(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT))).encode()
    assert verify_file(WHEEL, DIGEST, Provenance(body), EXPECTED, _Broken()).state is COULD_NOT


# --- The public instance and trust roots ------------------------------------------------------------------------------

REAL = "pypi_attestations-0.0.19.tar.gz"
REAL_DIGEST = "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3"
REAL_EXPECTED = Expected(
    web_base="https://github.com",
    issuer="https://token.actions.githubusercontent.com",
    repository="trailofbits/pypi-attestations",
    repository_id=772247423,
    owner_id=2314423,
    ref="refs/tags/v0.0.19",
    sha="08802efe1f8e5fec4ad842d6b8ce97656092ee72",
    workflow=".github/workflows/release.yml",
    run_id=12169989787,
)


def _refuse() -> None:
    raise OSError("no network")


def test_a_real_object_verifies_with_the_trust_root_that_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "_load_refreshed", _refuse)
    loaded = load_verifier()
    assert "as shipped" in loaded.source
    assert "OSError" in loaded.source
    body = (Path(__file__).parent / "data" / f"{REAL}.provenance").read_bytes()
    verdict = verify_file(REAL, REAL_DIGEST, Provenance(body), REAL_EXPECTED, loaded.verifier)
    assert verdict.verified, verdict
    for wrong in ({"run_id": 1}, {"sha": "0" * 40}, {"ref": "refs/tags/v0.0.18"}):
        assert verify_file(REAL, REAL_DIGEST, Provenance(body), replace(REAL_EXPECTED, **wrong), loaded.verifier).state is OTHER_REF  # fmt: skip


def test_a_local_object_is_not_believed_by_the_public_trust_root(
    sigstore: LocalSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "_load_refreshed", _refuse)
    body = json.dumps(provenance_of(sigstore.attest(WHEEL, DIGEST, IDENTITY, at=AT))).encode()
    assert verify_file(WHEEL, DIGEST, Provenance(body), EXPECTED, load_verifier().verifier).state is INVALID


def test_a_configured_trust_root_is_named_with_its_fingerprint(sigstore: LocalSigstore, tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_text(json.dumps(sigstore.trusted_root()))
    loaded = load_verifier(path)
    assert loaded.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(path) in loaded.source


@pytest.mark.parametrize("content", [None, "", "{}", "[]", "not json", '{"mediaType": "x"}'])
def test_a_configured_trust_root_that_cannot_be_used_is_never_replaced(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "root.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(TrustRootError, match=r"root\.json cannot be used"):
        load_verifier(path)


def test_importing_the_room_loads_no_cryptography() -> None:
    code = (
        "import sys, bot.publishing.attestations, bot.publishing.trust, bot.publishing.identity, bot.publishing.route\n"
        "heavy = {'sigstore', 'pypi_attestations', 'cryptography', 'requests', 'aiohttp', 'asyncio'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

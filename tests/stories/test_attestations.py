"""What the index serves as proof of each file, and what the final comment makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.index import File, Provenance, Publisher
from bot.sandbox.sigstore import SigningIdentity
from tests.stories.plays import Play, once_uploaded, open_play

WHEEL, SDIST = "widget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz"
VERIFIED = "✅ verified"
OTHER_REF = "⚠️ valid, but for another ref, commit or run"
UNEXPECTED = "🛑 valid signature of an unexpected identity"
INVALID = "🛑 invalid"
NONE = "⚠️ none"
COULD_NOT_CHECK = "❔ could not be checked"
STATES = (VERIFIED, OTHER_REF, UNEXPECTED, INVALID, NONE, COULD_NOT_CHECK)

SERVED: dict[str, tuple[str, str]] = {
    "as-uploaded": (VERIFIED, ""),
    "other-ref": (OTHER_REF, "refs/heads/main"),
    "other-commit": (OTHER_REF, "0" * 40),
    "other-run": (OTHER_REF, "run"),
    "other-repository": (UNEXPECTED, "mallory/widget"),
    "other-repository-id": (UNEXPECTED, "repository id"),
    "other-owner-id": (UNEXPECTED, "owner id"),
    "other-workflow": (UNEXPECTED, "nightly.yml"),
    "other-issuer": (UNEXPECTED, "issuer.sandbox.invalid"),
    "reusable-workflow": (UNEXPECTED, "acme/shared"),
    "broken-signature": (INVALID, "does not verify"),
    "wrong-digest": (INVALID, "other content"),
    "other-authority": (INVALID, "does not verify"),
    "malformed": (INVALID, "no attestation"),
    "none": (NONE, "uploaded without attestations"),
    "forbidden": (COULD_NOT_CHECK, "switched attestations off"),
    "missing": (COULD_NOT_CHECK, "does not serve"),
    "unavailable": (COULD_NOT_CHECK, "503"),
    "html": (COULD_NOT_CHECK, "HTML"),
}


async def publish(play: Play, *, served: dict[str, Provenance | str] | None = None) -> dict[str, str]:
    """Play the whole release; what the final comment's table says of each file."""
    play.theatre.sandbox.index.faults.provenance = served or {}
    await play.run()
    if not play.outcome:
        # An index that gives no answer is asked again for a while.
        await play.wait(timedelta(minutes=20))
    play.theatre.read_all()
    rows = [row.strip("| ").split(" | ") for row in play.outcome.splitlines() if row.startswith("| `")]
    table = {name.strip("`"): state for name, _, state in rows}
    assert set(table) == {WHEEL, SDIST}
    digests = {name.strip("`"): digest.strip("`") for name, digest, _ in rows}
    files = uploaded(play)
    assert digests == {name: files[name].sha256 for name in digests}
    return table


def uploaded(play: Play) -> dict[str, File]:
    return play.theatre.sandbox.index.state.projects["widget"].files


def is_exactly(cell: str, state: str) -> bool:
    return cell.startswith(state) and not any(cell.startswith(other) for other in STATES if other not in state)


@pytest.mark.parametrize("served", SERVED)
async def test_each_state_is_told_apart_and_says_why(tmp_path: Path, served: str) -> None:
    async with open_play(tmp_path) as play:
        table = await publish(play, served={"*-1.2.0*.whl": served})
        state, reason = SERVED[served]
        assert is_exactly(table[WHEEL], state), table[WHEEL]
        assert reason in table[WHEEL]
        # The other file is judged for itself.
        assert table[SDIST] == VERIFIED
        proved = "Every file carries a PEP 740 attestation" in play.outcome
        assert proved is (state == VERIFIED)
        assert ("Not every file is proved" in play.outcome) is not proved


Disguise = Callable[[SigningIdentity], SigningIdentity]
AT_MAIN = "acme/widget/.github/workflows/publish.yml@refs/heads/main"
FIELDS: dict[str, tuple[str, Disguise]] = {
    "issuer": (UNEXPECTED, lambda one: replace(one, issuer=one.issuer + "/x")),
    "repository URI": (UNEXPECTED, lambda one: replace(one, repository="acme/Widget")),
    "repository URI's host": (UNEXPECTED, lambda one: replace(one, web_base="https://git.evil.example")),
    "repository id": (UNEXPECTED, lambda one: replace(one, repository_id=one.repository_id + 1)),
    "owner id": (UNEXPECTED, lambda one: replace(one, repository_owner_id=one.repository_owner_id + 1)),
    "ref": (OTHER_REF, lambda one: replace(one, ref="refs/tags/v1.2.0.1")),
    "ref, a branch like the tag": (OTHER_REF, lambda one: replace(one, ref="refs/heads/v1.2.0")),
    "sha": (OTHER_REF, lambda one: replace(one, sha="1" * 40)),
    "build config URI": (UNEXPECTED, lambda one: replace(one, workflow_ref=one.workflow_ref.replace("publish", "ci"))),
    "build config URI's ref": (OTHER_REF, lambda one: replace(one, workflow_ref=AT_MAIN)),
    "signer URI": (
        UNEXPECTED,
        lambda one: replace(one, job_workflow_ref=one.job_workflow_ref.replace("publish", "ci")),
    ),
    "signer URI's ref": (OTHER_REF, lambda one: replace(one, job_workflow_ref=AT_MAIN)),
    "run id": (OTHER_REF, lambda one: replace(one, run_id=one.run_id * 10)),
}


@pytest.mark.parametrize("field", FIELDS)
async def test_each_field_of_the_policy_when_wrong_flips_the_verdict(tmp_path: Path, field: str) -> None:
    state, disguise = FIELDS[field]
    async with open_play(tmp_path) as play:
        table = await publish(play, served={"*-1.2.0*.whl": Provenance(disguise=disguise)})
        assert is_exactly(table[WHEEL], state), table[WHEEL]
        assert table[SDIST] == VERIFIED


async def test_another_attempt_of_the_same_run_is_still_that_run(tmp_path: Path) -> None:
    # After "re-run failed jobs" the files of one release come from different attempts.
    async with open_play(tmp_path) as play:
        second = Provenance(disguise=lambda one: replace(one, run_attempt=7))
        table = await publish(play, served={"*-1.2.0*.whl": second})
        assert table[WHEEL] == VERIFIED


MALLORY = Publisher("mallory/widget", 666, "evil.yml", None)


async def test_a_publisher_that_lies_changes_nothing_about_a_good_attestation(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:

        def lie() -> None:
            for file in uploaded(play).values():
                file.publisher = MALLORY

        once_uploaded(play, lie)
        assert set((await publish(play)).values()) == {VERIFIED}
        assert "mallory" not in play.outcome


async def test_a_publisher_that_lies_makes_nothing_of_a_bad_attestation(tmp_path: Path) -> None:
    # Mallory's attestation, served as if acme's publisher had made it.
    async with open_play(tmp_path) as play:
        table = await publish(play, served={"*-1.2.0*": "other-repository"})
        publishers = {file.publisher.repository for name, file in uploaded(play).items() if file.publisher}
        assert publishers == {"acme/widget"}
        assert all(is_exactly(cell, UNEXPECTED) for cell in table.values())


async def test_an_entry_of_a_newer_log_is_no_verdict(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:

        def renew() -> None:
            for attestation in uploaded(play)[WHEEL].attestations:
                entry: dict[str, Any] = attestation["verification_material"]["transparency_entries"][0]
                entry["kindVersion"] = {"kind": "dsse", "version": "0.0.2"}

        once_uploaded(play, renew)
        table = await publish(play)
        assert is_exactly(table[WHEEL], COULD_NOT_CHECK)
        assert "not known here" in table[WHEEL]
        assert table[SDIST] == VERIFIED


async def test_uploaded_without_attestations(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:

        def strip() -> None:
            for file in uploaded(play).values():
                file.attestations = []

        once_uploaded(play, strip)
        assert all(is_exactly(cell, NONE) for cell in (await publish(play)).values())


async def test_without_a_trust_root_nothing_counts_as_verified(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        (tmp_path / "trusted_root.json").unlink()
        table = await publish(play)
        assert all(is_exactly(cell, COULD_NOT_CHECK) and "trust root" in cell for cell in table.values())


async def test_attestations_of_another_file_prove_nothing(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:

        def swap() -> None:
            files = uploaded(play)
            files[WHEEL].attestations = files[SDIST].attestations

        once_uploaded(play, swap)
        table = await publish(play)
        assert is_exactly(table[WHEEL], INVALID)
        assert "another file" in table[WHEEL]
        assert table[SDIST] == VERIFIED

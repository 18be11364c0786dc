"""The same release in every way of merging, every order and every kind of gate, each pair of them at least once."""

from __future__ import annotations

import hashlib
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest

from bot.release.record import Milestone
from bot.sandbox.acme import GateKind
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.state.conversation import PullRequest
from tests.stories.pairs import pair_table
from tests.stories.theatre import Theatre, open_theatre

METHODS: tuple[MergeMethod, ...] = get_args(MergeMethod)
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
GATES: tuple[GateKind, ...] = get_args(GateKind)
TABLE = pair_table(METHODS, TRIGGERS, GATES)


def test_the_table_holds_every_pair(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{len(TABLE)} of {len(METHODS) * len(TRIGGERS) * len(GATES)} combinations hold every pair")
    for one, two in combinations((METHODS, TRIGGERS, GATES), 2):
        for wanted in ((first, second) for first in one for second in two):
            assert any(set(wanted) <= set(row) for row in TABLE), wanted
    assert len(TABLE) < 20


@pytest.mark.parametrize(("method", "trigger", "gate"), TABLE, ids="-".join)
async def test_a_release_ends_the_same_whichever_way_it_went(
    tmp_path: Path, method: MergeMethod, trigger: Trigger, gate: GateKind
) -> None:
    async with open_theatre(tmp_path, trigger=trigger, gate=gate) as theatre:
        pull = await theatre.propose()
        assert ("**Merging publishes" in (pull.body or "")) == (gate == "none")
        theatre.acme.wanda.push_commit("main", {"docs.md": "Meanwhile.\n"}, "Docs come in between")
        await theatre.settle()
        commit = await theatre.merge(pull, method)
        await pass_gate(theatre, pull, gate)

        check_commit(theatre, pull, method, commit)
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        check_github_release(theatre, trigger)
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.runs) == 1
        assert theatre.run.head_sha == commit
        assert theatre.run.conclusion == "success"
        assert theatre.uploads() == 1
        check_thread(theatre, pull, prompts=0 if gate == "none" else 1)
        theatre.read_all()


async def pass_gate(theatre: Theatre, pull: PullRequest, gate: GateKind) -> None:
    """Let those who guard the environment agree, one after the other; nothing is published before the last of them."""
    if gate in ("reviewers", "both"):
        assert theatre.files("1.2.0") == []
        theatre.acme.hugo.review_deployment(theatre.run, "pypi", "approved")
        await theatre.settle()
    if gate in ("rule", "both"):
        assert theatre.files("1.2.0") == []
        comment = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]


def check_commit(theatre: Theatre, pull: PullRequest, method: MergeMethod, commit: str) -> None:
    """The released commit is what each way of merging makes, on top of what came in between."""
    store = theatre.acme.repository.store
    assert store.find_ref("refs/heads/main") == commit
    made = store.commit(commit)
    assert store.read(commit, "docs.md") == b"Meanwhile.\n"
    assert b'version = "1.2.0"' in (store.read(commit, "pyproject.toml") or b"")
    assert len(made.parents) == (2 if method == "merge" else 1)
    assert (pull.head_sha in made.parents) == (method == "merge")
    headline = {
        "merge": f"Merge pull request #{pull.number} from acme/aweigh/main",
        "squash": f"Release widget 1.2.0 (#{pull.number})",
        "rebase": "Release widget 1.2.0",
    }[method]
    assert made.headline == headline


def check_github_release(theatre: Theatre, trigger: Trigger) -> None:
    release = theatre.release("v1.2.0")
    assert theatre.acme.repository.latest_release_id == release.id
    assert not release.prerelease
    assert [one.tag_name for one in theatre.acme.repository.releases.values()] == ["v1.1.0", "v1.2.0"]
    assets = {asset.name: asset.content for asset in release.assets}
    if trigger == "release-published":
        assert assets == {}
        return
    project = theatre.sandbox.index.state.find_project("widget")
    assert project is not None
    files = [project.files[name] for name in theatre.files("1.2.0")]
    assert set(assets) == {"SHA256SUMS", *(f"{file.filename}.provenance.json" for file in files)}
    sums = [f"{hashlib.sha256(file.content).hexdigest()}  {file.filename}" for file in files]
    assert sorted(assets["SHA256SUMS"].decode().splitlines()) == sorted(sums)


def check_thread(theatre: Theatre, pull: PullRequest, *, prompts: int) -> None:
    """It was asked as often as there was somebody to ask, announced once, and that is remembered."""
    assert len(theatre.comments(pull.number, "prompt")) == prompts
    (outcome,) = theatre.comments(pull.number, "outcome")
    assert outcome.count("✅ verified") == 2
    assert "Released" in theatre.status(pull)
    assert theatre.check_runs(pull)[-1].conclusion == "success"
    assert theatre.record(pull).reached(Milestone.ANNOUNCED)

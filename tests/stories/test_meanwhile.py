"""Something moves between our look and our act, to the instant: GitHub is told what we expect, or we look once more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.github import actions
from bot.github.client import Session
from bot.github.facts import WorkflowRun
from bot.release.record import find_record, render_record
from bot.sandbox.faults import Before, Refused, When
from bot.sandbox.http import reply
from bot.sandbox.state.checks import CheckRun, CheckSuite
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.world import World
from tests.stories.test_second_person import approve
from tests.stories.theatre import Theatre, open_theatre


@pytest.mark.rule(12)
async def test_a_push_in_the_instant_of_our_merge_is_not_merged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()

        def push(_: World) -> None:
            theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "# All is new\n"}, "Words")

        theatre.sandbox.github.faults.add(When(method="PUT", path=r"/merge$"), Before(push))
        comment = await theatre.say(theatre.acme.mona, "/release merge", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert not pull.merged
        theatre.read_all()


@pytest.mark.rule(12)
async def test_a_push_in_the_instant_of_our_own_is_not_overwritten(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        pushed = []

        def push(_: World) -> None:
            pushed.append(theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "# All is new\n"}, "Words"))

        theatre.sandbox.github.faults.add(When(path=r"/graphql$", body="updateRefs"), Before(push))
        await theatre.say(theatre.acme.mona, "/release 1.3.0", pull.number)
        assert pull.head_sha == pushed[0]
        theatre.read_all()


@pytest.mark.rule(13)
@pytest.mark.parametrize("what", ["the tag is moved", "the tag is deleted"])
async def test_the_gate_is_not_opened_for_what_changed_in_that_instant(tmp_path: Path, what: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        hugo, run = theatre.acme.hugo, theatre.run
        evil = hugo.push_commit("evil", {"evil.py": "import os\n"}, "Evil", onto="main")
        await theatre.settle()

        def change(_: World) -> None:
            if what == "the tag is moved":
                hugo.move_tag("v1.2.0", evil)
            else:
                hugo.delete_tag("v1.2.0")

        struck = theatre.sandbox.github.faults.add(When(method="GET", path=r"/actions/runs/\d+$"), Before(change))
        await approve(theatre, pull)
        assert struck.struck == 1
        assert theatre.files("1.2.0") == []
        assert not any(review.state == "approved" for review in run.approvals)
        theatre.read_all()


@pytest.mark.rule(13)
@pytest.mark.parametrize("changed", [{"attempt": 2}, {"head_sha": "e" * 40}, {"status": "completed"}])
async def test_the_gate_is_not_opened_for_another_run_than_was_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    """What the run has become is seen in the last look of all; from there on GitHub tells it to nobody else."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        look, reviewed = actions.get_run, []

        async def changed_run(session: Session, run_id: int) -> WorkflowRun:
            reviewed.append(list(theatre.run.approvals))
            run = await look(session, run_id)
            return replace(run, **changed) if len(reviewed) == 1 else run

        monkeypatch.setattr(actions, "get_run", changed_run)
        await approve(theatre, pull)
        # It was left alone the first time, and looked at once more.
        assert len(reviewed) == 2
        assert reviewed[1] == reviewed[0]
        theatre.read_all()


@pytest.mark.rule(5)
async def test_who_cannot_be_asked_about_may_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        refused = Refused(reply(404, {"message": "Not today", "documentation_url": "https://docs.github.com/rest"}))
        theatre.sandbox.github.faults.add(When(path=r"/collaborators/hugo/permission$"), refused, times=None)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.acme.mona.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.files("1.2.0") == []
        theatre.read_all()


@pytest.mark.rule(21)
async def test_settings_of_a_release_branch_hold_for_nobody(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        text = 'release.role = "admin"\napproval.required = 0\n'
        theatre.acme.wanda.push_commit("aweigh/main", {".github/aweigh.toml": text}, "Mine")
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release hold", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.rule(7)
async def test_who_opened_a_pull_request_may_nothing_by_that(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        mine = theatre.acme.repository.issues[theatre.feature]
        mine.user = theatre.acme.rosa.user
        for line in ("1.2.0", "1.2.0 --when-merged", "status"):
            comment = await theatre.say(theatre.acme.rosa, f"/release {line}")
            assert theatre.reactions(comment) == ["-1"]
        assert theatre.find_release_pull() is None
        assert mine.labels == []


def forge(theatre: Theatre, pull: PullRequest, text: str) -> None:
    """Let another App say on the head of a release pull request what ours says, with another record."""
    world, repository = theatre.sandbox.world, theatre.acme.repository
    ours = theatre.check_runs(pull)[-1]
    other = replace(theatre.acme.app, id=world.ids.next(), slug="impostor", name="Impostor")
    suite: CheckSuite = replace(ours.suite, id=world.ids.next(), app=other)
    forged: CheckRun = replace(ours, id=world.ids.next(), suite=suite, external_id=text)
    if hasattr(repository, "check_suites"):
        repository.check_suites[suite.id] = suite
    repository.check_runs[forged.id] = forged


@pytest.mark.rule(25)
async def test_what_another_app_remembers_is_no_record(tmp_path: Path) -> None:
    """Mona asked. Another App says on the same commit that it was Hugo, under the name of our own check."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        record = find_record(theatre.check_runs(pull)[-1].external_id)
        assert record is not None
        forge(theatre, pull, render_record(replace(record, requester_id=theatre.acme.hugo.user.id)))
        await theatre.merge(pull)
        theatre.read_all()
        assert await approve(theatre, pull, by="mona") == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        theatre.read_all()

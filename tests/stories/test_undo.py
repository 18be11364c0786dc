"""A human's undo wins: what was there and is gone is not made again until somebody asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.hours import MORNING
from tests.stories.theatre import BOT, Theatre, open_theatre

APPROVE = "/release approve 1.2.0"
A_MINUTE = timedelta(minutes=1)


def turned_away(theatre: Theatre) -> str:
    """What the bot said when it closed the gate of the one run, which is over; said once."""
    assert (theatre.run.status, theatre.run.conclusion) == ("completed", "failure")
    (answer,) = [one for one in theatre.run.approvals if one.user.login == BOT]
    assert answer.state == "rejected"
    return theatre.plain(answer.comment)


@asynccontextmanager
async def open_for_undo(folder: Path, **changes: Any) -> AsyncIterator[Theatre]:
    """A theatre whose story goes on for longer than GitHub may hide what it has accepted."""
    async with open_theatre(folder, clock=VirtualClock(MORNING), **changes) as theatre:
        yield theatre


async def approve_in_vain(theatre: Theatre, pull: PullRequest) -> str:
    """Let somebody approve what was undone; the answer."""
    comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
    assert theatre.reactions(comment) == ["eyes", "-1"]
    assert theatre.files("1.2.0") == []
    return theatre.reply(pull.number)


async def test_a_tag_that_was_deleted_is_not_made_again(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_for_undo(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.pass_time(A_MINUTE)
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.reply(pull.number) == snapshot(name="said")
        assert turned_away(theatre) == snapshot(name="on the page of the run")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        assert await approve_in_vain(theatre, pull) == snapshot(name="approved in vain")
        assert theatre.find_tag("v1.2.0") is None


async def test_a_release_that_was_withdrawn_is_not_published_again(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_for_undo(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_release(theatre.release("v1.2.0"))
        await theatre.pass_time(A_MINUTE)
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.reply(pull.number) == snapshot(name="said")
        assert turned_away(theatre) == snapshot(name="on the page of the run")
        assert await approve_in_vain(theatre, pull) == snapshot(name="approved in vain")
        assert [one.tag_name for one in theatre.acme.repository.releases.values()] == ["v1.1.0"]


async def test_a_tag_that_was_moved_stops_the_release(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        elsewhere = theatre.acme.wanda.push_commit("main", {"evil.py": "import os\n"}, "Something else")
        theatre.acme.wanda.move_tag("v1.2.0", elsewhere)
        await theatre.settle()
        assert theatre.status(pull) == snapshot(name="status")
        assert await approve_in_vain(theatre, pull) == snapshot(name="approved in vain")
        assert theatre.find_tag("v1.2.0") == ("commit", elsewhere)


async def test_asked_again_it_goes_on(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_for_undo(tmp_path, trigger="tag-push") as theatre:
        first = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.pass_time(A_MINUTE)
        assert turned_away(theatre)
        theatre.read_all()
        theatre.acme.wanda.push_commit("main", {"docs.md": "Now it is right.\n"}, "What was missing")
        await theatre.settle()
        second = await theatre.propose("1.2.0")
        assert second.number != first.number
        assert theatre.plain(second.body or "") == snapshot
        commit = await theatre.merge(second)
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        await theatre.say(theatre.acme.hugo, APPROVE, second.number)
        assert len(theatre.files("1.2.0")) == 2
        assert "Released" in theatre.status(second)
        theatre.read_all()


@pytest.mark.parametrize("annotated", [True, False])
async def test_a_tag_that_a_person_put_on_the_merge_commit_is_adopted(tmp_path: Path, annotated: bool) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        # The bot hears of the merge and of the tag only afterwards.
        commit = theatre.acme.mona.merge_pull(pull.number)
        if annotated:
            store, now = theatre.acme.repository.store, theatre.acme.repository.store.commit(commit).author
            theatre.acme.mona.push_tag("v1.2.0", commit)
            store.set_ref("refs/tags/v1.2.0", store.add_tag("v1.2.0", commit, "by hand\n", now))
        else:
            theatre.acme.mona.push_tag("v1.2.0", commit)
        await theatre.settle()
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.find_tag("v1.2.0") == ("tag" if annotated else "commit", commit)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_tag_that_a_person_put_elsewhere_before_the_merge_is_never_moved(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_tag("v1.2.0", "main")
        await theatre.settle()
        elsewhere = theatre.find_tag("v1.2.0")
        commit = await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") == elsewhere != ("commit", commit)
        assert theatre.status(pull) == snapshot
        assert theatre.runs == []
        # Once the wrong one is gone it goes on by itself, as it says.
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.settle()
        assert theatre.find_tag("v1.2.0") == ("tag", commit)
        theatre.read_all()


async def test_a_comment_of_ours_that_was_deleted_is_not_said_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        (prompt,) = [comment for comment in pull.comments if "aweigh:prompt" in comment.body]
        theatre.acme.hugo.delete_comment(pull.number, prompt)
        await theatre.settle()
        assert theatre.comments(pull.number, "prompt") == []
        # It was asked all the same, so an approval counts.
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_our_prompt_that_was_edited_stays_as_it_is_and_is_not_asked_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        (prompt,) = [comment for comment in pull.comments if "aweigh:prompt" in comment.body]
        theatre.acme.wanda.edit_comment(pull.number, prompt, "Nothing to see here, `/release approve 6.6.6` instead.")
        await theatre.settle()
        theatre.acme.wanda.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.comments(pull.number, "prompt") == []
        assert prompt.body.startswith("Nothing to see here")
        assert "/release approve 1.2.0" in theatre.status(pull)
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("trigger", ["release-published", "tag-push", "dispatch"])
async def test_a_run_on_its_way_to_the_gate_when_the_tag_is_deleted_is_turned_away_there(
    tmp_path: Path, trigger: Trigger
) -> None:
    async with open_for_undo(tmp_path, trigger=trigger) as theatre:
        pull = await theatre.propose()
        deleted: list[str] = []

        def delete(_world: World, _repository: Repository, event: Event, _sender: User) -> None:
            if (event.name, event.action) == ("workflow_run", "in_progress") and not deleted:
                deleted.append("v1.2.0")
                theatre.acme.hugo.delete_tag("v1.2.0")

        theatre.sandbox.world.observers.append(delete)
        await theatre.merge(pull)
        await theatre.pass_time(A_MINUTE)
        assert deleted
        assert "was there and has been deleted" in turned_away(theatre)
        assert theatre.comments(pull.number, "prompt") == []
        assert "has been deleted" in theatre.status(pull)
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_run_that_is_started_again_after_the_undo_is_turned_away_again(tmp_path: Path) -> None:
    async with open_for_undo(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.pass_time(A_MINUTE)
        assert turned_away(theatre)
        theatre.acme.wanda.rerun(theatre.run)
        await theatre.settle()
        answers = [one for one in theatre.run.approvals if one.user.login == BOT]
        assert [one.state for one in answers] == ["rejected", "rejected"]
        assert (theatre.run.run_attempt, theatre.run.conclusion) == (2, "failure")
        assert len(theatre.comments(pull.number, "outcome")) == 2
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_without_a_gate_of_ours_it_says_that_the_run_goes_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push", gate="reviewers") as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.settle()
        run = f"runs/{theatre.run.id}"
        assert theatre.run.status == "waiting"
        assert run in _last_comment(pull, "status")
        assert "cancel it on GitHub" in _last_comment(pull, "status")
        theatre.acme.hugo.cancel_run(theatre.run)
        await theatre.settle()
        # The reason stands; the run is none any more.
        assert "cancel it on GitHub" not in _last_comment(pull, "status")
        assert "has been deleted" in _last_comment(pull, "status")
        theatre.read_all()


def _last_comment(pull: PullRequest, kind: str) -> str:
    return [comment.body for comment in pull.comments if comment.body.startswith(f"<!-- aweigh:{kind}")][-1]


async def test_a_tag_that_was_moved_back_goes_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        assert pull.merge_commit_sha is not None
        elsewhere = theatre.acme.wanda.push_commit("main", {"other.py": "import os\n"}, "Something else")
        theatre.acme.wanda.move_tag("v1.2.0", elsewhere)
        await theatre.settle()
        theatre.acme.wanda.move_tag("v1.2.0", pull.merge_commit_sha)
        await theatre.settle()
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_release_branch_deleted_before_the_merge_calls_the_release_off(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.delete_branch("aweigh/main")
        await theatre.settle()
        assert pull.state == "closed"
        assert theatre.status(pull) == snapshot(name="status")
        theatre.read_all()
        theatre.acme.wanda.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.acme.repository.store.find_ref("refs/heads/aweigh/main") is None, "nobody asked again"
        second = await theatre.propose()
        assert second.number != pull.number
        await theatre.merge(second)
        await theatre.say(theatre.acme.hugo, APPROVE, second.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("when", ["at once", "at the gate"])
@pytest.mark.parametrize("trigger", ["release-published", "tag-push"])
async def test_a_release_branch_deleted_after_the_merge_harms_nothing(
    tmp_path: Path, trigger: Trigger, when: str
) -> None:
    async with open_theatre(tmp_path, trigger=trigger) as theatre:
        pull = await theatre.propose()
        theatre.acme.mona.merge_pull(pull.number)
        if when == "at once":
            theatre.acme.mona.delete_branch("aweigh/main")
        await theatre.settle()
        if when == "at the gate":
            theatre.acme.mona.delete_branch("aweigh/main")
            await theatre.settle()
        comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.acme.repository.store.find_ref("refs/heads/aweigh/main") is None
        assert "Released" in theatre.status(pull)
        theatre.read_all()

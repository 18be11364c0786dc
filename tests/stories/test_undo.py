"""A human's undo wins: what was there and is gone is not made again until somebody asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.sandbox.state.conversation import PullRequest
from tests.stories.theatre import Theatre, open_theatre

APPROVE = "/release approve 1.2.0"


async def approve_in_vain(theatre: Theatre, pull: PullRequest) -> str:
    """Let somebody approve what was undone; the answer."""
    comment = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
    assert theatre.reactions(comment) == ["eyes", "-1"]
    assert theatre.files("1.2.0") == []
    return theatre.reply(pull.number)


async def test_a_tag_that_was_deleted_is_not_made_again(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.settle()
        assert theatre.status(pull) == snapshot(name="status")
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        assert await approve_in_vain(theatre, pull) == snapshot(name="approved in vain")
        assert theatre.find_tag("v1.2.0") is None


async def test_a_release_that_was_withdrawn_is_not_published_again(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.hugo.delete_release(theatre.release("v1.2.0"))
        await theatre.settle()
        assert theatre.status(pull) == snapshot(name="status")
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
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        first = await theatre.reach_gate()
        theatre.acme.hugo.delete_tag("v1.2.0")
        await theatre.settle()
        theatre.acme.hugo.cancel_run(theatre.run)
        await theatre.settle()
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

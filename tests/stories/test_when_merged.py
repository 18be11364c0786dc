"""``--when-merged``: a release is asked for once a pull request is merged, by whoever typed that and still may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.release.when_merged import LABEL
from bot.sandbox.state.repository import Grant
from tests.stories.hours import MORNING
from tests.stories.test_commands import open_pulls
from tests.stories.test_steering import say
from tests.stories.theatre import open_theatre


async def test_a_release_that_waits_for_a_merge_is_asked_for_then(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        feature = theatre.feature
        assert await say(theatre, "mona", "/release patch --when-merged", feature) == ["eyes", "rocket"]
        assert theatre.reply(feature) == snapshot(name="remembered")
        assert open_pulls(theatre) == []
        theatre.acme.hugo.merge_pull(feature, "squash")
        await theatre.settle()
        assert theatre.reply(feature) == snapshot(name="opened")
        assert open_pulls(theatre) == ["Release widget 1.1.1"]
        assert theatre.record(theatre.release_pull).requester_id == theatre.acme.mona.user.id
        assert theatre.acme.repository.store.read(theatre.release_pull.head_sha, "widget/turning.py") is not None
        assert [label.name for label in theatre.acme.repository.issues[feature].labels] == []
        # Whatever else happens, it is asked for once.
        theatre.acme.hugo.push_commit("main", {"more.md": "More.\n"}, "More")
        await theatre.settle()
        assert len([pull for pull in theatre.acme.repository.pulls if pull.head_ref == "aweigh/main"]) == 1
        theatre.read_all()


@pytest.mark.parametrize("undo", ["edit", "delete", "demote", "label"])
async def test_what_was_taken_back_before_the_merge_is_not_asked_for(tmp_path: Path, undo: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        acme, feature = theatre.acme, theatre.feature
        comment = await theatre.say(acme.wanda, "/release patch --when-merged")
        theatre.read_all()
        match undo:
            case "edit":
                acme.mona.edit_comment(feature, comment, "/release major --when-merged")
            case "delete":
                acme.wanda.delete_comment(feature, comment)
            case "demote":
                theatre.sandbox.world.add_collaborator(acme.repository, acme.wanda.user, Grant("triage"))
            case _:
                acme.wanda.label(feature)
        acme.hugo.merge_pull(feature, "merge")
        await theatre.settle()
        assert open_pulls(theatre) == []
        said = theatre.replies(feature)
        assert len(said) == (undo == "demote")
        assert acme.repository.issues[feature].labels == []


async def test_a_label_by_somebody_else_is_no_command(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.wanda.comment(theatre.feature, "Let me put a label on this.")
        theatre.acme.wanda.label(theatre.feature, LABEL)
        theatre.acme.hugo.merge_pull(theatre.feature, "merge")
        await theatre.settle()
        assert open_pulls(theatre) == []


async def test_where_no_merge_is_to_come_nothing_waits(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        issue = theatre.open_issue(theatre.acme.rosa)
        assert await say(theatre, "mona", "/release patch --when-merged", issue.number) == ["eyes", "-1"]
        assert theatre.reply(issue.number) == snapshot(name="an issue")
        assert await say(theatre, "mona", "/release 1.0.0 --when-merged", theatre.feature) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="a version that cannot be")
        review = theatre.acme.mona.submit_review(theatre.feature, "/release patch --when-merged")
        await theatre.settle()
        assert theatre.reactions(review) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="a review")
        theatre.acme.mona.merge_pull(theatre.feature, "merge")
        await theatre.settle()
        assert open_pulls(theatre) == []


@pytest.mark.parametrize(("who", "reactions"), [("rosa", ["-1"]), ("tariq", ["eyes", "-1"])])
async def test_nobody_calls_it_off_by_writing_one_below(tmp_path: Path, who: str, reactions: list[str]) -> None:
    """Everybody can comment. Only the newest command counts, of those by somebody who may give one."""
    async with open_theatre(tmp_path) as theatre:
        feature = theatre.feature
        assert await say(theatre, "mona", "/release patch --when-merged", feature) == ["eyes", "rocket"]
        assert await say(theatre, who, "/release major --when-merged", feature) == reactions
        theatre.read_all()
        theatre.acme.hugo.merge_pull(feature, "squash")
        await theatre.settle()
        assert open_pulls(theatre) == ["Release widget 1.1.1"]
        assert "is the release pull request for `1.1.1`" in theatre.reply(feature)
        theatre.read_all()


async def test_of_several_the_newest_counts(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        feature = theatre.feature
        await say(theatre, "mona", "/release patch --when-merged", feature)
        await say(theatre, "wanda", "/release minor --when-merged", feature)
        theatre.read_all()
        theatre.acme.hugo.merge_pull(feature, "squash")
        await theatre.settle()
        assert open_pulls(theatre) == ["Release widget 1.2.0"]
        assert theatre.record(theatre.release_pull).requester_id == theatre.acme.wanda.user.id
        assert len(theatre.replies(feature)) == 1
        theatre.read_all()


async def test_a_label_that_is_put_back_brings_nobodys_command_back(tmp_path: Path) -> None:
    """Whoever has triage can label a pull request that was merged long ago, and must not release with that."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        feature = theatre.feature
        await say(theatre, "mona", "/release patch --when-merged", feature)
        theatre.acme.hugo.merge_pull(feature, "squash")
        await theatre.pass_time(timedelta(minutes=5))
        for version in ("1.2.0", "1.3.0", "1.4.0", "1.5.0"):
            theatre.acme.mona.close_pull(theatre.release_pull.number)
            await theatre.pass_time(timedelta(minutes=5))
            await theatre.propose(version)
            await theatre.pass_time(timedelta(minutes=5))
        theatre.acme.mona.close_pull(theatre.release_pull.number)
        await theatre.pass_time(timedelta(minutes=5))
        theatre.read_all()
        theatre.acme.tariq.label(feature, LABEL)
        theatre.acme.hugo.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.pass_time(timedelta(minutes=5))
        assert open_pulls(theatre) == []
        assert theatre.acme.repository.issues[feature].labels == []


async def test_it_goes_with_no_commit_that_the_base_must_be_at(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """The merge that is waited for moves the base, so that one of the two would have to be passed over."""
    async with open_theatre(tmp_path) as theatre:
        line = "/release patch --when-merged --from 1a2b3c4"
        assert await say(theatre, "mona", line, theatre.feature) == ["eyes", "confused"]
        assert theatre.reply(theatre.feature) == snapshot

"""A comment with several commands is all or nothing: what was refused with it must not count all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.conversation.grammar import MOST_LINES
from tests.stories.hours import MORNING
from tests.stories.test_second_person import MINUTE, approve
from tests.stories.test_settings import TEAMS, make_team
from tests.stories.theatre import open_theatre


@pytest.mark.parametrize("body", ["/release approve 1.2.0\n/release unhold", "/release unhold\n/release approve 1.2.0"])
async def test_an_approval_beside_a_line_that_its_author_may_not_give_counts_for_nothing(
    tmp_path: Path, body: str
) -> None:
    async with open_theatre(tmp_path, settings=TEAMS) as theatre:
        make_team(theatre, "tariq")
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.tariq, body, pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "takes the role *write*" in theatre.reply(pull.number)
        theatre.acme.hugo.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.files("1.2.0") == []
        assert await approve(theatre, pull, by="tariq") == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.parametrize("line", ["notes set", "merge", "hold", "cancel", "unhold"])
async def test_an_approval_behind_a_line_that_changes_something_counts_for_nothing(
    tmp_path: Path, snapshot: SnapshotAssertion, line: str
) -> None:
    """Where that line is refused the approval is passed over, and whoever wrote both was told so."""
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        body = f"/release {line}\n/release approve 1.2.0"
        comment = await theatre.say(theatre.acme.hugo, body, pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.record(pull).held is None
        theatre.acme.hugo.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.files("1.2.0") == []


@pytest.mark.parametrize("body", ["/release status\n/release approve 1.2.0", "/release approve 1.2.0\n/release status"])
async def test_an_approval_beside_a_question_counts(tmp_path: Path, body: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.hugo, body, pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_one_line_too_many_voids_all_of_them(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        lines = "/release hold\n" * MOST_LINES + "/release unhold\n" * 5
        comment = await theatre.say(theatre.acme.mona, lines, pull.number)
        assert theatre.reactions(comment) == ["eyes", "confused"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.record(pull).held is None


async def test_a_version_and_its_merge_may_be_asked_for_in_one_comment(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(MINUTE)
        comment = await theatre.say(theatre.acme.mona, "/release 1.3.0\n/release merge", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.find_tag("v1.3.0") is not None
        theatre.read_all()


@pytest.mark.parametrize("first", ["1.3.0", "recreate"])
async def test_what_the_first_line_has_moved_the_second_one_is_about(tmp_path: Path, first: str) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(MINUTE)
        comment = await theatre.say(theatre.acme.mona, f"/release {first}\n/release hold", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.record(pull).held is not None
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        theatre.read_all()


async def test_what_was_cancelled_is_not_what_the_next_line_is_about(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(MINUTE)
        comment = await theatre.say(theatre.acme.mona, "/release cancel\n/release 1.3.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert pull.state == "closed"
        assert theatre.release_pull.number != pull.number
        assert theatre.record(theatre.release_pull).version == "1.3.0"
        theatre.read_all()

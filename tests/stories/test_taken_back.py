"""A command that the bot hears of late, and that was taken back until then: edited, hidden or deleted, it does nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.state.conversation import Comment
from tests.stories.hours import MORNING
from tests.stories.test_late_approvals import in_an_outage
from tests.stories.theatre import Theatre, open_theatre


def edit(theatre: Theatre, number: int, comment: Comment) -> None:
    theatre.acme.mona.edit_comment(number, comment, "/release hold\n\nNo, wait.")


def hide(_theatre: Theatre, _number: int, comment: Comment) -> None:
    comment.minimized_reason = "spam"


def delete(theatre: Theatre, number: int, comment: Comment) -> None:
    theatre.acme.mona.delete_comment(number, comment)


@pytest.mark.rule(9)
@pytest.mark.parametrize("take_back", [edit, hide, delete])
async def test_what_was_taken_back_in_an_outage_is_not_carried_out(
    tmp_path: Path, take_back: Callable[[Theatre, int, Comment], None], snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()

        def think_twice() -> Comment:
            comment = theatre.acme.mona.comment(pull.number, "/release hold")
            take_back(theatre, pull.number, comment)
            return comment

        comment = await in_an_outage(theatre, think_twice)
        await theatre.pass_time(timedelta(minutes=20))
        assert theatre.record(pull).held is None
        assert theatre.replies(pull.number) == snapshot
        if take_back is not delete:
            assert theatre.reactions(comment) == ["eyes", "-1"]


async def test_what_stands_there_still_is_carried_out_however_late(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        comment = await in_an_outage(theatre, lambda: theatre.acme.mona.comment(pull.number, "/release hold"))
        await theatre.pass_time(timedelta(minutes=20))
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.record(pull).held is not None

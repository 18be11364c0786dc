"""An error of ours: whoever gave the command is told that nothing comes of it, and strangers are not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.conversation import carry_out
from bot.conversation.registry import Command, Name
from bot.conversation.talk import Answer, Place, Talk
from tests.stories.hours import MORNING
from tests.stories.theatre import open_theatre


async def test_a_command_that_was_given_up_is_apologised_for_and_can_be_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    usual = carry_out.HANDLERS[Name.STATUS]

    async def fail(_talk: Talk, _command: Command, _place: Place) -> Answer:
        raise RuntimeError("nobody thought of that")

    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        monkeypatch.setitem(carry_out.HANDLERS, Name.STATUS, fail)
        comment = await theatre.say(theatre.acme.tariq, "/release status")
        await theatre.pass_time(timedelta(minutes=20))
        assert theatre.reactions(comment) == ["eyes", "confused"]
        said = theatre.reply(theatre.feature)
        (letter,) = await theatre.engine.list_dead_letters()
        assert f"`{letter.id}`" in said
        assert said.replace(letter.id, "«delivery»") == snapshot
        monkeypatch.setitem(carry_out.HANDLERS, Name.STATUS, usual)
        await theatre.engine.retry_dead_letter(letter.id)
        await theatre.settle()
        assert theatre.reactions(comment) == ["eyes", "confused", "rocket"]
        assert "No release is under way here" in theatre.reply(theatre.feature)
        assert theatre.failures
        theatre.failures.clear()

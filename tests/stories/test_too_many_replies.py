"""However much is typed, and by whom: a thread is not flooded with our answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.release.speech import MOST_REPLIES, WITHIN
from tests.stories.hours import MORNING
from tests.stories.logbook import LogLines
from tests.stories.test_audit import brief
from tests.stories.theatre import Theatre, open_theatre


async def ask(theatre: Theatre, times: int, number: int) -> list[list[str]]:
    """Let somebody ask for help this often, as fast as GitHub lets us answer; the reactions to each."""
    asked = []
    for first in range(0, times, 5):
        asked += [theatre.acme.tariq.comment(number, "/release help") for _ in range(min(5, times - first))]
        await theatre.pass_time(timedelta(minutes=1))
    return [theatre.reactions(comment) for comment in asked]


@pytest.mark.rule(15)
async def test_beyond_so_many_answers_an_hour_only_reactions_come(tmp_path: Path, log_lines: LogLines) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        number = theatre.open_issue(theatre.acme.mona).number
        reactions = await ask(theatre, MOST_REPLIES + 5, number)
        assert reactions == [["eyes", "rocket"]] * (MOST_REPLIES + 5)
        assert len(theatre.replies(number)) == MOST_REPLIES
        # Everything was carried out and written down all the same.
        assert len(brief(theatre)) == MOST_REPLIES + 5
        (line,) = [line for line in log_lines() if line["event"] == "too many replies"]
        assert (line["level"], line["thread"], line["replies"]) == ("warning", number, MOST_REPLIES)
        # Another thread is another thread.
        await ask(theatre, 1, theatre.feature)
        assert len(theatre.replies(theatre.feature)) == 1
        await theatre.pass_time(WITHIN)
        await ask(theatre, 1, number)
        assert len(theatre.replies(number)) == 1


async def test_a_release_says_what_it_has_to_say_in_a_thread_that_is_quiet(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        pull = await theatre.propose()
        await ask(theatre, MOST_REPLIES + 1, pull.number)
        assert len(theatre.comments(pull.number, "reply")) == MOST_REPLIES
        theatre.read_all()
        comment = await theatre.say(theatre.acme.tariq, "/release merge", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.replies(pull.number) == []
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.comments(pull.number, "prompt")) == 1
        assert len(theatre.comments(pull.number, "outcome")) == 1
        assert "Released" in theatre.status(pull)
        theatre.read_all()


async def test_what_a_release_says_is_not_counted_among_the_answers(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        theatre.read_all()
        others = len([one for one in pull.comments if one.user.login == "aweigh[bot]"])
        assert others >= 3
        await ask(theatre, MOST_REPLIES, pull.number)
        assert len(theatre.replies(pull.number)) == MOST_REPLIES


async def test_the_breaker_outlives_a_restart(tmp_path: Path, log_lines: LogLines) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        number = theatre.open_issue(theatre.acme.mona).number
        await ask(theatre, MOST_REPLIES + 1, number)
        theatre.read_all()
        assert isinstance(theatre.engine, MemoryEngine)
        store = theatre.engine.store
        await theatre.leave()
        await theatre.come_back(MemoryEngine(store, observe=theatre.observe, clock=clock))
        assert await ask(theatre, 2, number) == [["eyes", "rocket"]] * 2
        assert theatre.replies(number) == []
        assert len([line for line in log_lines() if line["event"] == "too many replies"]) == 1

"""People below triage cost little, then nothing: they are many, and none of them is answered in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.conversation.strangers import MOST, WITHIN
from bot.sandbox.faults import When, unicorn
from bot.sandbox.state.repository import Grant
from tests.stories.hours import MORNING
from tests.stories.logbook import LogLines
from tests.stories.test_audit import brief
from tests.stories.theatre import Theatre, open_theatre


async def spend(theatre: Theatre, login: str = "stan") -> None:
    """Let somebody type as many commands as are looked at."""
    for _ in range(MOST):
        comment = await theatre.say(getattr(theatre.acme, login), "/release 6.6.6")
        assert theatre.reactions(comment) == ["-1"]


@pytest.mark.rule(26)
async def test_after_a_few_commands_no_request_is_made_for_a_stranger_within_the_hour(
    tmp_path: Path, log_lines: LogLines
) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        await spend(theatre)
        before = theatre.request_count
        # Neither another thread nor a review nor other words help.
        pull = await theatre.propose()
        made = theatre.request_count
        assert made > before
        for number in (theatre.feature, pull.number):
            for body in ("/release 6.6.6", "/release nonsense", "/release status\n/release help"):
                assert theatre.reactions(await theatre.say(theatre.acme.stan, body, number)) == []
        review = theatre.acme.stan.submit_review(pull.number, "/release 6.6.6")
        await theatre.settle()
        assert theatre.reactions(review) == []
        assert theatre.request_count == made
        # That is one piece of news, and one row, however often.
        assert [row for row in brief(theatre) if row[2] == "ignored"] == [("stan", "release", "ignored", "too-many")]
        lines = [line for line in log_lines() if line["event"] == "command decided" and line["login"] == "stan"]
        assert [line["decision"] for line in lines] == ["unheard"] * MOST + ["ignored"]
        counted = [line for line in theatre.bot.metrics.render().decode().splitlines() if '"too-many"' in line]
        assert sum(float(line.split()[-1]) for line in counted if "_total{" in line) == 7


async def test_an_hour_later_a_stranger_is_looked_at_again(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        await spend(theatre)
        await theatre.pass_time(WITHIN - timedelta(minutes=1))
        assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 6.6.6")) == []
        await theatre.pass_time(timedelta(minutes=2))
        # What was left alone meanwhile does not make the hour any longer.
        assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 6.6.6")) == ["-1"]
        assert theatre.replies(theatre.feature) == []


async def test_a_stranger_keeps_nobody_else_from_being_heard(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await spend(theatre)
        comment = await theatre.say(theatre.acme.rosa, "/release 1.2.0")
        assert theatre.reactions(comment) == ["-1"]
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


async def test_whoever_may_be_heard_is_never_counted(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        for _ in range(MOST + 2):
            comment = await theatre.say(theatre.acme.tariq, "/release 1.2.0")
            assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()


async def test_somebody_who_is_given_a_role_is_heard_within_the_hour(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        await spend(theatre)
        theatre.acme.repository.collaborators[theatre.acme.stan.user.id] = Grant("write")
        assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 1.2.0")) == []
        await theatre.pass_time(WITHIN)
        assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 1.2.0")) == ["eyes", "rocket"]
        theatre.read_all()


async def test_a_comment_that_is_handled_again_is_not_counted_twice(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        # GitHub takes no reaction for a while, and the same command is tried again and again.
        theatre.sandbox.github.faults.add(When(method="POST", path=r"/reactions$"), unicorn(), times=None)
        first = await theatre.say(theatre.acme.stan, "/release 6.6.6")
        before = theatre.asked("GET", r"/collaborators/stan/permission")
        await theatre.pass_time(timedelta(minutes=10))
        assert theatre.asked("GET", r"/collaborators/stan/permission") - before > MOST
        theatre.sandbox.github.faults.clear()
        await theatre.pass_time(timedelta(minutes=5))
        assert theatre.reactions(first) == ["-1"]
        for _ in range(MOST - 1):
            assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 6.6.6")) == ["-1"]
        assert theatre.reactions(await theatre.say(theatre.acme.stan, "/release 6.6.6")) == []

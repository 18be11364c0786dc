"""How long somebody waits for 👀, and what the bot asks of GitHub for those whom it does not answer.

The whole sandbox and the whole bot share this process and its processor, joined by HTTP on loopback; the engine is the
durable one. The time runs from the comment to the moment at which the sandbox has the reaction: what GitHub itself takes
in between is that of the sandbox.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import VirtualClock
from bot.engine.durable import DurableEngine
from bot.sandbox.people import Person
from bot.sandbox.state.conversation import Comment
from tests.stories.theatre import Theatre, open_theatre

_A_WHILE = timedelta(minutes=1)


class LeapingClock(VirtualClock):
    """The machine's time and what was leapt over: between two commands, so that no rate limit is part of what is measured."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def advance(self, by: timedelta) -> None:
        self._ahead += by


class Watched(list[Any]):
    """The reactions to a comment; ``came`` is told of the first."""

    def __init__(self) -> None:
        super().__init__()
        self.came: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def append(self, reaction: Any) -> None:
        super().append(reaction)
        if reaction.content == "eyes" and not self.came.done():
            self.came.set_result(time.perf_counter())


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from each command to its eyes, in their order of length."""

    waits: tuple[float, ...]

    def wait(self, share: float) -> float:
        """Milliseconds within which this share of the eyes came."""
        return 1000 * self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))]


@asynccontextmanager
async def open_warm(url: str, folder: Path) -> AsyncIterator[Theatre]:
    """A theatre with the engine of this database, in which the bot has its tokens and knows its own name."""
    clock = LeapingClock()
    async with open_theatre(folder, clock=clock, engine=DurableEngine(url)) as theatre:
        await theatre.say(theatre.acme.tariq, "/release help")
        yield theatre
        theatre.read_all()


async def measure_eyes(url: str, samples: int) -> Seen:
    """Let somebody type a command, each in a thread of its own, and wait for the eyes."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_warm(url, Path(folder)) as theatre:
            waits = [await _wait_for_eyes(theatre) for _ in range(samples)]
    return Seen(tuple(sorted(waits)))


async def _wait_for_eyes(theatre: Theatre) -> float:
    number = theatre.open_issue(theatre.acme.mona).number
    began = time.perf_counter()
    comment = theatre.acme.tariq.comment(number, "/release help")
    comment.reactions = watched = Watched()
    async with asyncio.timeout(30):
        came = await watched.came
    await theatre.settle()
    assert theatre.clock is not None
    await theatre.clock.advance(_A_WHILE)
    return came - began


async def count_unanswered(url: str) -> dict[str, int]:
    """The requests for what gets no answer in words; with the tokens at hand."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_warm(url, Path(folder)) as theatre:
            stan = theatre.acme.stan
            counted = {
                "a comment without a command": await _count(theatre, theatre.acme.mona, "Thanks, /release it is."),
                "a stranger's command": await _count(theatre, stan, "/release 1.2.0"),
            }
            for _ in range(5):
                await _count(theatre, stan, "/release 1.2.0")
            counted["a stranger's seventh within the hour"] = await _count(theatre, stan, "/release 1.2.0")
    return counted


async def _count(theatre: Theatre, who: Person, body: str) -> int:
    before = theatre.request_count
    comment: Comment = await theatre.say(who, body)
    assert "eyes" not in theatre.reactions(comment)
    return theatre.request_count - before

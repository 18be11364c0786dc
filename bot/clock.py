"""Time as something a caller hands in, so that tests can live through hours in milliseconds."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The present moment and the way to wait for a later one."""

    def now(self) -> datetime:
        """The present moment, always in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds of this clock's time."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The machine's present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands still until somebody moves it; whoever sleeps on it wakes in the order of the moments due."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """The moment this clock was last moved to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved this many seconds on; zero gives way to other tasks once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._order), awake))
        await awake

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment somebody sleeps for, if anybody does."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def advance(self, by: timedelta) -> None:
        """Move on by this much, stopping at every moment somebody sleeps for so that they act in order."""
        await self.advance_to(self._now + by)

    async def advance_to(self, moment: datetime) -> None:
        """Move on to this moment (never back), waking sleepers on the way and letting each act before the next."""
        while (due := self.next_due) is not None and due <= moment:
            self._now = max(self._now, due)
            _, _, awake = heapq.heappop(self._sleepers)
            awake.set_result(None)
            await _let_others_act()
        self._now = max(self._now, moment)
        await _let_others_act()


async def _let_others_act() -> None:
    # A woken task needs a few turns of the loop before it has done what it does without waiting again.
    for _ in range(10):
        await asyncio.sleep(0)

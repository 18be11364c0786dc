"""Stories that last for hours: a clock that stands still until the story moves it, and never makes anybody wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.clock import VirtualClock

MORNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class HurriedClock:
    """The same time for somebody in the middle of their work: a pause moves the clock, since nobody else would."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """The moment the clock was last moved to."""
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        """Move the clock by this much."""
        await self._clock.advance(timedelta(seconds=seconds))


class _Settles(Protocol):
    async def settle(self, seconds: float = 60) -> None: ...


async def pass_time(theatre: _Settles, clock: VirtualClock, by: timedelta) -> None:
    """Let time go by: whatever falls due meanwhile happens at its moment, and settles before time goes on."""
    await theatre.settle()
    end = clock.now() + by
    while (due := clock.next_due) is not None and due <= end:
        await clock.advance_to(due)
        await theatre.settle()
    await clock.advance_to(end)
    await theatre.settle()

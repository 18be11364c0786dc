"""The clock that tests move by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.clock import SystemClock, VirtualClock


async def test_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(datetime(2026, 5, 1, tzinfo=UTC))
    await asyncio.sleep(0.01)
    assert clock.now() == datetime(2026, 5, 1, tzinfo=UTC)
    await clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 5, 1, 1, tzinfo=UTC)


async def test_wakes_sleepers_in_the_order_of_their_moments_each_at_its_own() -> None:
    clock = VirtualClock()
    start = clock.now()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, (clock.now() - start).total_seconds()))

    tasks = [
        asyncio.create_task(sleep("a", 3)),
        asyncio.create_task(sleep("b", 1, 1)),
        asyncio.create_task(sleep("c", 9)),
    ]
    await asyncio.sleep(0)
    await clock.advance(timedelta(seconds=5))
    assert woken == [("b", 1), ("b", 2), ("a", 3)]
    assert clock.next_due == start + timedelta(seconds=9)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert clock.next_due is None


async def test_never_goes_back() -> None:
    clock = VirtualClock()
    start = clock.now()
    await clock.advance(timedelta(seconds=5))
    await clock.advance_to(start)
    assert clock.now() == start + timedelta(seconds=5)


async def test_sleeping_no_time_gives_way_and_returns() -> None:
    await asyncio.wait_for(VirtualClock().sleep(0), 1)


async def test_the_systems_clock_is_in_utc_and_moves() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.01)
    assert before.tzinfo is UTC
    assert clock.now() - before >= timedelta(milliseconds=9)

"""What only the engine in memory does: its periodic work goes by the clock that the test moves."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from tests.engine.support import Recorder

MINUTE = timedelta(minutes=1)


async def test_periodic_work_begins_each_period_and_idle_waits_for_it() -> None:
    clock, done = VirtualClock(), list[int]()

    async def act() -> None:
        await asyncio.sleep(0.05)
        done.append(len(done))
        raise RuntimeError("boom")

    engine = MemoryEngine(clock=clock)
    engine.every("act", MINUTE, act)
    await engine.start(Recorder())
    await engine.idle()
    await clock.advance(MINUTE - timedelta(seconds=1))
    await engine.idle()
    assert done == []
    await clock.advance(timedelta(seconds=1))
    await engine.idle()
    assert done == [0]
    # The second begins while the first still runs.
    await clock.advance(2 * MINUTE)
    await engine.idle()
    assert done == [0, 1, 2]
    await engine.stop()


async def test_a_kill_ends_periodic_work_where_it_stands() -> None:
    clock, ended = VirtualClock(), list[str]()

    async def act() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cut off")
            raise

    engine = MemoryEngine(clock=clock)
    engine.every("act", MINUTE, act)
    await engine.start(Recorder())
    await engine.idle()
    await clock.advance(MINUTE)
    await engine.kill()
    assert ended == ["cut off"]

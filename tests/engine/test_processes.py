"""Processes that die, at both databases: what they had accepted is done, and what they had begun is done again."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest

from bot.engine import EngineUnavailableError
from tests.engine.processes import Spawn, kill, list_handled, read_line
from tests.engine.support import GADGET, WIDGET, DatabaseBench, Recorder, Starter, delivery

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(on_both: DatabaseBench) -> DatabaseBench:
    return on_both


async def test_every_delivery_accepted_before_a_kill_is_handled_after_it(
    spawn: Spawn, bench: DatabaseBench, start: Starter, tmp_path: Path
) -> None:
    journal = tmp_path / "handled"
    process = await spawn(bench.url, journal, "accept")
    accepted = [await read_line(process) for _ in range(60)]
    await kill(process)

    seen = Recorder()
    engine = await start(seen)
    await engine.idle()
    await engine.stop()
    handled = Counter([*list_handled(journal), *seen.guids])
    assert set(accepted) <= set(handled)
    # Only what was running in one of the two lanes when the process died may have begun twice.
    assert sum(handled.values()) - len(handled) <= 2


async def test_a_run_under_way_when_the_process_was_killed_is_done_again(
    spawn: Spawn, bench: DatabaseBench, start: Starter, tmp_path: Path
) -> None:
    process = await spawn(bench.url, tmp_path / "handled", "hang")
    assert await read_line(process) == "running"
    await kill(process)

    async def wake_another(_: object) -> None:
        await engine.wake(GADGET)

    # What is recovered runs while the engine is still starting, and may use it.
    seen = Recorder(on_delivery=wake_another)
    engine = await start(seen)
    await engine.idle()
    assert seen.guids == ["hanging"]
    assert sorted(ref.id for ref in seen.reconciled) == [WIDGET.id, GADGET.id]
    assert await engine.list_dead_letters() == []
    await engine.stop()


async def test_work_that_kills_its_process_again_and_again_becomes_a_dead_letter(
    spawn: Spawn, bench: DatabaseBench, start: Starter, tmp_path: Path
) -> None:
    journal = tmp_path / "handled"
    for _ in range(8):
        process = await spawn(bench.url, journal, "suicide", "0.2")
        if await process.wait() != -signal.SIGKILL:
            break
    else:
        pytest.fail("the poison was never parked")
    # The first attempt, and four recoveries.
    assert list_handled(journal) == ["poison"] * 5

    seen = Recorder()
    engine = await start(seen)
    [letter] = await engine.list_dead_letters()
    assert (letter.id, letter.repository) == ("poison", WIDGET)
    await engine.accept(delivery("healthy"))
    await engine.idle()
    assert seen.guids == ["healthy"]
    assert await engine.accept(delivery("poison"))
    await engine.idle()
    assert seen.guids == ["healthy", "poison"]
    assert await engine.list_dead_letters() == []
    await engine.stop()


async def test_sigterm_lets_running_work_finish(
    spawn: Spawn, bench: DatabaseBench, start: Starter, tmp_path: Path
) -> None:
    journal = tmp_path / "handled"
    process = await spawn(bench.url, journal, "slow")
    assert await read_line(process) == "running"
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert list_handled(journal) == ["slow"]


async def test_pitfall_two_executors_of_one_name_a_second_process_is_kept_away_from_a_file(
    sqlite: str, tmp_path: Path, spawn: Spawn
) -> None:
    process = await spawn(sqlite, tmp_path / "handled", "hang")
    assert await read_line(process) == "running"
    with pytest.raises(EngineUnavailableError, match="another process works on this database"):
        await DatabaseBench(sqlite).create().start(Recorder())
    await kill(process)
    engine = DatabaseBench(sqlite).create()
    await engine.start(Recorder())
    await engine.stop()

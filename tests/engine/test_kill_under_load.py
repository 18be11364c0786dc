"""``kill -9`` under load: whatever was answered with 202 is handled, and hardly anything twice.

The contract: a delivery that was answered with 202 is begun at least once, and again only if its process died while it
was under way; so many are under way in a process at most as it has places.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout

from bot.engine.shares import PLACES
from tests.bench.load import send
from tests.bench.payloads import list_requests
from tests.engine.processes import kill, list_handled, read_line
from tests.engine.support import DatabaseBench

SERVER = Path(__file__).with_name("server.py")
CONNECTIONS = 16
COMMANDS = "stored: a command"
DELIVERIES = 300
"""How many are answered in the life of a process, which is then killed with most of them before it."""

pytestmark = pytest.mark.slow


@asynccontextmanager
async def serving(url: str, journal: Path, port: int = 0) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), url, str(journal), str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process, int(await read_line(process))
    finally:
        await kill(process)


async def wait_until_answered(accepted: set[str], number: int) -> None:
    """So many, however fast the machine is: all of them are worked off in the end, which takes longer than taking them."""
    deadline = time.monotonic() + 30
    while len(accepted) < number:
        assert time.monotonic() < deadline, f"only {len(accepted)} answers"
        await asyncio.sleep(0.01)


async def wait_until_idle(port: int) -> None:
    async with (
        ClientSession(timeout=ClientTimeout(300)) as session,
        session.get(f"http://127.0.0.1:{port}/idle") as got,
    ):
        assert got.status == 200


async def wait_until_handled(accepted: set[str], journals: list[Path]) -> None:
    """Idle does not count what waits for its turn, because its installation has taken its share of the lanes."""
    for _ in range(300):
        if accepted <= {guid for journal in journals for guid in list_handled(journal)}:
            return
        await asyncio.sleep(0.2)


def judge(what: str, accepted: set[str], journals: list[Path], deaths: int) -> None:
    handled = Counter(guid for journal in journals for guid in list_handled(journal))
    lost = accepted - set(handled)
    again = sum(handled.values()) - len(handled)
    print(f"{what}: {len(accepted)} answered with 202, {len(lost)} lost, {again} begun twice by {deaths} kills")
    assert accepted
    assert not lost
    assert max(handled.values()) <= 1 + deaths
    assert again <= deaths * PLACES


async def test_whatever_was_answered_is_handled_after_kills(on_both: DatabaseBench, tmp_path: Path) -> None:
    journal, accepted = tmp_path / "handled", set[str]()
    for life in range(1, 4):
        async with serving(on_both.url, journal) as (process, port):
            loading = asyncio.create_task(send(port, list_requests(COMMANDS), CONNECTIONS, 60, remember=accepted.add))
            await wait_until_answered(accepted, life * DELIVERIES)
            await kill(process)
            await loading
    async with serving(on_both.url, journal) as (_, port):
        await wait_until_idle(port)
        await wait_until_handled(accepted, [journal])
    judge(on_both.url.partition(":")[0], accepted, [journal], deaths=3)


async def test_of_two_replicas_one_is_killed(postgresql: str, tmp_path: Path) -> None:
    journals, accepted = [tmp_path / "one", tmp_path / "two"], set[str]()
    async with serving(postgresql, journals[0]) as (dying, one), serving(postgresql, journals[1]) as (_, two):
        loads = [
            asyncio.create_task(send(port, list_requests(COMMANDS), CONNECTIONS // 2, seconds, remember=accepted.add))
            for port, seconds in ((one, 60), (two, 2))
        ]
        await wait_until_answered(accepted, 2 * DELIVERIES)
        killed = time.monotonic()
        await kill(dying)
        await asyncio.gather(*loads)
        await wait_until_idle(two)
        await wait_until_handled(accepted, journals)
        print(f"all lanes were idle {time.monotonic() - killed:.1f} s after the kill")
    judge("two replicas", accepted, journals, deaths=1)

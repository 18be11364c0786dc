"""Starting and killing processes that run ``process.py``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PROCESS = Path(__file__).with_name("process.py")


Spawn = Callable[..., Awaitable[asyncio.subprocess.Process]]


@asynccontextmanager
async def spawning() -> AsyncIterator[Spawn]:
    """Gives what starts processes; none of them outlives the context."""
    started: list[asyncio.subprocess.Process] = []

    async def spawn(url: str, journal: Path, *words: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROCESS), url, str(journal), *words, stdout=asyncio.subprocess.PIPE
        )
        started.append(process)
        return process

    try:
        yield spawn
    finally:
        for process in started:
            await kill(process)


async def read_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def kill(process: asyncio.subprocess.Process) -> None:
    """As ``kill -9`` does, with whatever it still had to say read to the end."""
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdout is not None:
        await process.stdout.read()
    await process.wait()


def list_handled(journal: Path) -> list[str]:
    """The GUIDs in the file that a process wrote, in the order in which they were handled."""
    return [line.split()[0] for line in journal.read_text().splitlines()]

"""A process with a durable engine, for tests that kill it: ``process.py URL FILE accept|hang|suicide|slow``.

Each handled GUID is appended to FILE; what the test waits for is printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.engine.durable import DurableEngine
from bot.engine.protocol import Delivery
from bot.github.facts import RepositoryRef
from tests.engine.support import GADGET, WIDGET, delivery


class Logbook:
    """Handlers that append to a file, and then do what the test is about."""

    def __init__(self, file: Path, mode: str) -> None:
        self._file = file
        self._mode = mode

    async def handle_delivery(self, handled: Delivery) -> None:
        if self._mode in {"hang", "slow"}:
            print("running", flush=True)
            await asyncio.sleep(1 if self._mode == "slow" else 3600)
        with self._file.open("a") as file:
            file.write(handled.guid + "\n")
            file.flush()
            os.fsync(file.fileno())
        if self._mode == "suicide":
            os.kill(os.getpid(), signal.SIGKILL)

    async def reconcile(self, _: RepositoryRef) -> None:
        await asyncio.Event().wait()


async def main(url: str, file: Path, mode: str) -> None:
    engine = DurableEngine(url, poll=timedelta(milliseconds=30))
    file.touch()  # noqa: ASYNC240 (nothing else runs yet)
    await engine.start(Logbook(file, mode))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if mode == "accept":
        for number in range(10_000):
            guid = f"g-{number}"
            await engine.accept(delivery(guid, (WIDGET, GADGET)[number % 2]))
            print(guid, flush=True)
    if mode == "suicide":
        await engine.accept(delivery("poison"))
        await engine.idle()
        stop.set()
    if mode == "slow":
        await engine.accept(delivery("slow"))
    if mode == "hang":
        await engine.wake(WIDGET)
        await engine.accept(delivery("hanging", GADGET))
    await stop.wait()
    await engine.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))

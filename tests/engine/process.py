"""A process with a durable engine, for tests that kill it: ``process.py URL FILE MODE [LOOK]``.

Each handled GUID is appended to FILE, with the moment its handling began and ended; what the test waits for is printed.
LOOK is how often the engine looks after other processes, in seconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.engine.durable import DurableEngine
from bot.engine.protocol import Delivery
from bot.github.facts import RepositoryRef
from tests.engine.support import GADGET, WIDGET, delivery

LANES = [RepositoryRef(7, 300 + number, f"acme/lane{number}") for number in range(4)]


class Logbook:
    """Handlers that append to a file, and then do what the test is about."""

    def __init__(self, file: Path, mode: str) -> None:
        self._file = file
        self._mode = mode

    async def give_up(self, delivery: Delivery) -> None: ...

    async def handle_delivery(self, handled: Delivery) -> None:
        began = time.time()
        if self._mode in {"hang", "slow"}:
            print("running", flush=True)
            await asyncio.sleep(1 if self._mode == "slow" else 3600)
        if self._mode == "share":
            await asyncio.sleep(0.02)
        self._write(handled.guid, handled.repository.id, began)
        if self._mode == "suicide":
            os.kill(os.getpid(), signal.SIGKILL)

    async def reconcile(self, repository: RepositoryRef) -> None:
        if self._mode == "wake":
            self._write("wake-up", repository.id, time.time())
            return
        await asyncio.Event().wait()

    def _write(self, name: str, lane: int, began: float) -> None:
        with self._file.open("a") as file:
            file.write(f"{name} {lane} {began:.6f} {time.time():.6f}\n")
            file.flush()
            os.fsync(file.fileno())


async def accept(engine: DurableEngine) -> None:
    """Accept one delivery after the other, and say so, until killed."""
    for number in range(10_000):
        guid = f"g-{number}"
        await engine.accept(delivery(guid, (WIDGET, GADGET)[number % 2]))
        print(guid, flush=True)


async def share(engine: DurableEngine) -> None:
    """Accept forty deliveries for four lanes, the same ones as every other process."""
    new = [await engine.accept(delivery(f"g-{number}", LANES[number % 4])) for number in range(40)]
    print(sum(new), flush=True)


async def wake(engine: DurableEngine) -> None:
    """Wake one lane again and again."""
    for _ in range(20):
        await engine.wake(WIDGET)
    print("woken", flush=True)


async def hang(engine: DurableEngine) -> None:
    """Begin work that never ends."""
    await engine.wake(WIDGET)
    await engine.accept(delivery("hanging", GADGET))


async def suicide(engine: DurableEngine) -> None:
    """Accept work that kills its process, and end well if it is left alone at last."""
    await engine.accept(delivery("poison"))
    await engine.idle()
    os.kill(os.getpid(), signal.SIGTERM)


async def slow(engine: DurableEngine) -> None:
    """Begin work that takes a second."""
    await engine.accept(delivery("slow"))


MODES: dict[str, Callable[[DurableEngine], Awaitable[None]]] = {
    "accept": accept,
    "share": share,
    "wake": wake,
    "hang": hang,
    "slow": slow,
    "suicide": suicide,
}


async def main(url: str, file: Path, mode: str, look: float) -> None:
    engine = DurableEngine(url, poll=timedelta(milliseconds=30), look=timedelta(seconds=look))
    file.touch()  # noqa: ASYNC240 (nothing else runs yet)
    await engine.start(Logbook(file, mode))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await MODES[mode](engine)
    await stop.wait()
    await engine.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]) if len(sys.argv) > 4 else 2.0))

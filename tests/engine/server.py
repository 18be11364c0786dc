"""The webhook before a durable engine, in a process that tests load and kill: ``server.py URL FILE PORT``.

Each handled GUID is appended to FILE and on disk before its handling ends.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.clock import SystemClock
from bot.engine import Delivery
from bot.engine.durable import DurableEngine
from bot.github.facts import RepositoryRef
from bot.github.tokens import Secret
from bot.intake.events import AppIdentity
from bot.intake.webhook import Webhook
from tests.bench.payloads import SECRET


class Logbook:
    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def give_up(self, delivery: Delivery) -> None: ...

    async def handle_delivery(self, handled: Delivery) -> None:
        os.write(self._file, f"{handled.guid} {handled.repository.id} 0 0\n".encode())
        # Long enough that a kill meets work under way.
        await asyncio.sleep(0.01)

    async def reconcile(self, _: RepositoryRef) -> None: ...


async def main(url: str, file: Path, port: int) -> None:
    engine = DurableEngine(url)
    webhook = Webhook(engine, [Secret(SECRET)], lambda: AppIdentity(42), SystemClock())
    app = web.Application()

    async def wait_until_idle(_: web.Request) -> web.Response:
        await engine.idle(timedelta(minutes=5))
        return web.Response()

    app.add_routes([web.post("/webhook", webhook.receive), web.get("/idle", wait_until_idle)])
    listening = socket.create_server(("127.0.0.1", port))
    await engine.start(Logbook(file))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    print(listening.getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))

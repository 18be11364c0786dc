"""The whole bot, but for its handlers, which do nothing: what is measured is the way of a delivery into the engine."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web

from bot.app import create_app
from bot.composition import Bot
from bot.engine import Delivery, Handlers
from bot.github.facts import RepositoryRef
from bot.observability.logs import configure_logs
from bot.serving import run
from bot.settings.operator import read_operator_settings


class Idle:
    async def give_up(self, _: Delivery) -> None: ...

    async def handle_delivery(self, _: Delivery) -> None: ...

    async def reconcile(self, _: RepositoryRef) -> None: ...


async def wait_until_idle(_: web.Request) -> web.Response:
    await bot.engine.idle(timedelta(minutes=5))
    return web.Response(text="idle\n")


@asynccontextmanager
async def open_nothing() -> AsyncIterator[Handlers]:
    yield Idle()


if __name__ == "__main__":
    settings = read_operator_settings()
    configure_logs(settings.log_level, settings.log_format)
    bot = Bot(settings)
    app = create_app(settings, bot.engine, open_nothing, metrics=bot.metrics, identity=bot.identity)
    app.router.add_get("/idle", wait_until_idle)
    run(app, socket.create_server(("127.0.0.1", settings.port)))

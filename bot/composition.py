"""Putting the bot together from its settings: the one place that knows every room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.app import create_app
from bot.clock import Clock, SystemClock
from bot.engine import Engine, Handlers
from bot.engine.durable import DurableEngine
from bot.first_work import FirstWork
from bot.github.client import GitHub
from bot.github.transport import AiohttpTransport, open_session
from bot.index.transport import AiohttpTransport as IndexTransport
from bot.intake.events import AppIdentity
from bot.intake.sweep import EVERY, Sweep
from bot.observability.metrics import Metrics
from bot.settings.operator import OperatorSettings


class Bot:
    """One bot: its engine, and what its handlers need, opened when the application starts."""

    def __init__(self, settings: OperatorSettings, *, engine: Engine | None = None, clock: Clock | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.clock: Clock = clock or SystemClock()
        self.engine: Engine = engine or DurableEngine(settings.database_url.reveal(), observe=self.metrics.count_job)
        self._handlers: FirstWork | None = None
        self._sweep: Sweep | None = None
        self.engine.every("sweep", EVERY, self.sweep)

    async def sweep(self) -> None:
        """Heal what never came. Nothing happens while the bot is not running."""
        if self._sweep is not None:
            await self._sweep.act()

    def identity(self) -> AppIdentity:
        """Who we are in a payload, as far as GitHub has told yet."""
        login = self._handlers.bot_login if self._handlers else None
        return AppIdentity(self.settings.app_id, login)

    @asynccontextmanager
    async def open_handlers(self) -> AsyncIterator[Handlers]:
        """The handlers, with the connections to GitHub and the package index that they use."""
        settings, clock = self.settings, self.clock
        async with open_session() as to_github, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as to_index:
            github = GitHub(
                settings.app_id,
                settings.private_key.reveal(),
                settings.github_api,
                AiohttpTransport(to_github),
                user_agent=settings.user_agent,
                clock=clock,
                on_exchange=self.metrics.count_exchange,
                replicas=lambda: self.engine.replicas,
            )
            count = self.metrics.count_command
            self._handlers = FirstWork(settings, self.engine, github, IndexTransport(to_index), clock, count)
            self._sweep = Sweep(self.engine, github, settings.app_id, clock)
            yield self._handlers

    async def _sweep_after_start(self, _: web.Application) -> AsyncIterator[None]:
        """What went on while nobody was here cannot wait for the first period; answering webhooks does not wait for it."""
        if self._sweep is None:
            raise RuntimeError("the handlers are opened first")
        self.first_sweep = asyncio.create_task(self._sweep.begin())
        yield
        self.first_sweep.cancel()
        await asyncio.gather(self.first_sweep, return_exceptions=True)

    def build_app(self) -> web.Application:
        """The application: starting it starts the engine, then sweeps."""
        app = create_app(
            self.settings,
            self.engine,
            self.open_handlers,
            metrics=self.metrics,
            clock=self.clock,
            identity=self.identity,
        )
        app.cleanup_ctx.append(self._sweep_after_start)
        return app


def build_app(settings: OperatorSettings) -> web.Application:
    """The application that ``aweigh serve`` runs."""
    return Bot(settings).build_app()

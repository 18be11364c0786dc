"""The bot as an aiohttp application: its routes, and the order in which its parts start and stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final, TypeAlias

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.engine import Engine, EngineUnavailableError, Handlers
from bot.intake.events import AppIdentity
from bot.intake.webhook import LARGEST_BODY, Webhook
from bot.observability.metrics import Metrics
from bot.settings.operator import OperatorSettings

OpenHandlers: TypeAlias = Callable[[], AbstractAsyncContextManager[Handlers]]
"""Opens what the handlers need (connections) and gives the handlers; left once the engine has stopped."""

_PROBE_KEPT: Final = 1.0


def create_app(
    settings: OperatorSettings,
    engine: Engine,
    open_handlers: OpenHandlers,
    *,
    metrics: Metrics | None = None,
    clock: Clock | None = None,
    identity: Callable[[], AppIdentity] | None = None,
) -> web.Application:
    """The application of one bot. ``identity`` tells who we are in payloads, as far as it is known at that moment.

    Starting the application starts the engine; cleaning it up drains the engine, then closes the handlers.
    """
    figures = metrics or Metrics()
    time = clock or SystemClock()
    webhook = Webhook(
        engine,
        settings.webhook_secrets,
        identity or (lambda: AppIdentity(settings.app_id)),
        time,
        figures.count_delivery,
    )
    app = web.Application(client_max_size=LARGEST_BODY)
    health = Health(engine, figures, time)
    app.add_routes(
        [
            web.post("/webhook", webhook.receive),
            web.get("/healthz", health.alive),
            web.get("/readyz", health.ready),
            web.get("/metrics", health.figures),
        ]
    )

    async def run_engine(_: web.Application) -> AsyncIterator[None]:
        async with open_handlers() as handlers:
            await engine.start(handlers)
            try:
                yield
            finally:
                await engine.stop()

    app.cleanup_ctx.append(run_engine)
    return app


class Health:
    """What an orchestrator asks: is the process alive, can it work, how is it doing."""

    def __init__(self, engine: Engine, metrics: Metrics, clock: Clock) -> None:
        self._engine = engine
        self._metrics = metrics
        self._clock = clock
        self._probed: tuple[float, str | None] | None = None

    async def alive(self, _: web.Request) -> web.Response:
        """200 as long as the process answers at all."""
        return web.Response(text="alive\n")

    async def ready(self, _: web.Request) -> web.Response:
        """200 when deliveries can be made durable, else 503 with the reason."""
        problem = await self._find_problem()
        return web.Response(text="ready\n") if problem is None else web.Response(status=503, text=f"{problem}\n")

    async def figures(self, _: web.Request) -> web.Response:
        """The figures in Prometheus's text format."""
        # The other figures are worth most when the database is away.
        with suppress(EngineUnavailableError):
            self._metrics.set_dead_letters(len(await self._engine.list_dead_letters()))
        return web.Response(
            body=self._metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def _find_problem(self) -> str | None:
        # A probe costs a commit, and anybody can ask: one answer serves everyone for a second.
        now = self._clock.now().timestamp()
        if self._probed is None or not 0 <= now - self._probed[0] < _PROBE_KEPT:
            try:
                await self._engine.probe()
                self._probed = (now, None)
            except EngineUnavailableError as unavailable:
                self._probed = (now, str(unavailable))
        return self._probed[1]

"""The handlers, loaded when there is something to do for the first time.

What works on releases (projects, workflows, changelogs, sentences) is a third of the program. A bot of an organisation
that does not release today only keeps deliveries, and needs none of it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.engine import Delivery, Engine
from bot.github.client import GitHub
from bot.github.facts import RepositoryRef
from bot.index.addresses import PYPI
from bot.index.client import IndexClient
from bot.index.transport import Transport
from bot.settings.operator import OperatorSettings

if TYPE_CHECKING:
    from bot.handlers import LaneHandlers


class FirstWork:
    """The engine's handlers, as ``Handlers`` describes them."""

    def __init__(
        self,
        settings: OperatorSettings,
        engine: Engine,
        github: GitHub,
        to_index: Transport,
        clock: Clock,
        count: Callable[[str, str, str], None],
    ) -> None:
        """``count`` is told of every decision about a command."""
        self._settings, self._engine, self._github, self._clock = settings, engine, github, clock
        self._to_index, self._count = to_index, count
        self._loading = asyncio.Lock()
        self._handlers: LaneHandlers | None = None

    @property
    def bot_login(self) -> str | None:
        """The login of our bot account, once GitHub was asked for it."""
        return self._handlers.bot_login if self._handlers else None

    async def handle_delivery(self, delivery: Delivery) -> None:
        """See ``Handlers``."""
        await (await self._get()).handle_delivery(delivery)

    async def give_up(self, delivery: Delivery) -> None:
        """See ``Handlers``."""
        await (await self._get()).give_up(delivery)

    async def reconcile(self, repository: RepositoryRef) -> None:
        """See ``Handlers``."""
        await (await self._get()).reconcile(repository)

    async def _get(self) -> LaneHandlers:
        async with self._loading:
            if self._handlers is None:
                if "bot.handlers" not in sys.modules:
                    # It takes a good part of a second of computing, for which nobody's delivery has to wait.
                    await asyncio.to_thread(importlib.import_module, "bot.handlers")
                    gc.freeze()
                self._handlers = self._open()
            return self._handlers

    def _open(self) -> LaneHandlers:
        from bot.handlers import LaneHandlers  # noqa: PLC0415 (see above)
        from bot.publishing.kept_trust import KeptTrust  # noqa: PLC0415
        from bot.release.evidence import Evidence  # noqa: PLC0415

        settings = self._settings
        index = settings.known_indexes[PYPI.name]
        client = IndexClient(index, self._to_index, user_agent=settings.user_agent)
        trust = KeptTrust(settings.trusted_root, self._clock)
        evidence = Evidence(client, trust.get, web_base=settings.github_web, issuer=settings.oidc_issuer)
        return LaneHandlers(self._engine, self._github, evidence, self._clock, self._count)

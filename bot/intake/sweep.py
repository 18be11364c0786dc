"""The sweep: heals what never came.

Every few minutes it has failed deliveries made again and reads what was said in repositories with a release under way;
its cost follows the releases in flight, and without any it is one request. What that cannot heal, because the database
is new or because we were away, the recovery sweep finds from GitHub alone.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.engine.protocol import Engine, EngineUnavailableError
from bot.github.client import GitHub
from bot.github.errors import GitHubError
from bot.intake.account import Account
from bot.intake.failed_deliveries import FailedDeliveries
from bot.intake.lost_comments import LostComments
from bot.intake.recovery import Recovery

EVERY: Final = timedelta(minutes=5)
AWAY: Final = timedelta(minutes=15)
"""Without a sweep for so long we take it that we were away; a deploy or a restart is over sooner."""

NOTE: Final = "sweep"

log = structlog.get_logger(__name__)


class Sweep:
    """One process's sweeps. Two at a time do no harm, not even in two processes: whatever they find is found once."""

    def __init__(self, engine: Engine, github: GitHub, app_id: int, clock: Clock) -> None:
        account = Account(github)
        self._engine, self._clock = engine, clock
        self._deliveries = FailedDeliveries(engine, github, clock)
        self._comments = LostComments(engine, github, account, clock)
        self._recovery = Recovery(engine, github, app_id, account, self._comments, clock)
        self._sweeping = False

    async def begin(self) -> None:
        """Sweep right after the start, unless another sweep was made just before: by this bot's last life, or a replica.

        Raises nothing: the next period tries again.
        """
        try:
            if await self._is_due():
                await self.act()
        except EngineUnavailableError as unavailable:
            log.warning("not swept", cause=str(unavailable))

    async def act(self) -> None:
        """Sweep once. Nothing happens while the last one still goes on. Raises EngineUnavailableError."""
        if self._sweeping:
            return
        self._sweeping = True
        try:
            await self._act()
        finally:
            self._sweeping = False

    async def _act(self) -> None:
        began = self._clock.now()
        last = await self._find_last()
        heard = await _is_through(self._deliveries.sweep(), "deliveries")
        await _is_through(self._comments.sweep(), "comments")
        # Noted before a pass is begun upon it: killed in the middle of the pass, the next life goes on with it.
        await self._recovery.begin(away=last is not None and began - last > AWAY)
        if heard:
            await self._engine.notes().record(NOTE, {"at": began.isoformat()})
            await _is_through(self._recovery.go_on(), "recovery")

    async def _is_due(self) -> bool:
        last = await self._find_last()
        return last is None or self._clock.now() - last >= EVERY

    async def _find_last(self) -> datetime | None:
        note = await self._engine.notes().find(NOTE)
        return datetime.fromisoformat(note.value["at"]) if note else None


async def _is_through(work: Awaitable[None], part: str) -> bool:
    """Whether a part of the sweep was done; GitHub being away, or asking us to wait, is for the next sweep to try again."""
    try:
        await work
    except GitHubError as error:
        log.warning("sweep cut short", part=part, cause=str(error))
        return False
    return True

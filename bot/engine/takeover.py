"""Looking after the other processes on the database: when one is gone, its jobs go back to the queue.

Without it a job of a dead process would count as running for ever, and block its lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.engine.executor import Executor
from bot.engine.jobs import Jobs
from bot.engine.presence import Presence
from bot.engine.retries import describe

log = structlog.get_logger(__name__)


class Takeover:
    """Looks around at each period, until it is stopped."""

    def __init__(
        self, presence: Presence, jobs: Jobs, executor: Executor, period: timedelta, heal: Callable[[], Awaitable[None]]
    ) -> None:
        """``heal`` is called after the database was away: what ended in that time could not be written down."""
        self._presence = presence
        self._jobs = jobs
        self._executor = executor
        self._period = period
        self._heal = heal
        self._task: asyncio.Task[None] | None = None
        # Its own thread, so that a database that does not answer keeps nobody else waiting.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="takeover")

    def start(self) -> None:
        """Begin to look around."""
        self._task = asyncio.create_task(self._look_around_for_ever())

    async def stop(self) -> None:
        """Stop looking around; a look under way is waited for."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._thread.shutdown)

    async def _look_around_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._period.total_seconds())
            try:
                if await asyncio.get_running_loop().run_in_executor(self._thread, self._look_around):
                    await self._heal()
            except Exception as error:  # noqa: BLE001 (the next look may find the database there again)
                log.warning("could not look after other processes", cause=describe(error))

    def _look_around(self) -> bool:
        return self._presence.look_after(self._jobs.list_owners, self._executor.recover)

"""Running jobs: DBOS as this process's executor of the queue that ``jobs`` fills.

The settings below each answer something DBOS 3.4 does otherwise: its version of an application is a hash of the source,
and queued jobs of another version would never run again; its serializer is pickle, which lets whoever can write to the
database run code here; its polling is once a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from bot.engine.jobs import APPLICATION, VERSION, Jobs
from bot.engine.protocol import EngineUnavailableError
from bot.engine.schedule import crontab

_MOST_CRASHES: Final = 4
_PERIODIC: Final = "every:"

log = structlog.get_logger(__name__)

Delivering = Callable[[str, str], Awaitable[None]]
Running = Callable[[str, int, str], Awaitable[None]]
Periodic = Mapping[str, tuple[timedelta, Callable[[], Awaitable[None]]]]


class Executor:
    """Takes jobs from the queue and runs them. One per process: DBOS is a singleton."""

    _opened = False

    def __init__(self, database: sa.Engine, jobs: Jobs, owner: str) -> None:
        """``owner`` is the name under which this process runs jobs."""
        self._database = database
        self._jobs = jobs
        self._owner = owner
        self._running: set[asyncio.Task[Any]] = set()
        self._acting: list[str] = []
        self._parked: set[asyncio.Task[Any]] = set()
        self._closing = self._mine = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="executor")

    async def open(self, handle: Delivering, reconcile: Running, periodic: Periodic) -> None:
        """Recover the jobs of an earlier process of this owner's name, and begin to work.

        Raises EngineUnavailableError when another executor is open in this process. Call ``close`` after any error.
        """
        if Executor._opened:
            raise EngineUnavailableError("another engine of this process is running: DBOS is a singleton")
        Executor._opened = self._mine = True
        DBOS(config=self._config())
        self._register(handle, reconcile)
        schedules = self._register_periodic(periodic)
        # Launched on the loop's own thread, so that jobs run on this loop.
        DBOS.launch()
        await self._blocking(lambda: _apply_schedules(schedules))

    async def close(self, drain: timedelta) -> None:
        """Let jobs end within the time; those cut off run again after the next start."""
        self._closing = True
        if self._mine:
            await self._close(drain)
            Executor._opened = self._mine = False
        self._thread.shutdown()

    async def _close(self, drain: timedelta) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=drain.total_seconds())
        await self._wait_for_outcomes()
        # DBOS goes first: it would record a job that is cancelled under its eyes as failed.
        await self._blocking(lambda: DBOS.destroy(destroy_registry=True))
        cut_off = self._running | self._parked
        for task in cut_off:
            task.cancel()
        await asyncio.gather(*cut_off, return_exceptions=True)

    def list_periodic(self) -> list[str]:
        """The names of the periodic work that runs now."""
        return list(self._acting)

    def recover(self, owner: str) -> None:
        """Put the jobs of another owner, who is gone, back into the queue. Blocks: call it from a thread.

        Private to DBOS, since it sells this elsewhere. Its public way, ``resume_workflows``, forgets how often a job
        has taken its process with it, so that a job that crashes every process would go round for ever.
        """
        DBOS._recover_pending_workflows([owner])  # noqa: SLF001 (see above)

    def _config(self) -> DBOSConfig:
        return {
            "name": APPLICATION,
            "system_database_engine": self._database,
            "application_version": VERSION,
            "executor_id": self._owner,
            "serializer": DBOSPortableJSONSerializer(),
            "use_listen_notify": False,
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": 5.0,
            # Nothing here listens for notifications; stopping waits for the listener's nap all the same.
            "notification_listener_polling_interval_sec": 0.1,
        }

    def _register(self, handle: Delivering, reconcile: Running) -> None:
        @DBOS.workflow(name="delivery", max_recovery_attempts=_MOST_CRASHES)
        async def delivery(guid: str) -> None:
            await self._work(handle(guid, DBOS.workflow_id or ""))

        @DBOS.workflow(name="run", max_recovery_attempts=_MOST_CRASHES)
        async def run(lane: str, number: int) -> None:
            await self._work(reconcile(lane, number, DBOS.workflow_id or ""))

    def _register_periodic(self, periodic: Periodic) -> list[dict[str, Any]]:
        schedules = []
        for name, (period, act) in periodic.items():
            workflow = self._periodic_workflow(name, act)
            schedules.append(
                {"schedule_name": name, "schedule": crontab(period), "workflow_fn": workflow, "context": None}
            )
        return schedules

    def _periodic_workflow(self, name: str, act: Callable[[], Awaitable[None]]) -> Any:
        @DBOS.workflow(name=_PERIODIC + name)
        async def periodic(_scheduled_at: datetime, _context: None) -> None:
            self._acting.append(name)
            try:
                await self._work(act())
            except Exception:
                # The next period tries again; there is nothing that anybody would have to repeat by hand.
                log.exception("periodic work failed", name=name)
            finally:
                self._acting.remove(name)

        return periodic

    async def _work(self, act: Awaitable[None]) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a job runs in a task")
        if self._closing:
            # Taken from the queue while we stop: it must neither run nor end, so that the next start finds it.
            if isinstance(act, Coroutine):
                act.close()
            self._parked.add(task)
            await asyncio.Event().wait()
        self._running.add(task)
        try:
            await act
        finally:
            self._running.discard(task)

    async def _wait_for_outcomes(self) -> None:
        # A job whose coroutine has ended is written down by DBOS a moment later; not waiting would repeat it.
        for _ in range(100):
            try:
                unfinished = await self._blocking(lambda: self._jobs.count_running(self._owner))
            except sa.exc.SQLAlchemyError:
                # Without its database nothing can be written down, and the work is repeated.
                return
            if unfinished <= len(self._running) + len(self._parked):
                return
            await asyncio.sleep(0.01)

    async def _blocking(self, act: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


def _apply_schedules(schedules: list[dict[str, Any]]) -> None:
    # A schedule that an older version left would call a function that is gone.
    names = {schedule["schedule_name"] for schedule in schedules}
    for old in DBOS.list_schedules():
        if old["schedule_name"] not in names:
            DBOS.delete_schedule(old["schedule_name"])
    DBOS.apply_schedules(schedules)  # type: ignore[arg-type]

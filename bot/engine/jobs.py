"""DBOS, and everything this project knows about it: one queue of jobs in which each lane is a partition.

The settings below each answer something DBOS 3.4 does otherwise: its version of an application is a hash of the source,
and queued jobs of another version would never run again; its serializer is pickle, which lets whoever can write to the
database run code here; its polling is once a second; its log handler writes past ours.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions

from bot.engine.protocol import NOW, EngineUnavailableError
from bot.engine.schedule import crontab

_APPLICATION: Final = "aweigh"
_VERSION: Final = "1"
"""Pinned. Raise it only when queued jobs of the old version must not run any more."""
_REPLICA: Final = "local"
_QUEUE: Final = "lanes"
_CONCURRENT_LANES: Final = 16
_MOST_CRASHES: Final = 4
_JOB_RETENTION: Final = timedelta(hours=1)
_PERIODIC: Final = "every:"

log = structlog.get_logger(__name__)

Delivering = Callable[[str, str], Awaitable[None]]
Running = Callable[[str, int, str], Awaitable[None]]
Periodic = Mapping[str, tuple[timedelta, Callable[[], Awaitable[None]]]]


class JobQueue:
    """The queue of jobs on a database. Its methods other than ``open`` and ``close`` block: call them from a thread."""

    _opened = False

    def __init__(self, database: sa.Engine, poll: timedelta) -> None:
        self._database = database
        self._poll = poll
        self._running: set[asyncio.Task[Any]] = set()
        self._parked: set[asyncio.Task[Any]] = set()
        self._closing = self._mine = False
        self._client: DBOSClient | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")

    async def open(self, handle: Delivering, reconcile: Running, periodic: Periodic) -> None:
        """Create what is missing in the database, recover the jobs of an earlier process, and begin to work.

        Raises EngineUnavailableError when another queue is open in this process. Call ``close`` after any other error.
        """
        if JobQueue._opened:
            raise EngineUnavailableError("another engine of this process is running: DBOS is a singleton")
        JobQueue._opened = self._mine = True
        _route_log()
        await self._blocking(self._create_queue)
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
            JobQueue._opened = self._mine = False
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
        if self._client is not None:
            await self._blocking(self._client.destroy)

    @staticmethod
    def name_delivery(guid: str) -> str:
        """A new job's id for a delivery. Names sort by time, which keeps the order within one millisecond."""
        return f"delivery:{time.time_ns()}:{guid}"

    def put_delivery(self, db: sa.Connection, lane: str, guid: str, job: str, after: timedelta = NOW) -> None:
        """Queue a job for a delivery, in the caller's transaction."""
        self._get_client().enqueue_in_transaction(db, self._options("delivery", lane, job, after), guid)

    def put_run(self, db: sa.Connection, lane: str, run: int, after: timedelta = NOW) -> None:
        """Queue the job for this run of a lane, in the caller's transaction; nothing new if it is queued already."""
        job = f"run:{lane}:{run}"
        if after > NOW:
            job += f":{round(time.time() + after.total_seconds())}"
        self._get_client().enqueue_in_transaction(db, self._options("run", lane, job, after), lane, run)

    def list_busy(self) -> list[str]:
        """Ids of jobs that run, wait to run, or are due."""
        # Delayed jobs first: one that falls due between the two looks is then seen twice, not never.
        due = [job for job, _, moment in self.list_delayed() if moment <= datetime.now(UTC)]
        return due + [row.workflow_id for row in self._list(["ENQUEUED", "PENDING"])]

    def list_delayed(self) -> list[tuple[str, str, datetime]]:
        """Id, lane and due time of jobs that fall due later."""
        return [
            (row.workflow_id, row.queue_partition_key or "", _moment(row.delay_until_epoch_ms))
            for row in self._list(["DELAYED"])
        ]

    def list_crashed(self) -> list[str]:
        """Ids of jobs whose process ended under them too often."""
        return [row.workflow_id for row in self._list(["MAX_RECOVERY_ATTEMPTS_EXCEEDED"], queue=None)]

    def list_cut_off(self) -> list[str]:
        """Ids of jobs that ended without an outcome of ours: cancelled from outside, or the database was away."""
        return [row.workflow_id for row in self._list(["ERROR", "CANCELLED"], queue=None)]

    def prune(self) -> None:
        """Delete jobs that ended a while ago; what they stood for lies in our tables."""
        oldest = (datetime.now(UTC) - _JOB_RETENTION).isoformat()
        ended = self._list(["SUCCESS", "ERROR", "CANCELLED"], queue=None, completed_before=oldest, limit=5000)
        if ended:
            self._get_client().delete_workflows([row.workflow_id for row in ended])

    def _get_client(self) -> DBOSClient:
        if self._client is None:
            raise EngineUnavailableError("the queue is not open")
        return self._client

    def _list(self, status: list[str], *, queue: str | None = _QUEUE, **filters: Any) -> list[Any]:
        return self._get_client().list_workflows(
            status=status, queue_name=queue, load_input=False, load_output=False, **filters
        )

    def _options(self, name: str, lane: str, job: str, after: timedelta) -> EnqueueOptions:
        options: EnqueueOptions = {
            "workflow_name": name,
            "queue_name": _QUEUE,
            "workflow_id": job,
            "queue_partition_key": lane,
            "app_version": _VERSION,
        }
        if after > NOW:
            options["delay_seconds"] = after.total_seconds()
        return options

    def _config(self) -> DBOSConfig:
        return {
            "name": _APPLICATION,
            "system_database_engine": self._database,
            "application_version": _VERSION,
            "executor_id": _REPLICA,
            "serializer": DBOSPortableJSONSerializer(),
            "use_listen_notify": False,
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": 5.0,
            # Nothing here listens for notifications; stopping waits for the listener's nap all the same.
            "notification_listener_polling_interval_sec": 0.1,
        }

    def _create_queue(self) -> None:
        # The queue must be there before DBOS starts: one that is added later is noticed only at the next whole second.
        DBOS.migrate(self._database.url.render_as_string(hide_password=False))
        self._client = DBOSClient(
            system_database_engine=self._database,
            serializer=DBOSPortableJSONSerializer(),
            application_name=_APPLICATION,
        )
        self._get_client().register_queue(
            _QUEUE,
            partition_concurrency=1,
            worker_concurrency=_CONCURRENT_LANES,
            polling_interval_sec=self._poll.total_seconds(),
        )

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
            try:
                await self._work(act())
            except Exception:
                # The next period tries again; there is nothing that anybody would have to repeat by hand.
                log.exception("periodic work failed", name=name)

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
        for _ in range(100 if self._client else 0):
            unfinished = await self._blocking(lambda: len(self._list(["PENDING"])))
            if unfinished <= len(self._running) + len(self._parked):
                return
            await asyncio.sleep(0.01)

    async def _blocking(self, act: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


def was_kept(job: str, begun: int | None) -> bool:
    """Whether the job is a wake-up whose promise was kept: a run of its number has begun. Never so for a delivery."""
    kind, _, rest = job.partition(":")
    return kind == "run" and begun is not None and int(rest.split(":")[1]) <= begun


def _route_log() -> None:
    # With a handler in place DBOS adds none of its own, and its lines go where all others go.
    dbos_log = logging.getLogger("dbos")
    if not dbos_log.handlers:
        dbos_log.addHandler(logging.NullHandler())


def _apply_schedules(schedules: list[dict[str, Any]]) -> None:
    # A schedule that an older version left would call a function that is gone.
    names = {schedule["schedule_name"] for schedule in schedules}
    for old in DBOS.list_schedules():
        if old["schedule_name"] not in names:
            DBOS.delete_schedule(old["schedule_name"])
    DBOS.apply_schedules(schedules)  # type: ignore[arg-type]


def _moment(epoch_ms: int | None) -> datetime:
    return datetime.fromtimestamp((epoch_ms or 0) / 1000, UTC)

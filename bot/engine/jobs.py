"""The queue of jobs: putting them in and looking at them, which needs no executor and may be done by any process.

One queue, in which each lane is a partition. This module and ``executor`` hold everything this project knows of DBOS.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions

from bot.engine.protocol import NOW
from bot.engine.shares import PLACES

APPLICATION: Final = "aweigh"
VERSION: Final = "1"
"""Pinned. Raise it only when queued jobs of the old version must not run any more."""
_QUEUE: Final = "lanes"
_JOB_RETENTION: Final = timedelta(hours=1)


class Jobs:
    """The jobs of a database. Every method blocks: call them from a thread."""

    def __init__(self, database: sa.Engine) -> None:
        _route_log()
        self._database = database
        self._client = DBOSClient(
            system_database_engine=database,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def close(self) -> None:
        """Let go of what DBOS holds; the database itself stays open."""
        self._client.destroy()

    def create_queue(self, poll: timedelta) -> None:
        """Create what is missing of DBOS's tables, and the queue, at which executors look this often.

        The queue must be there before an executor starts: one added later is noticed only at the next whole second.
        """
        DBOS.migrate(self._database.url.render_as_string(hide_password=False))
        self._client.register_queue(
            _QUEUE,
            partition_concurrency=1,
            worker_concurrency=PLACES,
            polling_interval_sec=poll.total_seconds(),
        )

    @staticmethod
    def name_delivery(guid: str) -> str:
        """A new job's id for a delivery. Names sort by time, which keeps the order within one millisecond."""
        return f"delivery:{time.time_ns()}:{guid}"

    def put_delivery(self, db: sa.Connection, lane: str, guid: str, job: str, after: timedelta = NOW) -> None:
        """Queue a job for a delivery, in the caller's transaction."""
        self._client.enqueue_in_transaction(db, self._options("delivery", lane, job, after), guid)

    def put_run(self, db: sa.Connection, lane: str, run: int, after: timedelta = NOW) -> None:
        """Queue the job for this run of a lane, in the caller's transaction; nothing new if it is queued already."""
        job = f"run:{lane}:{run}"
        if after > NOW:
            job += f":{round(time.time() + after.total_seconds())}"
        self._client.enqueue_in_transaction(db, self._options("run", lane, job, after), lane, run)

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

    def list_owners(self) -> set[str]:
        """The executors that have taken jobs and not ended them yet, whether they live or not."""
        return {row.executor_id for row in self._list(["PENDING"], queue=None) if row.executor_id}

    def count_running(self, owner: str) -> int:
        """How many jobs this executor has taken and not ended yet."""
        return len(self._list(["PENDING"], executor_id=owner))

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
            self._client.delete_workflows([row.workflow_id for row in ended])

    def _list(self, status: list[str], *, queue: str | None = _QUEUE, **filters: Any) -> list[Any]:
        return self._client.list_workflows(
            status=status, queue_name=queue, load_input=False, load_output=False, **filters
        )

    def _options(self, name: str, lane: str, job: str, after: timedelta) -> EnqueueOptions:
        options: EnqueueOptions = {
            "workflow_name": name,
            "queue_name": _QUEUE,
            "workflow_id": job,
            "queue_partition_key": lane,
            "app_version": VERSION,
        }
        if after > NOW:
            options["delay_seconds"] = after.total_seconds()
        return options


def _route_log() -> None:
    """Have DBOS tell our log what is wrong, and nothing else; before it is used at all, for it begins by advertising."""
    dbos_log = logging.getLogger("dbos")
    dbos_log.setLevel(logging.WARNING)
    # With a handler in place DBOS adds none of its own, and its lines go where all others go.
    if not dbos_log.handlers:
        dbos_log.addHandler(logging.NullHandler())
        # Only stopping cancels jobs here, and those that it cuts off are meant to be found by the next start.
        dbos_log.addFilter(lambda record: "task cancelled for workflow" not in record.getMessage())


def was_kept(job: str, begun: int | None) -> bool:
    """Whether the job is a wake-up whose promise was kept: a run of its number has begun. Never so for a delivery."""
    kind, _, rest = job.partition(":")
    return kind == "run" and begun is not None and int(rest.split(":")[1]) <= begun


def _moment(epoch_ms: int | None) -> datetime:
    return datetime.fromtimestamp((epoch_ms or 0) / 1000, UTC)

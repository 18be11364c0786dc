"""Lanes that survive everything: DBOS on a SQLite file, or on PostgreSQL.

DBOS queues *jobs*; our tables say what a job stands for. A job names a delivery by its GUID, or a run of a lane by its
number, and is written in the same transaction as the row it stands for. One partition of the queue is one lane.

Wake-ups coalesce by number. A wake-up asks for the run after the one that began last, so all wake-ups until that run
begins name the same job, and DBOS keeps one. A run takes its number before it looks at anything; a wake-up during a run
therefore asks for the next. Timers carry the number too: one that comes due after its run has begun finds its promise
kept and does nothing.

Every job may run more than once, or find that its work is done: handlers are idempotent, and the rows decide.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog

from bot.engine import audit_table, tables
from bot.engine.database import close_database, open_database
from bot.engine.deadletters import DeadLetters
from bot.engine.executor import Executor
from bot.engine.jobs import Jobs, was_kept
from bot.engine.journal import Journal
from bot.engine.presence import find_presence
from bot.engine.protocol import (
    NO_REPOSITORY,
    NOW,
    AuditRow,
    DeadLetter,
    Delivery,
    EngineUnavailableError,
    Handlers,
    Intent,
    Intents,
    JobObserver,
    JsonObject,
    lane_of,
)
from bot.engine.queued import Queued
from bot.engine.retries import Done, Failed, Later, Outcome, RetryPolicy, attempt, describe, say_given_up
from bot.engine.schedule import check_period
from bot.engine.schema import ensure_schema
from bot.engine.shares import Kind, Shares
from bot.engine.takeover import Takeover
from bot.github.facts import RepositoryRef

GUID_RETENTION: Final = timedelta(days=30)
"""How long a redelivery is recognised. GitHub redelivers for three days, GitHub Enterprise Server for seven."""

DEAD_LETTER_RETENTION: Final = timedelta(days=90)
"""How long a dead letter waits for somebody, and what it carries is kept."""

_STOPPED: Final = "the engine is not running"
_UPKEEP: Final = timedelta(minutes=10)
_POLL: Final = timedelta(milliseconds=100)
"""A look at the queue costs three milliseconds of computing, all day long."""
_LOOK: Final = timedelta(seconds=2)

log = structlog.get_logger(__name__)


class DurableEngine:
    """The ``Engine`` of a database. One per process at a time: DBOS is a singleton."""

    def __init__(
        self,
        url: str,
        *,
        retries: RetryPolicy | None = None,
        poll: timedelta = _POLL,
        look: timedelta = _LOOK,
        observe: JobObserver | None = None,
    ) -> None:
        """``poll`` is how often the queue is looked at, ``look`` how often whether other processes still live."""
        self._url = url
        self._retries = retries or RetryPolicy()
        self._observe = observe
        self._poll, self._look = poll, look
        self._shares = Shares(time.time, lambda: self.replicas)
        self._periodic: dict[str, tuple[timedelta, Callable[[], Awaitable[None]]]] = {}
        self._accepting = False
        self._open = False

    @property
    def accepting(self) -> bool:
        """Whether work can be handed in now."""
        return self._accepting

    @property
    def replicas(self) -> int:
        """How many processes work on the database; one that starts or dies is known of within some seconds."""
        return self._presence.living if self._open else 1

    def every(self, name: str, period: timedelta, act: Callable[[], Awaitable[None]]) -> None:
        """Register periodic work; see the protocol."""
        check_period(name, period, self._periodic)
        self._periodic[name] = (period, act)

    async def start(self, handlers: Handlers) -> None:
        """Open the database, take up what an earlier process left, and begin to work; see the protocol."""
        self._handlers = handlers
        self._database = open_database(self._url)
        self._presence = find_presence(self._database)
        self._journal = Journal(self._database)
        self._jobs = Jobs(self._database)
        self._queued = Queued(time.monotonic)
        self._letters = DeadLetters(self._database, self._jobs)
        self._executor = Executor(self._database, self._jobs, self._presence.owner)
        self._takeover = Takeover(self._presence, self._jobs, self._executor, self._look, self._heal)
        try:
            await self._journal.run(self._presence.announce)
            await self._journal.run(self._create_tables)
            # What an earlier process left begins to run before this is through, and may wake and record.
            self._open = True
            await self._executor.open(
                self._handle, self._reconcile, {**self._periodic, "upkeep": (_UPKEEP, self._keep_up)}
            )
            await self._heal()
            self._takeover.start()
        except EngineUnavailableError:
            await self._close(NOW)
            raise
        except Exception as error:
            await self._close(NOW)
            raise EngineUnavailableError(f"the database cannot be used: {describe(error)}") from error
        self._accepting = True

    async def stop(self, drain: timedelta = timedelta(seconds=20)) -> None:
        """Let running work finish within the time, then leave the rest to the next start."""
        if not self._accepting:
            return
        self._accepting = False
        await self._close(drain)

    async def accept(self, delivery: Delivery) -> bool:
        """Make a delivery durable; see the protocol."""
        self._check_accepting()
        job = self._jobs.name_delivery(delivery.guid)

        def keep(db: sa.Connection) -> bool:
            new = tables.insert_delivery(db, delivery, job)
            if new:
                self._jobs.put_delivery(db, lane_of(delivery.repository), delivery.guid, job)
            return new

        if await self._journal.transact(keep):
            return True
        # A known delivery is rare, and only then is it worth asking whether it lies among the dead letters.
        guid = await self._journal.transact(lambda db: tables.find_guid(db, delivery))
        return guid is not None and await self.retry_dead_letter(guid)

    async def wake(self, repository: RepositoryRef, *, after: timedelta = NOW) -> None:
        """Promise a reconciliation; see the protocol."""
        self._check_open()
        await self._promise(repository, after)

    def intents(self, repository: RepositoryRef) -> Intents:
        """The intents of this repository."""
        return _DurableIntents(self._journal, repository)

    def notes(self) -> Intents:
        """The intents that belong to no repository."""
        return self.intents(NO_REPOSITORY)

    async def write_audit(self, row: AuditRow) -> bool:
        """Keep a row of history unless its key is there; see the protocol."""
        self._check_open()
        return await self._journal.transact(lambda db: audit_table.insert_row(db, row))

    async def list_repositories(self, intent: str) -> Sequence[RepositoryRef]:
        """The repositories with an intent of this kind; see the protocol."""
        self._check_open()
        return await self._journal.transact(lambda db: tables.list_repositories(db, intent))

    async def purge(self, installation_id: int) -> None:
        """Forget the repositories of an installation; jobs that are left find nothing to do."""
        self._check_open()
        await self._journal.transact(lambda db: tables.purge_installation(db, installation_id))

    async def list_dead_letters(self) -> Sequence[DeadLetter]:
        """What failed too often, and what took the process with it too often."""
        self._check_open()
        return await self._journal.run(self._letters.list)

    async def retry_dead_letter(self, letter_id: str) -> bool:
        """Put a dead letter back with all its attempts."""
        self._check_open()
        return await self._journal.run(lambda: self._letters.retry(letter_id))

    async def probe(self) -> None:
        """Write to the database; see the protocol."""
        self._check_accepting()
        await self._journal.transact(tables.write_probe)

    async def idle(self, timeout: timedelta = timedelta(seconds=30)) -> None:  # noqa: ASYNC109
        """Return when no lane has anything due or running, nor any periodic work; see the protocol."""
        deadline = time.monotonic() + timeout.total_seconds()
        while busy := [*self._executor.list_periodic(), *await self._journal.run(self._jobs.list_busy)]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still busy: {', '.join(busy)}")
            await asyncio.sleep(self._poll.total_seconds() / 4)

    async def next_due(self) -> datetime | None:
        """The earliest moment anything is due in any lane, timers whose promise was kept left out; now, while lanes work."""
        delayed = await self._journal.run(self._jobs.list_delayed)
        # Asked second: what falls due between the two questions has left the delayed and is among the busy.
        if await self._journal.run(self._jobs.list_busy):
            return datetime.now(UTC)
        begun = await self._journal.transact(tables.list_runs)
        return min((due for job, lane, due in delayed if not was_kept(job, begun.get(lane))), default=None)

    def _check_accepting(self) -> None:
        if not self._accepting:
            raise EngineUnavailableError(_STOPPED)

    def _check_open(self) -> None:
        if not self._open:
            raise EngineUnavailableError(_STOPPED)

    def _create_tables(self) -> None:
        with self._presence.starting():
            ensure_schema(self._database)
            self._jobs.create_queue(self._poll)

    async def _close(self, drain: timedelta) -> None:
        await self._takeover.stop()
        await self._executor.close(drain)
        self._open = False
        await self._journal.close()
        self._jobs.close()
        # Last of all: from now on other processes take over whatever we did not finish.
        self._presence.leave()
        close_database(self._database)

    async def _promise(self, repository: RepositoryRef, after: timedelta) -> None:
        lane, now = lane_of(repository), after <= NOW

        def put(db: sa.Connection) -> int | None:
            run = tables.ensure_lane(db, repository) + 1
            if now and self._queued.holds(lane, run):
                return None
            self._jobs.put_run(db, lane, run, after)
            return run

        queued = await self._journal.transact(put, same_as=("wake", repository) if now else None)
        if now and queued is not None:
            # Not earlier: only now is it certain that the job is there.
            self._queued.note(lane, queued)

    async def _handle(self, guid: str, job: str) -> None:
        """One job: handle a delivery, unless it was handled, purged, or given to a later job."""
        kept = await self._journal.transact(lambda db: tables.find_delivery(db, guid))
        if kept is None or kept.state != tables.WAITING or kept.job != job:
            return
        repository = kept.delivery.repository
        with structlog.contextvars.bound_contextvars(delivery=guid, repository=repository.full_name):
            match await self._attempt("delivery", repository, lambda: self._handlers.handle_delivery(kept.delivery)):
                case Done():
                    await self._journal.transact(lambda db: tables.finish_delivery(db, guid))
                case Later(after):
                    await self._postpone(guid, lane_of(repository), after, kept.attempts)
                case Failed(error):
                    await self._retry_or_park(kept, error)

    async def _retry_or_park(self, kept: tables.KeptDelivery, error: str) -> None:
        attempts = kept.attempts + 1
        guid = kept.delivery.guid
        pause = self._retries.pause_after(attempts)
        if pause is not None:
            await self._postpone(guid, lane_of(kept.delivery.repository), pause, attempts)
            return
        await self._journal.transact(lambda db: tables.park_delivery(db, guid, attempts, error))
        log.error("dead letter", attempts=attempts, error=error)
        await say_given_up(self._handlers, kept.delivery)

    async def _postpone(self, guid: str, lane: str, after: timedelta, attempts: int) -> None:
        job = self._jobs.name_delivery(guid)

        def put(db: sa.Connection) -> None:
            tables.postpone_delivery(db, guid, job, attempts)
            self._jobs.put_delivery(db, lane, guid, job, after)

        await self._journal.transact(put)

    async def _reconcile(self, lane: str, run: int, job: str) -> None:
        """One job: a run of a lane, unless a run that began since has kept its promise."""
        repository = await self._journal.transact(lambda db: tables.begin_run(db, lane, run, job))
        if repository is None:
            return
        with structlog.contextvars.bound_contextvars(repository=repository.full_name):
            match await self._attempt("wake-up", repository, lambda: self._handlers.reconcile(repository)):
                case Done():
                    await self._journal.transact(lambda db: tables.clear_failures(db, lane))
                case Later(after):
                    await self._promise(repository, after)
                case Failed(error):
                    await self._rerun_or_park(repository, error)

    async def _rerun_or_park(self, repository: RepositoryRef, error: str) -> None:
        lane = lane_of(repository)
        attempts = await self._journal.transact(lambda db: tables.count_failure(db, lane))
        pause = self._retries.pause_after(attempts)
        if pause is not None:
            await self._promise(repository, pause)
            return
        await self._journal.transact(lambda db: tables.park_lane(db, lane, error))
        log.error("dead letter", attempts=attempts, error=error)

    async def _attempt(self, kind: Kind, repository: RepositoryRef, work: Callable[[], Awaitable[None]]) -> Outcome:
        pause = self._shares.take(kind, repository.installation_id)
        if pause is not None:
            return Later(pause)
        try:
            return await attempt(kind, work(), self._retries.longest_run, self._observe)
        finally:
            self._shares.give_back(kind, repository.installation_id)

    async def _heal(self) -> None:
        """Give work whose job ended without doing it (cancelled from outside, the database away) a new job."""
        cut_off = set(await self._journal.run(self._jobs.list_cut_off))
        if not cut_off:
            return
        for kept in await self._journal.transact(lambda db: tables.list_waiting(db, cut_off)):
            await self._postpone(kept.delivery.guid, lane_of(kept.delivery.repository), NOW, kept.attempts)
        for repository in await self._journal.transact(lambda db: tables.list_lanes(db, cut_off)):
            await self._promise(repository, NOW)

    async def _keep_up(self) -> None:
        await self._heal()
        await self._journal.transact(lambda db: tables.prune_deliveries(db, GUID_RETENTION, DEAD_LETTER_RETENTION))
        await self._journal.run(self._jobs.prune)


class _DurableIntents:
    """The intents of one repository in the database."""

    def __init__(self, journal: Journal, repository: RepositoryRef) -> None:
        self._journal = journal
        self._repository = repository

    async def record(self, key: str, value: JsonObject) -> Intent:
        return await self._journal.transact(lambda db: tables.record_intent(db, self._repository, key, value))

    async def find(self, key: str) -> Intent | None:
        return next((intent for intent in await self.list() if intent.key == key), None)

    async def forget(self, key: str) -> None:
        await self._journal.transact(lambda db: tables.forget_intent(db, self._repository, key))

    async def list(self) -> Sequence[Intent]:
        return await self._journal.transact(lambda db: tables.list_intents(db, self._repository))

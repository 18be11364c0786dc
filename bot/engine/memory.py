"""Lanes inside one process, for tests: the durable engine's promises on a clock that the test moves.

What would lie in the database lies in a ``MemoryStore``. A store outlives its engine, so that a test can kill an
engine between any two awaits and start another over what was durable at that moment.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import Clock, SystemClock
from bot.engine.memory_store import KeptDelivery, KeptLane, MemoryIntents, MemoryStore
from bot.engine.protocol import (
    NO_REPOSITORY,
    NOW,
    AuditRow,
    DeadLetter,
    Delivery,
    EngineUnavailableError,
    Handlers,
    Intents,
    JobObserver,
    lane_of,
    wake_up_id,
)
from bot.engine.retries import Done, Failed, Later, Outcome, RetryPolicy, attempt, say_given_up
from bot.engine.schedule import check_period
from bot.engine.shares import Kind, Shares
from bot.github.facts import RepositoryRef

_STOPPED: Final = "the engine is not running"

__all__ = ["MemoryEngine", "MemoryStore"]

log = structlog.get_logger(__name__)


class MemoryEngine:
    """The ``Engine`` of this module's store."""

    def __init__(
        self,
        store: MemoryStore | None = None,
        *,
        clock: Clock | None = None,
        retries: RetryPolicy | None = None,
        observe: JobObserver | None = None,
    ) -> None:
        self.store = MemoryStore() if store is None else store
        self.clock: Clock = clock or SystemClock()
        self._retries = retries or RetryPolicy()
        self._observe = observe
        self._shares = Shares(lambda: self.clock.now().timestamp(), lambda: self.replicas)
        self._handlers: Handlers | None = None
        self._accepting = False
        self._periodic: dict[str, tuple[timedelta, Callable[[], Awaitable[None]]]] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._repeating: list[asyncio.Task[None]] = []
        self._acting: set[asyncio.Task[None]] = set()
        self._order = itertools.count(len(self.store.deliveries))

    @property
    def accepting(self) -> bool:
        """Whether work can be handed in now."""
        return self._accepting

    @property
    def replicas(self) -> int:
        """Nobody else can reach this engine's store."""
        return 1

    def every(self, name: str, period: timedelta, act: Callable[[], Awaitable[None]]) -> None:
        """Register periodic work; see the protocol."""
        check_period(name, period, self._periodic)
        self._periodic[name] = (period, act)

    async def start(self, handlers: Handlers) -> None:
        """Take up what the store holds and begin to work."""
        self._handlers = handlers
        self._accepting = True
        for name, (period, act) in self._periodic.items():
            self._repeating.append(asyncio.create_task(self._repeat(name, period, act)))
        for kept in self.store.lanes.values():
            if kept.running:
                # The process died in the middle of this run: what it was woken for is still to be done.
                kept.running, kept.due = False, self.clock.now()
        for lane in set(self.store.lanes) | {lane_of(kept.delivery.repository) for kept in self._waiting()}:
            self._schedule(lane)

    async def stop(self, drain: timedelta = timedelta(seconds=20)) -> None:
        """Let running work finish within the time, then leave the rest to the next engine of this store."""
        self._accepting = False
        if self._lanes:
            await asyncio.wait(list(self._lanes.values()), timeout=drain.total_seconds())
        await self.kill()

    async def kill(self) -> None:
        """Stop as a crash would: running work is abandoned where it stands, and nothing more is written."""
        self._accepting = False
        self._handlers = None
        tasks = [*self._timers.values(), *self._repeating, *self._acting, *self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._timers.clear()
        self._repeating.clear()

    async def accept(self, delivery: Delivery) -> bool:
        """Keep a delivery unless its GUID is known; see the protocol."""
        self._check_accepting()
        known = self.store.find_delivery(delivery)
        if known is not None:
            return known.state == "dead" and await self.retry_dead_letter(known.delivery.guid)
        self.store.deliveries[delivery.guid] = KeptDelivery(delivery, self.clock.now(), next(self._order))
        self._run(lane_of(delivery.repository))
        return True

    async def wake(self, repository: RepositoryRef, *, after: timedelta = NOW) -> None:
        """Promise a reconciliation; see the protocol."""
        self._check_open()
        self._promise(repository, self.clock.now() + max(after, NOW))

    def intents(self, repository: RepositoryRef) -> Intents:
        """The intents of this repository."""
        return MemoryIntents(self.store, repository, self.clock)

    def notes(self) -> Intents:
        """The intents that belong to no repository."""
        return self.intents(NO_REPOSITORY)

    async def write_audit(self, row: AuditRow) -> bool:
        """Keep a row of history unless its key is there; see the protocol."""
        self._check_open()
        return self.store.audit.setdefault(row.key, row) is row

    async def list_repositories(self, intent: str) -> Sequence[RepositoryRef]:
        """The repositories with an intent of this kind; see the protocol."""
        lanes = {lane for lane, key in self.store.intents if key.startswith(intent)}
        return [kept.repository for lane, kept in sorted(self.store.lanes.items()) if lane in lanes]

    async def purge(self, installation_id: int) -> None:
        """Forget the repositories of an installation."""
        self._check_open()
        store = self.store
        for guid, kept in list(store.deliveries.items()):
            if kept.delivery.repository.installation_id == installation_id:
                del store.deliveries[guid]
        for lane, entry in list(store.lanes.items()):
            if entry.repository.installation_id == installation_id:
                del store.lanes[lane]
        for key, (repository, _) in list(store.intents.items()):
            if repository.installation_id == installation_id:
                del store.intents[key]

    async def list_dead_letters(self) -> Sequence[DeadLetter]:
        """What failed too often, oldest first."""
        self._check_open()
        letters = [
            DeadLetter(guid, "delivery", kept.delivery.repository, kept.error, kept.attempts, kept.failed_at)
            for guid, kept in self.store.deliveries.items()
            if kept.state == "dead" and kept.failed_at
        ]
        letters += [
            DeadLetter(wake_up_id(lane), "wake-up", kept.repository, kept.error, kept.attempts, kept.failed_at)
            for lane, kept in self.store.lanes.items()
            if kept.failed_at
        ]
        return sorted(letters, key=lambda letter: letter.failed_at)

    async def retry_dead_letter(self, letter_id: str) -> bool:
        """Put a dead letter back with all its attempts."""
        for letter in await self.list_dead_letters():
            if letter.id == letter_id:
                await self._take_up(letter)
                return True
        return False

    async def probe(self) -> None:
        """There is no database that could fail; only whether work is taken."""
        self._check_accepting()

    async def idle(self, timeout: timedelta = timedelta(seconds=30)) -> None:  # noqa: ASYNC109
        """Return when no lane has anything due or running, nor any periodic work; see the protocol."""
        deadline = time.monotonic() + timeout.total_seconds()
        # One more turn lets what was just handed in reach its lane.
        await asyncio.sleep(0)
        while busy := [*self._lanes.values(), *self._acting]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still busy: {', '.join(task.get_name() for task in busy)}")
            await asyncio.wait(busy, timeout=deadline - time.monotonic())
            await asyncio.sleep(0)

    async def next_due(self) -> datetime | None:
        """The earliest moment anything is due in any lane."""
        moments = [kept.due for kept in self._waiting()]
        moments += [kept.due for kept in self.store.lanes.values() if kept.due is not None]
        return min(moments, default=None)

    def _check_accepting(self) -> None:
        if not self._accepting:
            raise EngineUnavailableError(_STOPPED)

    def _check_open(self) -> None:
        if self._handlers is None:
            raise EngineUnavailableError(_STOPPED)

    def _waiting(self) -> list[KeptDelivery]:
        return [kept for kept in self.store.deliveries.values() if kept.state == "waiting"]

    def _promise(self, repository: RepositoryRef, due: datetime) -> None:
        kept = self.store.lanes.setdefault(lane_of(repository), KeptLane(repository))
        kept.repository = repository
        kept.due = due if kept.due is None else min(kept.due, due)
        self._schedule(lane_of(repository))

    def _schedule(self, lane: str) -> None:
        """See to it that the lane runs when the first thing in it falls due."""
        if (timer := self._timers.pop(lane, None)) is not None:
            timer.cancel()
        first = self._first_in(lane)
        if first is None or not self._accepting:
            return
        pause = (first - self.clock.now()).total_seconds()
        if pause <= 0:
            self._run(lane)
        else:
            self._timers[lane] = asyncio.create_task(self._run_after(lane, pause))

    async def _run_after(self, lane: str, pause: float) -> None:
        await self.clock.sleep(pause)
        self._timers.pop(lane, None)
        self._run(lane)

    def _run(self, lane: str) -> None:
        if lane not in self._lanes and self._handlers is not None:
            # In a context of its own: what is bound for the log of one delivery must not stick to the lane.
            work = self._work_off(lane, self._handlers)
            self._lanes[lane] = asyncio.create_task(work, name=f"lane {lane}", context=Context())

    def _first_in(self, lane: str) -> datetime | None:
        moments = [kept.due for kept in self._waiting() if lane_of(kept.delivery.repository) == lane]
        entry = self.store.lanes.get(lane)
        if entry is not None and entry.due is not None:
            moments.append(entry.due)
        return min(moments, default=None)

    async def _work_off(self, lane: str, handlers: Handlers) -> None:
        """Do what is due in this lane, one after the other, in the order in which it fell due."""
        try:
            while self._accepting and (first := self._first_in(lane)) is not None and first <= self.clock.now():
                delivery = min(
                    (kept for kept in self._waiting() if lane_of(kept.delivery.repository) == lane),
                    key=lambda kept: (kept.due, kept.order),
                    default=None,
                )
                if delivery is not None and delivery.due == first:
                    await self._handle(delivery, handlers)
                else:
                    await self._reconcile(self.store.lanes[lane], handlers)
        finally:
            del self._lanes[lane]
        self._schedule(lane)

    async def _handle(self, kept: KeptDelivery, handlers: Handlers) -> None:
        delivery = kept.delivery
        with structlog.contextvars.bound_contextvars(delivery=delivery.guid, repository=delivery.repository.full_name):
            outcome = await self._attempt("delivery", delivery.repository, lambda: handlers.handle_delivery(delivery))
            now = self.clock.now()
            match outcome:
                case Done():
                    kept.state, kept.delivery = "handled", replace(delivery, content={})
                case Later(after):
                    kept.due = now + after
                case Failed(error):
                    kept.attempts += 1
                    pause = self._retries.pause_after(kept.attempts)
                    if pause is not None:
                        kept.due = now + pause
                    else:
                        kept.state, kept.error, kept.failed_at = "dead", error, now
                        log.error("dead letter", attempts=kept.attempts, error=error)
                        await say_given_up(handlers, delivery)

    async def _reconcile(self, kept: KeptLane, handlers: Handlers) -> None:
        # From here on a wake-up promises another run: this one may already have looked.
        kept.due, kept.running = None, True
        with structlog.contextvars.bound_contextvars(repository=kept.repository.full_name):
            outcome = await self._attempt("wake-up", kept.repository, lambda: handlers.reconcile(kept.repository))
            now = self.clock.now()
            kept.running = False
            match outcome:
                case Done():
                    kept.attempts, kept.error, kept.failed_at = 0, "", None
                case Later(after):
                    self._promise(kept.repository, now + after)
                case Failed(error):
                    kept.attempts += 1
                    pause = self._retries.pause_after(kept.attempts)
                    if pause is not None:
                        self._promise(kept.repository, now + pause)
                    else:
                        kept.error, kept.failed_at = error, now
                        log.error("dead letter", attempts=kept.attempts, error=error)

    async def _attempt(self, kind: Kind, repository: RepositoryRef, work: Callable[[], Awaitable[None]]) -> Outcome:
        pause = self._shares.take(kind, repository.installation_id)
        if pause is not None:
            return Later(pause)
        try:
            return await attempt(kind, work(), self._retries.longest_run, self._observe)
        finally:
            self._shares.give_back(kind, repository.installation_id)

    async def _take_up(self, letter: DeadLetter) -> None:
        if letter.kind == "delivery":
            kept = self.store.deliveries[letter.id]
            kept.state, kept.attempts, kept.error, kept.failed_at = "waiting", 0, "", None
            kept.due = self.clock.now()
            self._schedule(lane_of(letter.repository))
        else:
            entry = self.store.lanes[lane_of(letter.repository)]
            entry.attempts, entry.error, entry.failed_at = 0, "", None
            self._promise(entry.repository, self.clock.now())

    async def _repeat(self, name: str, period: timedelta, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self.clock.sleep(period.total_seconds())
            # In a task of its own, as a database would start it: one that takes longer than its period meets the next.
            acting = asyncio.create_task(self._act(name, act), name=f"periodic {name}")
            self._acting.add(acting)
            acting.add_done_callback(self._acting.discard)

    async def _act(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except Exception:
            log.exception("periodic work failed", name=name)

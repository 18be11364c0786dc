"""Handlers that record what they see, and the ways to run an engine: in memory, on a SQLite file, on PostgreSQL."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import VirtualClock
from bot.engine import AuditRow, Delivery, Engine
from bot.engine.audit import Wanted, read_audit
from bot.engine.durable import DurableEngine
from bot.engine.memory import MemoryEngine, MemoryStore
from bot.engine.retries import RetryPolicy
from bot.github.facts import RepositoryRef

WIDGET = RepositoryRef(7, 101, "acme/widget")
GADGET = RepositoryRef(7, 102, "acme/gadget")
ELSEWHERE = RepositoryRef(8, 103, "other/thing")

QUICK = RetryPolicy(pauses=(timedelta(milliseconds=20), timedelta(milliseconds=20)), longest_run=timedelta(minutes=1))


def delivery(guid: str, repository: RepositoryRef = WIDGET, *, key: str | None = None, **content: object) -> Delivery:
    return Delivery(guid, repository, datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC), content, key)


def decision(key: str, repository: RepositoryRef = WIDGET, **changes: Any) -> AuditRow:
    """A row of the audit as a command leaves it."""
    row = AuditRow(
        key=key,
        decided_at=datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC),
        repository=repository,
        delivery="g-1",
        link=f"https://git.acme.example/{repository.full_name}/pull/3#issuecomment-7",
        actor_id=501,
        actor_login="mona",
        role="write",
        command="hold",
        version="1.2.0",
        sha="1a2b3c4",
        decision="allowed",
        reason="done",
    )
    return replace(row, **changes)


Starter = Callable[..., Awaitable[Engine]]


async def nothing() -> None: ...


@dataclass
class Recorder:
    """Handlers that write down what they were asked, and do what a test tells them to."""

    on_delivery: Callable[[Delivery], Awaitable[None]] | None = None
    on_reconcile: Callable[[RepositoryRef], Awaitable[None]] | None = None
    given_up: list[Delivery] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    reconciled: list[RepositoryRef] = field(default_factory=list)
    running: dict[int, int] = field(default_factory=dict)
    overlaps: int = 0
    together: int = 0

    @property
    def guids(self) -> list[str]:
        return [seen.guid for seen in self.deliveries]

    async def give_up(self, delivery: Delivery) -> None:
        self.given_up.append(delivery)
        raise RuntimeError("nobody can be told")

    async def handle_delivery(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        await self._alone(delivery.repository, self.on_delivery(delivery) if self.on_delivery else nothing())

    async def reconcile(self, repository: RepositoryRef) -> None:
        self.reconciled.append(repository)
        await self._alone(repository, self.on_reconcile(repository) if self.on_reconcile else nothing())

    async def _alone(self, repository: RepositoryRef, act: Awaitable[None]) -> None:
        self.overlaps += self.running.get(repository.id, 0)
        self.running[repository.id] = self.running.get(repository.id, 0) + 1
        self.together = max(self.together, sum(self.running.values()))
        try:
            await act
        finally:
            self.running[repository.id] -= 1


class Bench(ABC):
    """One kind of engine and its durable state; ``create`` again is a restart."""

    @abstractmethod
    def create(self, retries: RetryPolicy = QUICK) -> Engine: ...

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let this much of the engine's time go by."""

    async def settle(self, engine: Engine) -> None:
        """Let everything happen that is due now or within a few seconds."""
        await engine.idle()
        while (due := await engine.next_due()) is not None and (wait := due - self.now()) < timedelta(seconds=5):
            await self.pass_time(max(0.0, wait.total_seconds()) + 0.001)
            await engine.idle()

    @abstractmethod
    def now(self) -> datetime: ...

    @abstractmethod
    def read_audit(self) -> list[AuditRow]:
        """Everything that was written into the audit; the engine itself has no way to tell."""


class MemoryBench(Bench):
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = VirtualClock()

    def create(self, retries: RetryPolicy = QUICK) -> Engine:
        return MemoryEngine(self.store, clock=self.clock, retries=retries)

    async def pass_time(self, seconds: float) -> None:
        await self.clock.advance(timedelta(seconds=seconds))

    def now(self) -> datetime:
        return self.clock.now()

    def read_audit(self) -> list[AuditRow]:
        return list(self.store.audit.values())


class DatabaseBench(Bench):
    def __init__(self, url: str) -> None:
        self.url = url

    def create(self, retries: RetryPolicy = QUICK) -> Engine:
        return DurableEngine(
            self.url, retries=retries, poll=timedelta(milliseconds=30), look=timedelta(milliseconds=200)
        )

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def read_audit(self) -> list[AuditRow]:
        return list(read_audit(self.url, Wanted()))

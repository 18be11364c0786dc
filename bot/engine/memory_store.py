"""What the engine in memory would keep in a database: it outlives its engine, as a database outlives a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.clock import Clock
from bot.engine.protocol import AuditRow, Delivery, Intent, JsonObject, lane_of
from bot.github.facts import RepositoryRef


@dataclass(slots=True)
class KeptDelivery:
    """A delivery and how far it got. Its content is dropped once it was handled."""

    delivery: Delivery
    due: datetime
    order: int
    state: Literal["waiting", "handled", "dead"] = "waiting"
    attempts: int = 0
    error: str = ""
    failed_at: datetime | None = None


@dataclass(slots=True)
class KeptLane:
    """A repository and when it is due to be reconciled."""

    repository: RepositoryRef
    due: datetime | None = None
    running: bool = False
    attempts: int = 0
    error: str = ""
    failed_at: datetime | None = None


@dataclass(slots=True)
class MemoryStore:
    """Everything that survives a crash."""

    deliveries: dict[str, KeptDelivery] = field(default_factory=dict)
    """By GUID."""
    lanes: dict[str, KeptLane] = field(default_factory=dict)
    intents: dict[tuple[str, str], tuple[RepositoryRef, Intent]] = field(default_factory=dict)
    audit: dict[str, AuditRow] = field(default_factory=dict)
    """By key, in the order in which they were written. For tests to read."""

    def find_delivery(self, delivery: Delivery) -> KeptDelivery | None:
        """What is kept under the GUID or the key of this delivery."""
        known = self.deliveries.get(delivery.guid)
        if known is not None:
            return known
        same = (one for one in self.deliveries.values() if one.delivery.natural_key == delivery.natural_key)
        return next(same, None)


class MemoryIntents:
    """The intents of one repository in a store."""

    def __init__(self, store: MemoryStore, repository: RepositoryRef, clock: Clock) -> None:
        self._store = store
        self._repository = repository
        self._clock = clock

    async def record(self, key: str, value: JsonObject) -> Intent:
        """Write an intent over whatever was there."""
        intent = Intent(key, dict(value), self._clock.now())
        self._store.intents[self._name(key)] = (self._repository, intent)
        return intent

    async def find(self, key: str) -> Intent | None:
        """The intent of this key."""
        found = self._store.intents.get(self._name(key))
        return None if found is None else found[1]

    async def forget(self, key: str) -> None:
        """Delete an intent, if it is there."""
        self._store.intents.pop(self._name(key), None)

    async def list(self) -> Sequence[Intent]:
        """All intents of the repository, by key."""
        lane = lane_of(self._repository)
        return [intent for (of, _), (_, intent) in sorted(self._store.intents.items()) if of == lane]

    def _name(self, key: str) -> tuple[str, str]:
        return lane_of(self._repository), key

"""Durable lanes: one per repository, with coalesced wake-ups, timers, retries and dead letters.

The other rooms use the vocabulary of `protocol` only. `durable` keeps its promises on SQLite or PostgreSQL, `memory`
keeps them inside one process for tests with a virtual clock; both pass the same contract tests.
"""

from bot.engine.protocol import (
    NOW,
    AuditRow,
    Backoff,
    DeadLetter,
    Delivery,
    Engine,
    EngineUnavailableError,
    Handlers,
    Intent,
    Intents,
    JobObserver,
    JsonObject,
    lane_of,
)

__all__ = [
    "NOW",
    "AuditRow",
    "Backoff",
    "DeadLetter",
    "Delivery",
    "Engine",
    "EngineUnavailableError",
    "Handlers",
    "Intent",
    "Intents",
    "JobObserver",
    "JsonObject",
    "lane_of",
]

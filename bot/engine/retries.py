"""How a run in a lane ended, and when failed work is tried again. Both engines decide by this module alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from bot.engine.protocol import Backoff, Delivery, Handlers, JobObserver
from bot.engine.shares import Kind
from bot.observability.redaction import redact

_LONGEST_ERROR: Final = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished."""


@dataclass(frozen=True, slots=True)
class Later:
    """The handler asked to be run again after this time; that is no failure."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler raised, or took too long; ``error`` is one redacted line."""

    error: str


Outcome: TypeAlias = Done | Later | Failed


_LONGEST_FAREWELL: Final = timedelta(seconds=30)


async def say_given_up(handlers: Handlers, delivery: Delivery) -> None:
    """Let whoever waits for ``delivery`` be told that nothing comes of it. What made it fail may make this fail as well."""
    try:
        async with asyncio.timeout(_LONGEST_FAREWELL.total_seconds()):
            await handlers.give_up(delivery)
    except Exception as error:  # noqa: BLE001 (it is given up all the same)
        log.warning("not told that it was given up", error=redact(f"{type(error).__name__}: {error}"))


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """After which pauses failed work is tried again, and how long one run may take."""

    pauses: tuple[timedelta, ...] = (
        timedelta(seconds=2),
        timedelta(seconds=10),
        timedelta(minutes=1),
        timedelta(minutes=5),
    )
    longest_run: timedelta = timedelta(minutes=10)

    def pause_after(self, attempts: int) -> timedelta | None:
        """The pause after this many failed attempts, or None when there were enough: a dead letter."""
        return self.pauses[attempts - 1] if attempts <= len(self.pauses) else None


async def attempt(kind: Kind, work: Awaitable[None], longest_run: timedelta, observe: JobObserver | None) -> Outcome:
    """Run the work once and say how it ended. Cancellation goes through: it means that the engine stops."""
    began = time.monotonic()
    outcome = await _run(work, longest_run)
    if observe is not None:
        observe(kind, type(outcome).__name__.lower(), time.monotonic() - began)
    return outcome


async def _run(work: Awaitable[None], longest_run: timedelta) -> Outcome:
    try:
        async with asyncio.timeout(longest_run.total_seconds()):
            await work
    except Backoff as backoff:
        log.info("backed off", reason=redact(backoff.reason), after=backoff.after.total_seconds())
        return Later(max(backoff.after, timedelta(0)))
    except Exception as error:
        # The lane must go on whatever a handler does; the dead letter and this line keep the cause.
        log.exception("attempt failed")
        return Failed(describe(error))
    return Done()


def describe(error: BaseException) -> str:
    """One line that names the error, without secrets and not longer than a dead letter should be."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return redact(line)[:_LONGEST_ERROR]

"""Time of the sandbox: one clock per world, so that tests can move it by hand."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can tell the time as an aware datetime in UTC."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant the clock was last moved to, in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward by ``seconds``; GitHub's time never runs backwards, so neither does this."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._now += timedelta(seconds=seconds)


def iso(moment: datetime) -> str:
    """GitHub's spelling of an instant: whole seconds, UTC, ``Z``."""
    # Not strftime, which takes several times as long: a single answer spells dozens of them.
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """Like `iso`, for an instant that may not have come yet."""
    return None if moment is None else iso(moment)


def parse_iso(text: str) -> datetime:
    """Read an ISO 8601 instant as clients send it. Raises ValueError when it is none."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Freeze windows: times in which nothing is released, such as a holiday or every weekend. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

_LONGEST = timedelta(days=366)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it is no time zone such as Europe/Berlin") from None
    return name


_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_WRITTEN = rf"^(?:\d{{4}}-\d\d-\d\d(?:[Tt ]{_CLOCK}(?:[Zz]|[+-]\d\d:\d\d)?)?|{_CLOCK})$"


def _as_bound(given: Any) -> Any:
    # A number would be taken for the seconds since 1970.
    if isinstance(given, date | time) or (isinstance(given, str) and re.search(_WRITTEN, given, re.ASCII)):
        return given
    raise ValueError("it is a date, a time, or both")


_Bound = Annotated[
    datetime | date | time, BeforeValidator(_as_bound), WithJsonSchema({"type": "string", "pattern": _WRITTEN})
]


class FreezeWindow(BaseModel):
    """One window: from a moment until another, or every week on some days (all day, or from a time until another).

    Times without an offset are those of ``zone``. ``until`` is not part of the window; a date means its midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True)

    from_: Annotated[_Bound | None, Field(alias="from")] = None
    """A date or moment, or with days a time of the day."""
    until: _Bound | None = None
    """The first moment after the window."""
    days: Annotated[tuple[Day, ...], Field(max_length=7)] = ()
    """Days of the week on which it is repeated."""
    zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)] = "UTC"
    """Time zone, such as Europe/Berlin."""
    reason: Annotated[str, StringConstraints(max_length=200)] = ""
    """What people are told."""

    @model_validator(mode="after")
    def _is_sensible(self) -> FreezeWindow:
        if self.days:
            if any(isinstance(bound, date) for bound in (self.from_, self.until)):
                raise ValueError("a window with days has times for from and until, such as 16:00:00")
            return self
        if isinstance(self.from_, date) and isinstance(self.until, date):
            first, until = self._moment(self.from_), self._moment(self.until)
            if not first < until <= first + _LONGEST:
                raise ValueError("until comes after from, by a year at most")
            return self
        raise ValueError("a window has dates for from and until, or days of the week")

    def find_end(self, at: datetime) -> datetime | None:
        """When the window that holds the moment ``at`` ends; None when ``at`` lies in none."""
        if not self.days:
            if not isinstance(self.from_, date) or not isinstance(self.until, date):
                return None
            return self._moment(self.until) if self._moment(self.from_) <= at < self._moment(self.until) else None
        local = at.astimezone(ZoneInfo(self.zone)).date()
        ends = (self._weekly(day, at) for day in (local - timedelta(days=1), local))
        return next(filter(None, ends), None)

    def _weekly(self, day: date, at: datetime) -> datetime | None:
        if _DAYS[day.weekday()] not in self.days:
            return None
        begin = self.from_ if isinstance(self.from_, time) else time()
        end = self.until if isinstance(self.until, time) else time()
        # A window that ends no later than it begins goes over midnight.
        last = day if end > begin else day + timedelta(days=1)
        first, until = self._at(day, begin), self._at(last, end)
        return until if first <= at < until else None

    def _moment(self, bound: date) -> datetime:
        moment = bound if isinstance(bound, datetime) else datetime.combine(bound, time())
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock.replace(tzinfo=None), tzinfo=ZoneInfo(self.zone))


def find_freeze(windows: Iterable[FreezeWindow], at: datetime) -> tuple[FreezeWindow, datetime] | None:
    """The window that holds the moment ``at``, with the end of what is frozen; None when nothing is frozen then.

    Windows that follow each other without a gap are one freeze: on a Saturday a frozen weekend ends on Monday. What never
    ends is told of for a year.
    """
    windows = tuple(windows)
    first = last = _find_last(windows, at)
    while last is not None and first is not None and last[1] - at < _LONGEST:
        following = _find_last(windows, last[1])
        if following is None:
            break
        last = following
    return (first[0], last[1]) if first is not None and last is not None else None


def _find_last(windows: Iterable[FreezeWindow], at: datetime) -> tuple[FreezeWindow, datetime] | None:
    holding = ((window, end) for window in windows if (end := window.find_end(at)) is not None)
    return max(holding, key=lambda found: found[1], default=None)

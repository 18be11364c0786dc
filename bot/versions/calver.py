"""Versions by date: patterns such as ``YYYY.MM.MICRO`` or ``YY.0M`` (https://calver.org).

``YYYY`` ``YY`` ``0Y`` are the year, ``MM`` ``0M`` the month, ``WW`` ``0W`` the ISO week, ``DD`` ``0D`` the day; a zero means
two digits always. ``MAJOR`` ``MINOR`` ``MICRO`` are numbers that count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from packaging.version import Version

from bot.versions.arithmetic import SpelledVersion, VersionCode, VersionProblem, find_version, parse_version
from bot.versions.sentences import Quoted

_FIELDS = ("YYYY", "YY", "0Y", "MM", "0M", "WW", "0W", "DD", "0D", "MAJOR", "MINOR", "MICRO")
_COUNTERS = frozenset({"MAJOR", "MINOR", "MICRO"})
_LONGEST_PATTERN = 60
_NUMBERS = re.compile(r"v?(\d+(?:[.-]\d+)*)")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_ENOUGH = 2


def check_calver(pattern: str) -> tuple[str, ...]:
    """The fields of ``pattern``.

    Raises:
        VersionProblem: with the code ``bad-calver-pattern``: unknown fields, no year, or a counter before the date ends.
    """
    fields = tuple(re.split(r"[.-]", pattern[:_LONGEST_PATTERN]))
    dates = [field for field in fields if field not in _COUNTERS]
    known = len(pattern) <= _LONGEST_PATTERN and all(field in _FIELDS for field in fields)
    if not known or len(set(fields)) != len(fields) or not dates or dates[0] not in ("YYYY", "YY", "0Y"):
        wrong = " is not a pattern for versions by date: it consists of YYYY, MM, DD, MICRO and the like, with dots."
        raise VersionProblem(VersionCode.BAD_CALVER_PATTERN, Quoted(pattern), wrong, suggestion="YYYY.MM.MICRO")
    return fields


def next_calver(pattern: str, day: date, released: Iterable[str] = (), counter: str | None = None) -> SpelledVersion:
    """The version of ``day`` (in UTC): a counter goes on within one date, and all begin anew on another.

    Args:
        pattern: such as ``YYYY.MM.MICRO``.
        day: the day of the release.
        released: every released version. What is only a pre-release of a version does not use its number up.
        counter: which number goes on (``MAJOR``, ``MINOR`` or ``MICRO``); the last one where the pattern lacks it.

    Raises:
        VersionProblem: the pattern is wrong, or has no counter and the date's version is released already.
    """
    fields = check_calver(pattern)
    separators = re.findall(r"[.-]", pattern)
    taken = {known for text in released if (known := find_version(text)) is not None}
    finals = [known for known in taken if not known.is_prerelease]
    of_the_day = [numbers for known in finals if (numbers := _counts(fields, known.release, day)) is not None]
    counters = [field for field in fields if field in _COUNTERS]
    counts = [_first_count(fields, field, finals) for field in counters]
    if of_the_day and counters:
        raised = counters.index(counter) if counter in counters else len(counters) - 1
        counts = [*max(of_the_day)[:raised], max(of_the_day)[raised] + 1, *[0] * (len(counters) - raised - 1)]
    numbered = dict(zip(counters, counts, strict=True))
    parts = [str(numbered[field]) if field in numbered else _date_part(field, day) for field in fields]
    text = parts[0] + "".join(separator + part for separator, part in zip(separators, parts[1:], strict=True))
    version = parse_version(text)
    if version.version in taken:
        twice = " is released already, and the pattern has no number that could count."
        raise VersionProblem(VersionCode.TAKEN, Quoted(text), twice, suggestion=f"{text}.post1")
    return version


def infer_calver(released: Iterable[str]) -> str | None:
    """The pattern of ``released`` (spellings, the newest first), None unless all of the newest ten are dates with a whole year.

    Two-digit years look like other numbers, so that they need the setting.
    """
    found = [match[1].split(".") for text in list(released)[:10] if (match := _NUMBERS.match(text)) is not None]
    if len(found) < _ENOUGH or any(not _FIRST_YEAR <= int(numbers[0]) <= _LAST_YEAR for numbers in found):
        return None
    months = [numbers[1] for numbers in found if len(numbers) > 1]
    if len(months) < len(found) or any(not 1 <= int(month) <= 12 for month in months):
        return "YYYY.MINOR.MICRO" if all(len(numbers) == 3 for numbers in found) else None
    fields = ["YYYY", "0M" if any(month.startswith("0") for month in months) else "MM"]
    lasts = [numbers[2] for numbers in found if len(numbers) > 2]
    if lasts:
        is_padded = any(last.startswith("0") and len(last) == 2 for last in lasts)
        is_day = is_padded or all(12 < int(last) <= 31 for last in lasts)
        fields.append(("0D" if is_padded or fields[1] == "0M" else "DD") if is_day else "MICRO")
    return ".".join(fields)


def _first_count(fields: tuple[str, ...], counter: str, released: Iterable[Version]) -> int:
    """0, or 1 where no date of this project began with 0."""
    at = fields.index(counter)
    seen = [(*known.release, *[0] * len(fields))[at] for known in released]
    return 1 if seen and min(seen) >= 1 else 0


def _date_part(field: str, day: date) -> str:
    values = {"Y": day.year % 100, "M": day.month, "W": day.isocalendar().week, "D": day.day}
    if field == "YYYY":
        return str(day.year)
    value = values[field[-1]]
    return f"{value:02d}" if field.startswith("0") else str(value)


def _counts(fields: tuple[str, ...], release: tuple[int, ...], day: date) -> tuple[int, ...] | None:
    """The counters of a version of the same date; None for another date."""
    numbers = (*release, *[0] * len(fields))[: len(fields)]
    pairs = list(zip(fields, numbers, strict=True))
    if any(field not in _COUNTERS and number != int(_date_part(field, day)) for field, number in pairs):
        return None
    return tuple(number for field, number in pairs if field in _COUNTERS)

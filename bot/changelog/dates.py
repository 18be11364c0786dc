"""Dates in changelog headings, written as the file's earlier headings write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH = "(?:" + "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS) + r")\.?"

DATE = rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
"""Pattern of the dates that are recognised. Read it without regard to case."""

_NUMERIC = re.compile(r"\d{4}([-/.])(\d{1,2})\1(\d{1,2})")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.\d{4}")
_WORDY = re.compile(
    rf"(?P<before>\d{{1,2}})?(?P<before_th>st|nd|rd|th)? ?(?P<month>{_MONTH})(?: (?P<after>\d{{1,2}})(?P<after_th>st|nd|rd|th)?)?(?P<comma>,?) \d{{4}}",
    re.IGNORECASE,
)


def render_date(day: date, example: str | None = None) -> str:
    """``day`` in the form of ``example``; in ISO 8601 when there is none, or its form is ambiguous (``01/02/2026``)."""
    if example is None:
        return day.isoformat()
    numeric, german, wordy = _NUMERIC.fullmatch(example), _GERMAN.fullmatch(example), _WORDY.fullmatch(example)
    if numeric:
        month, number = _pad(day, numeric[2], numeric[3])
        return numeric[1].join((str(day.year), month, number))
    if german:
        month, number = _pad(day, german[1], german[2])
        return f"{number}.{month}.{day.year}"
    return _render_wordy(day, wordy) if wordy else day.isoformat()


def _pad(day: date, *examples: str) -> tuple[str, str]:
    """Month and day with two digits each if all the examples have two."""
    width = min(map(len, examples))
    return f"{day.month:0{width}}", f"{day.day:0{width}}"


def _render_wordy(day: date, example: re.Match[str]) -> str:
    name = _MONTHS[day.month - 1]
    is_short = len(example["month"].rstrip(".")) == 3 and example["month"].rstrip(".").lower() != "may"
    dot = "." if example["month"].endswith(".") else ""
    month = name[:3] + (dot if name[3:] else "") if is_short else name
    number = example["before"] or example["after"] or ""
    digits = f"{day.day:02}" if number.startswith("0") else str(day.day)
    ordinal = _ordinal(day.day) if example["before_th"] or example["after_th"] else ""
    words = f"{digits}{ordinal} {month}" if example["before"] else f"{month} {digits}{ordinal}"
    return f"{words}{example['comma']} {day.year}"


def _ordinal(number: int) -> str:
    if 11 <= number <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")

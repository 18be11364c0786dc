"""Headings of versions and of unreleased changes, in the many ways projects write them, and new ones in the same way.

The model is https://keepachangelog.com/en/1.1.0/ (``## [1.1.0] - 2019-02-15``); ``## v1.1.0``, ``# 1.1.0 (2019-02-15)``,
``## [1.1.0](https://...) February 15, 2019`` and their like are met as often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.dates import DATE, render_date
from bot.changelog.markdown import Heading

_NOT_YET = r"un-?released|not (?:yet )?released|in development|in progress|upcoming|release ?date|tb[ad]|[x?y]{4}-[x?m]{2}-[x?d]{2}"
_LINK = r"\((?P<url>[^()\s]*)\)"

_VERSION = re.compile(
    rf"""(?P<lead>[a-z][\w.-]{{0,60}}[ \t]+)?
    (?P<open>\[)?(?P<v>v)?(?P<version>\d[0-9a-z.!+_-]{{0,63}})(?(open)\](?:{_LINK})?)
    (?P<separator>[ \t]*[-\u2013\u2014:|/,]{{0,3}}[ \t]*)
    (?P<date_open>[(\[])?(?:(?P<date>{DATE.replace(" ", "[ ]")})|(?P<not_yet>{_NOT_YET.replace(" ", "[ ]")}))?(?P<date_close>[)\]])?
    (?P<rest>[ \t]*)(?P<tail>.*)""",
    re.IGNORECASE | re.VERBOSE,
)
_UNRELEASED = re.compile(
    rf"""(?P<open>\[)?
    (?:(?:un-?released|upcoming|next|development|not[ ](?:yet[ ])?released)(?:[ ](?:changes|version|release|section))?|in[ ]development|head)
    (?(open)\](?:{_LINK})?)
    [ \t]*:?(?:[ \t]*[-\u2013\u2014(]?[ \t]*(?:{_NOT_YET.replace(" ", "[ ]")})\)?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_PLAIN_LEADS = frozenset({"version", "release"})
_YANKED = re.compile(r"[(\[]?yanked[)\]]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VersionHeading:
    """The heading of one version.

    Attributes:
        heading: where it stands.
        version: what it says.
        is_pending: whether it says in the place of the date that the version is not released yet.
        is_certain: whether it can be nothing else; a bare ``3.12`` below another heading may name a Python version.
        match: its pieces.
    """

    heading: Heading
    version: Version
    is_pending: bool
    is_certain: bool
    match: re.Match[str]

    @property
    def label(self) -> str | None:
        """What stands in its brackets, so that a link definition can bear the same label; None without brackets."""
        return f"{self.match['v'] or ''}{self.match['version']}" if self.match["open"] else None

    @property
    def url(self) -> str | None:
        """The URL of a link in the heading itself."""
        return self.match["url"]

    def render(self, version: str, day: date, url: str | None, example: str | None) -> str:
        """The words of a heading like this one for another version.

        Args:
            version: its version.
            day: its date. A heading without a date gets none.
            url: where it links to, if this one has a link in itself.
            example: a date in the form to use, if this one holds none.
        """
        pieces = self.match
        label = f"{pieces['v'] or ''}{version}"
        bracketed = f"[{label}]" if pieces["open"] else label
        link = f"({url})" if pieces["url"] is not None and url else ""
        when = ""
        if pieces["date"] or pieces["not_yet"]:
            words = render_date(day, pieces["date"] or example)
            when = f"{pieces['separator']}{pieces['date_open'] or ''}{words}{pieces['date_close'] or ''}"
        return f"{pieces['lead'] or ''}{bracketed}{link}{when}"


@dataclass(frozen=True, slots=True)
class UnreleasedHeading:
    """The heading of unreleased changes that bears no version."""

    heading: Heading
    match: re.Match[str]

    @property
    def has_brackets(self) -> bool:
        """Whether its words stand in brackets, as a link's label does."""
        return self.match["open"] is not None

    @property
    def url_span(self) -> tuple[int, int] | None:
        """Where the URL of a link in the heading itself stands in the text."""
        if self.match["url"] is None:
            return None
        start, end = self.match.span("url")
        return self.heading.start + start, self.heading.start + end

    def render(self, version: str, day: date, url: str | None) -> str:
        """The words of a version's heading in a file that has none yet: Keep a Changelog's form, brackets as here."""
        label = f"[{version}]" if self.has_brackets else version
        link = f"({url})" if self.match["url"] is not None and url else ""
        return f"{label}{link} - {day.isoformat()}"


def find_version_heading(heading: Heading) -> VersionHeading | None:
    """``heading`` as that of a version, or None."""
    match = _VERSION.fullmatch(heading.text)
    if match is None:
        return None
    lead = (match["lead"] or "").strip().lower()
    is_dated = match["date"] is not None or match["not_yet"] is not None
    if not is_dated and (
        (lead and lead not in _PLAIN_LEADS) or (match["tail"] and not _YANKED.fullmatch(match["tail"]))
    ):
        # "Python 3.12" and "2.0 migration" are headings within a section.
        return None
    try:
        version = Version(match["version"])
    except InvalidVersion:
        return None
    is_certain = is_dated or bool(match["open"] or match["v"] or lead) or len(version.release) > 2
    return VersionHeading(heading, version, match["not_yet"] is not None, is_certain, match)


def list_version_headings(headings: Iterable[Heading]) -> list[VersionHeading]:
    """All headings of versions, in the order of the file; uncertain ones only on the level of the certain."""
    headings = list(headings)
    found = [version for heading in headings if (version := find_version_heading(heading)) is not None]
    levels = {version.heading.level for version in found if version.is_certain}
    levels |= {heading.level for heading in headings if _UNRELEASED.fullmatch(heading.text)}
    return [version for version in found if version.is_certain or not levels or version.heading.level in levels]


def find_unreleased(headings: Iterable[Heading]) -> UnreleasedHeading | VersionHeading | None:
    """The heading of unreleased changes: one that says so, or that of a pending version. Only above every released version."""
    for heading in headings:
        match = _UNRELEASED.fullmatch(heading.text)
        if match:
            return UnreleasedHeading(heading, match)
        version = find_version_heading(heading)
        if version is not None:
            return version if version.is_pending else None
    return None

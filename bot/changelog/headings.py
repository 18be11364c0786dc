"""Headings of versions and of unreleased changes, in the many ways projects write them, and new ones in the same way.

The model is https://keepachangelog.com/en/1.1.0/ (``## [1.1.0] - 2019-02-15``); ``## v1.1.0``, ``# 1.1.0 (2019-02-15)``,
``## [1.1.0](https://...) February 15, 2019`` and their like are met as often.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.dates import DATE, render_date
from bot.changelog.document import Document, Heading, Markup

_NOT_YET = r"un-?released|not (?:yet )?released|in development|in progress|upcoming|release ?date|tb[ad]|(?:\d{4}|[x?y]{4})-(?:\d{2}|[x?m]{2})-[x?d]{2}"
_LABEL_ENDS = {
    Markup.MARKDOWN: r"\](?:\((?P<url>[^()\s]*)\))?",
    Markup.RESTRUCTURED: r"(?:[ ]<(?P<url>[^<>`\s]*)>)?`__?",
}
_LABEL_STARTS = {Markup.MARKDOWN: r"\[", Markup.RESTRUCTURED: "`"}


def _compile_version(markup: Markup) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<lead>[a-z][\w.-]{{0,60}}[ \t]+)?
        (?P<open>{_LABEL_STARTS[markup]})?(?P<v>v)?(?P<version>\d[0-9a-z.!+_-]{{0,63}})(?(open){_LABEL_ENDS[markup]})
        (?P<separator>[ \t]*[-\u2013\u2014:|/,]{{0,3}}[ \t]*)
        (?P<date_open>[(\[])?(?:(?P<date>{DATE.replace(" ", "[ ]")})|(?P<not_yet>{_NOT_YET.replace(" ", "[ ]")}))?(?P<date_close>[)\]])?
        (?P<rest>[ \t]*)(?P<tail>.*)""",
        re.IGNORECASE | re.VERBOSE,
    )


def _compile_unreleased(markup: Markup) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<strong>[*_]{{1,3}})?(?P<open>{_LABEL_STARTS[markup]})?
        (?:(?:un-?released|upcoming|next|(?P<shy>dev|pending)|development|not[ ](?:yet[ ])?released)(?:[ ](?:changes|version|release|section))?
                (?:[ ](?:in|on)[ ](?:the[ ])?(?:main|master|develop|trunk)(?:[ ]branch)?)?
            |in[ ]development|head)
        (?(open){_LABEL_ENDS[markup]})
        [ \t]*:?(?:[ \t]*[-\u2013\u2014(]?[ \t]*(?:{_NOT_YET.replace(" ", "[ ]")})\)?)?(?(strong)(?P=strong))""",
        re.IGNORECASE | re.VERBOSE,
    )


_VERSION = {markup: _compile_version(markup) for markup in Markup}
_UNRELEASED = {markup: _compile_unreleased(markup) for markup in Markup}
_DATE_LINE = re.compile(
    rf"""(?P<before>[ ]{{0,3}}[:*_(]{{0,3}}(?:(?:release[ ]date|released?|date)[ ]?(?:on)?[:* \t]{{0,4}})?)
    (?:(?P<date>{DATE.replace(" ", "[ ]")})|(?P<not_yet>{_NOT_YET.replace(" ", "[ ]")}))
    (?P<after>[*_.):]{{0,3}})[ \t]*""",
    re.IGNORECASE | re.VERBOSE,
)
"""A line below a heading that holds nothing but the date, as in ``Released 2026-03-02``."""

_LONGEST_DATE_LINE = 80
_PLAIN_LEADS = frozenset({"version", "release", "stable"})
_YANKED = re.compile(r"[(\[]?yanked[)\]]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line of its own with the date of a version, or the word that it has none yet.

    Attributes:
        line: its index in the document.
        match: its pieces.
    """

    line: int
    match: re.Match[str]

    def render(self, day: date, example: DateLine | None) -> str:
        """The line for another day: like ``example``, the one of a released version, if there is one."""
        if example is not None:
            pieces = example.match
            return f"{pieces['before']}{render_date(day, pieces['date'])}{pieces['after']}"
        # "Unreleased" alone becomes "Released 2026-03-02"; "Release date: unreleased" keeps its beginning.
        before = self.match["before"] if self.match["before"].strip() else f"{self.match['before']}Released "
        return f"{before}{render_date(day, self.match['date'])}{self.match['after']}"


@dataclass(frozen=True, slots=True)
class VersionHeading:
    """The heading of one version.

    Attributes:
        heading: where it stands.
        version: what it says.
        is_pending: whether it says in the place of the date that the version is not released yet.
        is_certain: whether it can be nothing else; a bare ``3.12`` below another heading may name a Python version.
        match: its pieces.
        dated: the line below it that holds its date.
    """

    heading: Heading
    version: Version
    is_pending: bool
    is_certain: bool
    match: re.Match[str]
    dated: DateLine | None = None

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
        is_linked = pieces["url"] is not None
        shown = _render_label(self.heading.markup, label, url if is_linked else None) if pieces["open"] else label
        when = ""
        if pieces["date"] or pieces["not_yet"]:
            words = render_date(day, pieces["date"] or example)
            when = f"{pieces['separator']}{pieces['date_open'] or ''}{words}{pieces['date_close'] or ''}"
        return f"{pieces['lead'] or ''}{shown}{when}"


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
        is_linked = self.match["url"] is not None
        label = (
            _render_label(self.heading.markup, version, url if is_linked else None) if self.has_brackets else version
        )
        return f"{label} - {day.isoformat()}"


def _render_label(markup: Markup, label: str, url: str | None) -> str:
    """A label as the markup links it: to ``url``, or to a definition elsewhere."""
    if markup is Markup.MARKDOWN:
        return f"[{label}]({url})" if url else f"[{label}]"
    return f"`{label} <{url}>`_" if url else f"`{label}`_"


def find_version_heading(heading: Heading) -> VersionHeading | None:
    """``heading`` as that of a version, or None."""
    match = _VERSION[heading.markup].fullmatch(heading.text)
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


def list_version_headings(document: Document) -> list[VersionHeading]:
    """All headings of versions, in the order of the file; uncertain ones only on the level of the certain."""
    found = [version for heading in document.headings if (version := find_version_heading(heading)) is not None]
    found = [_with_date_line(document, version) for version in found]
    levels = {version.heading.level for version in found if version.is_certain}
    unreleased = find_unreleased(document)
    if unreleased is not None:
        levels.add(unreleased.heading.level)
    return [version for version in found if version.is_certain or not levels or version.heading.level in levels]


def find_unreleased(document: Document) -> UnreleasedHeading | VersionHeading | None:
    """The heading of unreleased changes: one that says so, or that of a pending version. Only above every released version."""
    for index, heading in enumerate(document.headings):
        match = _match_unreleased(heading)
        if match and (match["shy"] is None or _is_beside_version(document, index)):
            return UnreleasedHeading(heading, match)
        version = find_version_heading(heading)
        if version is not None:
            version = _with_date_line(document, version)
            return version if version.is_pending else None
    return None


def find_pending_below(document: Document, unreleased: UnreleasedHeading) -> VersionHeading | None:
    """The version right below the unreleased changes, where it is on its way itself: ``[0.3.0] - Unreleased``."""
    above = unreleased.heading
    after = (heading for heading in document.headings if heading.line > above.line and heading.level <= above.level)
    heading = next(after, None)
    found = find_version_heading(heading) if heading is not None else None
    found = _with_date_line(document, found) if found is not None else None
    return found if found is not None and found.is_pending else None


def _is_beside_version(document: Document, index: int) -> bool:
    """Whether the next heading that is not below this one is that of a version: else ``Dev`` is a title, or a group."""
    headings, level = document.headings, document.headings[index].level
    after = (headings[at] for at in range(index + 1, len(headings)) if headings[at].level <= level)
    beside = next(after, None)
    return beside is not None and beside.level == level and find_version_heading(beside) is not None


def is_unreleased(heading: Heading) -> bool:
    """Whether a heading says that what stands below it is not released, without naming a version."""
    return _match_unreleased(heading) is not None


def _match_unreleased(heading: Heading) -> re.Match[str] | None:
    return _UNRELEASED[heading.markup].fullmatch(heading.text)


def find_date_line(document: Document, heading: Heading) -> DateLine | None:
    """The line below ``heading`` that holds a date and nothing else."""
    after = heading.line + heading.lines
    for index in range(after, min(after + 3, len(document.lines))):
        line = document.lines[index]
        match = _DATE_LINE.fullmatch(line.text) if line.plain and len(line.text) < _LONGEST_DATE_LINE else None
        if match is not None:
            return DateLine(index, match)
        if line.text.strip():
            break
    return None


def _with_date_line(document: Document, version: VersionHeading) -> VersionHeading:
    """``version`` with the line below it that dates it, when its own words do not."""
    if version.match["date"] or version.match["not_yet"]:
        return version
    dated = find_date_line(document, version.heading)
    if dated is None:
        return version
    return replace(version, is_pending=dated.match["not_yet"] is not None, is_certain=True, dated=dated)

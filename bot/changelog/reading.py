"""A changelog with a section for each release, as it is read: its text, and the headings of versions in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from packaging.version import Version

from bot.changelog.document import Document, Heading, Markup
from bot.changelog.headings import (
    UnreleasedHeading,
    VersionHeading,
    find_pending_below,
    find_unreleased,
    find_version_heading,
    is_unreleased,
    list_version_headings,
)
from bot.changelog.markdown import read_markdown
from bot.changelog.restructured import read_rst
from bot.changelog.sections import Section, list_entries, section_of

_PLAIN = re.compile(r"(?P<words>v?\d[\w.]{2,30}(?:[ \t]+[-(]?[ \t]*\d[-\d./]{5,12}\)?)?)[ \t]*")
_BOLD = re.compile(r"\*\*(?P<words>[^*\s](?:[^*]{0,98}[^*\s])?)\*\*[ \t]*")


@dataclass(frozen=True, slots=True)
class ChangelogFile:
    """A changelog as it was read: its text, and the headings of versions in it.

    Attributes:
        document: the text.
        unreleased: the heading of unreleased changes.
        models: the headings of released versions, in the order of the file.
    """

    document: Document
    unreleased: UnreleasedHeading | VersionHeading | None
    models: tuple[VersionHeading, ...]

    @property
    def is_rising(self) -> bool:
        """Whether the oldest version comes first."""
        return len(self.models) > 1 and self.models[0].version < self.models[-1].version

    @property
    def model(self) -> VersionHeading | None:
        """The heading that a new one is made like: that of the newest version."""
        if not self.models:
            return None
        return self.models[-1] if self.is_rising else self.models[0]

    @property
    def example_date(self) -> str | None:
        """A date as the headings write it."""
        return next((model.match["date"] for model in self.models if model.match["date"]), None)

    def find(self, version: Version) -> VersionHeading | None:
        """The heading of a released version."""
        return next((model for model in self.models if model.version == version), None)


def read_file(text: str, markup: Markup, version: Version | None = None) -> ChangelogFile:
    """``text`` with the headings of its versions; ``version`` is the one that is released, where that is known."""
    document = read_document(text, markup)
    models = tuple(version for version in list_version_headings(document) if not version.is_pending)
    return ChangelogFile(document, _find_unreleased(document, version), models)


def _find_unreleased(document: Document, version: Version | None) -> UnreleasedHeading | VersionHeading | None:
    """The heading of unreleased changes.

    Where ``[0.3.0] - Unreleased`` stands below ``[Unreleased]``, that is meant if it is what is released now, as far as it
    lists anything; while no version is named, if nothing stands above it.
    """
    found = find_unreleased(document)
    pending = find_pending_below(document, found) if isinstance(found, UnreleasedHeading) else None
    if found is None or pending is None:
        return found
    is_above = bool(list_entries(document, body_of(document, found)))
    if version is None:
        return found if is_above else pending
    is_listed = not is_above or bool(list_entries(document, body_of(document, pending)))
    return pending if pending.version == version and is_listed else found


def read_document(text: str, markup: Markup) -> Document:
    """``text`` with its lines, headings and definitions.

    Where a text has a title at most, lines of their own in bold letters count as headings (``**1.2.0**``, ``**UNRELEASED**``),
    and without a title such as are nothing but a version, right above a list.
    """
    document = read_markdown(text) if markup is Markup.MARKDOWN else read_rst(text)
    if len(document.headings) > 1 or list_version_headings(document):
        return document
    found = _find_bold(document) if "**" in text else []
    if not found and not document.headings:
        found = _find_plain(document)
    above = all(title.line < found[0].line for title in document.headings) if found else False
    return replace(document, headings=(*document.headings, *found)) if above else document


def _find_bold(document: Document) -> list[Heading]:
    level = 1 + max((heading.level for heading in document.headings), default=0)
    matches = ((index, _BOLD.fullmatch(line.text)) for index, line in enumerate(document.lines) if line.plain)
    alone = (
        _make_heading(document, index, level, match) for index, match in matches if match and _is_alone(document, index)
    )
    found = [heading for heading in alone if find_version_heading(heading) is not None or is_unreleased(heading)]
    return found if len(found) > 1 else []


def _find_plain(document: Document) -> list[Heading]:
    matches = ((index, _PLAIN.fullmatch(line.text)) for index, line in enumerate(document.lines) if line.plain)
    above = (
        _make_heading(document, index, 1, match)
        for index, match in matches
        if match and _is_above_list(document, index)
    )
    found = [heading for heading in above if find_version_heading(heading) is not None]
    return found if len(found) > 1 else []


def _make_heading(document: Document, index: int, level: int, match: re.Match[str]) -> Heading:
    start, end = (document.lines[index].start + at for at in match.span("words"))
    return Heading(index, 1, level, match["words"], start, end, document.markup)


def _is_alone(document: Document, index: int) -> bool:
    lines = document.lines
    return not any(lines[near].text.strip() for near in (index - 1, index + 1) if 0 <= near < len(lines))


def _is_above_list(document: Document, index: int) -> bool:
    below = document.lines[index + 1].text if index + 1 < len(document.lines) else ""
    return below.lstrip().startswith(("- ", "* "))


def body_of(document: Document, found: UnreleasedHeading | VersionHeading) -> Section:
    """What stands below a heading, and below the line that dates it."""
    dated = found.dated if isinstance(found, VersionHeading) else None
    return section_of(document, found.heading, after=dated.line + 1 if dated else None)

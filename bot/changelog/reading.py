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

    Where no version has a heading, a line of its own in bold letters counts as one: ``**1.2.0**``, ``**UNRELEASED**``.
    """
    document = read_markdown(text) if markup is Markup.MARKDOWN else read_rst(text)
    return document if "**" not in text or list_version_headings(document) else _with_bold_headings(document)


def _with_bold_headings(document: Document) -> Document:
    lines = document.lines
    level = 1 + max((heading.level for heading in document.headings), default=0)
    found = list(document.headings)
    for index, line in enumerate(lines):
        match = _BOLD.fullmatch(line.text) if line.plain else None
        around = [lines[near].text.strip() for near in (index - 1, index + 1) if 0 <= near < len(lines)]
        if match is None or any(around):
            continue
        start, end = (line.start + at for at in match.span("words"))
        heading = Heading(index, 1, level, match["words"], start, end, document.markup)
        if find_version_heading(heading) is not None or is_unreleased(heading):
            found.append(heading)
    return replace(document, headings=tuple(sorted(found, key=lambda heading: heading.line)))


def body_of(document: Document, found: UnreleasedHeading | VersionHeading) -> Section:
    """What stands below a heading, and below the line that dates it."""
    dated = found.dated if isinstance(found, VersionHeading) else None
    return section_of(document, found.heading, after=dated.line + 1 if dated else None)

"""A changelog with a section for each release, as it is read: its text, and the headings of versions in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packaging.version import Version

from bot.changelog.bare_headings import find_bold_headings, find_plain_headings
from bot.changelog.document import Document, Markup
from bot.changelog.headings import (
    UnreleasedHeading,
    VersionHeading,
    find_pending_below,
    find_unreleased,
    list_version_headings,
)
from bot.changelog.markdown import read_markdown
from bot.changelog.restructured import read_rst
from bot.changelog.sections import Section, list_entries, section_of


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
    found = find_bold_headings(document) if "**" in text else []
    if not found and not document.headings:
        found = find_plain_headings(document)
    above = all(title.line < found[0].line for title in document.headings) if found else False
    return replace(document, headings=(*document.headings, *found)) if above else document


def body_of(document: Document, found: UnreleasedHeading | VersionHeading) -> Section:
    """What stands below a heading, and below the line that dates it."""
    dated = found.dated if isinstance(found, VersionHeading) else None
    return section_of(document, found.heading, after=dated.line + 1 if dated else None)

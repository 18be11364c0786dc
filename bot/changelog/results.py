"""What can be said about a project's changelog; every case has its own type, so that none is taken for another."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: the text of its bullet without the bullet, or a paragraph, under the heading of its group ("Added")."""

    group: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One merged change as it is listed.

    Attributes:
        group: the heading of Keep a Changelog it belongs under.
        text: its words.
        number: its pull request.
        written: whether the text was written for readers, and not as the title of a pull request.
        closes: the issues that the pull request says it closes: people may speak of those instead.
    """

    group: str | None
    text: str
    number: int | None = None
    written: bool = False
    closes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamped:
    """The unreleased section became the section of a version.

    Attributes:
        text: the whole new changelog.
        notes: what the new section says, for the GitHub Release.
        entries: the same in pieces.
        unmentioned: what was merged and is not spoken of, where people wrote the section.
        generated: whether the section was made of what was merged.
    """

    text: str = field(repr=False)
    notes: str
    entries: tuple[Entry, ...]
    unmentioned: tuple[Listed, ...] = ()
    generated: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyStamped:
    """The version has a section already; stamping would change nothing."""

    line: int
    notes: str


@dataclass(frozen=True, slots=True)
class NothingUnreleased:
    """There is an unreleased section, and no change is listed in it."""

    line: int


@dataclass(frozen=True, slots=True)
class NoUnreleasedSection:
    """The file has no heading for unreleased changes, so it is not kept in this form."""


StampResult = Stamped | AlreadyStamped | NothingUnreleased | NoUnreleasedSection

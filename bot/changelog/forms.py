"""The forms in which projects keep their changelog, and what a release makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from bot.changelog.document import Markup
from bot.changelog.results import Entry, Listed


class Style(StrEnum):
    """What a project wants of its changelog."""

    DETECT = "detect"
    """What people wrote is the changelog; where they wrote nothing, it is made of what was merged."""
    GENERATE = "generate"
    """What was merged is listed beside what people wrote."""
    BY_HAND = "by-hand"
    """Only what people wrote becomes the section of a version."""
    NONE = "none"
    """No file is touched."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings say: the file, and how it is kept; and the folder of the package whose changelog it is."""

    file: str | None = None
    style: Style = Style.DETECT
    root: str = "."


class Act(StrEnum):
    """What becomes of a file. The value is how it is named to readers."""

    STAMPED = "the unreleased changes become this version's"
    LISTED = "what was merged becomes this version's section"
    ASSEMBLED = "the news fragments become this version's section"
    CONSUMED = "a news fragment that is in the changelog now"
    CREATED = "the notes of this version"
    INDEXED = "the notes of this version are listed"


class Left(StrEnum):
    """Why a changelog is left as it is. The value follows the name of the file in a sentence."""

    TOO_BIG = "is larger than 1024 kB"
    NOT_TEXT = "is not UTF-8 text"
    NOT_READ = "could not be read"
    NOT_TOML = "is not TOML that I can read"
    BAD_SETTING = "has settings of a kind I do not know"
    NEEDS_CODE = "needs more than I work out of a template"
    DOUBLE = "is there twice for one change"
    TOO_MANY = "is one of more news fragments than I read"
    OUTSIDE = "lies outside the repository"
    NO_PLACE = "has no heading of a version to go by"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after: ``old`` None is made, ``new`` None is deleted."""

    path: str
    old: bytes | None = field(repr=False)
    new: bytes | None = field(repr=False)
    act: Act

    @property
    def description(self) -> str:
        """What changes, in one line for people."""
        return str(self.act)


@dataclass(frozen=True, slots=True)
class Refused:
    """A changelog that cannot be changed safely: the file, why, and the word in question."""

    path: str
    why: Left
    detail: str = ""

    @property
    def reason(self) -> str:
        """Why, ready to follow the name of the file in a sentence."""
        return f"{self.why}: {self.detail}" if self.detail else str(self.why)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing is to be done. The notes are what the section of the version says, if it has one already."""

    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Released:
    """What a release makes of a changelog.

    Attributes:
        changes: the files.
        notes: the section of the version, as Markdown.
        entries: the same in pieces.
        unmentioned: what was merged and is not spoken of, where people wrote the section.
    """

    changes: tuple[FileChange, ...]
    notes: str
    entries: tuple[Entry, ...] = ()
    unmentioned: tuple[Listed, ...] = ()


Outcome: TypeAlias = Released | Unchanged | Refused


@dataclass(frozen=True, slots=True)
class Naming:
    """What a release is called: everything that may stand in a heading.

    Attributes:
        version: as files and tags spell it, without ``v``.
        day: its date.
        tag: its tag.
        base: the tag of the release before it; None for the first.
        repository_url: the page of the repository.
        project: the project's name.
    """

    version: str
    day: date
    tag: str
    base: str | None
    repository_url: str
    project: str = ""


Files: TypeAlias = Mapping[str, bytes]
"""The contents that were read of a commit, by path."""


def markup_of(path: str) -> Markup:
    """The language of a file, by its name."""
    return Markup.RESTRUCTURED if path.lower().endswith((".rst", ".txt", ".rest")) else Markup.MARKDOWN


def decode(path: str, content: bytes | None, most: int = 1024 * 1024) -> str | Refused:
    """The text of a file."""
    if content is None:
        return Refused(path, Left.NOT_READ)
    if len(content) > most:
        return Refused(path, Left.TOO_BIG)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return Refused(path, Left.NOT_TEXT)

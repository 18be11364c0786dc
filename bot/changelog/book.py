"""A project's changelog as it is at a commit, in whatever form it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.changelog.document import Markup
from bot.changelog.forms import Files, Style, markup_of
from bot.changelog.per_release import PerRelease
from bot.changelog.scriv import Scriv
from bot.changelog.towncrier import Towncrier

Keeper: TypeAlias = Towncrier | Scriv | PerRelease


@dataclass(frozen=True, slots=True)
class Changelog:
    """A changelog as it is at a commit. Line ends and a byte order mark are part of the text.

    Attributes:
        path: the file; the folder, where each release has a file of its own.
        text: what it says.
        keeper: the settings of the tool that keeps it, or the folder of files; None: it is written in one file.
        files: what was read beside it: news fragments, templates, indexes.
        paths: the files of the commit that are of its form.
        style: what the project wants of it.
    """

    path: str
    text: str = field(repr=False)
    keeper: Keeper | None = None
    files: Files = field(default_factory=dict, repr=False, hash=False)
    paths: tuple[str, ...] = field(default=(), repr=False)
    style: Style = Style.DETECT

    @property
    def markup(self) -> Markup:
        """Its language."""
        return self.keeper.markup if self.keeper is not None else markup_of(self.path)


@dataclass(frozen=True, slots=True)
class NoChangelog:
    """There is no changelog that can be changed.

    Attributes:
        path: the file that looks like one; None when there is none, and none is wanted.
        reason: why that file is no use, ready to follow its name in a sentence; empty when there is none.
    """

    path: str | None = None
    reason: str = ""


NO_CHANGELOG = NoChangelog()
"""There is none, and none is wanted."""

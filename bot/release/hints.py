"""What was true of a repository when it was last looked at.

It spares requests and decides nothing: what it names comes along in a document that is asked for anyway, and is taken
for what it is. Where it is out of date, or forgotten with the process, a request more is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.github.listing import Tree, TreeEntry
from bot.github.overview import Besides
from bot.github.trees import MOST_ENTRIES, MOST_LEVELS
from bot.release.kept import Kept
from bot.release.snapshot import Line

_MOST_PATHS: Final = 30
_MOST_BYTES: Final = 256 * 1024
"""Of one file; what is larger is read when it is needed, and not each time that somebody looks."""

_MOST_PREVIEWED: Final = 100

_SILENT: Final = timedelta(minutes=10)
"""How long the settings are taken to want no preview still, where this process hears of no change."""


@dataclass(slots=True)
class Hints:
    """What one repository was like; ``kept`` is what is kept of all repositories."""

    kept: Kept = field(default_factory=Kept)
    usual: Line = field(default_factory=lambda: Line("main"))
    """The line of the default branch; what most are called, before anybody looked."""
    packages: tuple[Line, ...] | None = None
    """The lines of the default branch's packages that lie in folders of their own; None: nobody looked for any."""
    paths: tuple[str, ...] = ()
    """The files that were read of a commit."""
    levels: int = 0
    """How deep its folders are; 0 where that is not known, or there are so many files that GraphQL is not asked."""
    follows: bool = False
    """Whether release pull requests open by themselves, so that whatever is merged makes us look into its files."""
    environment: str = "pypi"
    """The environment of the publishing job; what PyPI's guide calls it, before anybody looked."""

    silent_until: datetime | None = None
    """Until when no preview is taken to be wanted of what pull requests say."""
    previewed: dict[int, tuple[str, frozenset[str], datetime]] = field(default_factory=dict)
    """The head and the labels for which previews of pull requests were made, and when, the newest last."""
    edited: tuple[str, ...] = ()
    """The files that the release branch has otherwise than its base, while there is an open pull request from it."""

    vain_until: datetime | None = None
    """Until when no release is looked for among hundreds of tags that are none."""

    def is_vain(self, at: datetime) -> bool:
        """Whether hundreds of tags were looked through for a release a while ago, and none of them was one."""
        return self.vain_until is not None and at < self.vain_until

    def note_edited(self, paths: Iterable[str]) -> None:
        """The release branch was made with these files edited."""
        self.edited = tuple(path for path in paths if path in self.paths)

    def note_content(self, tree: Tree, read: Iterable[TreeEntry]) -> None:
        """These files of a commit were read."""
        self.paths = tuple(entry.path for entry in read if entry.size <= _MOST_BYTES)[:_MOST_PATHS]
        # One more than there are, so that the first file in a new folder makes no difference.
        deepest = 2 + max((path.count("/") for path in tree.paths), default=0)
        self.levels = deepest if deepest <= MOST_LEVELS and len(tree.entries) <= MOST_ENTRIES else 0

    def note_preview(self, at: datetime, *, wanted: bool) -> None:
        """The settings of the default branch want a preview, or want none."""
        self.silent_until = None if wanted else at + _SILENT

    def note_previewed(self, number: int, head: str, labels: Iterable[str], at: datetime) -> None:
        """What this pull request will add was shown on its ``head``, as its ``labels`` had it; somebody began to look ``at``."""
        self.previewed.pop(number, None)
        self.previewed[number] = (head, frozenset(labels), at)
        while len(self.previewed) > _MOST_PREVIEWED:
            del self.previewed[next(iter(self.previewed))]

    def is_previewed(self, number: int, head: str, labels: Iterable[str], told_at: datetime, *, fewer: bool) -> bool:
        """Whether that was shown as we are told of it: several labels that are given at once are told of one by one.

        What was read later may have more of them by then, or ``fewer`` where they were taken off.
        """
        shown_head, shown, at = self.previewed.get(number, ("", frozenset[str](), told_at))
        told = frozenset(labels)
        if shown_head != head:
            return False
        return shown == told or (told_at <= at and (shown <= told if fewer else shown >= told))

    def is_silent(self, at: datetime) -> bool:
        """Whether no preview was wanted a short while ago."""
        return self.silent_until is not None and at < self.silent_until

    def bring(self, thread: int | None = None, *, content: bool = True) -> Besides:
        """What is to come along when somebody looks; without ``content`` what a release is made of only where it is wanted."""
        if not content and not self.follows:
            return Besides(thread=thread)
        return Besides(self.paths, self.levels, self.environment, thread, self.edited)

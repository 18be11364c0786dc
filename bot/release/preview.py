"""What an open pull request will add to the next release, as far as its words and files tell. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.changelog import (
    Changelog,
    Level,
    NoChangelog,
    Style,
    Weighed,
    find_level,
    is_noted,
    read_changelog,
    weigh_written,
)
from bot.changelog.per_release import PerRelease
from bot.changelog.scriv import Scriv
from bot.changelog.scriv import list_fragment_paths as list_scriv_fragments
from bot.changelog.towncrier import Towncrier
from bot.changelog.towncrier import list_fragment_paths as list_towncrier_fragments


class Untold(Enum):
    """Why nothing of a pull request will be read in the changelog."""

    NO_FRAGMENT = auto()
    """The changelog is made of fragments, and it adds none."""
    BY_HAND = auto()
    """The changelog is written by hand, and it does not touch it."""
    OTHERS_WROTE = auto()
    """People have written something into the changelog, and then only that is told."""
    FIRST = auto()
    """Nothing was released before, and a first release tells only what people wrote."""
    KEPT_OUT = auto()
    """Its own entries are not to be listed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a pull request will add.

    Attributes:
        title: of the pull request.
        weighed: all that it brings, listed or not.
        told: the entries that will be read.
        untold: why there are none; None where there are.
        place: the changelog, or the folder of the fragments; None where there is neither.
        skip_label: the label it has that keeps it out of the changelog.
        skip_labels: those that would.
        is_missing: whether an entry of its own is needed, and not there.
        has_project: whether there is a package whose version follows.
        base: the commit of the default branch that it was made with; None where that is gone.
        tag: of the last release; None before the first, or where that does not show.
        version: what the next release would be with it; None where none follows.
        without: the same without it.
    """

    title: str
    weighed: tuple[Weighed, ...]
    told: tuple[Weighed, ...]
    untold: Untold | None = None
    place: str | None = None
    skip_label: str | None = None
    skip_labels: tuple[str, ...] = ()
    is_missing: bool = False
    has_project: bool = True
    base: str | None = None
    tag: str | None = None
    version: str | None = None
    without: str | None = None

    @property
    def level(self) -> Level:
        """How much of the version it moves."""
        return find_level(self.weighed)[0]

    @property
    def deciding(self) -> Weighed | None:
        """The entry that tells that; None where it moves nothing."""
        return find_level(self.weighed)[1]


def list_concerned(book: Changelog, changed: Iterable[str]) -> list[str]:
    """Those of the ``changed`` files in which an entry may have been written."""
    changed = tuple(changed)
    found = [path for path in changed if path == book.path]
    match book.keeper:
        case Towncrier():
            found += list_towncrier_fragments(book.keeper, changed)
        case Scriv():
            found += list_scriv_fragments(book.keeper, changed)
        case PerRelease():
            found += [path for path in changed if posixpath.dirname(path) == book.keeper.folder]
        case None:
            pass
    return list(dict.fromkeys(found))


def list_added(book: Changelog, files: Mapping[str, bytes]) -> tuple[Weighed, ...]:
    """What is written in ``files``, the concerned ones as the pull request has them, and not in the ``book`` of the base."""
    if book.keeper is not None:
        paths = tuple(path for path in files if path != book.path)
        return weigh_written(replace(book, paths=paths, files={**book.files, **files}))
    read = read_changelog(book.path, files.get(book.path))
    if not isinstance(read, Changelog):
        return ()
    # Of an older branch some may have been released since: those stand in the base as well.
    text = " ".join(book.text.split())
    new = weigh_written(replace(book, text=read.text))
    return tuple(one for one in new if " ".join(one.text.split()) not in text)


def find_untold(
    book: Changelog | NoChangelog, own: Sequence[Weighed], added: Sequence[Weighed], *, is_first: bool = False
) -> Untold | None:
    """Why none of a pull request's entries will be read: ``own`` are those of its words, ``added`` those of its files.

    ``is_first``: nothing was released before.
    """
    if added:
        return None
    if isinstance(book, Changelog):
        if isinstance(book.keeper, Towncrier | Scriv):
            return Untold.NO_FRAGMENT
        if book.style is Style.BY_HAND:
            return Untold.BY_HAND
        if book.keeper is None and book.style is Style.DETECT and weigh_written(book):
            return Untold.OTHERS_WROTE
    if is_first:
        return Untold.FIRST
    return None if any(is_noted(one) for one in own) else Untold.KEPT_OUT


def is_needed(book: Changelog | NoChangelog) -> bool:
    """Whether entries are written by whoever makes a change, so that one can be missing."""
    if not isinstance(book, Changelog):
        return False
    return isinstance(book.keeper, Towncrier | Scriv) or book.style is Style.BY_HAND


def find_place(book: Changelog | NoChangelog) -> str | None:
    """Where an entry is to be written."""
    if not isinstance(book, Changelog):
        return None
    match book.keeper:
        case Towncrier(folders=folders):
            return next(iter(folders.values()), book.path)
        case Scriv(folder=folder):
            return folder
        case _:
            return book.path

"""What took several requests to read and never changes: long histories, and what commits with many files list.

It spares requests and decides nothing: a name of git's stands for its content for ever, and of a history GitHub's own
count says whether it still holds. Forgotten with the process, all of it is read again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from cachetools import LRUCache

from bot.github.further import Reading
from bot.github.history import PAGE, PAGE_WITH_PATHS
from bot.github.landed import Landed
from bot.github.listing import Tree
from bot.github.trees import MOST_ENTRIES

_MOST_CHARACTERS: Final = 16 * 1024 * 1024
_COMMIT: Final = 1_000
_PATH: Final = 50
"""What a commit and a path take besides what people wrote."""

_MOST_FILES: Final = 80_000
_SHARE: Final = 4
"""One history, or listing, takes a quarter of the room at most: it must not push all others out."""

_LASTS: Final = timedelta(days=1)
"""Accounts and labels can be renamed without a change of the pull requests that show them: that is seen a day later."""


class Place(NamedTuple):
    """What a history is of: what ``branch`` has and the tag on ``since`` has not, with the files of each change or without."""

    repository_id: int
    since: str
    branch: str
    paths: bool


class Kept:
    """What is kept of all repositories, as much as fits into some memory."""

    def __init__(self) -> None:
        self._readings: LRUCache[Place, Reading] = LRUCache(_MOST_CHARACTERS, getsizeof=_weigh)
        self._trees: LRUCache[tuple[int, str], Tree] = LRUCache(_MOST_FILES, getsizeof=lambda tree: len(tree.entries))

    def find_reading(self, place: Place, now: datetime) -> Reading | None:
        """What was read there last; None: it is not known, or was not read from its beginning for a day."""
        reading = self._readings.get(place)
        return reading if reading is not None and now - reading.whole_at < _LASTS else None

    def keep_reading(self, place: Place, reading: Reading) -> None:
        """Keep what was read there; not what is cut, or takes one request in any case."""
        self._readings.pop(place, None)
        one_page = len(reading.history.commits) <= (PAGE_WITH_PATHS if place.paths else PAGE)
        if reading.history.complete and not one_page and _weigh(reading) <= _MOST_CHARACTERS // _SHARE:
            self._readings[place] = reading

    def find_tree(self, repository_id: int, commit: str) -> Tree | None:
        """What a commit lists, where that is known."""
        return self._trees.get((repository_id, commit))

    def keep_tree(self, repository_id: int, tree: Tree) -> None:
        """Keep what a commit lists; not so few files that they come along whenever somebody looks."""
        if MOST_ENTRIES < len(tree.entries) <= _MOST_FILES // _SHARE:
            self._trees[repository_id, tree.commit] = tree


def _weigh(reading: Reading) -> int:
    return sum(map(_weigh_commit, reading.history.commits))


def _weigh_commit(commit: Landed) -> int:
    pull = commit.pull
    written = len(commit.message) + (len(pull.title) + len(pull.body) if pull is not None else 0)
    paths = (*(commit.paths or ()), *((pull.paths or ()) if pull is not None else ()))
    return _COMMIT + written + sum(_PATH + len(path) for path in paths)

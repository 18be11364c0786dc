"""What took several requests to read: long histories, what commits with many files list, the files that changes touch.

It spares requests and decides nothing. A name of git's stands for its content for ever; of a history GitHub says what is
new, and its count whether the rest still holds. Forgotten with the process, all of it is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from sys import getsizeof
from typing import Final, NamedTuple

from cachetools import LRUCache

from bot.github.further import Reading
from bot.github.history import PAGE, PAGE_WITH_PATHS
from bot.github.landed import Landed
from bot.github.listing import Tree
from bot.github.trees import MOST_ENTRIES

_MOST_BYTES: Final = 24 * 1024 * 1024
"""Of histories, and of listings; the files of changes take a quarter of it."""
_SHARE: Final = 4
"""One history, or listing, takes a quarter of the room at most: it must not push all others out."""
_COMMIT: Final = 1_000
_ENTRY: Final = 200
"""What a commit and a file take besides the texts that are weighed."""
_MOST_GIVEN_UP: Final = 1_000

_LASTS: Final = timedelta(days=1)
"""How long what shows no change is taken to have none: a renamed account or label, one that GitHub associates a day later."""


class Place(NamedTuple):
    """What a history is of: what ``branch`` has and the tag on ``since`` has not, with the files of each change or without."""

    repository_id: int
    since: str
    branch: str
    paths: bool


class Touched(NamedTuple):
    """The files that a change touches; None: they are too many to be told."""

    paths: tuple[str, ...] | None


class Kept:
    """What is kept of all repositories, as much as fits into some memory."""

    def __init__(self) -> None:
        self._readings: LRUCache[Place, Reading] = LRUCache(_MOST_BYTES, getsizeof=_weigh_reading)
        self._given_up: LRUCache[Place, datetime] = LRUCache(_MOST_GIVEN_UP)
        self._trees: LRUCache[tuple[int, str], Tree] = LRUCache(_MOST_BYTES, getsizeof=_weigh_tree)
        self._touched: LRUCache[tuple[int, int | str], Touched] = LRUCache(
            _MOST_BYTES // _SHARE, getsizeof=lambda touched: _ENTRY + _weigh(touched.paths or ())
        )

    def find_reading(self, place: Place, now: datetime) -> Reading | None:
        """What was read there last; None: it is not known, or was not read from its beginning for a day."""
        reading = self._readings.get(place)
        return reading if reading is not None and now - reading.whole_at < _LASTS else None

    def keep_reading(self, place: Place, reading: Reading) -> None:
        """Keep what was read there; not what is cut or takes one request anyway, and nothing that was too dear to go on with.

        Where GitHub did not associate all pull requests yet what was kept before is better.
        """
        commits = reading.history.commits
        if not any(one.pull is not None and one.pull.is_late for one in commits):
            self._readings.pop(place, None)
            given_up = self._given_up.get(place)
            is_dear = given_up is not None and reading.at - given_up < _LASTS
            several = len(commits) > (PAGE_WITH_PATHS if place.paths else PAGE)
            if reading.history.complete and several and not is_dear and _fits(_weigh_reading(reading)):
                self._readings[place] = reading

    def give_up(self, place: Place, now: datetime) -> None:
        """GitHub does not get together in time what is new there: it is read from its beginning for a day."""
        self._readings.pop(place, None)
        self._given_up[place] = now

    def find_tree(self, repository_id: int, commit: str) -> Tree | None:
        """What a commit lists, where that is known."""
        return self._trees.get((repository_id, commit))

    def keep_tree(self, repository_id: int, tree: Tree) -> None:
        """Keep what a commit lists; not so few files that they come along whenever somebody looks."""
        if len(tree.entries) > MOST_ENTRIES and _fits(_weigh_tree(tree)):
            self._trees[repository_id, tree.commit] = tree

    def find_touched(self, repository_id: int, key: int | str) -> Touched | None:
        """The files of a merged pull request, by its number, or of a commit; None: nobody looked."""
        return self._touched.get((repository_id, key))

    def keep_touched(self, repository_id: int, key: int | str, touched: Touched) -> None:
        """Keep the files of a merged pull request, or of a commit."""
        if _fits(_SHARE * _weigh(touched.paths or ())):
            self._touched[repository_id, key] = touched


def _fits(size: int) -> bool:
    return size <= _MOST_BYTES // _SHARE


def _weigh(texts: Iterable[str]) -> int:
    """What they take in memory: one emoji makes every character of a text four bytes long."""
    return sum(map(getsizeof, texts))


def _weigh_tree(tree: Tree) -> int:
    blobs = (*tree.entries, *tree.links)
    return _ENTRY * len(blobs) + _weigh(entry.path for entry in blobs)


def _weigh_reading(reading: Reading) -> int:
    return sum(map(_weigh_commit, reading.history.commits))


def _weigh_commit(commit: Landed) -> int:
    pull = commit.pull
    written = [commit.message]
    if pull is not None:
        written += [pull.title, pull.body, pull.head_branch, *pull.labels, *(pull.paths or ())]
    return _COMMIT + _weigh(written)

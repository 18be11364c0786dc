"""What landed since a tag, read once for each job; of what took several requests only what is new is read beyond it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock
from bot.engine.protocol import Backoff
from bot.github.access import Access
from bot.github.errors import Unavailable
from bot.github.facts import TagRef
from bot.github.further import Reading, read_further
from bot.github.git import list_touched
from bot.github.history import read_history
from bot.github.landed import History, Landed
from bot.github.pulls import MOST_FILES, list_files
from bot.release.kept import Kept, Place, Touched

_MOVES = timedelta(seconds=5)
"""How long a branch is left alone that moved within one look."""

_MOST_LOOKED_INTO = 20
"""How many of the newest commits and pull requests of a history are asked for their files one by one."""


class Histories:
    """Those of one repository; it lives no longer than the job that asks, and what it may see is what the job may."""

    def __init__(self, access: Access, kept: Kept, clock: Clock) -> None:
        self._access, self._kept, self._clock = access, kept, clock
        self._histories: dict[tuple[str, str | None, bool], History | None] = {}
        self._wholes: dict[tuple[str, str | None, bool], History] = {}
        """What was read of each branch last, and so most likely since the longest time ago."""

    async def find(self, tag: TagRef, branch: str, head: str | None, *, paths: bool = False) -> History | None:
        """What landed on ``branch`` since ``tag``, when ``head`` is where it stands, or wherever that is; None: they share nothing.

        With ``paths`` the files of each change come along, as far as GitHub tells them at a reasonable price.

        Raises:
            Backoff: GitHub shows another head of the branch; what is missing would look as if it were not there.
        """
        key = (tag.commit, head, paths)
        if key not in self._histories:
            # Several packages are released from one branch, each at a time of its own: one reading tells of all of them.
            whole = self._wholes.get((branch, head, paths))
            shorter = whole.find_since(tag.commit) if whole is not None else None
            if shorter is not None:
                self._histories[key] = shorter
                return shorter
            reading = await self._read(tag, branch, paths=paths)
            if reading is not None and head is not None and reading.history.head != head:
                raise Backoff(_MOVES, f"{branch} moves while it is read")
            found = reading.history if reading is not None else None
            self._histories[key] = found = await self._with_paths(found) if found is not None and paths else found
            if found is not None:
                self._wholes[branch, head, paths] = found
        return self._histories[key]

    async def _read(self, tag: TagRef, branch: str, *, paths: bool) -> Reading | None:
        """The history as it is now: what is new of it where it was read before, else all of it."""
        session, now, kept = self._access.read, self._clock.now(), self._kept
        place = Place(self._access.repository.id, tag.commit, branch, paths)
        earlier, reading = kept.find_reading(place, now), None
        if earlier is not None:
            try:
                reading = await read_further(session, earlier, tag=tag, branch=branch, paths=paths, now=now)
            except Unavailable:
                # The pages from the beginning on can be smaller.
                kept.give_up(place, now)
        if reading is None:
            found = await read_history(session, tag=tag.name, branch=branch, paths=paths)
            reading = Reading(found, now, now) if found is not None else None
        if reading is not None:
            kept.keep_reading(place, reading)
        return reading

    def knows(self, tag: TagRef) -> bool:
        """Whether what landed since ``tag`` was read already, wherever the branch stood, and without the files of each change."""
        return (tag.commit, None, False) in self._histories

    def find_labels(self, number: int) -> frozenset[str] | None:
        """The labels of a merged pull request, where a history that was read here has it."""
        read = (commit.pull for history in self._histories.values() if history for commit in history.commits)
        pull = next((pull for pull in read if pull is not None and pull.number == number), None)
        return frozenset(pull.labels) if pull is not None else None

    async def _with_paths(self, history: History) -> History:
        """A history with the files of the newest commits that came without a pull request, or in one that did not tell them."""
        known: dict[int | str, tuple[str, ...] | None] = {}
        commits = []
        for commit in reversed(history.commits):
            key = _find_untold(commit)
            if key is not None and key not in known and len(known) < _MOST_LOOKED_INTO:
                known[key] = await self._look_into(key)
            commits.append(_with_paths(commit, known.get(key)) if key is not None else commit)
        return replace(history, commits=tuple(reversed(commits)))

    async def _look_into(self, key: int | str) -> tuple[str, ...] | None:
        """The files of a pull request, by its number, or of a commit; None where they are too many to be told."""
        known = self._kept.find_touched(self._access.repository.id, key)
        if known is not None:
            return known.paths
        if isinstance(key, int):
            listed = await list_files(self._access.read, key)
            touched = Touched(tuple(listed) if len(listed) < MOST_FILES else None)
        else:
            told = await list_touched(self._access.read, key)
            touched = Touched(tuple(told) if told is not None else None)
        self._kept.keep_touched(self._access.repository.id, key, touched)
        return touched.paths


def _find_untold(commit: Landed) -> int | str | None:
    """What has to be asked for the files of a change; None: they are known, or it is a merge, which changes none itself."""
    if commit.pull is not None:
        return commit.pull.number if commit.pull.paths is None else None
    return commit.sha if not commit.is_merge else None


def _with_paths(commit: Landed, paths: tuple[str, ...] | None) -> Landed:
    if commit.pull is not None:
        return replace(commit, pull=replace(commit.pull, paths=paths))
    return replace(commit, paths=paths)

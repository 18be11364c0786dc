"""Which changes took others back before anybody saw them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from bot.changelog.changes import Change

_MOST_TEXT = 20_000
_MOST_NAMES = 20
_SHORTEST = 7
_BY_COMMIT = re.compile(r"[Tt]his reverts commit[ \t\n]+(?P<sha>[0-9a-f]{7,40})\b")
_BY_REFS = re.compile(
    r"^Refs?:[ \t]*(?P<shas>[0-9a-f]{7,40}(?:[ \t]*,[ \t]*[0-9a-f]{7,40}){0,20})[ \t]*$", re.MULTILINE
)
_BY_NUMBER = re.compile(r"^Reverts[ \t]+(?:[\w.-]{1,100}/[\w.-]{1,100})?#(?P<number>\d{1,10})\b", re.MULTILINE)
_BY_TITLE = re.compile(r"Revert \"(?P<title>.{1,300})\"(?: \(#\d{1,10}\))?")
_TITLE = re.compile(r"[Rr]evert(?:\b|:|\()")
_OWN_NUMBER = re.compile(r" \(#\d{1,10}\)\Z")


def find_cancelled(changes: Iterable[Change]) -> frozenset[str]:
    """The commits of changes that cancel each other: one that reverts another of ``changes``, and that other.

    Args:
        changes: newest first. A revert that was itself reverted took nothing back.
    """
    changes = tuple(changes)
    book = _Book(changes)
    cancelled: set[str] = set()
    for index, change in enumerate(changes):
        if change.sha in cancelled or not is_revert(change):
            continue
        older = min((other for other in book.list_reverted(change) if other > index), default=None)
        if older is not None and changes[older].sha not in cancelled:
            cancelled |= {change.sha, changes[older].sha}
    return frozenset(cancelled)


def is_revert(change: Change) -> bool:
    """Whether a change says by its title that it takes another back."""
    return _TITLE.match(change.title) is not None


class _Book:
    """Where each change stands among all, by the names a revert may use."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self._changes = changes
        self._by_sha: defaultdict[str, list[int]] = defaultdict(list)
        self._by_number: defaultdict[int, list[int]] = defaultdict(list)
        self._by_title: defaultdict[str, list[int]] = defaultdict(list)
        for index, change in enumerate(changes):
            self._by_sha[change.sha[:_SHORTEST]].append(index)
            self._by_title[_OWN_NUMBER.sub("", change.title)].append(index)
            if change.number is not None:
                self._by_number[change.number].append(index)

    def list_reverted(self, change: Change) -> list[int]:
        """What ``change`` says it reverts: by the commits and pull requests it names, else by the title."""
        body, description = change.body[:_MOST_TEXT], change.description[:_MOST_TEXT].replace("\r\n", "\n")
        shas = [match["sha"] for match in _BY_COMMIT.finditer(f"{body}\n{description}")]
        for match in _BY_REFS.finditer(body):
            shas += [sha.strip() for sha in match["shas"].split(",")]
        numbers = [int(match["number"]) for match in _BY_NUMBER.finditer(f"{body}\n{description}")]
        named: list[int] = []
        for sha in shas[:_MOST_NAMES]:
            candidates = self._by_sha.get(sha[:_SHORTEST], [])
            named += (index for index in candidates if self._changes[index].sha.startswith(sha))
        for number in numbers[:_MOST_NAMES]:
            named += self._by_number.get(number, [])
        # A squash or a rebase gives commits other names than those that the revert was made of.
        title = _BY_TITLE.fullmatch(change.title) if not named else None
        return named if title is None else self._by_title.get(_OWN_NUMBER.sub("", title["title"]), [])

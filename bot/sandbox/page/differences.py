"""Differences between files as rows to read: line numbers on both sides, and what exactly changed within a line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.git.objects import FileChange
from bot.sandbox.git.patch import render_patch
from bot.sandbox.git.store import GitStore

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a difference; ``parts`` are what stays the same, what changed, and what stays the same after it."""

    kind: Literal["same", "added", "removed", "hunk"]
    old: int | None
    new: int | None
    parts: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How one file changed; no rows for a binary one."""

    path: str
    previous_path: str | None
    status: str
    additions: int
    deletions: int
    rows: tuple[Row, ...]


def list_differences(store: GitStore, changes: Sequence[FileChange]) -> list[FileDifference]:
    """The differences of all files that changed."""
    return [_read(store, change) for change in changes]


def _read(store: GitStore, change: FileChange) -> FileDifference:
    patch = render_patch(store, change)
    rows = tuple(_mark_words(list(_number(patch.text or ""))))
    return FileDifference(change.path, change.previous_path, change.status, patch.additions, patch.deletions, rows)


def _number(patch: str) -> Iterator[Row]:
    old = new = 0
    for line in patch.splitlines():
        sign, text = line[:1], line[1:]
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            yield Row("hunk", None, None, (line, "", ""))
        elif sign == "+":
            yield Row("added", None, new, (text, "", ""))
            new += 1
        elif sign == "-":
            yield Row("removed", old, None, (text, "", ""))
            old += 1
        else:
            yield Row("same", old, new, (text, "", ""))
            old, new = old + 1, new + 1


def _mark_words(rows: list[Row]) -> Iterator[Row]:
    """Where a block of lines was replaced by as many others, mark in each pair what differs."""
    index = 0
    while index < len(rows):
        removed = _run_of(rows, index, "removed")
        added = _run_of(rows, index + len(removed), "added")
        if removed and len(removed) == len(added):
            pairs = [_mark_pair(before, after) for before, after in zip(removed, added, strict=True)]
            yield from (pair[0] for pair in pairs)
            yield from (pair[1] for pair in pairs)
        else:
            yield from removed or added or [rows[index]]
            added = [] if removed else added
        index += len(removed) + len(added) or 1


def _run_of(rows: list[Row], start: int, kind: str) -> list[Row]:
    end = start
    while end < len(rows) and rows[end].kind == kind:
        end += 1
    return rows[start:end]


def _mark_pair(before: Row, after: Row) -> tuple[Row, Row]:
    one, other = before.parts[0], after.parts[0]
    head = _count_common(one, other)
    tail = _count_common(one[head:][::-1], other[head:][::-1])
    if not head + tail:
        return before, after
    return _cut(before, head, tail), _cut(after, head, tail)


def _count_common(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _cut(row: Row, head: int, tail: int) -> Row:
    text = row.parts[0]
    end = len(text) - tail
    return Row(row.kind, row.old, row.new, (text[:head], text[head:end], text[end:]))

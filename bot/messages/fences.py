"""Fenced code in a stranger's Markdown, kept from swallowing what we say behind it.

A fence that nobody closes is open to the end of its container (https://spec.commonmark.org/0.31.2/#fenced-code-blocks).
One in the first column stands in no container at all: it ends every paragraph, list, quote and table, so it is followed
exactly, without a parser, and closed. One that is moved in by one to three blanks belongs to a list item or to nobody,
depending on all that stands above. Moved in by four it is the same code in the list item, and without one it is no fence.
Whatever else begins with a fence stands in a list item or a quote, and ends with it.

This holds as long as there is no HTML, in which a fence is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<front>(?:(?:[-*+]|\d{1,9}[.)]) {1,4})?)(?P<run>`{3,}(?=[^`]*\Z)|~{3,}).*", re.DOTALL)
_INDENTED = 4
"""Blanks that make a line indented code, where no list item claims some of them."""


@dataclass(frozen=True, slots=True)
class _Fence:
    """An open fence: its run of marks, the column it stands in, and how far it was moved."""

    run: str
    column: int
    moved: int

    def is_closed_by(self, line: str) -> bool:
        text = line.lstrip(" ").rstrip(" \t")
        indent = len(line) - len(line.lstrip(" "))
        return indent < _INDENTED + self.column and len(text) >= len(self.run) and not text.strip(self.run[0])

    def is_left_by(self, line: str) -> bool:
        """Whether the line stands further left, and so outside the list item that holds the fence."""
        return bool(line.strip()) and len(line) - len(line.lstrip(" ")) < self.column


def contain_fences(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each line, moved in where that is needed, and whether it is fenced code whatever stands around it."""
    fence: _Fence | None = None
    for line in lines:
        if fence is not None and fence.is_left_by(line):
            fence = None
        if fence is None:
            fence = _find_fence(line)
            yield _move(line, fence.moved if fence else 0), fence is not None and not fence.column
            continue
        # In the first column nothing is moved: there, a fence that is moved in by a few blanks closes. In a list item
        # the code moves with its fence and keeps its shape.
        yield _move(line, max(fence.moved, _missing(line)) if fence.column else 0), not fence.column
        fence = None if fence.is_closed_by(line) else fence


def close_fence(text: str) -> str:
    """``text``, and a line that closes its last fence if it is open and no list item or quote ends it."""
    fence: _Fence | None = None
    for line in text.split("\n"):
        if fence is not None:
            fence = None if fence.is_closed_by(line) else fence
        elif line[:1] in {"`", "~"}:
            fence = _find_fence(line)
    return f"{text}\n{fence.run}" if fence else text


def _find_fence(line: str) -> _Fence | None:
    text = line.lstrip(" ")
    match = _FENCE.fullmatch(text)
    if match is None:
        return None
    moved = 0 if match["front"] else _missing(line)
    return _Fence(match["run"], len(line) - len(text) + len(match["front"]), moved)


def _missing(line: str) -> int:
    """By how many blanks a line that may be a fence has to be moved in so that it is none outside a list item."""
    indent = len(line) - len(line.lstrip(" "))
    return _INDENTED - indent if 0 < indent < _INDENTED and line.lstrip(" ").startswith(("```", "~~~")) else 0


def _move(line: str, blanks: int) -> str:
    return " " * blanks + line if blanks and line.strip() else line

"""The empty groups that wait below the unreleased changes to be filled in, often with a comment on what goes where.

They stay there when what people wrote becomes a release, and the release does without those that nobody filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.changelog.document import Document, Heading
from bot.changelog.sections import Section

_FEW = 2
"""One empty group may have been left by accident; so many are an outline."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The unreleased changes, taken apart.

    Attributes:
        waiting: the lines that stay below their heading: groups and comments.
        written: the lines of what people wrote, with the groups that it stands in.
    """

    waiting: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of one group: its heading, what only explains it, what people wrote, and the blank ones at its end."""

    heading: tuple[str, ...]
    comment: tuple[str, ...]
    text: tuple[str, ...]
    blank: tuple[str, ...]

    def wait(self, blank: tuple[str, ...]) -> tuple[str, ...]:
        """The group without what was written, as far from the next one as ``blank`` says."""
        return (*self.heading, *self.comment, *blank)

    @property
    def written(self) -> tuple[str, ...]:
        """The group without the comment; nothing when nobody wrote anything."""
        return (*self.heading, *self.text, *self.blank) if self.text else ()


def find_outline(document: Document, body: Section) -> Outline | None:
    """What waits in the section of unreleased changes; None where nothing seems to: all groups are filled in."""
    headings = [heading for heading in document.headings if body.first <= heading.line < body.last]
    if not headings:
        return None
    level = min(heading.level for heading in headings)
    tops = [heading for heading in headings if heading.level == level]
    lasts = [*(after.line for after in tops[1:]), body.last]
    groups = [_read_group(document, top, last) for top, last in zip(tops, lasts, strict=True)]
    empty = [group for group in groups if not group.text]
    if not empty or (len(empty) < _FEW and not any(group.comment for group in groups)):
        return None
    comment = _take_comment(document, body.first, tops[0].line)
    intro = _read_lines(document, body.first + len(comment), tops[0].line)
    said = _strip_start(intro)
    waiting = [
        *comment,
        *intro[: len(intro) - len(said)],
        *(line for one in groups for line in one.wait(empty[0].blank)),
    ]
    return Outline(_strip_end(waiting), _strip_end([*said, *(line for one in groups for line in one.written)]))


def _read_group(document: Document, heading: Heading, last: int) -> _Group:
    first = heading.line + heading.lines
    comment = _take_comment(document, first, last)
    rest = _read_lines(document, first + len(comment), last)
    text = _strip_end(rest)
    return _Group(_read_lines(document, heading.line, first), comment, text, rest[len(text) :])


def _take_comment(document: Document, first: int, last: int) -> tuple[str, ...]:
    """The lines up to the last comment before anything that is said."""
    end = first
    for index in range(first, last):
        line = document.lines[index]
        if line.comment:
            end = index + 1
        elif line.text.strip():
            break
    return _read_lines(document, first, end)


def _read_lines(document: Document, first: int, last: int) -> tuple[str, ...]:
    return tuple(line.text for line in document.lines[first:last])


def _strip_start(lines: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    return tuple(lines[first:])


def _strip_end(lines: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    last = next((index for index in range(len(lines), 0, -1) if lines[index - 1].strip()), 0)
    return tuple(lines[:last])

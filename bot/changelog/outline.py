"""The empty groups that wait below the unreleased changes to be filled in, often with a comment on what goes where.

They stay there when what people wrote becomes a release, and the release does without those that nobody filled in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.changelog.document import Document, Heading, Line, Markup
from bot.changelog.sections import Section

_FEW = 2
"""One empty group may have been left by accident; so many are an outline."""

_USUAL = frozenset({"added", "changed", "deprecated", "removed", "fixed", "security"})
"""The groups of https://keepachangelog.com."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The unreleased changes, taken apart, each line with its end.

    Attributes:
        waiting: what stays below their heading: groups and comments.
        written: what people wrote, with the groups that it stands in.
    """

    waiting: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of one group: its heading, what only explains it, what people wrote, and the blank ones at its end.

    ``waits`` says whether it is one of those that come again and again; a heading may as well be an entry of its own.
    """

    heading: tuple[str, ...]
    comment: tuple[str, ...]
    text: tuple[str, ...]
    blank: tuple[str, ...]
    waits: bool

    def list_waiting(self, blank: tuple[str, ...]) -> tuple[str, ...]:
        """The group without what was written, as far from the next one as ``blank`` says."""
        return (*self.heading, *self.comment, *blank) if self.waits else ()

    def list_written(self) -> tuple[str, ...]:
        """The group without the comment, and as far below its heading; nothing when nobody wrote anything."""
        if not self.text:
            return ()
        apart = self.comment[: len(self.comment) - len(_strip_start(self.comment))] if self.text[0].strip() else ()
        return (*self.heading, *apart, *self.text, *self.blank)


def find_outline(document: Document, body: Section, names: Iterable[str]) -> Outline | None:
    """What waits in the section of unreleased changes; None where nothing seems to: all groups are filled in.

    Args:
        document: the changelog.
        body: the section.
        names: the groups of earlier releases.
    """
    headings = [heading for heading in document.headings if body.first <= heading.line < body.last]
    if not headings or any(body.first <= definition.line < body.last for definition in document.definitions):
        return None
    level = min(heading.level for heading in headings)
    tops = [heading for heading in headings if heading.level == level]
    known = _USUAL | {name.casefold() for name in names}
    lasts = [*(after.line for after in tops[1:]), body.last]
    groups = [_read_group(document, top, last, known) for top, last in zip(tops, lasts, strict=True)]
    empty = [group for group in groups if not group.text]
    is_one = empty and (len(empty) >= _FEW or any(group.comment for group in groups))
    if not is_one or not all(group.waits for group in empty) or _has_empty_below(document, headings, level, body):
        return None
    comment = _take_comment(document, body.first, tops[0].line)
    intro = _read_lines(document, body.first + len(comment), tops[0].line)
    said = _strip_start(intro)
    blank = _find_blank(document, groups)
    waiting = [
        *comment,
        *intro[: len(intro) - len(said)],
        *(line for one in groups for line in one.list_waiting(blank)),
    ]
    return Outline(_strip_end(waiting), _strip_end([*said, *(line for one in groups for line in one.list_written())]))


def _find_blank(document: Document, groups: list[_Group]) -> tuple[str, ...]:
    """What keeps groups apart that wait: as between the first empty one and the next, where one follows it."""
    found = next((group.blank for group in groups[:-1] if not group.text), None)
    usual = next((group.blank for group in groups[:-1] if group.blank), (document.newline,))
    blank = usual if found is None else found
    return blank or (() if document.markup is Markup.MARKDOWN else (document.newline,))


def _has_empty_below(document: Document, headings: list[Heading], level: int, body: Section) -> bool:
    """Whether a heading within a group has nothing below it: groups of groups are left as they are."""
    for heading, after in zip(headings, [*(other.line for other in headings[1:]), body.last], strict=True):
        lines = document.lines[heading.line + heading.lines : after]
        if heading.level > level and not any(line.text.strip() and not line.comment for line in lines):
            return True
    return False


def _read_group(document: Document, heading: Heading, last: int, known: Iterable[str]) -> _Group:
    first = heading.line + heading.lines
    comment = _take_comment(document, first, last)
    rest = _read_lines(document, first + len(comment), last)
    text = _strip_end(rest)
    waits = bool(comment) or heading.text.casefold() in known
    return _Group(_read_lines(document, heading.line, first), comment, text, rest[len(text) :], waits)


def _take_comment(document: Document, first: int, last: int) -> tuple[str, ...]:
    """The lines up to the last comment before anything that is said."""
    end = first
    for index in range(first, last):
        line = document.lines[index]
        if _is_comment(line):
            end = index + 1
        elif line.text.strip():
            break
    return _read_lines(document, first, end)


def _is_comment(line: Line) -> bool:
    """Whether nothing is said on a line of a comment; behind its end an entry may stand: ``<!-- #12 --> - One``."""
    return line.comment and not line.text.partition("-->")[2].strip()


def _read_lines(document: Document, first: int, last: int) -> tuple[str, ...]:
    return tuple(document.text[line.start : line.end] for line in document.lines[first:last])


def _strip_start(lines: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    return tuple(lines[first:])


def _strip_end(lines: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    last = next((index for index in range(len(lines), 0, -1) if lines[index - 1].strip()), 0)
    return tuple(lines[:last])

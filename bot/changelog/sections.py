"""What a section of a changelog says: its entries one by one, and its text as release notes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from bot.changelog.document import Document, Heading, Line, Markup
from bot.changelog.headings import find_version_heading
from bot.changelog.results import Entry
from bot.changelog.to_markdown import to_markdown

_BULLET = re.compile(r"(?P<indent>[ \t]*)(?P<mark>(?:[-*+]|\d{1,9}[.)])[ \t]+)(?P<text>.*)")
_LABEL = re.compile(r"\[([^\[\]]{1,200})\]")
_ANCHOR = re.compile(
    r"\.\. _[^:`]{1,200}:[ \t]*|\.\. _`[^`]{1,200}`:[ \t]*|\([\w.-]{1,100}\)=[ \t]*|<a (?:id|name)=[\"'][^\"'<>]{1,100}[\"']>[ ]?</a>[ \t]*"
)
_MOST_ANCHOR_LINES = 6
_NOTHING = frozenset(
    {
        "",
        "-",
        "none",
        "n/a",
        "tba",
        "tbd",
        "todo",
        "nothing",
        "nothing yet",
        "nothing here yet",
        "no changes",
        "no changes yet",
    }
    | {
        "nothing unreleased",
        "no unreleased changes",
        "no notable changes",
        "no significant changes",
        "no entries yet",
        "...",
    },
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, as indices of lines: from ``first`` up to and without ``last``."""

    heading: Heading
    first: int
    last: int


def section_of(document: Document, heading: Heading, *, after: int | None = None) -> Section:
    """The section of ``heading``: up to the next heading that is not below it, or is certainly that of a version.

    The link definitions with which a file ends belong to the file and to no section. ``after`` is where it begins, when
    more than the heading stands above what it says.
    """
    first = after if after is not None else heading.line + heading.lines
    later = document.headings[bisect_right(document.headings, heading.line, key=lambda other: other.line) :]
    last = next((other.line for other in later if _ends_section(heading, other)), len(document.lines))
    last = _without_anchors(document, first, last)
    footers = {definition.line for definition in document.definitions}
    end = last
    while end > first and (end - 1 in footers or not document.lines[end - 1].text.strip()):
        end -= 1
    # Blank lines alone are part of the section, so that what follows keeps its distance.
    return Section(heading, first, end if any(line in footers for line in range(end, last)) else last)


def find_anchors(document: Document, line: int) -> range:
    """The lines right above ``line`` that only give what follows a name to link to, with the blank ones between."""
    first = index = line
    while index > 0 and line - index < _MOST_ANCHOR_LINES:
        index -= 1
        if _ANCHOR.fullmatch(document.lines[index].text):
            first = index
        elif document.lines[index].text.strip():
            break
    return range(first, line)


def _without_anchors(document: Document, first: int, last: int) -> int:
    return max(first, find_anchors(document, last).start) if last < len(document.lines) else last


def _ends_section(heading: Heading, other: Heading) -> bool:
    if other.level <= heading.level:
        return True
    version = find_version_heading(other)
    return version is not None and version.is_certain


def is_nothing(text: str) -> bool:
    """Whether ``text`` only says that there is nothing to say."""
    return text.strip(" \t\r\n_*.()").lower() in _NOTHING


def list_entries(document: Document, section: Section, *, keep_nothing: bool = False) -> list[Entry]:
    """The changes in ``section``; comments and, unless they are to be kept, words that say "nothing yet" are none."""
    entries = _Entries(document, section).read()
    return [entry for entry in entries if keep_nothing or not is_nothing(entry.text)]


def render_notes(document: Document, section: Section) -> str:
    """The text of ``section`` for a GitHub Release, with line feeds and without a final one.

    Comments and groups without entries are left out; link definitions the text refers to come along.
    """
    kept = _drop_empty_groups(document, section)
    if document.markup is Markup.RESTRUCTURED:
        return to_markdown(kept, document.headings)
    text = "\n".join(line.text for line in kept).strip("\n")
    text = re.sub(r"\n{3,}", "\n\n", text) if "```" not in text and "~~~" not in text else text
    used = {label.casefold() for label in _LABEL.findall(text)}
    defined = dict.fromkeys(
        f"[{definition.label}]: {definition.url}"
        for definition in document.definitions
        if definition.label.casefold() in used and not section.first <= definition.line < section.last
    )
    return "\n\n".join(filter(None, (text.rstrip(), "\n".join(defined)))) if text.strip() else ""


def _drop_empty_groups(document: Document, section: Section) -> list[Line]:
    starts = {heading.line: heading for heading in document.headings if section.first <= heading.line < section.last}
    kept: list[Line] = []
    open_groups: list[tuple[Heading, int]] = []
    for index in range(section.first, section.last):
        line = document.lines[index]
        if index in starts:
            # Groups of this level or below end here; an empty one takes its heading with it.
            level = starts[index].level
            while open_groups and open_groups[-1][0].level >= level:
                _close_group(kept, open_groups.pop())
            open_groups.append((starts[index], len(kept)))
        if not line.comment:
            kept.append(line)
    while open_groups:
        _close_group(kept, open_groups.pop())
    return kept


def _close_group(kept: list[Line], group: tuple[Heading, int]) -> None:
    heading, start = group
    if not any(line.text.strip() for line in kept[start + heading.lines :]):
        del kept[start:]


class _Entries:
    """One pass over a section's lines."""

    def __init__(self, document: Document, section: Section) -> None:
        self.document = document
        self.section = section
        self.group: str | None = None
        self.lines: list[str] = []
        self.indent = 0
        self.is_bullet = False

    def read(self) -> Iterator[Entry]:
        headings = {heading.line: heading for heading in self.document.headings}
        definitions = {definition.line for definition in self.document.definitions}
        skip = -1
        for index in range(self.section.first, self.section.last):
            line = self.document.lines[index]
            if index in headings:
                yield from self._finish()
                self.group = headings[index].text
                skip = index + headings[index].lines - 1
            if index <= skip or line.comment or index in definitions:
                continue
            if self._begins_entry(line):
                yield from self._finish()
            self._take(line)
        yield from self._finish()

    def _begins_entry(self, line: Line) -> bool:
        if not line.plain or not line.text.strip():
            return False
        indent = _width(line.text)
        if _BULLET.fullmatch(line.text):
            return not self.is_bullet or indent < self.indent
        after_blank = bool(self.lines) and not self.lines[-1].strip()
        return after_blank and (not self.is_bullet or indent < self.indent)

    def _take(self, line: Line) -> None:
        bullet = _BULLET.fullmatch(line.text)
        if self.lines:
            self.lines.append(_dedent(line.text, self.indent))
        elif bullet and line.plain:
            self.is_bullet = True
            self.indent = _width(line.text) + min(len(bullet["mark"].expandtabs(4)), 5)
            self.lines.append(bullet["text"])
        elif line.text.strip():
            self.is_bullet, self.indent = False, 0
            self.lines.append(line.text.strip() if line.plain else line.text)

    def _finish(self) -> Iterator[Entry]:
        text = "\n".join(self.lines).rstrip()
        self.lines, self.is_bullet, self.indent = [], False, 0
        if text:
            yield Entry(self.group, text)


def _width(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _dedent(text: str, indent: int) -> str:
    expanded = text.expandtabs(4) if text[:1] in (" ", "\t") else text
    return expanded[min(indent, _width(expanded)) :]

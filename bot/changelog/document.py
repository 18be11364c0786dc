"""A text with its lines, headings and link definitions, in either of the two markups that changelogs are written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST_HEADING = 300

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class Markup(StrEnum):
    """The language of a text."""

    MARKDOWN = "md"
    RESTRUCTURED = "rst"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text without the line end, and where it stands.

    Attributes:
        plain: False inside code and comments, where nothing is a heading.
        comment: whether the line is (a part of) a comment and nothing else.
    """

    number: int
    start: int
    text: str
    end: int
    plain: bool
    comment: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        line: index of its first line in the document's lines.
        lines: 1, or 2 when it is underlined, or 3 when it is overlined as well.
        level: 1 for the outermost.
        text: its words, without marks.
        start: position of the words.
        end: position after them.
    """

    line: int
    lines: int
    level: int
    text: str
    start: int
    end: int
    markup: Markup = Markup.MARKDOWN


@dataclass(frozen=True, slots=True)
class Definition:
    """A link definition: ``[label]: url`` in Markdown, ``.. _label: url`` in reStructuredText.

    Attributes:
        line: index of its line in the document's lines.
        before: what stands before its label.
        label: its label.
        between: what stands between label and URL.
        url: its URL as it is written.
        start: position of the URL.
        end: position after it.
    """

    line: int
    before: str
    label: str
    between: str
    url: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its lines, headings and link definitions, in the order of the text."""

    text: str
    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    definitions: tuple[Definition, ...]
    markup: Markup = Markup.MARKDOWN

    @property
    def newline(self) -> str:
        """The line end of the first line; a line feed when there is none."""
        first = self.lines[0] if self.lines else None
        return (self.text[first.start + len(first.text) : first.end] if first else "") or "\n"

    def slice(self, first: int, last: int) -> str:
        """The text of the lines from ``first`` up to and without ``last``."""
        if first >= last:
            return ""
        return self.text[self.lines[first].start : self.lines[last - 1].end]


@dataclass(frozen=True, slots=True)
class HeadingForm:
    """How a heading is set: with marks before it, or with lines of a mark below and above.

    Attributes:
        before: what stands before its words.
        after: what stands behind them.
        mark: the mark of the line below; empty when there is none.
        over: whether the same line stands above.
        width: how long such a line is, where that does not follow the words; 0 where it does.
    """

    before: str = ""
    after: str = ""
    mark: str = ""
    over: bool = False
    width: int = 0

    def render(self, words: str) -> list[str]:
        """The lines of a heading with ``words``."""
        line = f"{self.before}{words}{self.after}"
        if not self.mark:
            return [line]
        # An underline that is too short makes no heading, and wide letters take two columns.
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in line)
        under = self.mark * max(len(line) + wide, self.width)
        return [under, line, under] if self.over else [line, under]


def form_of(document: Document, heading: Heading) -> HeadingForm:
    """The form of ``heading``."""
    lines = document.lines[heading.line : heading.line + heading.lines]
    title = lines[1] if heading.lines == 3 else lines[0]
    before, after = title.text[: heading.start - title.start], title.text[heading.end - title.start :].rstrip()
    if heading.lines == 1:
        return HeadingForm(before, after)
    under = lines[-1].text.strip()
    own = len(title.text.rstrip()) in {len(under), len(under) - 1}
    return HeadingForm(before, "", under[0], heading.lines == 3, 0 if own else len(under))


def split_lines(text: str) -> Iterator[tuple[int, str, int]]:
    """Each line's start, its text without the line end, and where the next one starts. A byte order mark is no text."""
    position = len("\ufeff") if text.startswith("\ufeff") else 0
    while position < len(text):
        match = _LINE.match(text, position)
        end = match.end() if match else len(text)
        yield position, text[position:end].rstrip("\r\n"), end
        position = end

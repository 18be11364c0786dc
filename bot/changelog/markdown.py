"""Just enough Markdown to find headings and link definitions, and to leave alone what only looks like them.

Headings in fenced code and in HTML comments are none (https://spec.commonmark.org/, sections 4.2, 4.3, 4.5 and 4.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_ATX = re.compile(r"(?P<before> {0,3}(?P<marks>#{1,6})(?:[ \t]+|\Z))(?P<text>[^\r\n]*)")
_ATX_END = re.compile(r"(?:(?<=[ \t])|\A)#+[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(?P<mark>=+|-+)[ \t]*")
_DEFINITION = re.compile(
    r"(?P<indent> {0,3})\[(?P<label>[^\[\]]{1,200})\]:(?P<space>[ \t]*)(?P<url><[^<>]*>|[^\s<]\S*)(?P<title>[ \t]+.*)?[ \t]*"
)
_NO_PARAGRAPH = re.compile(r"[ \t]*(?:[-*+>]|\d{1,9}[.)])?[ \t]*\Z|[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|>|\||<)")
_COMMENT = re.compile(r" {0,3}<!--")
_COMMENT_END = "-->"
_LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text without the line end, and where it stands.

    Attributes:
        plain: False inside fenced code and HTML comments, where nothing is a heading.
        comment: whether the line is (a part of) an HTML comment and nothing else.
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
        lines: 1, or 2 when it is underlined.
        level: 1 to 6.
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


@dataclass(frozen=True, slots=True)
class Definition:
    """A link definition (``[label]: url``) with the position of its URL and the blanks around its label."""

    line: int
    indent: str
    label: str
    space: str
    url: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown text with its lines, headings and link definitions, in the order of the text."""

    text: str
    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    definitions: tuple[Definition, ...]

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


def read_markdown(text: str) -> Document:
    """Read a Markdown text. Never fails, and takes time in proportion to the text."""
    lines = tuple(_list_lines(text))
    return Document(text, lines, tuple(_list_headings(lines)), tuple(_list_definitions(lines)))


def _list_lines(text: str) -> Iterator[Line]:
    position = len("\ufeff") if text.startswith("\ufeff") else 0
    number, block = 0, ""
    while position < len(text):
        match = _LINE.match(text, position)
        end = match.end() if match else len(text)
        line = text[position:end].rstrip("\r\n")
        number += 1
        before, block = block, _next_block(block, line)
        is_comment = _COMMENT_END in (before, block) or (not before and _COMMENT.match(line) is not None)
        is_plain = not before and not block and not is_comment
        yield Line(number, position, line, end, is_plain, is_comment)
        position = end


def _next_block(block: str, line: str) -> str:
    """What is open after ``line``: the fence of a code block, the end of a comment that has to come, or nothing."""
    if block == _COMMENT_END:
        return "" if _COMMENT_END in line else block
    fence = _FENCE.match(line)
    if block:
        closes = fence is not None and fence["mark"].startswith(block) and not fence["info"].strip()
        return "" if closes else block
    if fence:
        # An info string with a backtick makes it inline code.
        return "" if fence["mark"][0] == "`" and "`" in fence["info"] else fence["mark"]
    # Only at the start of a line does a comment reach over blank lines.
    return _COMMENT_END if _COMMENT.match(line) and _COMMENT_END not in line else ""


def _list_headings(lines: tuple[Line, ...]) -> Iterator[Heading]:
    for index, line in enumerate(lines):
        if not line.plain:
            continue
        atx = _ATX.fullmatch(line.text)
        if atx:
            words = _ATX_END.sub("", atx["text"]).rstrip()
            start = line.start + atx.end("before")
            yield Heading(index, 1, len(atx["marks"]), words[:_LONGEST_HEADING], start, start + len(words))
        elif index + 1 < len(lines) and lines[index + 1].plain:
            underline = _SETEXT.fullmatch(lines[index + 1].text)
            if underline and _is_lonely_paragraph(lines, index):
                words = line.text.strip()
                start = line.start + line.text.index(words)
                level = 1 if underline["mark"][0] == "=" else 2
                yield Heading(index, 2, level, words[:_LONGEST_HEADING], start, start + len(words))


def _is_lonely_paragraph(lines: tuple[Line, ...], index: int) -> bool:
    """Whether a line can be the words of an underlined heading; those of several lines are not looked for."""
    text = lines[index].text
    before = lines[index - 1].text.strip() if index else ""
    return not before and not text.startswith("    ") and not _NO_PARAGRAPH.match(text)


def _list_definitions(lines: tuple[Line, ...]) -> Iterator[Definition]:
    for index, line in enumerate(lines):
        match = _DEFINITION.fullmatch(line.text) if line.plain else None
        # A caret makes it a footnote.
        if match and not match["label"].startswith("^"):
            start, end = match.span("url")
            pieces = match["indent"], match["label"], match["space"], match["url"]
            yield Definition(index, *pieces, line.start + start, line.start + end)

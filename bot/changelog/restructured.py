"""Just enough reStructuredText to find headings and link targets, and to leave alone what only looks like them.

https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html: a title is a line in the first column with a line of one
mark below it, and perhaps above; the marks stand for levels in the order in which they are met. Everything that is moved
in belongs to what stands above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.changelog.document import LONGEST_HEADING, Definition, Document, Heading, Line, Markup, split_lines

_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+(?P<what>.*))?")
_NO_COMMENT = re.compile(r"_|\[|\||[\w][\w:+.-]{0,60}::")
_DEFINITION = re.compile(
    r"(?P<before>\.\. _`?)(?P<label>[^`:]{1,200})(?P<between>`?:[ \t]+)(?P<url>[^\s`]\S{0,2000})[ \t]*"
)
_BULLET = re.compile(r"[ ]*(?:[-*+]|#\.|\d{1,9}\.)[ ]+")
_SHORTEST_UNDERLINE = 4
"""docutils takes a shorter underline only below a title that is no longer."""


def read_rst(text: str) -> Document:
    """Read a reStructuredText text. Never fails, and takes time in proportion to the text."""
    lines = tuple(_list_lines(text))
    return Document(text, lines, tuple(_list_headings(lines)), tuple(_list_definitions(lines)), Markup.RESTRUCTURED)


def _list_lines(text: str) -> Iterator[Line]:
    base: int | None = None
    is_comment = False
    for number, (start, line, end) in enumerate(split_lines(text), 1):
        if not line and base is None:
            yield Line(number, start, line, end, True, False)
            continue
        words = line.strip()
        indent = len(line) - len(line.lstrip())
        if base is not None and words and indent <= base:
            base = None
        if base is not None:
            yield Line(number, start, line, end, not words, is_comment and bool(words))
            continue
        explicit = _EXPLICIT.fullmatch(line.strip())
        is_comment = explicit is not None and not (explicit["what"] and _NO_COMMENT.match(explicit["what"]))
        if explicit is not None:
            base = indent
        elif words.endswith("::"):
            bullet = _BULLET.match(line)
            base = bullet.end() if bullet else indent
        yield Line(number, start, line, end, not is_comment, is_comment)


def is_underline(text: str) -> bool:
    """Whether a line is made of one mark alone."""
    line = text.rstrip()
    return bool(line) and line[0] in _MARKS and not line.strip(line[0])


def _list_headings(lines: tuple[Line, ...]) -> Iterator[Heading]:
    levels: dict[tuple[str, bool], int] = {}
    taken = -1
    for index in range(1, len(lines)):
        title, under = lines[index - 1], lines[index]
        if not under.text or not title.text:
            continue
        if index - 1 <= taken or not (title.plain and under.plain and is_underline(under.text)):
            continue
        over = lines[index - 2].text.rstrip() if index >= 2 and index - 2 > taken else ""
        is_over = bool(over) and over == under.text.rstrip() and lines[index - 2].plain
        if not _is_title(title.text, under.text, is_over=is_over) or not (is_over or _stands_free(lines, index - 1)):
            continue
        words = title.text.strip()
        level = levels.setdefault((under.text[0], is_over), len(levels) + 1)
        start = title.start + title.text.index(words)
        first = index - 2 if is_over else index - 1
        count = index - first + 1
        yield Heading(first, count, level, words[:LONGEST_HEADING], start, start + len(words), Markup.RESTRUCTURED)
        taken = index


def _is_title(text: str, under: str, *, is_over: bool) -> bool:
    words = text.rstrip()
    if not words.strip() or (words[0] == " " and not is_over) or is_underline(words):
        return False
    return len(under.rstrip()) >= min(len(words), _SHORTEST_UNDERLINE)


def _stands_free(lines: tuple[Line, ...], index: int) -> bool:
    """Whether a line begins a paragraph, so that it can be a title; a target or a comment above it is none."""
    if index == 0:
        return True
    before = lines[index - 1]
    return not before.text.strip() or before.text.startswith("..") or before.comment or is_underline(before.text)


def _list_definitions(lines: tuple[Line, ...]) -> Iterator[Definition]:
    for index, line in enumerate(lines):
        match = _DEFINITION.fullmatch(line.text) if line.plain and line.text.startswith(".. _") else None
        if match:
            start, end = match.span("url")
            pieces = match["before"], match["label"], match["between"], match["url"]
            yield Definition(index, *pieces, line.start + start, line.start + end)

"""Just enough Markdown to find headings and link definitions, and to leave alone what only looks like them.

Headings in fenced code and in HTML comments are none (https://spec.commonmark.org/, sections 4.2, 4.3, 4.5 and 4.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.changelog.document import LONGEST_HEADING, Definition, Document, Heading, Line, split_lines

_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_ATX = re.compile(r"(?P<before> {0,3}(?P<marks>#{1,6})(?:[ \t]+|\Z))(?P<text>[^\r\n]*)")
_ATX_END = re.compile(r"(?:(?<=[ \t])|\A)#+[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(?P<mark>=+|-+)[ \t]*")
_DEFINITION = re.compile(
    r"(?P<before> {0,3}\[)(?P<label>[^\[\]]{1,200})(?P<between>\]:[ \t]*)(?P<url><[^<>]*>|[^\s<]\S*)(?P<title>[ \t]+.*)?[ \t]*"
)
_NO_PARAGRAPH = re.compile(r"[ \t]*(?:[-*+>]|\d{1,9}[.)])?[ \t]*\Z|[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|>|\||<)")
_COMMENT = re.compile(r" {0,3}<!--")
_COMMENT_END = "-->"
_OPENERS = frozenset(" `~<")
"""What a line begins with that may open code or a comment."""


def read_markdown(text: str) -> Document:
    """Read a Markdown text. Never fails, and takes time in proportion to the text."""
    lines = tuple(_list_lines(text))
    return Document(text, lines, tuple(_list_headings(lines)), tuple(_list_definitions(lines)))


def _list_lines(text: str) -> Iterator[Line]:
    block = ""
    for number, (start, line, end) in enumerate(split_lines(text), 1):
        if not block and line[:1] not in _OPENERS:
            # Most lines open nothing, and are many.
            yield Line(number, start, line, end, True, False)
            continue
        before, block = block, _next_block(block, line)
        is_comment = _COMMENT_END in (before, block) or (not before and _COMMENT.match(line) is not None)
        is_plain = not before and not block and not is_comment
        yield Line(number, start, line, end, is_plain, is_comment)


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
        if not line.plain or not line.text:
            continue
        atx = _ATX.fullmatch(line.text)
        if atx:
            words = _ATX_END.sub("", atx["text"]).rstrip()
            start = line.start + atx.end("before")
            yield Heading(index, 1, len(atx["marks"]), words[:LONGEST_HEADING], start, start + len(words))
        elif index + 1 < len(lines) and lines[index + 1].plain:
            underline = _SETEXT.fullmatch(lines[index + 1].text)
            if underline and _is_lonely_paragraph(lines, index):
                words = line.text.strip()
                start = line.start + line.text.index(words)
                level = 1 if underline["mark"][0] == "=" else 2
                yield Heading(index, 2, level, words[:LONGEST_HEADING], start, start + len(words))


def _is_lonely_paragraph(lines: tuple[Line, ...], index: int) -> bool:
    """Whether a line can be the words of an underlined heading; those of several lines are not looked for."""
    text = lines[index].text
    before = lines[index - 1].text.strip() if index else ""
    return not before and not text.startswith("    ") and not _NO_PARAGRAPH.match(text)


def _list_definitions(lines: tuple[Line, ...]) -> Iterator[Definition]:
    for index, line in enumerate(lines):
        match = _DEFINITION.fullmatch(line.text) if line.plain and "]:" in line.text else None
        # A caret makes it a footnote.
        if match and not match["label"].startswith("^"):
            start, end = match.span("url")
            pieces = match["before"], match["label"], match["between"], match["url"]
            yield Definition(index, *pieces, line.start + start, line.start + end)

"""Command lines below the leading block, where none is carried out. Pure.

Such a line only earns a hint. So everything is passed over of which it is not certain that readers see it as plain text
of its own: what may be a quote, code, HTML, a list or a table. Whoever shows a command to others, instead of giving one,
writes it in one of these. A paragraph begins behind a blank line, at the margin, with a character that begins nothing
else; any other line may make what follows it a part of itself.
"""

from __future__ import annotations

import re
from itertools import takewhile

from bot.conversation.grammar import Invocation, is_slashed, list_lines, read_line

_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*\Z)|~{3,})")
_MARKS = re.compile(r" {0,3}(`+|~+)[ \t]*")
_BEGINS_ELSE = re.compile(r"[\s>*+\-#<|=_~`\[]|\d{1,9}[.)]")
_RAW = re.compile(r"<(?:script|pre|style|textarea|[?!])", re.IGNORECASE)
"""What begins HTML that goes on over blank lines."""

_WHOLE_COMMENT = re.compile(r"<!--(?!-?>).*?-->")
_COMPLETE = (
    re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL),
    re.compile(r"<[^<>\n]*>"),
    re.compile(r"\[[^\[\]\n]*\](?:\([^()\n]*\))?"),
)
"""Code, HTML and links within a paragraph that end there, so that they do not go on over the next line."""


def find_misplaced(body: str) -> Invocation | None:
    """The first command line of ``body`` that is not read since it stands below; None when there is none to be sure of."""
    lines = list_lines(body)
    read = len(list(takewhile(is_slashed, lines)))
    paragraph, fence = "", ""
    is_plain = True
    for number, line in enumerate(lines):
        if fence:
            fence = "" if _closes(fence, line) else fence
            continue
        opened = _FENCE.match(line)
        if opened is not None and (opened[1] or not is_plain):
            # It may belong to an item of a list, and what ends it then is a beginning to somebody else.
            return None
        if opened is not None:
            paragraph, is_plain, fence = "", True, opened[2]
        elif not line.strip(" \t"):
            paragraph, is_plain = "", True
        elif _RAW.search(_WHOLE_COMMENT.sub("", line)):
            return None
        else:
            is_plain = is_plain and not _BEGINS_ELSE.match(line)
            found = read_line(line) if number >= read and is_plain and not _is_open(paragraph) else None
            if found is not None:
                return found
            paragraph += line + "\n"
    return None


def _closes(fence: str, line: str) -> bool:
    marks = _MARKS.fullmatch(line)
    return marks is not None and marks[1].startswith(fence)


def _is_open(paragraph: str) -> bool:
    """Whether something in it may go on over its next line."""
    for complete in _COMPLETE:
        paragraph = complete.sub("", paragraph)
    return any(mark in paragraph for mark in "`<[")

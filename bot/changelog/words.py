"""What strangers wrote, as the text of an entry: it says the same and sets off nothing in the file it goes into."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.changelog.document import Markup

_MOST_LINES = 40
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+")
_CODE = re.compile(r"(?<!`)(?P<run>`{1,3})(?!`)(?P<inside>[^`]{1,400})(?P=run)(?!`)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_START = re.compile(r"(?:#{1,6}(?=[ \t]|$)|[-+=>|:](?=[ \t]|$)|[-=]{2,}|\d{1,9}[.)](?=[ \t]|$)|\.\.|::|__(?= ))")
"""What would make a block of its own at the start of a line."""

_MARKS = {
    Markup.MARKDOWN: re.compile(
        r"[*\\`]|<(?=[A-Za-z/!?])|\[(?=[^\]]{0,300}\][\[(:])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w{1,31};)"
    ),
    Markup.RESTRUCTURED: re.compile(r"[*\\`|]|_(?![A-Za-z0-9])"),
}
"""Characters with a meaning in the midst of a text."""


def list_lines(text: str, markup: Markup, *, written: bool) -> list[tuple[bool, str]]:
    """The lines of an entry: the first, and those of a list within it.

    Args:
        text: a title, or what a description says.
        markup: of the file.
        written: whether it was written as Markdown for readers, so that its emphasis and links may stay.

    Returns:
        Each line with whether it is a point of the list.
    """
    points = list(_join(_CONTROLS.sub(" ", text).splitlines()[:_MOST_LINES]))
    shown = [(is_point, _guard(_inline(words, markup, written=written))) for is_point, words in points if words]
    return shown or [(False, "…")]


def _join(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Paragraphs as one line each, points of a list as one line each; blocks of code do not fit in and are left out."""
    in_code, is_point, kept = False, False, list[str]()
    for line in lines:
        if _FENCE.match(line):
            in_code = not in_code
            continue
        if in_code:
            continue
        bullet = _BULLET.match(line)
        if bullet:
            if kept:
                yield is_point, " ".join(kept)
            is_point, kept = True, []
        words = " ".join(line[bullet.end() if bullet else 0 :].split())
        if words:
            kept.append(words)
    if kept:
        yield is_point, " ".join(kept)


def _inline(words: str, markup: Markup, *, written: bool) -> str:
    pieces, rest = [], 0
    for match in _CODE.finditer(words):
        pieces += [
            _escape(words[rest : match.start()], markup, written=written),
            _code(match["inside"], match[0], markup),
        ]
        rest = match.end()
    return "".join((*pieces, _escape(words[rest:], markup, written=written)))


def _code(inside: str, whole: str, markup: Markup) -> str:
    if markup is Markup.MARKDOWN:
        return whole
    return f"``{inside.strip()}``" if inside.strip() else whole


def _escape(text: str, markup: Markup, *, written: bool) -> str:
    if written and markup is Markup.MARKDOWN:
        return re.sub(r"<(?=[A-Za-z/!?])", r"\\<", text)
    if written:
        text = re.sub(r"\*\*([^*\n]{1,300})\*\*", "\\1", text)
        text = re.sub(r"\[([^\[\]\n]{1,200})\]\((https?://[^()\s]{1,500})\)", r"\1 (\2)", text)
    return _MARKS[markup].sub(lambda match: f"\\{match[0]}", text)


def _guard(line: str) -> str:
    """``line`` with a backslash before what would begin a heading, a list or a directive."""
    return f"\\{line}" if _START.match(line) else line

"""Lines that serve as headings of versions in texts that have no others: in bold letters, or with nothing but the version."""

from __future__ import annotations

import re

from bot.changelog.document import Document, Heading
from bot.changelog.headings import find_version_heading, is_unreleased

_PLAIN = re.compile(r"(?P<words>v?\d[\w.]{2,30}(?:[ \t]+[-(]?[ \t]*\d[-\d./]{5,12}\)?)?)[ \t]*")
_BOLD = re.compile(r"\*\*(?P<words>[^*\s](?:[^*]{0,98}[^*\s])?)\*\*[ \t]*")


def find_bold_headings(document: Document) -> list[Heading]:
    """Lines in bold letters, each by itself, that name a version or say that nothing is released; none where there is but one."""
    level = 1 + max((heading.level for heading in document.headings), default=0)
    matches = ((index, _BOLD.fullmatch(line.text)) for index, line in enumerate(document.lines) if line.plain)
    alone = (
        _make_heading(document, index, level, match) for index, match in matches if match and _is_alone(document, index)
    )
    found = [heading for heading in alone if find_version_heading(heading) is not None or is_unreleased(heading)]
    return found if len(found) > 1 else []


def find_plain_headings(document: Document) -> list[Heading]:
    """Lines that are nothing but a version, each right above a list; none where there is but one."""
    matches = ((index, _PLAIN.fullmatch(line.text)) for index, line in enumerate(document.lines) if line.plain)
    above = (
        _make_heading(document, index, 1, match)
        for index, match in matches
        if match and _is_above_list(document, index)
    )
    found = [heading for heading in above if find_version_heading(heading) is not None]
    return found if len(found) > 1 else []


def _make_heading(document: Document, index: int, level: int, match: re.Match[str]) -> Heading:
    start, end = (document.lines[index].start + at for at in match.span("words"))
    return Heading(index, 1, level, match["words"], start, end, document.markup)


def _is_alone(document: Document, index: int) -> bool:
    lines = document.lines
    return not any(lines[near].text.strip() for near in (index - 1, index + 1) if 0 <= near < len(lines))


def _is_above_list(document: Document, index: int) -> bool:
    below = document.lines[index + 1].text if index + 1 < len(document.lines) else ""
    return below.lstrip().startswith(("- ", "* "))

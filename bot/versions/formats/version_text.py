"""Versions in text of any kind: found by what stands around them, or by looking like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.versions.arithmetic import MOST_CHARACTERS
from bot.versions.formats.text import Span

# What a possessive group took when it failed stayed taken before Python 3.11.5: this one looks first, and then cannot fail
# (https://github.com/python/cpython/issues/106052).
_LIKE_A_VERSION = re.compile(
    r"(?<![0-9A-Za-z.])(?P<v>[vV])?(?P<version>(?:\d+!)?\d+(?:(?=\.\d)\.\d++)*+"
    r"(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*+)?(?:(?:[-_.]?post|[-_.]?rev|-)[-_.]?\d++)?"
    r"(?:[-_.]?dev[-_.]?\d*+)?(?:\+[0-9A-Za-z.]++)?)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_LONGER = re.compile(
    r"[-_.~](?:post|rev|r|dev|rc|c|alpha|beta|preview|pre|a|b)(?:[-_.]?\d|(?![0-9A-Za-z]))", re.IGNORECASE
)
_JOINED = re.compile(r"[0-9A-Za-z]")


def find_all(body: str, literal: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Where ``literal``, a version, stands as a whole: ``1.2.1`` is not found in ``11.2.10``, ``1.2.1.3`` or ``1.2.1rc1``.

    Args:
        body: the text.
        literal: what to look for, not empty.
        start: where to begin.
        end: where to stop; None for the end of the text.
    """
    end = len(body) if end is None else end
    at = body.find(literal, start, end)
    while at >= 0:
        after = at + len(literal)
        if begins_version(body, at) and ends_version(body, after):
            yield Span(at, after)
        at = body.find(literal, after, end)


def find_versions(body: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Where anything looks like a version (two numbers at least), without the ``v`` before it."""
    for match in _LIKE_A_VERSION.finditer(body, start, len(body) if end is None else end):
        if "." in match["version"] and len(match["version"]) <= MOST_CHARACTERS:
            yield Span(match.start("version"), match.end("version"))


def begins_version(body: str, at: int) -> bool:
    """Whether a version can begin at ``at``: no letter, digit or longer version goes on to there."""
    before = body[at - 1] if at else " "
    if before in "vV":
        return at < 2 or _JOINED.match(body[at - 2]) is None
    return not (before.isalnum() or (before in ".!" and at >= 2 and body[at - 2].isalnum()))


def ends_version(body: str, at: int) -> bool:
    """Whether a version can end before ``at``."""
    following = body[at : at + 2]
    if not following:
        return True
    # A full stop ends a sentence; a full stop and more belong to a longer version, or to a file's suffix.
    if following[0].isalnum() or (following[0] == "." and following[1:2].isdigit()):
        return False
    return _LONGER.match(body, at) is None

"""GitHub's filter patterns for branches and tags.

Rules: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet.
They look like shell globs and regular expressions but are neither: ``?`` and ``+`` repeat the character before them,
``*`` stops at a slash, ``**`` does not.

Patterns come from strangers, so they are matched by walking all possibilities at once (cost: pattern times name)
and never become a regular expression, whose backtracking they could exploit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.publishing.truth import Truth

MAX_CHARACTERS = 512
"""Longest pattern that is matched; a longer one is undecided."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One matcher: which characters it takes (``None`` is any) and how often."""

    characters: frozenset[str] | None
    optional: bool = False
    repeats: bool = False
    stops_at_slash: bool = False

    def takes(self, character: str) -> bool:
        if self.stops_at_slash and character == "/":
            return False
        return self.characters is None or character in self.characters


class _UndecidedPatternError(Exception):
    """GitHub's documentation does not say what this pattern means."""


def _compile(pattern: str) -> list[_Piece]:
    if len(pattern) > MAX_CHARACTERS:
        raise _UndecidedPatternError
    pieces: list[_Piece] = []
    at = 0
    repeatable = False  # whether the piece before is a character that ? or + may follow
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            deep = pattern.startswith("*", at)
            at += deep
            pieces.append(_Piece(None, optional=True, repeats=True, stops_at_slash=not deep))
            repeatable = False
        elif character in "?+":
            if not repeatable:
                raise _UndecidedPatternError
            pieces[-1] = _Piece(pieces[-1].characters, optional=character == "?", repeats=character == "+")
            repeatable = False
        elif character == "[":
            end = pattern.find("]", at)
            if end < 0:
                raise _UndecidedPatternError
            pieces.append(_Piece(_character_set(pattern[at:end])))
            at, repeatable = end + 1, True
        else:
            if character == "\\" and at < len(pattern):
                character = pattern[at]
                at += 1
            pieces.append(_Piece(frozenset(character)))
            repeatable = True
    return pieces


def _character_set(inside: str) -> frozenset[str]:
    """The characters of ``[...]``: letters, digits and ranges of them; anything else is not documented."""
    found: set[str] = set()
    at = 0
    while at < len(inside):
        first = inside[at]
        last = inside[at + 2] if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside) else first
        if not (first + last).isascii() or not (first + last).isalnum() or first > last:
            raise _UndecidedPatternError
        found.update(map(chr, range(ord(first), ord(last) + 1)))
        at += 3 if last is not first or inside[at + 1 : at + 2] == "-" else 1
    if not found:
        raise _UndecidedPatternError
    return frozenset(found)


def _skip_optional(pieces: Sequence[_Piece], states: Iterable[int]) -> set[int]:
    reached = set(states)
    for at, piece in enumerate(pieces):
        if at in reached and piece.optional:
            reached.add(at + 1)
    return reached


def match_pattern(pattern: str, name: str) -> Truth:
    """Whether one pattern, without a leading ``!``, matches a whole branch or tag name. Case counts."""
    try:
        pieces = _compile(pattern)
    except _UndecidedPatternError:
        return Truth.UNKNOWN
    states = _skip_optional(pieces, {0})
    for character in name:
        moved: set[int] = set()
        for at in states:
            if at < len(pieces) and pieces[at].takes(character):
                moved.add(at + 1)
                if pieces[at].repeats:
                    moved.add(at)
        states = _skip_optional(pieces, moved)
        if not states:
            return Truth.FALSE
    return Truth.of(len(pieces) in states)


def match_filter(patterns: Sequence[str], name: str) -> Truth:
    """Whether a ``branches`` or ``tags`` filter lets a name through: the last pattern that matches decides.

    A filter of nothing but ``!`` patterns lets nothing through.
    """
    through = Truth.FALSE
    for pattern in patterns:
        excludes = pattern.startswith("!")
        matches = match_pattern(pattern[1:] if excludes else pattern, name)
        through = (through & ~matches) if excludes else (through | matches)
    return through


def match_ignore_filter(patterns: Sequence[str], name: str) -> Truth:
    """Whether a ``branches-ignore`` or ``tags-ignore`` filter lets a name through."""
    return ~match_filter(patterns, name)

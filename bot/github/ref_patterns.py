"""Which refs the conditions of a ruleset name: File.fnmatch of Ruby with FNM_PATHNAME, as far as GitHub supports it. Pure.

Rules: "Using fnmatch syntax" on
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository
and https://docs.ruby-lang.org/en/master/File.html#method-c-fnmatch. What GitHub says that it does not support is left
undecided: nobody is warned of a rule that may not be there.

Patterns come from strangers, so they are matched by walking all possibilities at once (cost: pattern times name) and
never become a regular expression, whose backtracking they could exploit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ALL: Final = "~ALL"

MAX_CHARACTERS: Final = 200
"""Longest pattern that is matched; a longer one is undecided."""

_UNSUPPORTED: Final = "\\"
"""As a quote GitHub does not support it."""

_COMPLEMENTS: Final = ("^", "!")
"""Of these in front of a set GitHub supports the first not, and does not speak of the second, which means the same."""


@dataclass(frozen=True, slots=True)
class _One:
    """One character, but no slash: one of a set, or any (None)."""

    characters: frozenset[str] | None

    def go(self, name: str, at: set[int]) -> set[int]:
        return {place + 1 for place in at if place < len(name) and self._takes(name[place])}

    def _takes(self, character: str) -> bool:
        return character != "/" if self.characters is None else character in self.characters


class _Any:
    """``*``: any characters up to a slash."""

    def go(self, name: str, at: set[int]) -> set[int]:
        found = set(at)
        for place in range(len(name)):
            if place in found and name[place] != "/":
                found.add(place + 1)
        return found


class _Folders:
    """``**/`` where a folder begins: any number of folders."""

    def go(self, name: str, at: set[int]) -> set[int]:
        first = min(at, default=len(name))
        return at | {place + 1 for place in range(first, len(name)) if name[place] == "/"}


class _UndecidedError(Exception):
    """GitHub's documentation does not say what this pattern means."""


def fits(pattern: str, ref: str) -> bool | None:
    """Whether ``pattern`` names ``ref``, which is a full name such as ``refs/tags/v1.2.0``; None: that is not documented."""
    if pattern == ALL:
        return True
    at = {0}
    try:
        for piece in _read(pattern):
            at = piece.go(ref, at)
    except _UndecidedError:
        return None
    return len(ref) in at


def _read(pattern: str) -> Iterator[_One | _Any | _Folders]:
    if len(pattern) > MAX_CHARACTERS or _UNSUPPORTED in pattern or pattern.startswith("~"):
        raise _UndecidedError
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            yield _Folders()
            at += 3
            continue
        character = pattern[at]
        at += 1
        match character:
            case "*":
                yield _Any()
            case "?":
                yield _One(None)
            case "[":
                end = pattern.find("]", at)
                yield _One(_read_set(pattern[at:end] if end > at else ""))
                at = end + 1
            case _:
                yield _One(frozenset(character))


def _read_set(inside: str) -> frozenset[str]:
    """The characters between brackets: single ones, and ranges such as ``0-9``."""
    if not inside or inside[0] in _COMPLEMENTS or "/" in inside:
        raise _UndecidedError
    found: set[str] = set()
    at = 0
    while at < len(inside):
        first = last = inside[at]
        at += 1
        if inside.startswith("-", at) and at + 1 < len(inside):
            last = inside[at + 1]
            at += 2
        if not (first.isascii() and last.isascii()):
            raise _UndecidedError
        found.update(chr(code) for code in range(ord(first), ord(last) + 1))
    return frozenset(found)

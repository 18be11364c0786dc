"""The package's own entries in npm's lock, found in one pass over files that may be megabytes long.

Source: https://docs.npmjs.com/cli/configuring-npm/package-lock-json (``version`` mirrors package.json, twice).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.versions.formats.text import Span
from bot.versions.formats.toml_spans import Path

_NAME = "version"
OWN_ENTRIES: tuple[Path, ...] = ((_NAME,), ("packages", "", _NAME))
_DEPTHS = frozenset(map(len, OWN_ENTRIES))
_DEEPEST = 32
_OPENING = ("{", "[")
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"\\\x00-\x1f]|\\.)*+)"(?P<colon>[ \t\r\n]*+:)?|(?P<bracket>[\[\]{}])|(?P<wrong>["\x00-\x08])'
)


def find_own_entries(body: str) -> Mapping[Path, Span] | None:
    """Where the entries stand; None when it is no such file, has one of them twice, or is nested beyond reason."""
    keys: list[str | None] = []
    waiting: str | None = None
    found: dict[Path, Span] = {}
    for token in _TOKEN.finditer(body):
        text, colon, bracket, wrong = token.groups()
        if colon:
            waiting = text
            continue
        if wrong:
            return None
        if bracket in _OPENING:
            if len(keys) >= _DEEPEST:
                return None
            keys.append(waiting)
        elif bracket:
            if not keys:
                return None
            keys.pop()
        elif waiting == _NAME and len(keys) in _DEPTHS:
            # Of very many strings few are called so, there: the others must cost next to nothing.
            path = (*keys[1:], _NAME)
            own = next((entry for entry in OWN_ENTRIES if entry == path), None)
            if own in found:
                return None
            if own is not None:
                found[own] = Span(*token.span("text"))
        waiting = None
    return found if not keys else None

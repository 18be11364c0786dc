"""Where in a JSON text its strings stand (https://www.rfc-editor.org/rfc/rfc8259). Two members of one name are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.versions.formats.text import Span
from bot.versions.formats.toml_spans import Path

_DEEPEST = 32
_BLANK = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
_SCALAR = re.compile(r"[-+.0-9A-Za-z]++")


class JsonError(ValueError):
    """The text is not JSON, has two members of one name, or is nested deeper than any file written by hand."""


def read_json(body: str) -> tuple[Any, Mapping[Path, Span]]:
    """The values of a JSON text, and the spans inside the quotes of its strings.

    Raises:
        JsonError: with a short reason.
    """
    walk = _Walk(body)
    walk.value((), 0)
    try:
        return json.loads(body, object_pairs_hook=_unique), walk.found
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise JsonError("a name occurs twice in one object")
    return values


class _Walk:
    def __init__(self, body: str) -> None:
        self.body = body
        self.at = 0
        self.found: dict[Path, Span] = {}

    def value(self, path: Path, depth: int) -> None:
        if depth > _DEEPEST:
            raise JsonError("values are nested too deep")
        self._skip(_BLANK)
        first = self.body[self.at : self.at + 1]
        if first == '"':
            self.found[path] = self._string()
        elif first == "{":
            self._members(path, depth)
        elif first == "[":
            self._items(path, depth)
        elif not self._skip(_SCALAR):
            raise JsonError("a value was expected")
        self._skip(_BLANK)

    def _members(self, path: Path, depth: int) -> None:
        while self._opens("}"):
            span = self._string()
            self._skip(_BLANK)
            if not self.body.startswith(":", self.at):
                raise JsonError("a colon was expected")
            self.at += 1
            self.value((*path, self.body[span.start : span.end]), depth + 1)

    def _items(self, path: Path, depth: int) -> None:
        index = 0
        while self._opens("]"):
            self.value((*path, index), depth + 1)
            index += 1

    def _opens(self, end: str) -> bool:
        """Go past the bracket or comma before the next member; false at the end, which is passed too."""
        if self.body[self.at : self.at + 1] not in ("{", "[", ",", end):
            raise JsonError(f"a comma or {end} was expected")
        if self.body.startswith(end, self.at):
            self.at += 1
            return False
        self.at += 1
        self._skip(_BLANK)
        if self.body.startswith(end, self.at):
            self.at += 1
            return False
        return True

    def _string(self) -> Span:
        match = _STRING.match(self.body, self.at)
        if match is None:
            raise JsonError("a string was expected")
        self.at = match.end()
        return Span(match.start() + 1, match.end() - 1)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.body, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

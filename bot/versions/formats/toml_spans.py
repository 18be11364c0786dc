"""Where in a TOML text its strings stand (https://toml.io/en/v1.0.0).

``tomllib`` gives values without positions, so this module walks over the text and notes the span of every string beside
its keys. It is no validator: ``read_toml`` lets ``tomllib`` judge the text and takes only spans on which both agree. The
walk comes first and bounds how deep keys and values are nested, for ``tomllib`` needs memory that grows with the square of
a dotted key's length: one line of 200 kB would take 40 GB.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from bot.versions.formats.text import Span

Path = tuple[str | int, ...]
"""Keys from the root of the document; items of arrays, arrays of tables too, by their index."""

_DEEPEST = 32

_MOST_TO_REMEMBER = 16 * 1024
"""Characters of a text whose reading is kept: most are shorter, and what is kept may be a hundred times as long."""

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_BARE_VALUE = re.compile(r"[^,\]}#\r\n]++")
_STRING = re.compile(r""""(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'""")
_LONG_QUOTES = ('"""', "'''")


class TomlError(ValueError):
    """The text is not TOML, or nested deeper than any file written by hand."""


@dataclass(frozen=True, slots=True)
class FloatText:
    """A float as it is written. NaN would not equal itself when two documents are compared."""

    text: str


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """A TOML text: its values (floats as ``FloatText``), and the spans inside the quotes of its strings."""

    values: Mapping[str, Any]
    strings: Mapping[Path, Span]


def read_toml(body: str) -> TomlDocument:
    """Read a TOML text.

    Raises:
        TomlError: with a short reason; where the parser names a line and column, it is in the reason.
    """
    return _read_again(body) if len(body) <= _MOST_TO_REMEMBER else _read(body)


def _read(body: str) -> TomlDocument:
    strings = _Walk(body).strings()
    try:
        values = tomllib.loads(body, parse_float=FloatText)
    except (ValueError, RecursionError) as error:
        raise TomlError(str(error)) from None
    return TomlDocument(values, strings)


# The search for a version reads each file in every round, and every look at a release searches.
_read_again = lru_cache(maxsize=8)(_read)


def find_keys(body: str) -> Mapping[Path, int]:
    """The line, from 1, on which each table, key and item of an array first stands; only what a text nests too deep is not there.

    Raises:
        TomlError: the text is not TOML.
    """
    walk = _KeyWalk(body)
    walk.strings()
    return walk.lines


def value_at(values: Any, path: Path) -> Any:
    """The value at ``path``, None when there is none."""
    for key in path:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def with_value(values: Any, path: Path, new: object) -> Any:
    """A copy of ``values`` that differs at ``path`` alone."""
    if not path:
        return new
    copy = values.copy()
    copy[path[0]] = with_value(values[path[0]], path[1:], new)
    return copy


class _Walk:
    """One pass over a text. ``at`` is the position in characters."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.at = 0
        self.found: dict[Path, Span] = {}
        self.tables: dict[Path, int] = {}

    def strings(self) -> Mapping[Path, Span]:
        """The spans of all strings; arrays of tables are counted on the way."""
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.body):
            if self.body[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, 0)
            self._skip(_BLANK)
        return self.found

    def _header(self) -> Path:
        array = self.body.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self._keys()
        self._expect("]]" if array else "]")
        path: Path = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
        path = (*path, keys[-1])
        if array:
            self.tables[path] = self.tables.get(path, -1) + 1
        path = self._newest(path)
        self._note(path)
        return path

    def _newest(self, path: Path) -> Path:
        """``path``, or its newest item when it is an array of tables."""
        return (*path, self.tables[path]) if path in self.tables else path

    def _note(self, path: Path) -> None:
        """Something of this path was begun."""

    def _pair(self, table: Path, depth: int) -> None:
        keys = self._keys()
        self._note((*table, *keys))
        self._expect("=")
        self._skip(_SPACE)
        self._value((*table, *keys), depth + 1)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self.body.startswith(".", self.at):
            self.at += 1
            keys.append(self._key())
            if len(keys) > _DEEPEST:
                self._fail("a key has too many parts")
        return keys

    def _key(self) -> str:
        self._skip(_SPACE)
        if self.body.startswith(('"', "'"), self.at):
            span = self._string()
            # Escapes stay unread: such a key just matches nothing that is looked for.
            key = self.body[span.start : span.end]
        else:
            key = self._skip(_BARE_KEY) or self._fail("a key was expected")
        self._skip(_SPACE)
        return key

    def _value(self, path: Path, depth: int) -> None:
        if depth > _DEEPEST:
            self._fail("values are nested too deep")
        first = self.body[self.at : self.at + 1]
        if first in ('"', "'"):
            self.found[path] = self._string()
        elif first == "[":
            self._array(path, depth)
        elif first == "{":
            self._inline_table(path, depth)
        elif not self._skip(_BARE_VALUE):
            self._fail("a value was expected")

    def _array(self, path: Path, depth: int) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while not self.body.startswith("]", self.at):
            self._note((*path, index))
            self._value((*path, index), depth + 1)
            index += 1
            self._comma_before("]")
        self.at += 1

    def _inline_table(self, path: Path, depth: int) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self.body.startswith("}", self.at):
            self._pair(path, depth)
            self._comma_before("}")
        self.at += 1

    def _comma_before(self, end: str) -> None:
        self._skip(_BLANK)
        if self.body.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        elif not self.body.startswith(end, self.at):
            self._fail(f"a comma or {end} was expected")

    def _string(self) -> Span:
        for quotes in _LONG_QUOTES:
            if self.body.startswith(quotes, self.at):
                return self._long_string(quotes)
        match = _STRING.match(self.body, self.at)
        if match is None:
            self._fail("a string has no end")
        self.at = match.end()
        return Span(match.start() + 1, match.end() - 1)

    def _long_string(self, quotes: str) -> Span:
        """A string of several lines, which may end in up to two quotes of its own.

        One expression for it would need a possessive group that looks ahead, which Python reads wrongly before 3.11.5
        (https://github.com/python/cpython/issues/100061), or keep a hundred times the string in memory.
        """
        start = self.at + len(quotes)
        end = self.body.find(quotes, start)
        while end >= 0 and quotes == '"""' and self._is_escaped(start, end):
            end = self.body.find(quotes, end + 1)
        if end < 0:
            self._fail("a string has no end")
        for _ in range(2):
            end += self.body.startswith(quotes, end + 1)
        self.at = end + len(quotes)
        return Span(start, end)

    def _is_escaped(self, start: int, end: int) -> bool:
        """Whether the quote at ``end`` belongs to the string that began at ``start``: an odd number of backslashes is before it."""
        first = end
        while first > start and self.body[first - 1] == "\\":
            first -= 1
        return (end - first) % 2 == 1

    def _expect(self, mark: str) -> None:
        self._skip(_SPACE)
        if not self.body.startswith(mark, self.at):
            self._fail(f"{mark} was expected")
        self.at += len(mark)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.body, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def _fail(self, reason: str) -> NoReturn:
        raise TomlError(f"{reason} (at line {self.body.count(chr(10), 0, self.at) + 1})")


class _KeyWalk(_Walk):
    """A walk that notes on which line each thing begins."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.lines: dict[Path, int] = {}
        self._counted, self._line = 0, 1

    def _note(self, path: Path) -> None:
        self._line += self.body.count("\n", self._counted, self.at)
        self._counted = self.at
        for end in range(len(path), 0, -1):
            if self.lines.setdefault(path[:end], self._line) != self._line:
                # What leads there was noted with what came before.
                return

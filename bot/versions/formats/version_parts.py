"""A version taken apart by a tool's own pattern, and text that the tool fills with its parts: ``({major}, "{channel}")``.

Sources: https://your-tools.github.io/tbump/configuration and https://callowayproject.github.io/bump-my-version/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from bot.versions.arithmetic import MOST_CHARACTERS

_LONGEST_TEMPLATE = 500
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class VersionParts:
    """How a tool takes a version apart.

    Attributes:
        pattern: matches the whole of a version, a named group for each part; as ``compile_pattern`` makes it, for it is a
            stranger's.
        defaults: what parts are that a version lacks.
    """

    pattern: re.Pattern[str]
    defaults: tuple[tuple[str, str], ...] = ()

    def take(self, spelling: str) -> dict[str, str] | None:
        """Every part of ``spelling``, None where that is no version to the tool."""
        match = self.pattern.fullmatch(spelling) if len(spelling) <= MOST_CHARACTERS else None
        if match is None:
            return None
        found = {name: text for name, text in match.groupdict().items() if text is not None}
        return {**dict.fromkeys(match.groupdict(), ""), **dict(self.defaults), **found}


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a version, as a tool takes it apart."""

    parts: VersionParts
    name: str

    def say(self, *spellings: str) -> str | None:
        """What the part is of the first of ``spellings`` that is a version to the tool; None where none is."""
        taken = next(filter(None, map(self.parts.take, spellings)), None)
        return taken.get(self.name) if taken is not None else None


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its fields filled: the text, and each field with its place in it."""

    text: str
    fields: tuple[tuple[str, int, int], ...]


def fill_template(template: str, values: dict[str, str]) -> Filled | None:
    """``template`` with its fields filled; None where it has other fields, or more than names of fields in its braces."""
    pieces = list(_read(template)) if len(template) <= _LONGEST_TEMPLATE else []
    names = [name for _, name in pieces if name is not None]
    if not names or len(names) > _MOST_FIELDS or any(name not in values for name in names):
        return None
    text, fields = "", []
    for literal, name in pieces:
        text += literal
        if name is not None:
            fields.append((name, len(text), len(text) + len(values[name])))
            text += values[name]
    return Filled(text, tuple(fields))


def _read(template: str) -> Iterator[tuple[str, str | None]]:
    """The literal text and the fields of a template in turn; nothing where a field is converted or formatted."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        return
    if not any(spec or conversion for _, _, spec, conversion in parsed):
        yield from ((literal, name) for literal, name, _, _ in parsed)

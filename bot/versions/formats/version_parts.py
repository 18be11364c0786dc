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
        pattern: has a named group for each part; as ``compile_pattern`` makes it, for it is a stranger's.
        defaults: what parts are that a version lacks.
        is_whole: whether it must match all of the version, or finds its parts somewhere in it.
    """

    pattern: re.Pattern[str]
    defaults: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True

    def take(self, spelling: str) -> dict[str, str] | None:
        """The parts that ``spelling`` has, with a ``v`` before it if need be; None where that is no version to the tool."""
        if len(spelling) > MOST_CHARACTERS:
            return None
        find = self.pattern.fullmatch if self.is_whole else self.pattern.search
        match = find(spelling) or find(f"v{spelling}")
        if match is None:
            return None
        return {**dict(self.defaults), **{name: text for name, text in match.groupdict().items() if text is not None}}


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a version, as a tool takes it apart."""

    parts: VersionParts
    name: str

    def say(self, *spellings: str) -> str | None:
        """What the part is of the first of ``spellings`` that is a version to the tool; None where that has no such part."""
        taken = next((found for one in spellings if (found := self.parts.take(one)) is not None), None)
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

"""The grammar of commands. Pure.

Commands are read from the *leading block* of a comment only: the consecutive lines, from the first that is not blank,
that start with ``/``. That makes quotes, code, HTML and lists impossible by construction, so no Markdown parser is
needed; the argument alphabet leaves out the characters that could make such a line part of something else, or show
something else than it says (a code span or an HTML comment that begins on it, a link).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import dropwhile

COMMAND = "release"
"""The one verb, so that other bots' commands never collide."""

_LINE = re.compile(r"/(?P<name>[a-z][a-z-]*)(?:[ \t]+(?P<arguments>[^`<>\[\]]*))?\Z", re.IGNORECASE)
_UNREADABLE = re.compile(
    rf"/{COMMAND}[ \t].*[`<>\[\]]"
    # A blank that is none: on a Mac the one of a key pressed too long. Fewer than four before it make no code.
    rf"|/{COMMAND}[^\S \t]"
    rf"| {{1,3}}/{COMMAND}(?:\s|\Z)",
    re.IGNORECASE,
)
FOREIGN = frozenset("`<>[]")
"""What no command line holds."""

_BLANK_START = re.compile(r"\A\ufeff?(?:[ \t]*(?:\r\n|\r|\n))*")
MOST_LINES = 10
"""How many commands one comment may hold."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command line: the words after ``/release``."""

    words: tuple[str, ...]
    line: str
    is_excess: bool = False
    """Whether there are more command lines before it than one comment may hold."""


def parse(body: str) -> tuple[Invocation, ...]:
    """The ``/release`` lines of the leading block of ``body``; lines for other bots are passed over."""
    found: list[Invocation] = []
    for line in list_lines(body):
        if not is_slashed(line):
            break
        invocation = read_line(line)
        if invocation is not None:
            found.append(replace(invocation, is_excess=len(found) == MOST_LINES))
        if len(found) > MOST_LINES:
            # Not one of them is carried out then; how many there are behind it makes no difference.
            break
    return tuple(found)


def find_below(body: str) -> str:
    """The text below the leading block of ``body``, without blank lines around it; empty when there is none."""
    below = dropwhile(is_slashed, list_lines(body))
    return "\n".join(below).strip("\n").rstrip()


def find_unreadable(body: str) -> Invocation | None:
    """The first line of ``body``, when it is nearly a ``/release``: with characters that no command has, or moved in.

    It is never carried out: it may be the beginning of a code span or an HTML comment. But it deserves an answer.
    """
    first = list_lines(body)[0].rstrip(" \t")
    return Invocation((), first) if not parse(body) and _UNREADABLE.match(first) else None


def is_slashed(line: str) -> bool:
    """Whether ``line`` has the form of a command, for us or for another bot."""
    return _LINE.match(line.rstrip(" \t")) is not None


def read_line(line: str) -> Invocation | None:
    """The invocation that ``line`` has the form of, wherever it stands; None when it is none of ours."""
    match = _LINE.match(line.rstrip(" \t"))
    if match is None or match["name"].lower() != COMMAND:
        return None
    return Invocation(tuple(_words(match["arguments"])), line.strip())


def list_lines(body: str) -> list[str]:
    """The lines of ``body`` as Markdown breaks them, from the first that is not blank."""
    # Blank lines go as wholes, so that the indentation of the first line stays: four spaces make it code.
    # str.splitlines would also break at form feeds and Unicode separators, which Markdown shows as one line.
    return re.split(r"\r\n|\r|\n", _BLANK_START.sub("", body))


def _words(arguments: str | None) -> list[str]:
    # Blanks and tabs alone separate words: an exotic space stays in its word and makes it an unknown one.
    return [word for word in re.split(r"[ \t]+", arguments or "") if word]

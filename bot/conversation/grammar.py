"""The grammar of commands. Pure.

Commands are read from the *leading block* of a comment only: the consecutive lines, from the first that is not blank,
that start with ``/``. That makes quotes, code, HTML and lists impossible by construction, so no Markdown parser is
needed; the argument alphabet leaves out the characters that could make such a line part of something else, or show
something else than it says (a code span or an HTML comment that begins on it, a link).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
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
    for line in _lines(body):
        match = _LINE.match(line.rstrip(" \t"))
        if match is None:
            break
        if match["name"].lower() == COMMAND:
            words = tuple(_words(match["arguments"]))
            found.append(Invocation(words, line.strip(), is_excess=len(found) == MOST_LINES))
        if len(found) > MOST_LINES:
            # Not one of them is carried out then; how many there are behind it makes no difference.
            break
    return tuple(found)


def find_below(body: str) -> str:
    """The text below the leading block of ``body``, without blank lines around it; empty when there is none."""
    lines = _lines(body)
    below = dropwhile(lambda line: _LINE.match(line.rstrip(" \t")) is not None, lines)
    return "\n".join(below).strip("\n").rstrip()


def find_unreadable(body: str) -> Invocation | None:
    """The first line of ``body``, when it is nearly a ``/release``: with characters that no command has, or moved in.

    It is never carried out: it may be the beginning of a code span or an HTML comment. But it deserves an answer.
    """
    first = _lines(body)[0].rstrip(" \t")
    return Invocation((), first) if not parse(body) and _UNREADABLE.match(first) else None


def find_misplaced(body: str) -> Invocation | None:
    """The first command line of ``body`` below other text, where none is carried out; None when it begins with one.

    It only earns a hint. So code, comments of HTML and all that does not begin at the margin are passed over roughly:
    who shows a command to others, instead of giving one, writes it in one of these.
    """
    if parse(body):
        return None
    fence = ""
    hidden = False
    for line in _lines(body):
        opened = _FENCE.match(line)
        if fence:
            fence = "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif opened is not None:
            fence = opened[1]
        elif hidden or "<!--" in line:
            hidden = "-->" not in line.rpartition("<!--")[2]
        elif (match := _LINE.match(line.rstrip(" \t"))) is not None and match["name"].lower() == COMMAND:
            return Invocation(tuple(_words(match["arguments"])), line.strip())
    return None


def _lines(body: str) -> list[str]:
    # Blank lines go as wholes, so that the indentation of the first line stays: four spaces make it code.
    # str.splitlines would also break at form feeds and Unicode separators, which Markdown shows as one line.
    return re.split(r"\r\n|\r|\n", _BLANK_START.sub("", body))


def _words(arguments: str | None) -> list[str]:
    # Blanks and tabs alone separate words: an exotic space stays in its word and makes it an unknown one.
    return [word for word in re.split(r"[ \t]+", arguments or "") if word]

"""Every command, once: its usage, who may use it, what it does, examples, its opposite.

The parser, the authoriser, ``/release help`` and the README's table read this table; a test holds it complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.conversation.grammar import COMMAND, FOREIGN, Invocation, parse
from bot.github.facts import Role

_PLAIN_WORD = re.compile(r"[\w.!+-]+", re.ASCII)


class Name(StrEnum):
    """The commands there are. ``RELEASE`` is the one without a word of its own: it starts with a version."""

    RELEASE = "release"
    STATUS = "status"
    HELP = "help"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Entry:
    """One command. ``arguments`` are its positional words; those in brackets may be left out.

    ``opposite`` says how to take it back; None for one that changes nothing.
    """

    name: Name
    arguments: tuple[str, ...]
    who: Role
    what: str
    examples: tuple[str, ...]
    opposite: str | None = None

    @property
    def usage(self) -> str:
        """How it is typed."""
        word = () if self.name is Name.RELEASE else (self.name.value,)
        return " ".join((f"/{COMMAND}", *word, *self.arguments))

    @property
    def least(self) -> int:
        """How many words it needs."""
        return sum(not argument.startswith("[") for argument in self.arguments)


REGISTRY: tuple[Entry, ...] = (
    Entry(
        Name.RELEASE,
        ("VERSION",),
        Role.WRITE,
        "Open the release pull request for VERSION, or move the open one to it.",
        ("/release 1.2.0", "/release 2.0.0rc1"),
        "close the pull request",
    ),
    Entry(
        Name.APPROVE,
        ("VERSION", "[SHA]"),
        Role.MAINTAIN,
        "Let the waiting publication of VERSION go on; with SHA only if it is that commit.",
        ("/release approve 1.2.0", "/release approve 1.2.0 1a2b3c4"),
        "edit or delete the comment, until enough have approved",
    ),
    Entry(
        Name.STATUS,
        (),
        Role.TRIAGE,
        "Say where the release stands and whose turn it is.",
        ("/release status",),
    ),
    Entry(
        Name.HELP,
        (),
        Role.TRIAGE,
        "List the commands that are possible now.",
        ("/release help",),
    ),
)


@dataclass(frozen=True, slots=True)
class Command:
    """An invocation that is understood: a registered command with the right number of words."""

    entry: Entry
    arguments: tuple[str, ...]

    @property
    def line(self) -> str:
        """How it is typed."""
        word = () if self.entry.name is Name.RELEASE else (self.entry.name.value,)
        return " ".join((f"/{COMMAND}", *word, *self.arguments))


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """An invocation that is not: what is wrong with it, and the line that was probably meant."""

    line: str
    problem: str
    suggestion: str | None = None


def understand(invocation: Invocation) -> Command | Misunderstood:
    """The command an invocation means. Arity is strict: an extra word is an error, never ignored."""
    if FOREIGN & set(invocation.line):
        return _without_oddities(invocation, "a command has no backticks and no brackets")
    if not invocation.words and invocation.line.lower() != f"/{COMMAND}":
        return _without_oddities(invocation, "it has to begin its line, with a plain blank behind the verb")
    if not invocation.words:
        return Misunderstood(invocation.line, "it names no version and no command", f"/{COMMAND} help")
    first, *rest = invocation.words
    entry = next((entry for entry in REGISTRY if entry.name == first.lower() and entry.name is not Name.RELEASE), None)
    if entry is not None:
        return _with_arguments(entry, tuple(rest), invocation)
    if not first[:1].isdigit() and not (first[:1] in "vV" and first[1:2].isdigit()):
        return Misunderstood(invocation.line, "it is neither a version nor a command", _suggest(first.lower(), rest))
    return _with_arguments(find_entry(Name.RELEASE), invocation.words, invocation)


def _without_oddities(invocation: Invocation, problem: str) -> Misunderstood:
    line = "".join(character for character in invocation.line if character not in FOREIGN)
    plain = parse(" ".join(line.split()))
    meant = understand(plain[0]) if plain else None
    sure = isinstance(meant, Command) and all(_PLAIN_WORD.fullmatch(word) for word in meant.arguments)
    suggestion = plain[0].line if sure else f"/{COMMAND} help"
    return Misunderstood(invocation.line, problem, suggestion)


def find_entry(name: Name) -> Entry:
    """The entry of ``name``; there is one for each."""
    return next(entry for entry in REGISTRY if entry.name is name)


def _with_arguments(entry: Entry, words: tuple[str, ...], invocation: Invocation) -> Command | Misunderstood:
    if entry.least <= len(words) <= len(entry.arguments):
        return Command(entry, words)
    problem = "a word is missing" if len(words) < entry.least else "it has too many words"
    shortened = words[: len(entry.arguments)]
    suggestion = entry.usage
    if len(words) > len(entry.arguments):
        start = () if entry.name is Name.RELEASE else (entry.name.value,)
        suggestion = " ".join((f"/{COMMAND}", *start, *shortened))
    return Misunderstood(invocation.line, problem, suggestion)


def _suggest(word: str, rest: list[str]) -> str:
    close = get_close_matches(word, [entry.name.value for entry in REGISTRY if entry.name is not Name.RELEASE], 1)
    if not close:
        return f"/{COMMAND} help"
    return " ".join((f"/{COMMAND}", close[0], *rest))

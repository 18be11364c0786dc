"""What a command line means: a registered command with the right words, or what was probably meant. Pure.

Names are taken in any letters, arguments exactly. Arity is strict: an extra word is an error, never ignored, for what
is left out of a command that releases software may be the word that mattered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum, auto

from bot.conversation.grammar import COMMAND, FOREIGN, Invocation, parse
from bot.conversation.registry import AUTO, REGISTRY, Command, Entry, Name, Option, Who, find_entry
from bot.versions import VersionStep, find_version

_PLAIN_WORD = re.compile(r"[\w.!+-]+", re.ASCII)
_PACKAGE = re.compile(r"[A-Za-z0-9][\w./-]{0,199}", re.ASCII)
"""A package's name or folder."""

_COMMIT = re.compile(r"[0-9a-f]{7,40}", re.ASCII | re.IGNORECASE)
_HELP = f"/{COMMAND} help"


class Fault(Enum):
    """What can be wrong with a line; the words for each stand in ``messages.replies``."""

    NOTHING = auto()
    UNKNOWN = auto()
    FOREIGN = auto()
    MOVED_IN = auto()
    TOO_MANY = auto()
    """There are more lines than are read."""
    WORD_MISSING = auto()
    TOO_MANY_WORDS = auto()
    OPTION_UNKNOWN = auto()
    OPTION_TWICE = auto()
    OPTIONS_EXCLUDE = auto()
    NO_COMMIT = auto()
    TEXT_MISSING = auto()


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """An invocation that is not understood: what is wrong with it, and the line that was probably meant."""

    line: str
    fault: Fault
    suggestion: str | None = None


class _Wrong(Exception):  # noqa: N818 - it is said to a human, not raised as a fault
    """What is wrong with a line, and the one that was probably meant."""

    def __init__(self, fault: Fault, suggestion: str) -> None:
        super().__init__(fault)
        self.fault, self.suggestion = fault, suggestion


def understand(invocation: Invocation) -> Command | Misunderstood:
    """The command an invocation means."""
    if invocation.is_excess:
        return Misunderstood(invocation.line, Fault.TOO_MANY)
    if FOREIGN & set(invocation.line):
        return _without_oddities(invocation, Fault.FOREIGN)
    if not invocation.words and invocation.line.lower() != f"/{COMMAND}":
        return _without_oddities(invocation, Fault.MOVED_IN)
    try:
        return _read(invocation.words)
    except _Wrong as wrong:
        return Misunderstood(invocation.line, wrong.fault, wrong.suggestion)


def find_late_approval(commands: Sequence[Command]) -> int | None:
    """The first ``approve`` of a comment behind a line that changes something; None when there is none.

    What is behind another line is not tried once that line is refused. But an approval counts by standing there, so it
    must not stand where it may have been passed over.
    """
    changed = False
    for index, command in enumerate(commands):
        if command.entry.name is Name.APPROVE and changed:
            return index
        changed = changed or (command.entry.name is not Name.APPROVE and command.entry.who is not Who.ASK)
    return None


def _read(words: tuple[str, ...]) -> Command:
    if not words:
        raise _Wrong(Fault.NOTHING, _HELP)
    first, *rest = words
    name = first.lower()
    for length in (2, 1):
        wanted = " ".join(words[:length]).lower()
        entry = next((entry for entry in REGISTRY if entry.name == wanted and entry.name is not Name.RELEASE), None)
        if entry is not None:
            return _with_arguments(entry, words[len(entry.words) - 1 :])
    release = find_entry(Name.RELEASE)
    if name in {AUTO, *VersionStep}:
        return _with_arguments(release, (name, *rest))
    if _begins_as_version(first) or (_PACKAGE.fullmatch(first) and any(_is_version(word) for word in rest)):
        return _with_arguments(release, words)
    raise _Wrong(Fault.UNKNOWN, suggest(words))


def _begins_as_version(word: str) -> bool:
    return word[:1].isdigit() or (word[:1] in "vV" and word[1:2].isdigit())


def _is_version(word: str) -> bool:
    return word.lower() in {AUTO, *VersionStep} or find_version(word) is not None


def _take_package(entry: Entry, words: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The package that is named before the other words, and these; what is a version names none."""
    if not entry.takes_package or not words or _is_version(words[0]):
        return None, words
    if entry.name is Name.STATUS:
        return words[0], words[1:]
    if words[1:] and _is_version(words[1]):
        is_word = words[1].lower() in {AUTO, *VersionStep}
        return words[0], (words[1].lower() if is_word else words[1], *words[2:])
    return None, words


def _with_arguments(entry: Entry, words: tuple[str, ...]) -> Command:
    if not entry.takes_rest:
        words, options = _split(entry, words)
    package, words = _take_package(entry, words)
    if entry.takes_rest:
        front = len(entry.arguments) - 1
        words = (*words[:front], *((" ".join(words[front:]),) if words[front:] else ()))
        options = []
    if len(words) < entry.least:
        raise _Wrong(Fault.WORD_MISSING, entry.usage)
    if entry.name is Name.RELEASE and not (_is_version(words[0]) or _begins_as_version(words[0])):
        raise _Wrong(Fault.UNKNOWN, suggest(words))
    if len(words) > len(entry.arguments):
        raise _Wrong(Fault.TOO_MANY_WORDS, Command(entry, words[: len(entry.arguments)], tuple(options), package).line)
    return Command(entry, words, tuple(options), package)


def _split(entry: Entry, words: tuple[str, ...]) -> tuple[tuple[str, ...], list[tuple[Option, str]]]:
    """The positional words, and the options in the order of the entry."""
    positional: list[str] = []
    given: dict[Option, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            positional.append(word)
            continue
        option = next((option for option in entry.options if option == word), None)
        if option is None:
            raise _Wrong(Fault.OPTION_UNKNOWN, _mend_option(entry, words, word))
        if option in given:
            raise _Wrong(Fault.OPTION_TWICE, _mend_option(entry, words, word))
        given[option] = _value(entry, option, rest)
    if {Option.FROM, Option.WHEN_MERGED} <= given.keys():
        # The merge that is waited for moves the base: that would be refused whatever happens, or one of them left out.
        others = tuple((option, value) for option, value in given.items() if option is not Option.FROM)
        raise _Wrong(Fault.OPTIONS_EXCLUDE, Command(entry, tuple(positional), others).line)
    return tuple(positional), [(option, given[option]) for option in entry.options if option in given]


def _value(entry: Entry, option: Option, rest: Iterable[str]) -> str:
    if option.value_name is None:
        return ""
    value = next(iter(rest), "")
    if not _COMMIT.fullmatch(value):
        raise _Wrong(Fault.NO_COMMIT, entry.usage)
    return value.lower()


def _mend_option(entry: Entry, words: tuple[str, ...], wrong: str) -> str:
    """The line with ``wrong`` spelled right, or without it where it stands twice; the usage where neither helps."""
    close = get_close_matches(wrong.lower(), [option.value for option in entry.options], 1)
    mended = tuple(dict.fromkeys(close[0] if word == wrong else word for word in words if close or word != wrong))
    try:
        return _with_arguments(entry, mended).line
    except _Wrong as still:
        return still.suggestion


def _without_oddities(invocation: Invocation, fault: Fault) -> Misunderstood:
    line = "".join(character for character in invocation.line if character not in FOREIGN)
    plain = parse(" ".join(line.split()))
    meant = understand(plain[0]) if plain else None
    sure = isinstance(meant, Command) and all(_PLAIN_WORD.fullmatch(word) for word in meant.arguments)
    return Misunderstood(invocation.line, fault, plain[0].line if sure else _HELP)


def suggest(words: Sequence[str]) -> str:
    """The line with the command, or the word for a version, that its first word is nearly; the one for help where none is."""
    word, *rest = words
    close = get_close_matches(word.lower(), list_commands(), 1)
    return " ".join((f"/{COMMAND}", close[0], *rest)) if close else _HELP


def list_commands() -> list[str]:
    """What a line may begin with that is no version and no package."""
    known = [entry.name.value for entry in REGISTRY if entry.name is not Name.RELEASE]
    return [*known, AUTO, *(step for step in VersionStep if len(step) > 2)]


def with_package(line: str, package: str) -> str:
    """A command line with the package it is about, where it can name one and names none."""
    invocations = parse(line)
    command = understand(invocations[0]) if invocations else None
    if not isinstance(command, Command) or not command.entry.takes_package or command.package is not None:
        return line
    return replace(command, package=package).line

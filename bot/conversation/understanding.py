"""What a command line means: a registered command with the right words, or what was probably meant. Pure.

Names are taken in any letters, arguments exactly. Arity is strict: an extra word is an error, never ignored, for what
is left out of a command that releases software may be the word that mattered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.conversation.grammar import COMMAND, FOREIGN, MOST_LINES, Invocation, parse
from bot.conversation.registry import REGISTRY, Command, Entry, Name, Option, Who, find_entry
from bot.versions import VersionStep

_PLAIN_WORD = re.compile(r"[\w.!+-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,40}", re.ASCII | re.IGNORECASE)
_HELP = f"/{COMMAND} help"


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """An invocation that is not understood: what is wrong with it, and the line that was probably meant."""

    line: str
    problem: str
    suggestion: str | None = None


class _Wrong(Exception):  # noqa: N818 - it is said to a human, not raised as a fault
    """What is wrong with a line, and the one that was probably meant."""

    def __init__(self, problem: str, suggestion: str) -> None:
        super().__init__(problem)
        self.problem, self.suggestion = problem, suggestion


def understand(invocation: Invocation) -> Command | Misunderstood:
    """The command an invocation means."""
    if invocation.is_excess:
        return Misunderstood(invocation.line, f"a comment holds no more than {MOST_LINES} commands")
    if FOREIGN & set(invocation.line):
        return _without_oddities(invocation, "a command has no backticks and no brackets")
    if not invocation.words and invocation.line.lower() != f"/{COMMAND}":
        return _without_oddities(invocation, "it has to begin its line, with a plain blank behind the verb")
    try:
        return _read(invocation.words)
    except _Wrong as wrong:
        return Misunderstood(invocation.line, wrong.problem, wrong.suggestion)


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
        raise _Wrong("it names no version and no command", _HELP)
    first, *rest = words
    name = first.lower()
    for length in (2, 1):
        wanted = " ".join(words[:length]).lower()
        entry = next((entry for entry in REGISTRY if entry.name == wanted and entry.name is not Name.RELEASE), None)
        if entry is not None:
            return _with_arguments(entry, words[len(entry.words) - 1 :])
    release = find_entry(Name.RELEASE)
    if name in set(VersionStep):
        return _with_arguments(release, (name, *rest))
    if first[:1].isdigit() or (first[:1] in "vV" and first[1:2].isdigit()):
        return _with_arguments(release, words)
    raise _Wrong("it is neither a version nor a command", _suggest(name, rest))


def _with_arguments(entry: Entry, words: tuple[str, ...]) -> Command:
    if entry.takes_rest:
        front = len(entry.arguments) - 1
        words = (*words[:front], *((" ".join(words[front:]),) if words[front:] else ()))
        options: list[tuple[Option, str]] = []
    else:
        words, options = _split(entry, words)
    if len(words) < entry.least:
        raise _Wrong("a word is missing", entry.usage)
    if len(words) > len(entry.arguments):
        raise _Wrong("it has too many words", Command(entry, words[: len(entry.arguments)], tuple(options)).line)
    return Command(entry, words, tuple(options))


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
            raise _Wrong("it has an option that this command does not know", _mend_option(entry, words, word))
        if option in given:
            raise _Wrong("it has an option twice", _mend_option(entry, words, word))
        given[option] = _value(entry, option, rest)
    if {Option.FROM, Option.WHEN_MERGED} <= given.keys():
        # The merge that is waited for moves the base: that would be refused whatever happens, or one of them left out.
        others = tuple((option, value) for option, value in given.items() if option is not Option.FROM)
        raise _Wrong(
            f"{Option.FROM} and {Option.WHEN_MERGED} exclude each other", Command(entry, tuple(positional), others).line
        )
    return tuple(positional), [(option, given[option]) for option in entry.options if option in given]


def _value(entry: Entry, option: Option, rest: Iterable[str]) -> str:
    if option.value_name is None:
        return ""
    value = next(iter(rest), "")
    if not _COMMIT.fullmatch(value):
        raise _Wrong(f"{option} takes a commit: 7 to 40 hexadecimal digits", entry.usage)
    return value.lower()


def _mend_option(entry: Entry, words: tuple[str, ...], wrong: str) -> str:
    """The line with ``wrong`` spelled right, or without it where it stands twice; the usage where neither helps."""
    close = get_close_matches(wrong.lower(), [option.value for option in entry.options], 1)
    mended = tuple(dict.fromkeys(close[0] if word == wrong else word for word in words if close or word != wrong))
    try:
        return _with_arguments(entry, mended).line
    except _Wrong as still:
        return still.suggestion


def _without_oddities(invocation: Invocation, problem: str) -> Misunderstood:
    line = "".join(character for character in invocation.line if character not in FOREIGN)
    plain = parse(" ".join(line.split()))
    meant = understand(plain[0]) if plain else None
    sure = isinstance(meant, Command) and all(_PLAIN_WORD.fullmatch(word) for word in meant.arguments)
    return Misunderstood(invocation.line, problem, plain[0].line if sure else _HELP)


def _suggest(word: str, rest: list[str]) -> str:
    known = [entry.name.value for entry in REGISTRY if entry.name is not Name.RELEASE]
    known += [step for step in VersionStep if len(step) > 2]
    close = get_close_matches(word, known, 1)
    return " ".join((f"/{COMMAND}", close[0], *rest)) if close else _HELP

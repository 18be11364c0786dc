"""Which release line a command is about, where a repository has several packages. Pure.

In the thread of a release pull request it is that release. Anywhere else a package is named, or there is only one that
can be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name
from bot.conversation.understanding import Fault, Misunderstood, list_commands, suggest, understand
from bot.release.packages import line_for, list_choices
from bot.release.reasons import Because, Reason, because
from bot.release.snapshot import Line
from bot.versions import PackagePlace, find_package

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Aim:
    """The line that a command is about; ``package`` is what its package is called where there are others."""

    line: Line
    package: str | None = None


def choose(
    command: Command, base: str, packages: Sequence[PackagePlace], tags: Iterable[str]
) -> Aim | Misunderstood | Because:
    """The line of a command that is given outside the thread of its release; else what is wrong with the command."""
    choices = list_choices(packages, tags)
    if command.package is not None:
        found = find_package(packages, command.package)
        if found is None:
            return _not_found(command, choices)
        return Aim(line_for(base, found), found.name if len(choices) > 1 or found not in choices else None)
    if len(choices) > 1:
        lines = [replace(command, package=choice.name).line for choice in choices[:_MOST_NAMED]]
        return because(Reason.PACKAGE_UNNAMED, lines="\n".join(lines), more=len(choices) - len(lines))
    return Aim(line_for(base, choices[0]) if choices else Line(base))


def _not_found(command: Command, choices: Sequence[PackagePlace]) -> Misunderstood | Because:
    """A name that no package has: of a package, or of a command; with one package it can only be the latter."""
    given = command.package or ""
    names = [choice.name for choice in choices]
    folders = {choice.root.rpartition("/")[2]: choice.name for choice in choices}
    misunderstood = _misunderstood(command)
    close = get_close_matches(given.lower(), [*(name.lower() for name in names), *folders, *list_commands()], 1)
    is_nearly_one = bool(close) and close[0] in list_commands() and _is_command(misunderstood.suggestion)
    if len(choices) < 2 or (is_nearly_one and command.entry.name is Name.RELEASE):
        return misunderstood
    lowered = {name.lower(): name for name in names} | folders
    meant = lowered.get(close[0]) if close else None
    line = replace(command, package=meant or names[0]).line
    shown = names[:_MOST_NAMED]
    sure = "yes" if meant else ""
    more = len(names) - len(shown)
    return because(Reason.PACKAGE_UNKNOWN, given=given, line=line, sure=sure, packages="\n".join(shown), more=more)


def _is_command(line: str | None) -> bool:
    invocations = parse(line or "")
    return bool(invocations) and isinstance(understand(invocations[0]), Command)


def _misunderstood(command: Command) -> Misunderstood:
    if command.entry.name is not Name.RELEASE:
        return Misunderstood(command.line, Fault.TOO_MANY_WORDS, replace(command, package=None).line)
    return Misunderstood(command.line, Fault.UNKNOWN, suggest(command.line.split()[1:]))

"""The next version under the project's own scheme: semantic, or by date as its setting or its released versions say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from packaging.version import Version

from bot.versions.arithmetic import (
    MaintenanceLine,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    find_newest,
    find_version,
    parse_version,
)
from bot.versions.calver import check_calver, infer_calver, next_calver
from bot.versions.sentences import Quoted
from bot.versions.steps import Dialect, VersionStep, next_version

SEMVER = "semver"
INITIAL = "semver:0.x"
"""Semantic, with one step less below 1.0: ``major`` raises the second number, ``minor`` the third."""

_CALVER = "calver:"
_COUNTERS = {VersionStep.MAJOR: "MAJOR", VersionStep.MINOR: "MINOR", VersionStep.PATCH: "MICRO"}
_LEVELS = {VersionStep.A: "a", VersionStep.B: "b", VersionStep.RC: "rc"}


def check_versioning(versioning: str) -> None:
    """Refuse what is no scheme.

    Raises:
        VersionProblem: with the code ``bad-calver-pattern``.
    """
    if versioning in (SEMVER, INITIAL):
        return
    if not versioning.startswith(_CALVER):
        wrong = f" is no way to count versions: it is {SEMVER}, {INITIAL}, or {_CALVER} with a pattern behind it."
        raise VersionProblem(
            VersionCode.BAD_CALVER_PATTERN, Quoted(versioning), wrong, suggestion=_CALVER + "YYYY.MM.MICRO"
        )
    check_calver(versioning.removeprefix(_CALVER))


def follow(
    step: VersionStep,
    versioning: str | None,
    *,
    stated: str,
    released: Iterable[str],
    day: date,
    line: MaintenanceLine | None = None,
) -> SpelledVersion:
    """The version that ``step`` leads to.

    By date, ``major``, ``minor`` and ``patch`` all lead to the version of ``day``; within one date they raise the counter
    of their name, or the last one. A pre-release is one of that version. ``final`` and ``post`` know no date.

    Args:
        step: what was asked for.
        versioning: ``semver``, ``semver:0.x`` or ``calver:PATTERN``; None: what the released versions show.
        stated: what the project's files say.
        released: every released version in the project's spelling, in any order.
        day: of the release, in UTC.
        line: the maintenance line that is released from.

    Raises:
        VersionProblem: the step leads nowhere from here.
    """
    released = tuple(released)
    pattern = _find_pattern(versioning, released)
    newest = find_newest(released, line)
    goes_on = newest is not None and newest.is_prerelease and step not in _COUNTERS
    if pattern is None or goes_on or step in (VersionStep.FINAL, VersionStep.POST):
        initial = versioning == INITIAL
        return next_version(step, stated=stated, released=released, line=line, initial_development=initial)
    version = next_calver(pattern, day, released, _COUNTERS.get(step))
    if step not in _COUNTERS:
        dialect = Dialect((stated, *reversed(released), version.spelling))
        level = _LEVELS.get(step)
        tail = f"{level}{dialect.first_number(level)}" if level else ".dev0"
        version = dialect.write(Version(f"{version.version}{tail}"))
    if line is not None and not line.holds(version.version):
        outside = f" is outside the line {line} that this branch releases."
        raise VersionProblem(VersionCode.OUTSIDE_LINE, Quoted(version.spelling), outside)
    return parse_version(version.spelling)


def is_by_date(versioning: str | None, released: Iterable[str]) -> bool:
    """Whether versions are counted by date, as ``follow`` would count them."""
    return _find_pattern(versioning, tuple(released)) is not None


def _find_pattern(versioning: str | None, released: tuple[str, ...]) -> str | None:
    if versioning is None:
        known = [(version, text) for text in released if (version := find_version(text)) is not None]
        return infer_calver(text for _, text in sorted(known, reverse=True))
    return versioning.removeprefix(_CALVER) if versioning.startswith(_CALVER) else None

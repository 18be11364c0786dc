"""Versions as people type them: parsed by PEP 440, ordered, and refused with a reason.

The order and the normal form are those of ``packaging`` (https://packaging.python.org/specifications/version-specifiers/).
What a human typed is kept beside it, because files and tags carry the spelling while the index carries the normal form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from packaging.version import InvalidVersion, Version

from bot.line_names import find_line_numbers
from bot.versions.sentences import Parts, Quoted, render_plain

_NUMBERS = re.compile(r"v?(?:\d+!)?\d+(?:\.\d+)*")

MOST_CHARACTERS = 64
"""No released version is nearly this long, and it keeps tags, branch names and titles readable."""

_BLANKS = " \t"
# PEP 440 in all its spellings needs no character beyond these. The check comes before ``packaging``, whose pattern
# ignores case and therefore takes some letters outside ASCII for their look-alikes (the long s for an s).
_CHARACTERS = re.compile(r"[0-9A-Za-z.!+_-]+")
_LEADING_V = re.compile(r"\A[vV](?=\d)")


class VersionCode(StrEnum):
    """Why a version is refused."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    SEVERAL_LINES = "several-lines"
    FOREIGN_CHARACTERS = "foreign-characters"
    NOT_PEP440 = "not-pep440"
    LOCAL = "local"
    TAKEN = "taken"
    NOT_NEWER = "not-newer"
    OUTSIDE_LINE = "outside-line"
    BAD_TAG_PATTERN = "bad-tag-pattern"
    BAD_CALVER_PATTERN = "bad-calver-pattern"
    BAD_DEVELOPMENT_PATTERN = "bad-development-pattern"


class VersionProblem(Exception):  # noqa: N818 - it is said to a human as a refusal, not raised as a fault
    """A version that will not be released.

    Attributes:
        code: the cause, from a closed set.
        parts: one sentence in pieces, so that what a stranger typed can be escaped.
        suggestion: a version that would be accepted in this respect, for the line to paste; None when there is none.
    """

    def __init__(self, code: VersionCode, *parts: str | Quoted, suggestion: str | None = None) -> None:
        self.code = code
        self.parts: Parts = parts
        self.suggestion = suggestion
        super().__init__(code, parts, suggestion)

    @property
    def sentence(self) -> str:
        """The sentence as plain text on one line."""
        return render_plain(self.parts)

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class SpelledVersion:
    """A public version together with the way a human spells it (``1.0.0-rc.1`` is ``1.0.0rc1``)."""

    spelling: str
    version: Version

    @property
    def normalised(self) -> str:
        """The form the index, file names and lock files use."""
        return str(self.version)

    def __str__(self) -> str:
        return self.spelling


@dataclass(frozen=True, slots=True)
class MaintenanceLine:
    """The versions one branch may release: all that begin with ``numbers`` (``1.1.x`` is ``(1, 1)``)."""

    numbers: tuple[int, ...]

    def holds(self, version: Version) -> bool:
        """Whether ``version`` belongs to this line. The epoch is not part of a branch's name, so any epoch does."""
        padded = version.release + (0,) * len(self.numbers)
        return padded[: len(self.numbers)] == self.numbers

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) + ".x"


def parse_version(typed: str) -> SpelledVersion:
    """Read a version that a human typed; a leading ``v`` is dropped, every other spelling is kept.

    Raises:
        VersionProblem: it is empty, longer than 64 characters, has several lines or characters no version has, is not
            PEP 440, or is a local version, which no index accepts.
    """
    _refuse_what_no_version_has(typed)
    text = _LEADING_V.sub("", typed.strip(_BLANKS))
    try:
        version = Version(text)
    except InvalidVersion:
        raise VersionProblem(
            VersionCode.NOT_PEP440, Quoted(typed), " is not a version in the sense of PEP 440."
        ) from None
    if version.local is not None:
        raise VersionProblem(
            VersionCode.LOCAL,
            Quoted(typed),
            " is a local version (the part after the plus sign), and no package index accepts those.",
            suggestion=text.partition("+")[0],
        )
    return SpelledVersion(text, version)


def parse_as_released(typed: str, released: Sequence[str], stated: str) -> SpelledVersion:
    """Read a version that a human typed, with as many numbers as the project writes where the last of them is a zero.

    Where ``released`` (lowest first) holds 1.32.0, ``1.33`` is 1.33.0: both are one version (PEP 440, "Version
    comparison"), and tags, files and the project's own checks go on as they did. Where the files say that very version
    already, it is theirs; and where no release tells, it is what they say now (``stated``).

    Raises:
        VersionProblem: as `parse_version` does.
    """
    version = parse_version(typed)
    if find_version(stated) == version.version:
        return _lengthen(version, stated)
    for earlier in reversed(released):
        longer = _lengthen(version, earlier)
        if longer is not version or _count_numbers(earlier) <= _count_numbers(version.spelling):
            return longer
    return _lengthen(version, stated)


def _lengthen(version: SpelledVersion, like: str) -> SpelledVersion:
    spelling = keep_zeros(version.spelling, like)
    longer = find_version(spelling)
    return version if longer is None or spelling == version.spelling else SpelledVersion(spelling, longer)


def keep_zeros(spelling: str, old: str) -> str:
    """``spelling`` with as many numbers as ``old``, where that ends in a zero: who wrote ``1.32.0`` writes ``1.33.0``."""
    before, now = _NUMBERS.match(old), _NUMBERS.match(spelling)
    if before is None or now is None or not before[0].endswith(".0"):
        return spelling
    missing = before[0].count(".") - now[0].count(".")
    return now[0] + ".0" * missing + spelling[now.end() :]


def _count_numbers(spelling: str) -> int:
    numbers = _NUMBERS.match(spelling)
    return numbers[0].count(".") + 1 if numbers else 0


def _refuse_what_no_version_has(typed: str) -> None:
    if not typed.strip():
        raise VersionProblem(VersionCode.EMPTY, "There is no version.")
    if len(typed) > MOST_CHARACTERS:
        size = f" is {len(typed)} characters long; a version has at most {MOST_CHARACTERS}."
        raise VersionProblem(VersionCode.TOO_LONG, Quoted(typed), size)
    if len(typed.splitlines()) > 1 or typed.endswith(("\n", "\r")):
        raise VersionProblem(VersionCode.SEVERAL_LINES, Quoted(typed), " goes over several lines.")
    if not _CHARACTERS.fullmatch(typed.strip(_BLANKS)):
        raise VersionProblem(VersionCode.FOREIGN_CHARACTERS, Quoted(typed), " has characters that no version has.")


def find_version(text: str) -> Version | None:
    """``text`` as a version, or None. Local versions are let through: files and tags may carry what no index takes."""
    if len(text) > MOST_CHARACTERS or not _CHARACTERS.fullmatch(text):
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def same_version(left: str, right: str) -> bool:
    """Whether both are spellings of one version (``1.0`` and ``v1.0.0`` are). What is no version equals nothing."""
    one = find_version(left)
    return one is not None and one == find_version(right)


def normalise(version: str) -> str:
    """The form the index uses. What is no version is returned as it came, so that a comparison with it just fails."""
    parsed = find_version(version)
    return version if parsed is None else str(parsed)


def is_prerelease(version: str) -> bool:
    """Whether this is an alpha, beta, candidate or development release. What is no version counts as one (fails closed)."""
    parsed = find_version(version)
    return parsed is None or parsed.is_prerelease


def find_maintenance_line(branch: str) -> MaintenanceLine | None:
    """The line a branch is for by its name (``1.1.x``, ``release/v2``, ``stable-3.0``, ``4.2``), None for any other."""
    numbers = find_line_numbers(branch)
    return MaintenanceLine(tuple(map(int, numbers.split(".")))) if numbers is not None else None


def find_newest(released: Iterable[str], line: MaintenanceLine | None = None) -> Version | None:
    """The highest version of ``released``, on ``line`` if one is given. What is no version is passed over."""
    versions = filter(None, map(find_version, released))
    return max((version for version in versions if line is None or line.holds(version)), default=None)


def find_newest_spelling(released: Iterable[str], line: MaintenanceLine | None = None) -> str | None:
    """The highest version of ``released``, on ``line`` if one is given, as it is spelled there."""
    spellings = tuple(released)
    newest = find_newest(spellings, line)
    return next((one for one in spellings if newest is not None and find_version(one) == newest), None)


def is_newer(candidate: str, released: Iterable[str], line: MaintenanceLine | None = None) -> bool:
    """Whether ``candidate`` comes after everything released before it.

    On a maintenance line only that line counts, so that ``1.1.3`` may follow ``1.2.0``, and nothing outside it does.
    """
    version = find_version(candidate)
    if version is None or (line is not None and not line.holds(version)):
        return False
    newest = find_newest(released, line)
    return newest is None or version > newest


def check_newer(candidate: SpelledVersion, released: Iterable[str], line: MaintenanceLine | None = None) -> None:
    """Refuse a version that is released already, older than its line, or not of its line.

    Raises:
        VersionProblem: with the code ``taken``, ``not-newer`` or ``outside-line``, and the next version as suggestion.
    """
    released = tuple(released)
    newest = find_newest(released, line)
    suggestion = propose_next(newest) if newest is not None else None
    typed = Quoted(candidate.spelling)
    if any(find_version(other) == candidate.version for other in released):
        raise VersionProblem(VersionCode.TAKEN, typed, " is released already.", suggestion=suggestion)
    if line is not None and not line.holds(candidate.version):
        here = f" does not belong to the line {line} that this branch releases."
        raise VersionProblem(VersionCode.OUTSIDE_LINE, typed, here, suggestion=suggestion)
    if newest is not None and candidate.version < newest:
        older = f" is not newer than {newest}, which is released."
        raise VersionProblem(VersionCode.NOT_NEWER, typed, older, suggestion=suggestion)


def propose_next(newest: Version) -> str:
    """The smallest step after ``newest``: the final version of a pre-release, else one more in the last place."""
    epoch = f"{newest.epoch}!" if newest.epoch else ""
    if newest.is_prerelease and newest.post is None:
        return newest.base_version
    *front, last = newest.release
    return epoch + ".".join(map(str, (*front, last + 1)))

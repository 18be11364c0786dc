"""The next version by a word: ``minor``, ``rc``, ``final`` ..., in the project's own way of writing versions.

The base is what was released last, never the marker between releases: of 259 real development versions a third named
another version than the one that was released next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

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
from bot.versions.sentences import Quoted


class VersionStep(StrEnum):
    """What a human may ask for instead of a version."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    A = "a"
    B = "b"
    RC = "rc"
    FINAL = "final"
    POST = "post"
    DEV = "dev"


_RELEASE_STEPS = {VersionStep.MAJOR: 0, VersionStep.MINOR: 1, VersionStep.PATCH: 2}
_LEVELS = {VersionStep.A: "a", VersionStep.B: "b", VersionStep.RC: "rc"}

_PRE = re.compile(
    r"\d(?P<before>[-_.]?)(?P<word>alpha|beta|preview|pre|rc|a|b|c)(?P<between>[-_.]?)(?P<number>\d*)", re.IGNORECASE
)
_POST = re.compile(r"(?P<before>[-_.]?)(?P<word>post|rev)(?P<between>[-_.]?)\d", re.IGNORECASE)
_DEV = re.compile(r"(?P<before>[-_.+]?)dev(?P<between>[-_.]?)(?P<number>\d*)$", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+(?:\.\d+)+")
_NORMAL_WORDS = {"a": "a", "b": "b", "c": "rc", "rc": "rc", "alpha": "a", "beta": "b", "pre": "rc", "preview": "rc"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a project writes versions, as its known ones show; by default as PEP 440 does.

    Attributes:
        known: spellings, the newest first. Earlier ones count where later ones do not tell.
    """

    known: tuple[str, ...] = ()

    def write(self, version: Version) -> SpelledVersion:
        """``version`` as this project would write it."""
        epoch = f"{version.epoch}!" if version.epoch else ""
        text = (
            epoch + self.write_numbers(version.release) + self._pre(version) + self._post(version) + self._dev(version)
        )
        return SpelledVersion(text, version) if find_version(text) == version else SpelledVersion(str(version), version)

    def first_number(self, level: str) -> int:
        """The number of the first alpha, beta or candidate: 0 where the project has begun with that before."""
        numbers = [match["number"] for match in self._matches(_PRE) if _NORMAL_WORDS[match["word"].lower()] == level]
        return 0 if "0" in numbers else 1

    def write_numbers(self, release: tuple[int, ...]) -> str:
        """The numbers of a release alone, with this project's zeros."""
        return ".".join(self._padded(release))

    def _padded(self, release: tuple[int, ...]) -> Iterator[str]:
        """The numbers, each with two digits where the project writes zeros in front of that one (``2026.06.17``)."""
        known = [match[0].split(".") for match in self._matches(_NUMBERS)]
        for place, number in enumerate(release):
            samples = (numbers[place] for numbers in known if len(numbers) > place)
            zeros = any(len(sample) == 2 and sample.startswith("0") for sample in samples)
            yield f"{number:02d}" if zeros else str(number)

    def _pre(self, version: Version) -> str:
        if version.pre is None:
            return ""
        level, number = version.pre
        samples = list(self._matches(_PRE))
        own = [match for match in samples if _NORMAL_WORDS[match["word"].lower()] == level]
        sample = next(iter(own or samples), None)
        if sample is None:
            return f"{level}{number}"
        word = sample["word"] if own else {"a": "alpha", "b": "beta"}.get(level, level)
        if not own and len(sample["word"]) < 3:
            word = level
        return f"{sample['before']}{word}{sample['between']}{number}"

    def _post(self, version: Version) -> str:
        if version.post is None:
            return ""
        sample = next(self._matches(_POST), None)
        before = sample["before"] if sample else "."
        return f"{before}{sample['word'] if sample else 'post'}{sample['between'] if sample else ''}{version.post}"

    def _dev(self, version: Version) -> str:
        if version.dev is None:
            return ""
        sample = next((match for match in self._matches(_DEV) if match["before"] != "+"), None)
        return f"{sample['before']}dev{sample['between']}{version.dev}" if sample else f".dev{version.dev}"

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return (match for text in self.known if (match := pattern.search(text)) is not None)


def next_version(
    step: VersionStep,
    *,
    stated: str,
    released: Iterable[str] = (),
    line: MaintenanceLine | None = None,
    initial_development: bool = False,
) -> SpelledVersion:
    """The version that ``step`` leads to.

    Args:
        step: what was asked for.
        stated: what the project's files say.
        released: every released version in the project's spelling, in any order.
        line: the maintenance line that is released from.
        initial_development: whether below 1.0 a ``major`` step raises the second number and a ``minor`` step the third.

    Raises:
        VersionProblem: the step leads nowhere from here (``final`` after a final release, ``a`` after a candidate).
    """
    released = tuple(released)
    newest, here = find_newest(released, line), find_version(stated)
    base = newest or here
    if base is None:
        raise VersionProblem(VersionCode.NOT_PEP440, Quoted(stated), " is not a version in the sense of PEP 440.")
    if newest is None and base.dev is not None and step in _RELEASE_STEPS:
        # Nothing is released: the first release is what the files announce.
        version: Version | None = Version(base.base_version)
    else:
        version = _following(step, base, here, initial_development, _dialect(stated, released))
    if version is None:
        raise VersionProblem(VersionCode.NOT_NEWER, f"There is no {step} step after ", Quoted(str(base)), ".")
    if line is not None and not line.holds(version):
        outside = f"The {step} step after {base} leads out of the line {line} that this branch releases."
        raise VersionProblem(VersionCode.OUTSIDE_LINE, outside)
    return parse_version(_dialect(stated, released).write(version).spelling)


def _dialect(stated: str, released: tuple[str, ...]) -> Dialect:
    known = [(version, text) for text in released if (version := find_version(text)) is not None]
    return Dialect((stated, *(text for _, text in sorted(known, reverse=True))))


def _following(
    step: VersionStep, base: Version, here: Version | None, initial: bool, dialect: Dialect
) -> Version | None:
    if step in _RELEASE_STEPS:
        return _raise(base, _RELEASE_STEPS[step], initial)
    if step in _LEVELS:
        return _pre_release(_LEVELS[step], base, here, dialect)
    if step is VersionStep.FINAL:
        unfinished = next((v for v in (base, here) if v is not None and v >= base and v.is_prerelease), None)
        return Version(unfinished.base_version) if unfinished is not None else None
    if step is VersionStep.POST:
        return None if base.is_prerelease else _with(base, post=(base.post or 0) + 1)
    return _development(_find_ahead(base, here) or base)


def _raise(base: Version, place: int, initial: bool) -> Version:
    if initial and base.release[0] == 0:
        place = min(place + 1, 2)
    if base.is_prerelease and not any((*base.release, 0, 0)[place + 1 :]):
        # 2.0.0rc1 is on its way to 2.0.0: that is the next major version, not 3.0.0.
        return Version(base.base_version)
    numbers = [*base.release, *[0] * (place + 1 - len(base.release))]
    numbers[place] += 1
    return _of(base.epoch, [*numbers[: place + 1], *[0] * (len(numbers) - place - 1)])


def _find_ahead(base: Version, here: Version | None) -> Version | None:
    """What the files announce, which counts before the smallest step when it lies ahead of what was released."""
    return here if here is not None and here.is_prerelease and here > base else None


def _pre_release(level: str, base: Version, here: Version | None, dialect: Dialect) -> Version | None:
    if base.pre is not None:
        same, number = base.pre
        if same == level:
            return _with(base, pre=f"{level}{number + (0 if base.dev is not None else 1)}")
        return _with(base, pre=f"{level}{dialect.first_number(level)}") if level > same else None
    target = _find_ahead(base, here) or (base if base.dev is not None else _raise(base, 2, initial=False))
    return _with(target, pre=f"{level}{dialect.first_number(level)}")


def _development(base: Version) -> Version:
    if base.dev is not None:
        return _with(base, pre=_pre_text(base), dev=base.dev + 1)
    if base.pre is not None:
        level, number = base.pre
        return _with(base, pre=f"{level}{number + 1}", dev=0)
    return _with(_raise(base, 2, initial=False), dev=0)


def _pre_text(version: Version) -> str:
    return "".join(map(str, version.pre)) if version.pre else ""


def _with(version: Version, *, pre: str = "", post: int | None = None, dev: int | None = None) -> Version:
    text = version.base_version + pre
    text += f".post{post}" if post is not None else ""
    return Version(text + (f".dev{dev}" if dev is not None else ""))


def _of(epoch: int, numbers: list[int]) -> Version:
    return Version((f"{epoch}!" if epoch else "") + ".".join(map(str, numbers)))

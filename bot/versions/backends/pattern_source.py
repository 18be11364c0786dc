"""A version found by a pattern that a project configured. The pattern is a stranger's, so only a bounded use is made of it.

A regular expression can be made to run for ever. Ours never searches: what looks like a version is found first, and then
the pattern only says, on that one short line, whether it means this place.
"""

from __future__ import annotations

import re

from bot.versions.backends.source import Package
from bot.versions.formats.text import Span, line_of
from bot.versions.formats.version_text import find_versions
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted

_LONGEST_PATTERN = 300
LONGEST_LINE = 160
"""Characters of a line on which a stranger's pattern is tried."""

_MOST_CANDIDATES = 20
_MOST_REPEATS = 4

CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
"""A class of characters, such as ``[^0-9]``, as a pattern writes it."""
_CLASS = re.compile(CLASS)
_ESCAPE = re.compile(r"\\.")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?([^()]*)\)")
_CHOICE = "\0"
"""Stands for a group that may match the same text in several ways."""
_MANY_WAYS = frozenset("*+{|?" + _CHOICE)
_REPEATED_CHOICE = re.compile(_CHOICE + r"[*+{]")
_UNSUPPORTED = re.compile(r"\(\?(?:[=!(]|<[=!]|P=)")
_FLAGS = re.compile(r"\A\s{0,20}\(\?([a-zA-Z]{1,20})\)")
_LETTERS = {letter: getattr(re, letter.upper()) for letter in "aimsux"}
_VERBOSE_INSIDE = re.compile(r"\(\?[a-zA-Z]*-?[a-zA-Z]*x")
_VERBOSE_UNIT = re.compile(rf"(?P<kept>\\.|{CLASS})|\s|#[^\n]*", re.DOTALL)
_REFERENCE = re.compile(r"\\[1-9]")
_DEFAULT = r"(?i)^(__version__|VERSION) *= *([\'\"])v?(?P<version>.+?)\2"
_LINE_END = re.compile(r"[\r\n]")


def pattern_site(package: Package, path: str, pattern: str | None, kind: SiteKind) -> tuple[Site, ...]:
    """The first place in ``path`` (of the repository) that ``pattern`` means; None is Hatch's own pattern.

    The version is the group called ``version``, else the first one.

    Raises:
        ProjectRefused: the file cannot be read, the pattern is more than we dare to try, or it matches nowhere.
    """
    text = package.checkout.find_any(path)
    if text is None:
        return ()
    compiled = re.compile(_DEFAULT, re.MULTILINE) if pattern is None else check_pattern(package, pattern, kind)
    span = _match(text.body, compiled)
    if span is None:
        raise ProjectRefused(
            ProjectCode.NO_VERSION, "The pattern of the version matches nothing in ", Quoted(path), ".", path=path
        )
    spelling = text.body[span.start : span.end]
    return (Site(path, line_of(text.body, span.start), kind, spelling, (), span.start, span.end, Reader.TEXT),)


def check_pattern(package: Package, pattern: str, kind: SiteKind) -> re.Pattern[str]:
    """``pattern``, ready to be tried on short lines.

    Raises:
        ProjectRefused: it is wrong, or more than we dare to try.
    """
    compiled = compile_pattern(pattern)
    if compiled is None:
        refused = f"The pattern for the {kind} is not supported: it is too long, nested or wrong."
        raise ProjectRefused(ProjectCode.DYNAMIC, refused, path=package.path)
    return compiled


def compile_pattern(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str] | None:
    """``pattern`` if it is simple enough to be tried on a short line: no repeats or choices inside repeats, few repeats in all."""
    if len(pattern) > _LONGEST_PATTERN or _UNSUPPORTED.search(pattern):
        return None
    plain = make_plain(pattern, flags)
    if plain is None:
        return None
    pattern, flags = plain
    bare = _CLASS.sub("x", _ESCAPE.sub("x", pattern.replace("\\\\", "x")))
    if _CHOICE in bare or sum(bare.count(mark) for mark in "*+{") > _MOST_REPEATS:
        return None
    while (inner := _GROUP.sub(lambda group: _CHOICE if _MANY_WAYS & {*group[1]} else "x", bare)) != bare:
        bare = inner
        if _REPEATED_CHOICE.search(bare):
            return None
    try:
        return re.compile(pattern, re.MULTILINE | flags)
    except (re.error, RecursionError, OverflowError):
        return None


def make_plain(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> tuple[str, re.RegexFlag] | None:
    """``pattern`` without the flags that it begins with, and these; None where they are none for text, or not for all of it.

    One in the verbose form loses its blanks and comments, which might hide anything from who looks at it.
    """
    given = _FLAGS.match(pattern)
    letters, rest = (given[1], pattern[given.end() :]) if given is not None else ("", pattern)
    if _VERBOSE_INSIDE.search(rest) or not _LETTERS.keys() >= {*letters}:
        return None
    for letter in letters:
        flags |= _LETTERS[letter]
    if flags & re.VERBOSE:
        rest, flags = _VERBOSE_UNIT.sub(_shorten, rest), flags & ~re.VERBOSE
    return rest, flags


def _shorten(unit: re.Match[str]) -> str:
    return unit["kept"] or ""


def line_around(body: str, span: Span, earliest: int = 0) -> Span:
    """The line that ``span`` stands in, from ``earliest`` on, and without its end."""
    start = max(earliest, *(body.rfind(end, earliest, span.start) + 1 for end in "\n\r"))
    end = _LINE_END.search(body, span.end)
    return Span(start, end.start() if end else len(body))


def _match(body: str, compiled: re.Pattern[str]) -> Span | None:
    group = "version" if "version" in compiled.groupindex else (1 if compiled.groups else 0)
    tried = 0
    for candidate in find_versions(body):
        line = line_around(body, candidate)
        if line.end - line.start > LONGEST_LINE:
            continue
        tried += 1
        if tried > _MOST_CANDIDATES:
            return None
        match = compiled.search(body[line.start : line.end])
        if match is None or match.start(group) < 0:
            continue
        found = Span(line.start + match.start(group), line.start + match.end(group))
        version = body[found.start : found.end]
        if found.end == candidate.end and version.removeprefix("v") == body[candidate.start : candidate.end]:
            return candidate
    return None

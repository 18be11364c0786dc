"""A version that a pattern takes apart, a group for each number, and a template joins.

So scikit-build-core and dynamic-metadata read ``#define WIDGET_VERSION_MAJOR 1`` and what follows it in a header.

The pattern is a stranger's and is never let loose on a file. It is cut where it skips (``.*?``), and each piece is tried on
one short line after another. As each piece means the first place behind the one before, that is what the whole would find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from string import Formatter

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.backends.pattern_source import CLASS, LONGEST_LINE, compile_pattern, line_around, make_plain
from bot.versions.backends.source import Package
from bot.versions.formats.text import Span, line_of
from bot.versions.project import Form, Piece, ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted

_LONGEST_PATTERN = 2000
_LONGEST_RESULT = 100
_MOST_PIECES = 8
_MOST_EFFORT = 100_000_000
"""Steps that a pattern may take at worst, where each repeat may try each length: a second or two."""

# What stands for itself, or for one character, is no place to cut: an escape, a class.
_UNIT = re.compile(rf"\\.|{CLASS}|\.\*\?|.", re.DOTALL)
_SKIPS = frozenset({r"[\s\S]*?", r"[\S\s]*?", r"[\d\D]*?", r"[\w\W]*?"})
_CLASS_OR_ESCAPE = re.compile(rf"\\.|{CLASS}", re.DOTALL)
_INNER_GROUP = re.compile(r"\([^()]*\)[*+?{]?")
_WORD = re.compile(r"(?<!\w)\w{2,}(?![\w*+?{])")
_NUMBER = re.compile(r"\d{1,9}")
_NUMBERS = ("0", "10", "123456789")
_RESTS = ("0rc1", "0.post1", "0.dev1", "0.0")
"""What a group must take as a whole that says one number of a version, or the rest of it."""
_ELSEWHERE = re.compile(r"\\[AZ1-9]")
_FIRST_PROBE = 71
"""Numbers that no template says itself tell which part of the version a group is."""


def joined_site(
    package: Package, path: str, pattern: str, result: str, remove: str, kind: SiteKind
) -> tuple[Site, ...]:
    """The numbers that ``pattern`` finds in ``path`` (of the repository) and ``result`` joins to the version.

    Args:
        package: whose configuration it is.
        path: the file that is read.
        pattern: a regular expression with a group for each number.
        result: a format string that names the groups.
        remove: a regular expression for what is taken out of the result; empty for nothing.
        kind: why the file counts.

    Raises:
        ProjectRefused: the file cannot be read, the pattern or the template is more than we dare to try, or they give no
            version.
    """
    text = package.checkout.find_any(path)
    if text is None:
        return ()
    pieces, template = _cut(pattern), _read_template(result, remove)
    if pieces is None or template is None:
        refused = "The pattern of the version, or the result that joins it, is not supported: it is too long, nested or wrong."
        raise ProjectRefused(ProjectCode.DYNAMIC, refused, path=package.path)
    groups = _find_groups(text.body, pieces)
    if groups is None:
        nothing = ("The pattern of the version matches nothing in ", Quoted(path), ".")
        raise ProjectRefused(ProjectCode.NO_VERSION, *nothing, path=path)
    parts = _take_apart(template, groups)
    version = template.join({name: group.text for name, group in groups.items()})
    if parts is None or version is None:
        apart = ("The numbers in ", Quoted(path), " are not joined to a version in a way that can be written back.")
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, *apart, path=path)
    first = parts[0]
    line = line_of(text.body, first.start)
    return (Site(path, line, kind, str(version), (), first.start, first.end, Reader.TEXT, parts=parts),)


@dataclass(frozen=True, slots=True)
class _Group:
    """What a group of the pattern stands for in the file, and whether it takes the rest of any version."""

    span: Span
    text: str
    takes_more: bool


@dataclass(frozen=True, slots=True)
class _Template:
    """How the groups are joined: ``{major}.{minor}.{patch}dev{dev}``, and what is taken out of that afterwards."""

    result: str
    names: tuple[str, ...]
    remove: re.Pattern[str] | None

    def join(self, said: dict[str, str]) -> Version | None:
        """The version that groups of such contents give."""
        joined = self.result
        for name in self.names:
            joined = joined.replace("{" + name + "}", said.get(name, ""))
        if len(joined) > _LONGEST_RESULT:
            return None
        return find_version(self.remove.sub("", joined) if self.remove else joined)


def _read_template(result: str, remove: str) -> _Template | None:
    """The template, None where it does more than name groups, each once."""
    try:
        fields = [
            name for _, name, spec, conversion in Formatter().parse(result) if name is not None or spec or conversion
        ]
    except ValueError:
        return None
    names = tuple(name for name in fields if name)
    plain = all("{" + name + "}" in result for name in names) and result.count("{") == result.count("}") == len(names)
    if len(result) > _LONGEST_RESULT or not names or len({*names}) != len(fields) or not plain:
        return None
    taken_out = compile_pattern(remove) if remove else None
    return None if remove and taken_out is None else _Template(result, names, taken_out)


def _cut(pattern: str) -> list[re.Pattern[str]] | None:
    """The pieces between what the pattern skips, None where one is more than we dare to try."""
    plain = make_plain(pattern) if len(pattern) <= _LONGEST_PATTERN else None
    if plain is None:
        return None
    pattern, flags = plain
    pieces, depth = [""], 0
    for unit in _list_units(pattern):
        depth += (unit == "(") - (unit == ")")
        if _ELSEWHERE.fullmatch(unit):
            # The beginning or end of all of the file, or a group of another piece: here only lines are looked at.
            return None
        if depth == 0 and (unit in _SKIPS or (unit == ".*?" and flags & re.DOTALL)):
            pieces.append("")
        elif depth == 0 and unit == "|":
            return None
        else:
            pieces[-1] += unit
    compiled = [compile_pattern(piece, flags) for piece in pieces if piece]
    known = [piece for piece in compiled if piece is not None]
    return known if 0 < len(known) == len(compiled) <= _MOST_PIECES else None


def _list_units(pattern: str) -> Iterator[str]:
    units, index = _UNIT.findall(pattern), 0
    while index < len(units):
        unit, index = units[index], index + 1
        if unit.startswith("[") and units[index : index + 2] == ["*", "?"] and f"{unit}*?" in _SKIPS:
            unit, index = f"{unit}*?", index + 2
        yield unit


def _find_groups(body: str, pieces: list[re.Pattern[str]]) -> dict[str, _Group] | None:
    """What each group stands for, by its name and by its number, counted from 0 as a format string does."""
    position, effort, groups = 0, _MOST_EFFORT, dict[str, _Group]()
    for piece in pieces:
        match = None
        word, repeats = _find_word(piece), sum(piece.pattern.count(mark) for mark in "*+{")
        for line in _list_lines(body, position, word):
            # One that is too long to be tried may be the one that is meant. A match is tried with other numbers in it as well.
            if line.end - line.start > LONGEST_LINE:
                break
            effort -= (line.end - line.start) ** max(1, repeats) * (1 + len(_NUMBERS) + len(_RESTS))
            match = piece.search(body[line.start : line.end], max(0, position - line.start)) if effort > 0 else None
            if match is not None or effort <= 0:
                break
        if match is None:
            return None
        names = {index: name for name, index in piece.groupindex.items()}
        count = sum(1 for name in groups if name.isdigit())
        for index in range(1, piece.groups + 1):
            group = _group(piece, match, line.start, index)
            if group is None:
                return None
            groups[str(count + index - 1)] = group
            if index in names:
                groups[names[index]] = group
        position = line.start + match.end()
    return groups


def _list_lines(body: str, position: int, word: str) -> Iterator[Span]:
    """The lines from the one with ``position`` on that have ``word``."""
    at, done = body.find(word, position), line_around(body, Span(position, position)).start
    while at >= 0:
        line = line_around(body, Span(at, at), done)
        yield line
        done = line.end
        at = body.find(word, line.end + 1) if line.end < len(body) else -1


def _find_word(piece: re.Pattern[str]) -> str:
    """A word that each match has; empty where none is sure."""
    bare = _CLASS_OR_ESCAPE.sub(" ", piece.pattern)
    while (outer := _INNER_GROUP.sub(" ", bare)) != bare:
        bare = outer
    words = _WORD.findall(bare) if not piece.flags & re.IGNORECASE else []
    return max(words, key=len, default="")


def _group(piece: re.Pattern[str], match: re.Match[str], start: int, index: int) -> _Group | None:
    def takes(other: str) -> bool:
        changed = match.string[: match.start(index)] + other + match.string[match.end(index) :]
        again = piece.search(changed, match.pos)
        return again is not None and again[index] == other

    if not match[index] or not all(map(takes, _NUMBERS)):
        return None
    span = Span(start + match.start(index), start + match.end(index))
    return _Group(span, match[index], all(map(takes, _RESTS)))


def _take_apart(template: _Template, groups: dict[str, _Group]) -> tuple[Piece, ...] | None:
    """Which part of the version each group says, None where that cannot be told or no final version could be said."""
    if any(name not in groups for name in template.names):
        return None
    probes = {name: str(_FIRST_PROBE + index) for index, name in enumerate(template.names)}
    probe = template.join(probes)
    parts = [_part(probe, int(probes[name]), groups[name]) for name in template.names] if probe else []
    known = [part for part in parts if part is not None]
    numbers = [part.index for part in known if part.form in (Form.NUMBER, Form.REST)]
    if probe is None or len(known) != len(parts) or numbers != [*range(len(probe.release))]:
        return None
    if not all(_says(template, probes, known, shown) for shown in (None, *known)):
        return None
    parted = sorted(known, key=lambda part: part.start)
    # Groups inside each other, or one by its name and by its number, say the same digits twice.
    return tuple(parted) if all(one.end <= other.start for one, other in pairwise(parted)) else None


def _says(template: _Template, probes: dict[str, str], parts: list[Piece], shown: Piece | None) -> bool:
    """Whether the template says just the numbers, or these with the marker ``shown`` alone, where the others are 0."""
    numbers = (Form.NUMBER, Form.REST)
    said = {
        name: probe if part.form in numbers or part is shown else "0"
        for (name, probe), part in zip(probes.items(), parts, strict=True)
    }
    release = ".".join(probe for probe, part in zip(probes.values(), parts, strict=True) if part.form in numbers)
    marker = "" if shown is None or shown.form in numbers else {Form.DEV: ".dev", Form.CANDIDATE: "rc"}[shown.form]
    number = next((probe for probe, part in zip(probes.values(), parts, strict=True) if part is shown), "")
    return template.join(said) == find_version(release + (marker + number if marker else ""))


def _part(probe: Version, number: int, group: _Group) -> Piece | None:
    span = group.span
    if number in probe.release:
        index = probe.release.index(number)
        is_last = index == len(probe.release) - 1 and str(probe).endswith(str(number))
        form = Form.REST if is_last and group.takes_more else Form.NUMBER
        plain = form is Form.REST or _NUMBER.fullmatch(group.text)
        return Piece(span.start, span.end, form, group.text, index) if plain else None
    form = Form.DEV if number == probe.dev else Form.CANDIDATE
    is_known = form is Form.DEV or probe.pre == ("rc", number)
    return Piece(span.start, span.end, form, group.text) if is_known and _NUMBER.fullmatch(group.text) else None

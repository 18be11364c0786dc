"""How a changelog is written: what its newest sections have in common, so that a new one looks like them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise

from bot.changelog.document import Document, Heading, HeadingForm, Line, Markup, form_of
from bot.changelog.headings import VersionHeading
from bot.changelog.mentions import USUAL, Mention, find_mention
from bot.changelog.sections import Section, section_of

_MOST_SECTIONS = 5
_MOST_LINES = 400
_MOST_VERSIONS = 30
_MOST_NAMES = 200

_BULLET = re.compile(r"(?P<mark>[ ]{0,3}[-*+][ \t]{1,4})(?=\S)")
_BOLD = re.compile(r"\*\*(?P<name>[^*\n]{1,60}?):?\*\*(?P<colon>:?)[ \t]*")
_MARKS = "=-~^\"'+"
_LONGEST_LINE = 160
_SHORTEST_WRAP = 60


_THIRD = HeadingForm("### ")


class GroupForm(StrEnum):
    """How the groups of a section are set off."""

    NONE = "none"
    HEADING = "heading"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class Manner:
    """The way of one file.

    Attributes:
        markup: its language.
        newline: its line end.
        bullet: the mark of an entry with the blanks around it.
        loose: whether a blank line stands between entries.
        width: where long entries are wrapped; None when they are not.
        gap: blank lines below the heading of a version.
        apart: blank lines above the heading of a version.
        group_form: how groups are set off.
        group_heading: how the heading of a group is set.
        group_colon: what stands behind the name of a bold group.
        group_gap: blank lines below the name of a group.
        group_apart: blank lines above it.
        names: the groups the file knows, as it writes them, newest first.
        mention: how pull requests are named.
    """

    markup: Markup = Markup.MARKDOWN
    newline: str = "\n"
    bullet: str = "- "
    loose: bool = False
    width: int | None = None
    gap: int = 1
    apart: int = 1
    group_form: GroupForm = GroupForm.HEADING
    group_heading: HeadingForm = _THIRD
    group_colon: str = ""
    group_gap: int = 1
    group_apart: int = 1
    names: tuple[str, ...] = ()
    mention: Mention | None = USUAL


def observe(document: Document, versions: Iterable[VersionHeading]) -> Manner:
    """The manner of ``document``, from the newest of its released ``versions`` that list something."""
    bodies = [(version, _body(document, version)) for version in islice(versions, _MOST_VERSIONS)]
    listed = [(version, body) for version, body in bodies if _has_entries(document, body)][:_MOST_SECTIONS]
    if not listed:
        return Manner(document.markup, document.newline, group_heading=_choose_heading(document, bodies))
    lines = [_lines(document, body) for _, body in listed]
    marks = Counter(match["mark"] for one in lines for line in one if (match := _match_bullet(line)))
    bullet = marks.most_common(1)[0][0]
    groups = [_list_groups(document, body) for _, body in listed]
    form, example = _find_form(document, listed, groups)
    names = dict.fromkeys(name for _, body in bodies for name in _list_names(document, body, form))
    group_gap, group_apart = _spacing(document, example.line, example.lines) if isinstance(example, Heading) else (1, 1)
    bold = example if isinstance(example, re.Match) else None
    first, body = listed[0]
    return Manner(
        document.markup,
        document.newline,
        bullet=bullet,
        loose=_is_loose(lines),
        width=_find_width(lines),
        gap=_blanks_after(document, body.first),
        apart=_blanks_before(document, first.heading.line) or 1,
        group_form=form,
        group_heading=form_of(document, example) if isinstance(example, Heading) else _choose_heading(document, bodies),
        group_colon=bold["colon"] if bold else "",
        group_gap=group_gap,
        group_apart=group_apart if form is GroupForm.HEADING else 1,
        names=tuple(names)[:_MOST_NAMES],
        mention=find_mention([line.text for one in lines for line in one], document.markup),
    )


def _choose_heading(document: Document, bodies: list[tuple[VersionHeading, Section]]) -> HeadingForm:
    """A heading of a group in a file that has none: one level below that of the versions."""
    level = bodies[0][0].heading.level if bodies else 2
    if document.markup is Markup.MARKDOWN:
        return HeadingForm("#" * min(6, level + 1) + " ")
    # A first version is underlined with hyphens, as Keep a Changelog's second level is.
    used = {form_of(document, heading).mark for heading in document.headings} | {"-"}
    return HeadingForm(mark=next((mark for mark in _MARKS if mark not in used), _MARKS[-1]))


def _body(document: Document, version: VersionHeading) -> Section:
    return section_of(document, version.heading, after=version.dated.line + 1 if version.dated else None)


def _lines(document: Document, body: Section) -> list[Line]:
    return list(document.lines[body.first : min(body.last, body.first + _MOST_LINES)])


def _match_bullet(line: Line) -> re.Match[str] | None:
    return _BULLET.match(line.text) if line.plain else None


def _has_entries(document: Document, body: Section) -> bool:
    return any(_match_bullet(line) for line in _lines(document, body))


def _list_groups(document: Document, body: Section) -> list[Heading]:
    return [heading for heading in document.headings if body.first <= heading.line < body.last]


def _find_form(
    document: Document, listed: list[tuple[VersionHeading, Section]], groups: list[list[Heading]]
) -> tuple[GroupForm, Heading | re.Match[str] | None]:
    """How most of the newest sections set off their groups, and an example of it."""
    if sum(bool(found) for found in groups) * 2 >= len(listed):
        return GroupForm.HEADING, next(found[0] for found in groups if found)
    bold = [
        match
        for _, body in listed
        for line in _lines(document, body)
        if line.plain and (match := _BOLD.fullmatch(line.text))
    ]
    return (GroupForm.BOLD, bold[0]) if bold else (GroupForm.NONE, None)


def _list_names(document: Document, body: Section, form: GroupForm) -> list[str]:
    if form is GroupForm.HEADING:
        return [heading.text for heading in _list_groups(document, body)]
    if form is GroupForm.BOLD:
        found = (_BOLD.fullmatch(line.text) for line in _lines(document, body) if line.plain)
        return [match["name"] for match in found if match]
    return []


def _is_loose(lines: list[list[Line]]) -> bool:
    """Whether entries of one list are kept apart by blank lines, as far as one can tell."""
    apart = together = 0
    for one in lines:
        for before, line in pairwise(one):
            if _match_bullet(line):
                together += bool(before.text.strip()) and not _BOLD.fullmatch(before.text)
        blank = [index for index, line in enumerate(one[1:-1], 1) if not line.text.strip()]
        apart += sum(bool(_match_bullet(one[index + 1])) and _in_entry(one[index - 1]) for index in blank)
    return apart > together


def _in_entry(line: Line) -> bool:
    return _match_bullet(line) is not None or (line.plain and line.text.startswith("  "))


def _find_width(lines: list[list[Line]]) -> int | None:
    """Where entries are wrapped: None when long ones stand on one line, or none was long enough to tell."""
    longest, is_wrapped = 0, False
    for one in lines:
        for before, line in pairwise(one):
            longest = max(longest, len(before.text), len(line.text))
            continues = line.text.startswith(" ") and bool(line.text.strip()) and not _match_bullet(line)
            is_wrapped = is_wrapped or (continues and len(before.text) >= _SHORTEST_WRAP - 10)
    if not is_wrapped or longest > _LONGEST_LINE:
        return None
    return max(_SHORTEST_WRAP, longest)


def _spacing(document: Document, line: int, count: int) -> tuple[int, int]:
    return _blanks_after(document, line + count), _blanks_before(document, line)


def _blanks_before(document: Document, line: int) -> int:
    count = 0
    while count < min(line, 3) and not document.lines[line - count - 1].text.strip():
        count += 1
    return min(count, 2)


def _blanks_after(document: Document, line: int) -> int:
    count = 0
    while line + count < len(document.lines) and count < 2 and not document.lines[line + count].text.strip():
        count += 1
    return count

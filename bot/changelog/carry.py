"""Carrying the section of a release from one branch's changelog into another's, in the order of the versions. Pure."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from bot.changelog.document import Document, Markup
from bot.changelog.headings import VersionHeading
from bot.changelog.links import Edit, apply_edits, list_version_definitions
from bot.changelog.manner import observe
from bot.changelog.placing import insert_section
from bot.changelog.reading import ChangelogFile, read_file
from bot.changelog.sections import find_anchors, section_of


def carry(source: str, target: str, version: str, markup: Markup) -> str | None:
    """``target`` with the section of ``version`` as ``source`` has it, between the sections of its neighbours.

    Args:
        source: the changelog of the branch that was released from.
        target: that of the branch which lacks it. Nothing else in it changes.
        version: in any spelling.
        markup: the language of both.

    Returns:
        The new text; None when ``target`` has such a section, ``source`` has none, or ``target`` has no place for it.
    """
    try:
        wanted = Version(version)
    except InvalidVersion:
        return None
    have, into = read_file(source, markup), read_file(target, markup)
    heading = have.find(wanted)
    if heading is None or into.find(wanted) is not None or not into.models:
        return None
    lines = _list_lines(have.document, heading)
    place = _find_place(into, wanted)
    edits = [insert_section(into.document, place, lines, observe(into.document, into.models))]
    edits += _define(have.document, into.document, wanted)
    return apply_edits(into.document.text, edits)


def _list_lines(document: Document, heading: VersionHeading) -> list[str]:
    """The section with its heading and what names it, without the blank lines behind it."""
    first = find_anchors(document, heading.heading.line).start
    texts = [line.text for line in document.lines[first : section_of(document, heading.heading).last]]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _find_place(file: ChangelogFile, wanted: Version) -> int:
    """The line before which it goes: above the first older section, or below all of them."""
    document = file.document
    following = next(
        (one for one in file.models if (one.version > wanted) == file.is_rising and one.version != wanted), None
    )
    if following is None:
        return section_of(document, file.models[-1].heading).last
    return find_anchors(document, following.heading.line).start


def _define(source: Document, target: Document, wanted: Version) -> list[Edit]:
    """The link definition of the version, above that of the first older one, where the target defines links of versions."""
    found = next((one for version, one in list_version_definitions(source) if version == wanted), None)
    there = list_version_definitions(target)
    if found is None or not there or any(version == wanted for version, _ in there):
        return []
    line = source.lines[found.line].text
    below = next((one for version, one in there if version < wanted), None)
    if below is not None:
        start = target.lines[below.line].start
        return [Edit(start, start, line + target.newline)]
    last = target.lines[max(one.line for _, one in there)]
    broken = last.end == last.start + len(last.text)
    return [Edit(last.end, last.end, target.newline + line if broken else line + target.newline)]

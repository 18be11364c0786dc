"""Places that a release tool fills with parts of the version: ``version_info = ({major}, {minor}, "{channel}")``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import line_of
from bot.versions.formats.version_parts import Field, Filled, VersionParts, fill_template
from bot.versions.project import Form, Lookalike, Piece, Reader, Site, SiteKind
from bot.versions.tools.search import NOT_THERE, UNSUPPORTED, list_files, read_any

_LEAST_SURE = 3
"""Characters beside letters and digits that tell such a place from any other number."""

_MOST_PLACES = 20


def find_filled(
    subject: Subject, name: str, template: str, parts: VersionParts, recorded: str, kind: SiteKind
) -> Finding:
    """Every place in the files that ``name`` means where ``template`` stands, filled with the parts of the version.

    Args:
        subject: the project.
        name: a path or a glob, relative to the package.
        template: text with the names of parts in braces.
        parts: how the tool takes a version apart.
        recorded: the version as the tool has it on record.
        kind: why the places count.
    """
    finding, taken = Finding(), parts.take(recorded)
    filled = fill_template(template, taken) if taken is not None else None
    if filled is None or sum(not character.isalnum() for character in filled.text) < _LEAST_SURE:
        finding.lookalikes.append(Lookalike(name, 1, template[:80], UNSUPPORTED, name))
        return finding
    for path in list_files(subject, name):
        text = read_any(subject, path)
        if text is None or subject.version is None:
            continue
        places = list(islice(_find_whole(text.body, filled.text), _MOST_PLACES))
        finding.sites += [_site(path, at, line_of(text.body, at), filled, parts, recorded, kind) for at in places]
        if not places:
            finding.lookalikes.append(Lookalike(path, 1, template[:80], NOT_THERE, path))
    return finding


def _find_whole(body: str, text: str) -> Iterator[int]:
    """Where ``text`` stands and no letter or digit goes on before or behind one of its own."""
    at = body.find(text)
    while at >= 0:
        before, after = body[max(0, at - 1) : at + 1], body[at + len(text) - 1 : at + len(text) + 1]
        if not any(len(edge) == 2 and edge.isalnum() for edge in (before, after)):
            yield at
        at = body.find(text, at + len(text))


def _site(path: str, at: int, line: int, filled: Filled, parts: VersionParts, recorded: str, kind: SiteKind) -> Site:
    pieces = tuple(
        Piece(at + start, at + end, Form.FIELD, filled.text[start:end], field=Field(parts, name))
        for name, start, end in filled.fields
    )
    return Site(path, line, kind, recorded, (), pieces[0].start, pieces[0].end, Reader.TEXT, parts=pieces)

"""Places that a release tool fills with parts of the version: ``version_info = ({major}, {minor}, "{channel}")``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from bot.versions.backends.pattern_source import line_around
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Span, line_of
from bot.versions.formats.version_parts import Field, Filled, VersionParts, fill_template
from bot.versions.formats.version_text import begins_version, ends_version
from bot.versions.project import Form, Lookalike, Piece, Site, SiteKind
from bot.versions.tools.search import NOT_THERE, UNSUPPORTED, list_files, read_any

_LEAST_SURE = 3
"""Characters beside letters and digits that tell such a place from any other number."""

_MOST_PLACES = 200
_MOST_CHARACTERS = 20_000_000
"""That are searched for all places of a project together."""


def find_filled(
    subject: Subject,
    name: str,
    template: str,
    parts: VersionParts,
    recorded: str,
    kind: SiteKind,
    lines: str | None = None,
    excluded: Iterable[object] = (),
) -> Finding:
    """Every place in the files that ``name`` means where ``template`` stands, filled with the parts of the version.

    Args:
        subject: the project.
        name: a path or a glob, relative to the package.
        template: text with the names of parts in braces.
        parts: how the tool takes a version apart.
        recorded: the version as the tool has it on record.
        kind: why the places count.
        lines: a template that tells the lines on which every place counts; None where each does.
        excluded: globs of files that are not meant.
    """
    finding, taken = Finding(), parts.take(recorded)
    filled = fill_template(template, taken) if taken is not None else None
    on = fill_template(lines, taken) if taken is not None and lines is not None else filled
    if filled is None or on is None or sum(not character.isalnum() for character in on.text) < _LEAST_SURE:
        finding.lookalikes.append(Lookalike(name, 1, template[:80], UNSUPPORTED, name))
        return finding
    left = subject.package.checkout.once(find_filled, lambda: [_MOST_CHARACTERS])
    for path in list_files(subject, name, excluded):
        text = read_any(subject, path)
        if text is None or subject.version is None:
            continue
        left[0] -= len(text.body)
        places = _find_whole(text.body, filled.text) if lines is None else _find_on(text.body, filled.text, on.text)
        line, counted, found = 1, 0, list(islice(places, _MOST_PLACES)) if left[0] > 0 else []
        for at in found:
            line, counted = line + line_of(text.body, at, counted) - 1, at
            finding.sites.append(_site(path, at, line, filled, parts, recorded, kind))
        if not found:
            reason = NOT_THERE if left[0] > 0 else UNSUPPORTED
            finding.lookalikes.append(Lookalike(path, 1, template[:80], reason, path))
    return finding


def _find_whole(body: str, text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where ``text`` stands, and no word or version goes on before or behind it."""
    at = body.find(text, start, end)
    while at >= 0:
        after = at + len(text)
        begins = not text[0].isalnum() or begins_version(body, at)
        if begins and (not text[-1].isalnum() or ends_version(body, after)):
            yield at
        at = body.find(text, after, end)


def _find_on(body: str, text: str, lines: str) -> Iterator[int]:
    """The same on the lines that have ``lines``."""
    done = 0
    for at in _find_whole(body, lines):
        if at >= done:
            line = line_around(body, Span(at, at + len(lines)), done)
            done = line.end
            yield from _find_whole(body, text, line.start, line.end)


def _site(path: str, at: int, line: int, filled: Filled, parts: VersionParts, recorded: str, kind: SiteKind) -> Site:
    pieces = tuple(
        Piece(at + start, at + end, Form.FIELD, filled.text[start:end], field=Field(parts, name))
        for name, start, end in filled.fields
    )
    return Site(path, line, kind, recorded, (), pieces[0].start, pieces[0].end, parts=pieces, model=recorded)

"""A version that a C or C++ header of the package states in numbers: ``#define WIDGET_VERSION_MAJOR 1`` and its like.

Such a header has no word for a candidate: of any version it says the release numbers.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from contextlib import suppress

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Text, line_of
from bot.versions.layout import is_foreign
from bot.versions.project import Form, Piece, ProjectRefused, Reader, Site, SiteKind

_SUFFIXES = (".h", ".hh", ".hpp", ".hxx")
_MOST_HEADERS = 5
_DEFINED = re.compile(
    r"^[ \t]{0,20}#[ \t]{0,20}define[ \t]{1,20}(?P<prefix>[A-Za-z]\w{0,60}_)?VERSION_"
    r"(?P<part>MAJOR|MINOR|PATCH|MICRO)[ \t]{1,40}(?P<number>\d{1,9})(?![\w.])",
    re.MULTILINE,
)
_INDEXES = {"MAJOR": 0, "MINOR": 1, "PATCH": 2, "MICRO": 2}


def find_header_copies(subject: Subject) -> Finding:
    """The numbers in headers that are called after the package, or ``version``: all three of them, and no others."""
    finding, checkout = Finding(), subject.package.checkout
    for name in _list_headers(subject):
        path = checkout.resolve(name)
        text = None
        with suppress(ProjectRefused):
            text = checkout.find_text(path)
        if path is not None and text is not None and subject.version is not None:
            finding.sites += _read(subject, path, text)
    return finding


def _list_headers(subject: Subject) -> list[str]:
    own = _fold(subject.name)
    stems = {own, f"{own}version", "version"}
    names = [name for name in subject.package.checkout.relative() if name.endswith(_SUFFIXES)]
    found = (name for name in names if _fold(posixpath.splitext(posixpath.basename(name))[0]) in stems)
    return [name for name in found if not is_foreign(name)][:_MOST_HEADERS]


def _read(subject: Subject, path: str, text: Text) -> list[Site]:
    by_prefix: dict[str, list[re.Match[str]]] = defaultdict(list)
    for match in _DEFINED.finditer(text.body):
        by_prefix[match["prefix"] or ""].append(match)
    release = (*subject.version.release, 0, 0)[:3] if subject.version is not None else ()
    for prefix, found in by_prefix.items():
        said = {_INDEXES[match["part"]]: int(match["number"]) for match in found}
        is_own = not prefix or _fold(prefix) == _fold(subject.name) or len(by_prefix) == 1
        if is_own and len(found) == len(said) and tuple(said.get(index) for index in range(3)) == release:
            return [_site(path, text, match) for match in found]
    return []


def _site(path: str, text: Text, match: re.Match[str]) -> Site:
    start, end = match.span("number")
    number, key = match["number"], (f"{match['prefix'] or ''}VERSION_{match['part']}",)
    piece = Piece(start, end, Form.NUMBER, number, _INDEXES[match["part"]])
    line = line_of(text.body, start)
    return Site(path, line, SiteKind.HEADER, number, key, start, end, Reader.TEXT, Form.NUMBER, (piece,))


def _fold(name: str) -> str:
    return re.sub(r"[-_.]+", "", name).lower()

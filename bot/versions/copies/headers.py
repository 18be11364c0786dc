"""A version that a C or C++ header of the package states in numbers: ``#define WIDGET_VERSION_MAJOR 1`` and its like.

Of any version it says the release numbers, and beside them the number of the development release or of the candidate where it
has a place for that (``#define WIDGET_VERSION_DEV 5``, 0 in a final one), or level and serial number by Python's own names.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from contextlib import suppress

from packaging.version import Version

from bot.versions.copies.finding import LAGGING, Finding, Subject
from bot.versions.formats.text import Text, line_of
from bot.versions.layout import is_foreign
from bot.versions.project import Form, Lookalike, Piece, ProjectRefused, Reader, Site, SiteKind
from bot.versions.spelling import write_part

_SUFFIXES = (".h", ".hh", ".hpp", ".hxx")
_MOST_HEADERS = 5
_DEFINED = re.compile(
    r"^[ \t]{0,20}#[ \t]{0,20}define[ \t]{1,20}(?P<prefix>[A-Za-z]\w{0,60}_)?VERSION_"
    r"(?:(?P<part>MAJOR|MINOR|PATCH|MICRO|DEV|RC|(?:RELEASE_)?SERIAL)[ \t]{1,40}(?P<number>\d{1,9})"
    r"|(?P<level>(?:RELEASE_)?LEVEL)[ \t]{1,40}(?P<word>PY_RELEASE_LEVEL_(?:ALPHA|BETA|GAMMA|FINAL)))(?![\w.])",
    re.MULTILINE,
)
_LEVEL = re.compile(
    r"^[ \t]{0,20}#[ \t]{0,20}define[ \t]{1,20}(?P<prefix>[A-Za-z]\w{0,60}_)?VERSION_(?:\w{0,20}LEVEL|STAGE|STATUS)\b",
    re.MULTILINE,
)
_INDEXES = {"MAJOR": 0, "MINOR": 1, "PATCH": 2, "MICRO": 2}
_FORMS = {"DEV": Form.DEV, "RC": Form.CANDIDATE, "SERIAL": Form.SERIAL, "RELEASE_SERIAL": Form.SERIAL}


def find_header_copies(subject: Subject) -> Finding:
    """The numbers in headers that are called after the package, or ``version``, or declare it: all three, and no others."""
    finding, checkout = Finding(), subject.package.checkout
    for name in _list_headers(subject):
        path = checkout.resolve(name)
        text = None
        with suppress(ProjectRefused):
            text = checkout.find_text(path)
        if path is not None and text is not None and subject.version is not None:
            finding.add(_read(subject.name, subject.version, path, text))
    return finding


def _list_headers(subject: Subject) -> list[str]:
    own = _fold(subject.name)
    stems = {own, f"{own}version", "version"}
    names = [name for name in subject.package.checkout.relative() if name.endswith(_SUFFIXES)]
    found = (name for name in names if _fold(posixpath.splitext(posixpath.basename(name))[0]) in stems)
    listed = [name for name in found if not is_foreign(name)][:_MOST_HEADERS]
    declaring = [name for name in names if subject.package.checkout.resolve(name) == subject.declared_in]
    return [*dict.fromkeys((*declaring, *listed))]


def _read(name: str, version: Version, path: str, text: Text) -> Finding:
    by_prefix: dict[str, list[re.Match[str]]] = defaultdict(list)
    for match in _DEFINED.finditer(text.body):
        by_prefix[match["prefix"] or ""].append(match)
    release, finding = (*version.release, 0, 0)[:3], Finding()
    numbered = {prefix: [m for m in found if m["part"] in _INDEXES] for prefix, found in by_prefix.items()}
    for prefix, found in numbered.items():
        said = {_INDEXES[match["part"]]: int(match["number"]) for match in found}
        is_own = not prefix or _fold(prefix) == _fold(name) or sum(map(bool, numbered.values())) == 1
        # MICRO and PATCH may stand side by side; twice the same means that a condition chooses.
        is_plain = len(found) == len({match["part"] for match in found}) and all(
            said[_INDEXES[match["part"]]] == int(match["number"]) for match in found
        )
        if is_own and is_plain and tuple(said.get(index) for index in range(3)) == release:
            finding.sites += [_site(path, text, match) for match in found]
            finding.add(_read_markers(version, path, text, [m for m in by_prefix[prefix] if m not in found]))
            break
    return finding


def _read_markers(version: Version, path: str, text: Text, found: list[re.Match[str]]) -> Finding:
    """The numbers of a pre-release beside those of the release; one that does not say what the version says is another's."""
    finding, times = Finding(), Counter(match["part"] or match["level"] for match in found)
    leveled = Counter(match["prefix"] for match in _LEVEL.finditer(text.body))
    words = Counter(match["prefix"] for match in found if match["level"])
    for match in found:
        site = _site(path, text, match)
        # Twice means that a condition chooses. A serial number beside a level of other words is no use without that word.
        is_alone = site.form is Form.SERIAL and leveled[match["prefix"]] != words[match["prefix"]]
        is_plain = times[match["part"] or match["level"]] == 1 and not is_alone
        if is_plain and site.spelling == write_part(site.pieces[0], version):
            finding.sites.append(site)
        elif is_plain:
            finding.lookalikes.append(Lookalike(path, site.line, site.spelling, LAGGING))
    return finding


def _site(path: str, text: Text, match: re.Match[str]) -> Site:
    start, end = match.span("word" if match["level"] else "number")
    said, part = text.body[start:end], match["part"] or match["level"]
    form = Form.LEVEL if match["level"] else _FORMS.get(part, Form.NUMBER)
    piece = Piece(start, end, form, said, _INDEXES.get(part, 0))
    line, key = line_of(text.body, start), (f"{match['prefix'] or ''}VERSION_{part}",)
    return Site(path, line, SiteKind.HEADER, said, key, start, end, Reader.TEXT, form, (piece,))


def _fold(name: str) -> str:
    return re.sub(r"[-_.]+", "", name).lower()

"""Lines that are marked in the file itself: ``x-release-please-version`` and Aweigh's own ``x-aweigh-version``.

Source: https://github.com/googleapis/release-please/blob/main/docs/customizing.md#updating-arbitrary-files.
"""

from __future__ import annotations

import re

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Span, Text
from bot.versions.formats.version_text import find_versions
from bot.versions.project import Form, Piece, Site, SiteKind
from bot.versions.tools.search import list_files, read_any, text_site

_MARK = re.compile(
    r"x-(?:release-please|aweigh)-(?P<start>start-)?(?P<what>version-date|version|major|minor|patch|date|end)\b"
)
_LINE = re.compile(r"[^\n]*\n?")
_NUMBER = re.compile(r"(?<![\w.])\d{1,9}(?![\w.])")
_DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_NUMBERS = {"major": 0, "minor": 1, "patch": 2}


def find_annotated(subject: Subject, name: str) -> Finding:
    """The marked places of the files that ``name`` (a path or a glob) means."""
    finding = Finding()
    for path in list_files(subject, name):
        text = read_any(subject, path)
        if text is not None and subject.version is not None:
            for site in _sites(subject, path, text):
                finding.sites.append(site)
    return finding


def _sites(subject: Subject, path: str, text: Text) -> list[Site]:
    found: list[Site] = []
    block: str | None = None
    at = 0
    while at < len(text.body):
        line = _LINE.match(text.body, at)
        end = line.end() if line else len(text.body)
        mark = _MARK.search(text.body, at, end)
        if mark is None and block is not None:
            found += _on_line(subject, path, text, Span(at, end), block)
        elif mark is not None and (mark["start"] or mark["what"] == "end"):
            block = mark["what"] if mark["start"] else None
        elif mark is not None:
            found += _on_line(subject, path, text, Span(at, mark.start()), mark["what"])
        at = end
    return found


def _on_line(subject: Subject, path: str, text: Text, line: Span, what: str) -> list[Site]:
    if what in _NUMBERS:
        return _number(subject, path, text, line, what)
    sites: list[Site] = []
    if what in ("version", "version-date"):
        spans = find_versions(text.body, line.start, line.end)
        own = [span for span in spans if subject.says(text.body[span.start : span.end])]
        sites += [text_site(path, text, span, SiteKind.ANNOTATION) for span in own]
    if what in ("date", "version-date"):
        dates = _DATE.finditer(text.body, line.start, line.end)
        sites += [text_site(path, text, Span(*date.span()), SiteKind.RELEASE_DATE, Form.DATE) for date in dates]
    return sites


def _number(subject: Subject, path: str, text: Text, line: Span, what: str) -> list[Site]:
    version, index = subject.version, _NUMBERS[what]
    match = _NUMBER.search(text.body, line.start, line.end)
    if version is None or match is None or int(match[0]) != (*version.release, 0, 0)[index]:
        return []
    piece = Piece(match.start(), match.end(), Form.NUMBER, match[0], index)
    site = text_site(path, text, Span(*match.span()), SiteKind.ANNOTATION, Form.NUMBER)
    return [
        Site(path, site.line, site.kind, match[0], (what,), site.start, site.end, site.reader, Form.NUMBER, (piece,))
    ]

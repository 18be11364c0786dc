"""Places that the project's own settings name: ``version-files``, with a pattern, with markers, or with neither."""

from __future__ import annotations

import posixpath
from contextlib import suppress

from bot.versions.copies.documents import find_sphinx, read_document
from bot.versions.copies.finding import Finding, Subject, VersionFile
from bot.versions.project import ProjectRefused, SiteKind
from bot.versions.tools.annotations import find_annotated
from bot.versions.tools.search import MOST_ENTRIES, find_in_file, list_files

_MARK = "{version}"


def find_configured_copies(subject: Subject) -> Finding:
    """Every place that ``version-files`` means; one that does not say the version is a lookalike."""
    finding = Finding()
    for place in subject.version_files[:MOST_ENTRIES]:
        finding.add(_find(subject, place))
    return finding


def list_named(subject: Subject) -> set[str]:
    """The files that ``version-files`` names without saying where in them the version stands."""
    places = (place.path for place in subject.version_files[:MOST_ENTRIES] if place.pattern is None)
    return {path for place in places for path in list_files(subject, place)}


def _find(subject: Subject, place: VersionFile) -> Finding:
    if place.pattern is None:
        marked = find_annotated(subject, place.path)
        if marked.sites:
            return marked
    finding = Finding()
    for path in list_files(subject, place.path):
        documented = _read_document(subject, path) if place.pattern is None else None
        pattern = place.pattern or _MARK
        if documented is not None:
            finding.add(documented)
        else:
            finding.add(find_in_file(subject, path, pattern, SiteKind.VERSION_FILES, subject.spellings(), _MARK))
    return finding


def _read_document(subject: Subject, path: str) -> Finding | None:
    """What a document says that has a place for the version, where the same text may stand for something else; else None."""
    name = posixpath.relpath(path, subject.package.checkout.root)
    documented = read_document(subject, name)
    if documented is None and posixpath.basename(path) == "conf.py":
        with suppress(ProjectRefused):
            conf = find_sphinx(subject, name, is_named=True)
            documented = conf if conf.sites or conf.lookalikes else None
    return documented

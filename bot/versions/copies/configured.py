"""Places that the project's own settings name: ``version-files``, with a pattern, with markers, or with neither."""

from __future__ import annotations

import posixpath
from contextlib import suppress

from bot.versions.copies.documents import CITATION, METADATA, find_sphinx, read_document
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


def _find_documented(subject: Subject, place: VersionFile) -> Finding:
    """What a document says that has a place for the version: the same text may stand in it for something else."""
    if posixpath.basename(place.path) == "conf.py":
        with suppress(ProjectRefused):
            return find_sphinx(subject, place.path, is_named=True)
    return read_document(subject, place.path) if place.path in (CITATION, *METADATA) else Finding()


def list_named(subject: Subject) -> set[str]:
    """The files that ``version-files`` names without saying where in them the version stands."""
    places = (place.path for place in subject.version_files[:MOST_ENTRIES] if place.pattern is None)
    return {path for place in places for path in list_files(subject, place)}


def _find(subject: Subject, place: VersionFile) -> Finding:
    if place.pattern is None:
        marked = find_annotated(subject, place.path)
        if marked.sites:
            return marked
    documented = _find_documented(subject, place) if place.pattern is None else Finding()
    if documented.sites or documented.lookalikes:
        return documented
    finding = Finding()
    for path in list_files(subject, place.path):
        pattern = place.pattern or _MARK
        finding.add(find_in_file(subject, path, pattern, SiteKind.VERSION_FILES, subject.spellings(), _MARK))
    return finding

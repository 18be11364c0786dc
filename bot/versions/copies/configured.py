"""Places that the project's own settings name: ``version-files``, with a pattern, with markers, or with neither."""

from __future__ import annotations

import posixpath
from contextlib import suppress

from bot.versions.copies.documents import find_sphinx
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
    if place.pattern is None and posixpath.basename(place.path) == "conf.py":
        with suppress(ProjectRefused):
            documented = find_sphinx(subject, place.path, is_named=True)
            if documented.sites or documented.lookalikes:
                return documented
    finding = Finding()
    for path in list_files(subject, place.path):
        pattern = place.pattern or _MARK
        finding.add(find_in_file(subject, path, pattern, SiteKind.VERSION_FILES, subject.spellings(), _MARK))
    return finding

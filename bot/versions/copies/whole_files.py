"""Files that hold the version and nothing else, beside the place that declares it: ``VERSION``, ``widget/version.txt``."""

from __future__ import annotations

import posixpath
from contextlib import suppress

from bot.versions.backends.text_source import whole_file_site
from bot.versions.copies.finding import Finding, Subject
from bot.versions.layout import list_version_modules
from bot.versions.project import ProjectRefused, SiteKind

_NAMES = ("version", "version.txt", ".version")
_MOST_FILES = 5


def find_whole_file_copies(subject: Subject) -> Finding:
    """Those at the top of the package and in the folders of its modules, whose names say that they hold its version."""
    checkout, finding = subject.package.checkout, Finding()
    names = [name for called in _NAMES for name in checkout.list_called(called)]
    if not names:
        return finding
    modules = list_version_modules(checkout.relative(), subject.name, subject.packages)
    folders = {"", *map(posixpath.dirname, modules)}
    for name in [name for name in names if posixpath.dirname(name) in folders][:_MOST_FILES]:
        path = checkout.resolve(name)
        with suppress(ProjectRefused):
            sites = whole_file_site(checkout, path, SiteKind.WHOLE_FILE, strict=False) if path is not None else ()
            finding.add(subject.sort(sites))
    return finding

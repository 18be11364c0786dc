"""Files that hold the version and nothing else, beside the place that declares it: ``VERSION``, ``widget/version.txt``."""

from __future__ import annotations

import posixpath
from contextlib import suppress

from bot.versions.backends.text_source import whole_file_site
from bot.versions.copies.finding import Finding, Subject
from bot.versions.copies.pins import list_siblings
from bot.versions.project import ProjectRefused, SiteKind

_NAMES = frozenset({"version", "version.txt", ".version"})
_MOST_FILES = 5


def find_whole_file_copies(subject: Subject) -> Finding:
    """Those at the top of the package and in its own folders, whose names say that they hold its version.

    Of the only package of a repository, which lies in a folder, also those at the top of that.
    """
    checkout, finding = subject.package.checkout, Finding()
    folders = {"", *subject.packages, *(f"src/{folder}" for folder in subject.packages)}
    names = sorted(name for name in checkout.relative() if posixpath.basename(name).lower() in _NAMES)
    paths = [checkout.resolve(name) for name in names if posixpath.dirname(name) in folders]
    if checkout.root != "." and not list_siblings(subject):
        paths += sorted(path for path in checkout.listing if path.lower() in _NAMES)
    for path in paths[:_MOST_FILES]:
        with suppress(ProjectRefused):
            sites = whole_file_site(checkout, path, SiteKind.WHOLE_FILE, strict=False) if path is not None else ()
            finding.add(subject.sort(sites))
    return finding

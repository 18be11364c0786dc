"""A version that the Rust part of a package sets as its ``__version__``: ``m.add("__version__", "1.2.0")`` in src/lib.rs.

Most take it from the crate (``env!("CARGO_PKG_VERSION")``), and then nothing stands here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from bot.versions.backends.cargo import find_cargo_manifest
from bot.versions.copies.finding import Finding, Subject
from bot.versions.copies.manifests import builds_rust
from bot.versions.formats.text import line_of
from bot.versions.project import ProjectRefused, Reader, Site, SiteKind

_SET = re.compile(
    r'^[^\n"/]{0,100}"(?P<name>__version\w{0,20})"\s{0,100},\s{0,100}"v?(?P<version>\d[0-9A-Za-z.!+_-]{0,63})"',
    re.MULTILINE,
)
_MOST = 5


def find_extension_copies(subject: Subject) -> Finding:
    """The versions that the extension module says outright."""
    finding, package = Finding(), subject.package
    manifest = find_cargo_manifest(package)
    if manifest is None or not builds_rust(package):
        return finding
    path = posixpath.join(posixpath.dirname(manifest), "src", "lib.rs")
    try:
        text = package.checkout.find_text(path)
    except ProjectRefused:
        # A program may be longer than what is read here, and need not set a version at all.
        return finding
    return subject.sort(_sites(path, text.body)) if text is not None else finding


def _sites(path: str, body: str) -> Iterator[Site]:
    for match in list(_SET.finditer(body))[:_MOST]:
        start, end = match.span("version")
        yield Site(
            path, line_of(body, start), SiteKind.MODULE, match["version"], (match["name"],), start, end, Reader.TEXT
        )

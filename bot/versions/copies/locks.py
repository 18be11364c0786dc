"""The project's own entry in lock files: found by name and by the folder it is installed from.

uv.lock names the project as an editable or virtual package (https://docs.astral.sh/uv/concepts/projects/layout/), poetry.lock
and pdm.lock name siblings that are installed from a folder. All of them hold the normalised version, and none for a dynamic one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.lock_entries import list_lock_entries
from bot.versions.formats.text import decode_lock, line_of
from bot.versions.project import Form, ProjectRefused, Reader, Site, SiteKind

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


def find_lock_copies(subject: Subject) -> Finding:
    """The entries of this package in the locks of its folder and of those above it."""
    finding = Finding()
    for path in lock_paths(subject):
        content = subject.package.checkout.find(path)
        if content is None:
            continue
        try:
            body = decode_lock(path, content).body
        except ProjectRefused as refused:
            finding.pass_over(path, refused)
            continue
        finding.add(subject.sort(_entries(subject, path, body)))
    return finding


def lock_paths(subject: Subject) -> list[str]:
    """Where a lock may name this package: in its folder, and in every folder above."""
    checkout, folder = subject.package.checkout, subject.package.checkout.root
    paths: list[str] = []
    while True:
        paths += [posixpath.normpath(posixpath.join(folder, name)) for name in _LOCKS]
        if folder in (".", ""):
            return [path for path in paths if checkout.has(path)]
        folder = posixpath.dirname(folder) or "."


def _entries(subject: Subject, path: str, body: str) -> Iterator[Site]:
    form = Form.PADDED if subject.form is Form.SEMVER else Form.NORMALISED
    name, root = canonicalize_name(subject.name), subject.package.checkout.root
    for entry in list_lock_entries(body):
        if canonicalize_name(entry.name) != name or entry.span is None or entry.folder is None:
            continue
        if posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.folder)) == root:
            span, line = entry.span, line_of(body, entry.span.start)
            key = (entry.name, entry.folder)
            spelling = entry.version or ""
            yield Site(path, line, SiteKind.LOCK, spelling, key, span.start, span.end, Reader.LOCK, form)

"""Hatch: ``[tool.hatch.version]`` (https://hatch.pypa.io/latest/version/)."""

from __future__ import annotations

import posixpath

from bot.versions.backends.json_source import json_version_site
from bot.versions.backends.pattern_source import check_pattern, pattern_site
from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.project import ProjectCode, ProjectRefused, SiteKind
from bot.versions.sentences import Quoted

_NAMES = ("__version__", "VERSION", "version", "__VERSION__")
_FROM_TAG = {"vcs": "hatch-vcs"}
_TAG_SOURCES = frozenset({"vcs", "versioningit", "uv-dynamic-versioning", "git", "scm"})


def find_hatch_source(package: Package) -> Source | None:
    """What ``[tool.hatch.version]`` names; None when the table is missing.

    Raises:
        ProjectRefused: its file is missing, outside the repository or holds no literal, or its source is not known.
    """
    if not isinstance(package.value("tool", "hatch", "version"), dict):
        return None
    source = package.string("tool", "hatch", "version", "source")
    if source in _TAG_SOURCES:
        return Source(derived_by=_FROM_TAG.get(source, source))
    if source == "nodejs":
        manifest = package.string("tool", "hatch", "version", "path") or "package.json"
        return Source(json_version_site(package.checkout, package.checkout.resolve(manifest), SiteKind.PACKAGE_JSON))
    path = package.string("tool", "hatch", "version", "path")
    if path is None or source not in (None, "regex", "regex_commit", "code"):
        return None
    return _read_file(package, path, source or "regex")


def _read_file(package: Package, path: str, source: str) -> Source:
    file = package.checkout.resolve(path)
    if file is None:
        outside = ("[tool.hatch.version] path ", Quoted(path), " leads out of the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=package.path)
    pattern = package.string("tool", "hatch", "version", "pattern")
    if pattern is not None:
        check_pattern(package, pattern, SiteKind.HATCH_PATH)
    if not package.checkout.has(file):
        missing = ("[tool.hatch.version] path names ", Quoted(file), ", which is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=file)
    packages = (posixpath.dirname(file),) if posixpath.dirname(file) else ()
    if pattern is not None and pattern not in ("default", ""):
        return Source(pattern_site(package, file, pattern, SiteKind.HATCH_PATH), packages=packages)
    if not file.endswith(".py"):
        return Source(pattern_site(package, file, None, SiteKind.HATCH_PATH), packages=packages)
    expression = package.string("tool", "hatch", "version", "expression") if source == "code" else None
    names = (expression, *_NAMES) if expression and expression.isidentifier() else _NAMES
    return Source(trace_version(package.checkout, file, names, SiteKind.HATCH_PATH), packages=packages)

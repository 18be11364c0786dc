"""Tools that take a version from the newest tag. A project that uses one has no version in its files to edit."""

from __future__ import annotations

from bot.versions.backends.source import Package

_REQUIREMENTS = (
    "setuptools-scm",
    "vcs-versioning",
    "hatch-vcs",
    "uv-dynamic-versioning",
    "poetry-dynamic-versioning",
    "versioningit",
    "dunamai",
    "setuptools-git-versioning",
    "setuptools-git-version",
    "setuptools-vcs-versioning",
    "setuptools-dynamic-versioning",
    "flit-scm",
    "hatch-git-versioning",
    "versioneer",
    "pbr",
    "miniver",
    "git-versioner",
    "versionista",
)
_TABLES = (
    ("setuptools_scm", "setuptools-scm"),
    ("versioningit", "versioningit"),
    ("versioneer", "versioneer"),
    ("setuptools-git-versioning", "setuptools-git-versioning"),
    ("uv-dynamic-versioning", "uv-dynamic-versioning"),
    ("poetry-dynamic-versioning", "poetry-dynamic-versioning"),
)


def find_tag_tool(package: Package) -> str | None:
    """The tool that derives the version, by what the build requires or is configured with; None when there is none."""
    required = next((name for name in _REQUIREMENTS if name in package.requires), None)
    if required is not None:
        return required
    for table, name in _TABLES:
        if package.value("tool", table) is not None:
            return name
    if ("versioneer", "vcs") in package.setup_cfg:
        return "versioneer"
    return "pbr" if package.backend.startswith("pbr.") or ("pbr", "skip_authors") in package.setup_cfg else None

"""incremental: the call in ``_version.py`` of the package (https://github.com/twisted/incremental#readme)."""

from __future__ import annotations

import posixpath

from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.project import ProjectCode, ProjectRefused, SiteKind
from bot.versions.sentences import Quoted


def find_incremental_source(package: Package) -> Source | None:
    """What ``[tool.hatch.version] source = "incremental"`` or a table ``[tool.incremental]`` asks for; None without them.

    Raises:
        ProjectRefused: the file is missing, or what it binds is no call with plain numbers.
    """
    is_hatch = package.string("tool", "hatch", "version", "source") == "incremental"
    is_table = isinstance(package.value("tool", "incremental"), dict) and "incremental" in package.requires
    if not is_hatch and not (is_table and package.is_dynamic and package.backend.startswith("setuptools")):
        return None
    name = package.string("tool", "incremental", "name") or package.string("project", "name") or ""
    folders = (posixpath.join("src", name.lower()), name.lower())
    paths = [package.checkout.resolve("_version.py", folder) for folder in folders]
    path = next((path for path in paths if path is not None and package.checkout.has(path)), None)
    if path is None:
        missing = ("incremental reads ", Quoted(f"{folders[1]}/_version.py"), ", which is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=package.path)
    sites = trace_version(package.checkout, path, ("__version__",), SiteKind.INCREMENTAL)
    return Source(sites, packages=(posixpath.dirname(path),))

"""PDM: ``[tool.pdm.version]`` (https://backend.pdm-project.org/metadata/#dynamic-project-version)."""

from __future__ import annotations

import posixpath

from bot.versions.backends.pattern_source import pattern_site
from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.project import ProjectCode, ProjectRefused, SiteKind
from bot.versions.sentences import Quoted


def find_pdm_source(package: Package) -> Source | None:
    """What ``[tool.pdm.version]`` names; None when the table is missing or calls a function.

    Raises:
        ProjectRefused: its file is missing, outside the repository or holds no literal.
    """
    if not isinstance(package.value("tool", "pdm", "version"), dict):
        return None
    source, path = (package.string("tool", "pdm", "version", key) for key in ("source", "path"))
    # pdm-pep517, which came before, has ``from`` and ``use_scm`` instead.
    path = path or package.string("tool", "pdm", "version", "from")
    if source == "scm" or package.value("tool", "pdm", "version", "use_scm") is True:
        return Source(derived_by="pdm-backend")
    if path is None or source not in (None, "file"):
        return None
    file = package.checkout.resolve(path)
    if file is None:
        outside = ("[tool.pdm.version] path ", Quoted(path), " leads out of the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=package.path)
    if not package.checkout.has(file):
        missing = ("[tool.pdm.version] path names ", Quoted(file), ", which is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=file)
    packages = (posixpath.dirname(file),) if posixpath.dirname(file) else ()
    pattern = package.string("tool", "pdm", "version", "pattern")
    if pattern is not None or not file.endswith(".py"):
        return Source(pattern_site(package, file, pattern, SiteKind.PDM_PATH), packages=packages)
    sites = trace_version(package.checkout, file, ("__version__", "VERSION"), SiteKind.PDM_PATH)
    return Source(sites, packages=packages)

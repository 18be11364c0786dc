"""scikit-build-core: ``[tool.scikit-build.metadata.version]`` (https://scikit-build-core.readthedocs.io/en/latest/configuration/dynamic.html)."""

from __future__ import annotations

from bot.versions.backends.pattern_source import pattern_site
from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.project import ProjectCode, ProjectRefused, SiteKind
from bot.versions.sentences import Quoted

_TABLES = (("tool", "scikit-build", "metadata", "version"), ("tool", "dynamic-metadata", "version"))


def find_scikit_build_source(package: Package) -> Source | None:
    """What the provider of the version reads; None when there is none.

    Raises:
        ProjectRefused: its input is missing, outside the repository or holds no literal.
    """
    table = next((keys for keys in _TABLES if isinstance(package.value(*keys), dict)), None)
    provider = package.string(*table, "provider") if table else None
    if table is None or provider is None:
        return None
    if provider.endswith("setuptools_scm"):
        return Source(derived_by="setuptools-scm")
    given = package.string(*table, "input")
    if not provider.endswith("regex") or given is None:
        return None
    path = package.checkout.resolve(given)
    if path is None:
        outside = ("The input of the version, ", Quoted(given), ", leads out of the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=package.path)
    if not package.checkout.has(path):
        missing = ("The input of the version, ", Quoted(given), ", is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=path)
    pattern = package.string(*table, "regex")
    if pattern is None and path.endswith(".py"):
        return Source(trace_version(package.checkout, path, ("__version__", "VERSION"), SiteKind.SCIKIT_BUILD))
    pattern = pattern and pattern.replace("(?P<value>", "(?P<version>")
    return Source(pattern_site(package, path, pattern, SiteKind.SCIKIT_BUILD))

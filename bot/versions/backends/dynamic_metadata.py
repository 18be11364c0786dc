"""Providers of dynamic metadata: ``[[tool.dynamic-metadata]]``, for any backend, and ``[tool.scikit-build.metadata.version]``.

Sources: https://dynamic-metadata.readthedocs.io/en/latest/plugins.html and
https://scikit-build-core.readthedocs.io/en/latest/configuration/dynamic.html.
"""

from __future__ import annotations

from bot.versions.backends.joined_pattern import joined_site
from bot.versions.backends.pattern_source import pattern_site
from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source, string_site_span
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.text import line_of
from bot.versions.formats.toml_spans import Path
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted

_ENTRIES: Path = ("tool", "dynamic-metadata")
_TABLES: tuple[Path, ...] = (("tool", "scikit-build", "metadata", "version"), (*_ENTRIES, "version"))
_MOST_ENTRIES = 50
_FROM_TAG = {
    "setuptools_scm": "setuptools-scm",
    "vcs_versioning": "vcs-versioning",
    "setuptools_git_versioning": "setuptools-git-versioning",
}


def find_dynamic_metadata_source(package: Package) -> Source | None:
    """What the provider of the version reads; None when there is none, or one that is not known.

    Raises:
        ProjectRefused: its input is missing, outside the repository or holds no literal.
    """
    table = _find_table(package)
    if table is not None and package.value(*table, "provider-path") is not None:
        # A provider of the project's own, whatever it is called.
        return None
    provider = package.string(*table, "provider") if table else None
    if table is None or provider is None:
        return None
    tool = next((tool for part in provider.split(".") if (tool := _FROM_TAG.get(part))), None)
    if tool is not None:
        return Source(derived_by=tool)
    name = provider.rpartition(".")[2]
    if name == "static":
        return Source(_stated(package, (*table, "version")))
    given = package.string(*table, "path" if name == "from_file" else "input")
    if given is None or name not in ("regex", "ast", "from_file"):
        return None
    return Source(_read(package, table, name, _resolve(package, given)))


def _find_table(package: Package) -> Path | None:
    """The keys of the table that says where the version comes from."""
    listed = package.value(*_ENTRIES)
    entries = listed[:_MOST_ENTRIES] if isinstance(listed, list) else []
    for index, entry in enumerate(entries):
        provider = package.string(*_ENTRIES, index, "provider") or ""
        by_tag = any(part in _FROM_TAG for part in provider.split("."))
        by_name = isinstance(entry, dict) and (entry.get("field") == "version" or "version" in entry)
        if by_tag or by_name:
            return (*_ENTRIES, index)
    return next((keys for keys in _TABLES if isinstance(package.value(*keys), dict)), None)


def _resolve(package: Package, given: str) -> str:
    path = package.checkout.resolve(given)
    if path is None:
        outside = ("The input of the version, ", Quoted(given), ", leads out of the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=package.path)
    if not package.checkout.has(path):
        missing = ("The input of the version, ", Quoted(given), ", is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=path)
    return path


def _read(package: Package, table: Path, provider: str, path: str) -> tuple[Site, ...]:
    kind = SiteKind.DYNAMIC_METADATA
    if provider == "from_file":
        return whole_file_site(package.checkout, path, kind)
    if provider == "ast":
        return trace_version(package.checkout, path, (package.string(*table, "name") or "__version__",), kind)
    pattern, result = package.string(*table, "regex"), package.string(*table, "result") or "{value}"
    remove = package.string(*table, "remove") or ""
    if pattern is not None and (remove or result != "{value}"):
        return joined_site(package, path, pattern, result, remove, kind)
    if pattern is None and path.endswith(".py"):
        return trace_version(package.checkout, path, ("__version__", "VERSION"), kind)
    return pattern_site(package, path, pattern and pattern.replace("(?P<value>", "(?P<version>"), kind)


def _stated(package: Package, keys: Path) -> tuple[Site, ...]:
    """The version that stands in the table itself."""
    span, value = string_site_span(package, keys), package.string(*keys)
    if span is None or value is None or package.text is None:
        return ()
    line = line_of(package.text.body, span[0])
    return (Site(package.path, line, SiteKind.DYNAMIC_METADATA, value, keys, *span, Reader.TOML),)

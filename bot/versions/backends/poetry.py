"""poetry-version-plugin: Poetry's version is replaced by that of the package's ``__init__.py``, or by the tag, when it builds.

Source: https://github.com/tiangolo/poetry-version-plugin. It is installed into Poetry itself, so that its table alone tells
whether it is used; what ``[tool.poetry] version`` says is no more than a placeholder then.
"""

from __future__ import annotations

import posixpath

from packaging.utils import canonicalize_name

from bot.versions.backends.python_source import site_of
from bot.versions.backends.source import Package, Source
from bot.versions.formats.python_literals import Literal
from bot.versions.formats.python_values import read_values
from bot.versions.project import ProjectCode, ProjectRefused, SiteKind
from bot.versions.sentences import Quoted

NEVER_POETRY = ("setuptools", "hatchling", "flit", "pdm", "uv_build", "maturin", "mesonpy", "scikit_build_core")
"""Backends that read no table of Poetry's: where one stands all the same, it is for tools of the maintainers' own."""

PLACEHOLDERS = ("0", "0.0.0")
"""What stands where a version must be written that comes from elsewhere."""

_PLUGIN = "poetry-version-plugin"
_INIT, _TAG = "init", "git-tag"


def is_replaced(package: Package) -> bool:
    """Whether the plugin replaces what pyproject.toml says of the version; it passes over any source that it does not know."""
    if package.value("tool", "poetry") is None or package.backend.startswith(NEVER_POETRY):
        return False
    return package.string("tool", _PLUGIN, "source") in (_INIT, _TAG)


def find_plugin_source(package: Package, name: str) -> Source | None:
    """What the plugin reads; None where there is none.

    Raises:
        ProjectRefused: its file is missing, outside the repository or holds no plain string, or there are several packages.
    """
    if not is_replaced(package):
        return None
    if package.string("tool", _PLUGIN, "source") == _TAG:
        return Source(derived_by=_PLUGIN)
    checkout, named = package.checkout, posixpath.join(_find_package(package, name), "__init__.py")
    path = checkout.resolve(named)
    if path is None:
        outside = (f"The file that {_PLUGIN} reads, ", Quoted(named), ", lies outside the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=package.path)
    if not checkout.has(path):
        missing = (f"{_PLUGIN} reads ", Quoted(path), ", which is not in the repository.")
        raise ProjectRefused(ProjectCode.FILE_MISSING, *missing, path=path)
    text = checkout.find_python(path)
    if text is None:
        return Source()
    values = read_values(path, text.body, ("__version__",))
    sites = [site_of(path, SiteKind.POETRY_INIT, value) for value in values if isinstance(value, Literal)]
    if not sites:
        computed = (f"{_PLUGIN} reads ", Quoted(path), ", where no plain string is assigned to __version__.")
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, *computed, path=path)
    return Source(tuple(site for site in sites if site is not None), packages=(posixpath.dirname(path),))


def _find_package(package: Package, name: str) -> str:
    """The folder that the plugin looks into, which knows nothing of ``from`` or ``src``."""
    packages = package.value("tool", "poetry", "packages")
    if not packages:
        return canonicalize_name(name).replace("-", "_")
    include = package.string("tool", "poetry", "packages", 0, "include")
    if include is None or len(packages) != 1:
        several = f"[tool.poetry] packages does not name one package, so that {_PLUGIN} reads none."
        raise ProjectRefused(ProjectCode.DYNAMIC, several, path=package.path)
    return include

"""What a package declares about itself: its name, its folders, and the version literals in pyproject.toml.

Sources: https://packaging.python.org/specifications/pyproject-toml/ (``[project]``, ``dynamic``) and
https://python-poetry.org/docs/pyproject/.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from bot.versions.arithmetic import find_version
from bot.versions.backends.cargo import find_crate_name
from bot.versions.backends.poetry import NEVER_POETRY, PLACEHOLDERS, is_replaced
from bot.versions.backends.setup_name import find_setup_name
from bot.versions.backends.setup_py import SetupPy
from bot.versions.backends.source import Package, string_site_span
from bot.versions.formats.text import line_of
from bot.versions.formats.toml_spans import Path
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted

PYPROJECT = "pyproject.toml"

# https://packaging.python.org/specifications/name-normalization/
_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]{0,98}[A-Z0-9]", re.IGNORECASE | re.ASCII)
_HATCH_LISTS = ("packages", "include", "only-include")
_PROJECT_VERSION: Path = ("project", "version")
POETRY_VERSION: Path = ("tool", "poetry", "version")


def get_name(package: Package, setup: SetupPy | None) -> str:
    """The project's name, from pyproject.toml, the crate that is all maturin is told, setup.cfg or setup.py.

    Raises:
        ProjectRefused: there is none, or it cannot be one.
    """
    configured = package.setup_cfg.get(("metadata", "name"))
    names = (
        package.value("project", "name"),
        find_crate_name(package),
        package.value("tool", "poetry", "name"),
        configured.text if configured else None,
        find_setup_name(package, setup) if setup else None,
        package.value("tool", "flit", "metadata", "dist-name"),
        package.value("tool", "flit", "metadata", "module"),
    )
    name = next(filter(None, names), None)
    path = package.path if package.document is not None else None
    if not isinstance(name, str):
        # Who has only setup.py is not told of a file that is not there.
        where = setup.path if path is None and setup is not None else package.path
        raise ProjectRefused(ProjectCode.NO_NAME, Quoted(where), " does not name a project.", path=path)
    if not _NAME.fullmatch(name):
        raise ProjectRefused(ProjectCode.BAD_NAME, Quoted(name), " cannot be the name of a project.", path=path)
    return name


def list_static_sites(package: Package) -> tuple[Site, ...]:
    """The literals that pyproject.toml holds itself; none when the version is dynamic, or a placeholder.

    Raises:
        ProjectRefused: one is not a string, or not a plain one.
    """
    if is_replaced(package):
        return ()
    paths = ((_PROJECT_VERSION, SiteKind.PROJECT_TABLE), (POETRY_VERSION, SiteKind.POETRY_TABLE))
    holding = [(path, kind) for path, kind in paths if _holds_version(package, path)]
    if [path for path, _ in holding] == [POETRY_VERSION] and package.backend.startswith(NEVER_POETRY):
        return ()
    sites = tuple(_get_site(package, path, kind) for path, kind in holding)
    if len(sites) == 2 and package.backend and not package.backend.startswith("poetry"):
        # A table that was left behind when the project moved to another backend.
        same = find_version(sites[0].spelling) == find_version(sites[1].spelling)
        return sites if same else sites[:1]
    return sites


def list_packages(package: Package) -> list[str]:
    """Folders of the project's own that need not bear its name, as build backends let projects declare them."""
    wheel = ("tool", "hatch", "build", "targets", "wheel")
    hatch = [path.strip("/") for key in _HATCH_LISTS for path in package.strings(*wheel, key)]
    poetry = [
        posixpath.join(str(item.get("from", "")), str(item.get("include", "")))
        for item in _as_list(package.value("tool", "poetry", "packages"))
        if isinstance(item, dict)
    ]
    setuptools = [name.split(".")[0] for name in package.strings("tool", "setuptools", "packages")]
    setuptools += package.strings("tool", "setuptools", "py-modules")
    names = [
        package.string("tool", "flit", "module", "name"),
        package.string("tool", "flit", "metadata", "module"),
        *package.strings("tool", "uv", "build-backend", "module-name"),
    ]
    maturin = package.string("tool", "maturin", "module-name")
    source = package.string("tool", "maturin", "python-source")
    if maturin:
        names.append(maturin.split(".")[0])
        hatch += [posixpath.join(source, maturin.split(".")[0])] if source else []
    dotted = [name.replace(".", "/") for name in names if name]
    return [path for path in (*hatch, *poetry, *setuptools, *dotted) if path]


def _holds_version(package: Package, path: Path) -> bool:
    value = package.value(*path)
    if path == POETRY_VERSION and (
        package.value("tool", "poetry-dynamic-versioning", "enable") or value in PLACEHOLDERS
    ):
        # Such projects keep a placeholder there; the version comes from the tag.
        return value is not None and not _is_filled_from_tag(package)
    return value is not None


def _is_filled_from_tag(package: Package) -> bool:
    tools = {"poetry-dynamic-versioning", "poetry-git-version-plugin"}
    if package.value("tool", "poetry-dynamic-versioning", "enable"):
        return True
    return bool(package.requires & tools) or package.value("tool", "poetry-dynamic-versioning") is not None


def _get_site(package: Package, path: Path, kind: SiteKind) -> Site:
    value = package.value(*path)
    if not isinstance(value, str):
        raise ProjectRefused(ProjectCode.NOT_A_STRING, f"{kind} is not a string.", path=package.path)
    span = string_site_span(package, path)
    if span is None or package.text is None:
        escaped = f"{kind} is not a plain string: write it without escapes and on one line."
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, escaped, path=package.path)
    line = line_of(package.text.body, span[0])
    return Site(package.path, line, kind, value, path, *span, Reader.TOML)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

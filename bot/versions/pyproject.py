"""What pyproject.toml declares about the version: its name, the literals it holds itself, the file it points to.

Sources: https://packaging.python.org/specifications/pyproject-toml/ (``[project]``, ``dynamic``),
https://python-poetry.org/docs/pyproject/ and https://hatch.pypa.io/latest/version/.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.versions.project import ProjectCode, ProjectRefused, Site, SiteKind
from bot.versions.sentences import Quoted
from bot.versions.formats.text import Text, line_of
from bot.versions.formats.toml_spans import Path, TomlDocument, value_at

PYPROJECT = "pyproject.toml"

# https://packaging.python.org/specifications/name-normalization/
_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]{0,98}[A-Z0-9]", re.IGNORECASE | re.ASCII)
_PROJECT_VERSION: Path = ("project", "version")
_POETRY_VERSION: Path = ("tool", "poetry", "version")
_HATCH_VERSION: Path = ("tool", "hatch", "version")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What pyproject.toml says.

    Attributes:
        name: the project's name, valid.
        sites: the literals in pyproject.toml itself; empty when the version is dynamic.
        file: the Python file a dynamic version is read from; None when there is none or the package has to be searched.
        module_kind: what a ``__version__`` in the package is: a copy, or the source.
        packages: folders declared as the project's own.
    """

    name: str
    sites: tuple[Site, ...]
    file: str | None
    module_kind: SiteKind
    packages: tuple[str, ...]


def read_declaration(text: Text, document: TomlDocument) -> Declaration:
    """Read what pyproject.toml declares.

    Raises:
        ProjectRefused: no or an impossible name, no version, one that is not a string, or one from an unknown source.
    """
    name = _get_name(document.values)
    paths = ((_PROJECT_VERSION, SiteKind.PROJECT_TABLE), (_POETRY_VERSION, SiteKind.POETRY_TABLE))
    sites = tuple(
        _get_site(text, document, path, kind) for path, kind in paths if _holds_version(document.values, path)
    )
    packages = tuple(_list_packages(document.values))
    if sites:
        return Declaration(name, sites, None, SiteKind.MODULE, packages)
    if "version" not in _as_list(value_at(document.values, ("project", "dynamic"))):
        raise ProjectRefused(
            ProjectCode.NO_VERSION,
            Quoted(PYPROJECT),
            " has no version: neither [project] version nor [tool.poetry] version is set.",
            path=PYPROJECT,
        )
    backend = value_at(document.values, ("build-system", "build-backend"))
    if isinstance(backend, str) and backend.startswith("flit_core"):
        return Declaration(name, (), None, SiteKind.FLIT_MODULE, packages)
    return Declaration(name, (), _get_hatch_path(document.values), SiteKind.MODULE, packages)


def _get_name(values: Mapping[str, Any]) -> str:
    name = value_at(values, ("project", "name")) or value_at(values, ("tool", "poetry", "name"))
    if not isinstance(name, str):
        raise ProjectRefused(ProjectCode.NO_NAME, Quoted(PYPROJECT), " does not name a project.", path=PYPROJECT)
    if not _NAME.fullmatch(name):
        raise ProjectRefused(ProjectCode.BAD_NAME, Quoted(name), " cannot be the name of a project.", path=PYPROJECT)
    return name


def _holds_version(values: Mapping[str, Any], path: Path) -> bool:
    if path == _POETRY_VERSION and value_at(values, ("tool", "poetry-dynamic-versioning", "enable")):
        # Such projects keep a placeholder there; the version comes from the tag.
        return False
    return value_at(values, path) is not None


def _get_site(text: Text, document: TomlDocument, path: Path, kind: SiteKind) -> Site:
    value, span = value_at(document.values, path), document.strings.get(path)
    if not isinstance(value, str):
        raise ProjectRefused(ProjectCode.NOT_A_STRING, f"{kind} is not a string.", path=PYPROJECT)
    if span is None or text.body[span.start : span.end] != value:
        escaped = f"{kind} is not a plain string: write it without escapes and on one line."
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, escaped, path=PYPROJECT)
    return Site(PYPROJECT, line_of(text.body, span.start), kind, value, path, span.start, span.end)


def _get_hatch_path(values: Mapping[str, Any]) -> str:
    hatch = value_at(values, _HATCH_VERSION)
    path = value_at(hatch, ("path",))
    if not isinstance(path, str) or value_at(hatch, ("source",)) not in (None, "regex"):
        raise ProjectRefused(
            ProjectCode.DYNAMIC,
            "The version is dynamic, and where it comes from is not known: [project] version, [tool.poetry] version, "
            "[tool.hatch.version] path and Flit's __version__ are read.",
            path=PYPROJECT,
        )
    if value_at(hatch, ("pattern",)) is not None:
        # A stranger's regular expression can run for ever, so it is not tried.
        raise ProjectRefused(ProjectCode.DYNAMIC, "[tool.hatch.version] pattern is not supported.", path=PYPROJECT)
    inside = posixpath.normpath(path)
    if posixpath.isabs(inside) or inside.startswith("..") or len(inside) > 300:
        outside = ("[tool.hatch.version] path ", Quoted(path), " leads out of the repository.")
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, *outside, path=PYPROJECT)
    return inside


def _list_packages(values: Mapping[str, Any]) -> list[str]:
    """Folders of the project's own that need not bear its name, as Hatch, Poetry, Flit and uv let projects declare them."""
    hatch = _as_list(value_at(values, ("tool", "hatch", "build", "targets", "wheel", "packages")))
    poetry = [
        posixpath.join(str(package.get("from", "")), str(package.get("include", "")))
        for package in _as_list(value_at(values, ("tool", "poetry", "packages")))
        if isinstance(package, dict)
    ]
    modules = [value_at(values, ("tool", tool, key)) for tool, key in (("flit", "module"), ("uv", "build-backend"))]
    names = [value_at(module, ("name",)) or value_at(module, ("module-name",)) for module in modules]
    dotted = [name.replace(".", "/") for name in names if isinstance(name, str)]
    return [path for path in (*hatch, *poetry, *dotted) if isinstance(path, str) and path]


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

"""Where a project's own modules lie in a tree: beside pyproject.toml or in ``src/``, by the name of the package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from packaging.version import Version

_VERSION_MODULES = frozenset(
    {"__init__", "_version", "version", "__version__", "__about__", "_about", "about", "__pkginfo__", "package_data"}
    | {"consts", "constants", "_meta", "__meta__", "__main__", "__doc__"}
)
_FOREIGN = frozenset(
    {
        "tests",
        "test",
        "testing",
        "docs",
        "doc",
        "examples",
        "example",
        "scripts",
        "tools",
        "benchmarks",
        "benchmark",
        "bench",
    }
    | {
        "utils",
        "util",
        "ci",
        "tasks",
        "vendor",
        "demo",
        "demos",
        "samples",
        "integration",
        "build",
        "buildconfig",
        "src",
        "lib",
    }
)
_FOREIGN_FOLDERS = frozenset(
    {"tests", "test", "testing", "testdata", "docs", "doc", "examples", "example", "benchmarks", "fixtures", "vendor"}
    | {"_vendor", "third_party", "node_modules", "templates", "samples", "demo", "demos"}
)
FIRST_VERSIONS = frozenset(map(Version, ("0.0.0", "0.0.1", "0.1.0", "1.0.0")))
"""Where every package begins: that two of them say it does not mean that they go on together."""

_BASE = re.compile(r"\A(?:src|lib|python|py)/")
_SEPARATORS = re.compile(r"[-_.]+")


def list_version_modules(tree_paths: Iterable[str], project_name: str, packages: Iterable[str] = ()) -> list[str]:
    """The files in which a project may keep its ``__version__``, in the order of the tree.

    Args:
        tree_paths: all files of the commit.
        project_name: ``My-Project`` is looked for as ``my_project`` in any case, ``zope.interface`` as ``zope/interface`` too.
        packages: folders (or single modules) the project declares as its own, such as ``src/other_name``.

    Returns:
        ``__init__.py``, ``_version.py``, ``__about__.py`` and their like in the package, or the single module that is the
        project. Where no folder bears the name, the only package of the tree is taken for the project's.
    """
    paths = [path for path in tree_paths if path.endswith(".py")]
    homes = {_fold(project_name)} | {_fold(re.sub(part, "/", project_name)) for part in ("[.]", "[-]", "[-_.]")}
    homes |= {_fold(package) for package in packages}
    found = [path for path in paths if _is_version_module(path, homes)]
    if found:
        return found
    only = _only_package(paths)
    return [path for path in paths if _is_version_module(path, only)] if only else []


def is_foreign(path: str) -> bool:
    """Whether a file lies in tests, documentation, examples or vendored code, which are not what a project releases."""
    return any(folder.lower() in _FOREIGN_FOLDERS for folder in path.split("/")[:-1])


def _only_package(paths: list[str]) -> set[str]:
    """The one package of the tree, for a project that is called otherwise; none when there are several."""
    inits = {_fold(posixpath.dirname(path)) for path in paths if path.endswith("/__init__.py")}
    top = {home for home in inits if "/" not in home and home not in _FOREIGN}
    return top if len(top) == 1 else set()


def _is_version_module(path: str, homes: set[str]) -> bool:
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".py")
    # The main module of a package may be called as it is: widget/widget.py.
    if folder and (stem in _VERSION_MODULES or (folder.endswith(stem) and posixpath.basename(folder) == stem)):
        return _fold(folder) in homes
    # A single module ends as its home does; of twenty thousand files nearly none is worth folding as a whole.
    last = _SEPARATORS.sub("_", stem).lower()
    return any(home.endswith(last) for home in homes) and _fold(posixpath.join(folder, stem)) in homes


def _fold(path: str) -> str:
    """A path by which folders compare: relative to ``src/`` and its like, without case, and with one kind of separator."""
    parts = _BASE.sub("", posixpath.normpath(path)).split("/")
    return "/".join(_SEPARATORS.sub("_", part).lower() for part in parts)

"""The packages of a repository: one at its top, or several, each in a folder of its own."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bot.versions.backends.setup_py import read_setup_py
from bot.versions.backends.source import read_package
from bot.versions.checkout import Checkout
from bot.versions.formats.toml_spans import value_at
from bot.versions.layout import is_foreign
from bot.versions.project import ProjectRefused
from bot.versions.pyproject import PYPROJECT, get_name

MOST_PACKAGES = 1000
_MANIFESTS = (PYPROJECT, "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class PackagePlace:
    """A package of the repository.

    Attributes:
        name: as its metadata spells it.
        root: its folder, ``.`` for the top.
        is_member: whether a workspace at the top names it.
    """

    name: str
    root: str
    is_member: bool = False

    @property
    def normalised_name(self) -> str:
        """The name as the index addresses it (PEP 503)."""
        return canonicalize_name(self.name)


def list_manifests(tree_paths: Iterable[str]) -> list[str]:
    """The files that make a folder a package, outside tests, documentation and the like; of at most 1000 folders."""
    found: dict[str, list[str]] = {}
    for path in tree_paths:
        folder, name = posixpath.split(path)
        if name in _MANIFESTS and not is_foreign(path):
            found.setdefault(folder, []).append(path)
    folders = sorted(found, key=lambda folder: (folder.count("/") + bool(folder), folder))[:MOST_PACKAGES]
    # setup.py and setup.cfg are worth reading only where they may be all there is.
    return [
        path
        for folder in folders
        for path in sorted(found[folder])
        if path.endswith(PYPROJECT) or posixpath.join(folder, PYPROJECT) not in found[folder]
    ]


def list_packages_of(files: Mapping[str, bytes]) -> list[PackagePlace]:
    """The packages of a repository, the one at the top first.

    Args:
        files: contents by path: those of ``list_manifests``. What cannot be read, or names no project, is passed over.
    """
    members = _members(files)
    roots = dict.fromkeys(posixpath.dirname(path) or "." for path in list_manifests(files))
    found = []
    for root in roots:
        name = _find_name(files, root)
        if name is not None:
            found.append(PackagePlace(name, root, any(fnmatch.fnmatchcase(root, pattern) for pattern in members)))
    return found


def find_package(packages: Iterable[PackagePlace], name: str) -> PackagePlace | None:
    """The package that ``name`` means: its name in any spelling, or its folder."""
    packages = list(packages)
    wanted = canonicalize_name(name)
    by_name = (package for package in packages if package.normalised_name == wanted)
    by_root = (package for package in packages if package.root == name.strip("/"))
    return next(by_name, None) or next(by_root, None)


def _members(files: Mapping[str, bytes]) -> list[str]:
    try:
        found = Checkout(files, files).find_toml(PYPROJECT)
    except ProjectRefused:
        return []
    members = value_at(found[1].values, ("tool", "uv", "workspace", "members")) if found else None
    return [posixpath.normpath(member) for member in members or [] if isinstance(member, str)][:MOST_PACKAGES]


def _find_name(files: Mapping[str, bytes], root: str) -> str | None:
    paths = [posixpath.normpath(posixpath.join(root, name)) for name in _MANIFESTS]
    own = {path: files[path] for path in paths if path in files}
    try:
        package = read_package(Checkout(own, own, root))
        return get_name(package, read_setup_py(package))
    except ProjectRefused:
        return None

"""The packages of a repository: one at its top, or several, each in a folder of its own."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.versions.backends.cargo import find_cargo_manifest, is_called_as_crate
from bot.versions.backends.declared import find_source
from bot.versions.backends.setup_py import SetupPy, read_setup_py
from bot.versions.backends.source import Package, read_package
from bot.versions.checkout import Checkout
from bot.versions.formats.toml_spans import value_at
from bot.versions.layout import is_foreign
from bot.versions.places import PackagePlace
from bot.versions.project import ProjectRefused
from bot.versions.pyproject import PYPROJECT, get_name, list_packages

MOST_PACKAGES = 1000
_MANIFESTS = (PYPROJECT, "setup.py", "setup.cfg")
_PRIVATE = "Private ::"
_CRATES = b"maturin"
_MOST_COMPARED = 60


def list_manifests_in(folder: str) -> list[str]:
    """The files that would make ``folder`` a package."""
    return [posixpath.normpath(posixpath.join(folder, name)) for name in _MANIFESTS]


def list_manifests(tree_paths: Iterable[str]) -> list[str]:
    """The files that make a folder a package, outside tests, documentation and the like; of at most 1000 folders."""
    found: dict[str, list[str]] = {}
    for path in tree_paths:
        folder, name = posixpath.split(path)
        if name in _MANIFESTS and not is_foreign(path):
            found.setdefault(folder, []).append(path)
    folders = sorted(found, key=lambda folder: (folder.count("/") + bool(folder), folder))[:MOST_PACKAGES]
    # setup.py and setup.cfg are worth reading only where they may be all there is; what else they tell comes second.
    return [
        path
        for folder in folders
        for path in sorted(found[folder])
        if path.endswith(PYPROJECT) or posixpath.join(folder, PYPROJECT) not in found[folder]
    ]


def list_further_manifests(tree_paths: Iterable[str], files: Mapping[str, bytes]) -> list[str]:
    """What ``list_packages_of`` needs beside the manifests in ``files`` to know what packages are called.

    That is setup.py and setup.cfg beside a pyproject.toml that names no project, as it does where it only configures tools, and
    the crate of a package that is called as that. Mostly there are none.
    """
    paths = set(tree_paths)
    nameless = [path for path in files if posixpath.basename(path) == PYPROJECT and _is_nameless(path, files)]
    beside = (one for path in nameless[:MOST_PACKAGES] for one in list_manifests_in(posixpath.dirname(path)))
    setups = [path for path in beside if path in paths and path not in files]
    return [*setups, *_list_crate_manifests(paths, files)]


def _is_nameless(path: str, files: Mapping[str, bytes]) -> bool:
    own = {path: files[path]}
    try:
        package = read_package(Checkout(own, own, posixpath.dirname(path) or "."))
    except ProjectRefused:
        return False
    try:
        get_name(package, None)
    except ProjectRefused:
        return not is_called_as_crate(package)
    return False


def _list_crate_manifests(tree_paths: Iterable[str], files: Mapping[str, bytes]) -> list[str]:
    built = [path for path, content in files.items() if posixpath.basename(path) == PYPROJECT and _CRATES in content]
    if not built:
        return []
    checkout, found = Checkout(tree_paths, files), dict[str, None]()
    for path in built[:MOST_PACKAGES]:
        with suppress(ProjectRefused):
            package = read_package(checkout.at(posixpath.dirname(path)))
            manifest = find_cargo_manifest(package) if is_called_as_crate(package) else None
            found |= {manifest: None} if manifest is not None and manifest not in files else {}
    return list(found)


def list_version_sources(tree_paths: Iterable[str], files: Mapping[str, bytes]) -> list[str]:
    """What ``list_packages_of`` needs beside the manifests in ``files`` to tell the versions that these do not hold.

    Nobody compares the version of a package alone with another; of lock files, and of further manifests, nothing is needed.
    A version that the file imports from yet another one is not followed there.
    """
    roots = list(dict.fromkeys(posixpath.dirname(path) for path in list_manifests(files)))
    if len(roots) < 2:
        return []
    checkout, found = Checkout(tree_paths, files), dict[str, None]()
    for root in roots[:_MOST_COMPARED]:
        own = checkout.at(root)
        with suppress(ProjectRefused):
            package = read_package(own)
            setup = read_setup_py(package)
            find_source(package, get_name(package, setup), tuple(list_packages(package)), setup)
        needed = (
            path for path in own.wanted if not path.endswith(".lock") and posixpath.basename(path) not in _MANIFESTS
        )
        found |= {path: None for path in needed if path not in files}
    return list(found)


def list_packages_of(files: Mapping[str, bytes], named: Mapping[str, str] | None = None) -> list[PackagePlace]:
    """The packages of a repository, the one at the top first.

    Args:
        files: contents by path: those of ``list_manifests``, and of ``list_further_manifests`` beside them; with those of
            ``list_version_sources`` more of the packages tell their version. What cannot be read, or names no project, is
            passed over.
        named: folders by the canonical name of the package that the settings say is there.
    """
    folders = {name: posixpath.normpath(folder) for name, folder in (named or {}).items()}
    members, is_virtual = _read_workspace(files)
    roots = dict.fromkeys(posixpath.dirname(path) or "." for path in list_manifests(files))
    checkout, found = Checkout(files, files), []
    for root in (*roots, *(folder for folder in folders.values() if folder not in roots)):
        place = _find_place(checkout.at(root))
        if place is None or folders.get(place.normalised_name, root) != root:
            continue
        is_member = place.normalised_name in folders or any(fnmatch.fnmatchcase(root, one) for one in members)
        is_private = place.is_private or (root == "." and is_virtual and place.normalised_name not in folders)
        found.append(replace(place, is_member=is_member, is_private=is_private))
    return found


def _read_workspace(files: Mapping[str, bytes]) -> tuple[list[str], bool]:
    """The members that a workspace at the top names, and whether the project there is only its frame.

    A project without a build system is no package for uv: https://docs.astral.sh/uv/concepts/projects/config/#build-systems.
    """
    try:
        found = Checkout(files, files).find_toml(PYPROJECT)
    except ProjectRefused:
        return [], False
    values = found[1].values if found else {}
    workspace = value_at(values, ("tool", "uv", "workspace"))
    members = value_at(values, ("tool", "uv", "workspace", "members"))
    listed = [posixpath.normpath(one) for one in members if isinstance(one, str)] if isinstance(members, list) else []
    is_package = value_at(values, ("tool", "uv", "package"))
    is_virtual = workspace is not None and is_package is not True and "build-system" not in values
    return listed[:MOST_PACKAGES], is_virtual


def _find_place(checkout: Checkout) -> PackagePlace | None:
    own = {path: checkout.files[path] for path in list_manifests_in(checkout.root) if path in checkout.files}
    try:
        package = read_package(Checkout(own, own, checkout.root))
        if is_called_as_crate(package):
            # The crate may lie anywhere; nothing else of a package is looked for outside of its folder.
            package = replace(package, checkout=checkout)
        setup = read_setup_py(package)
        name = get_name(package, setup)
        version = _find_version(replace(package, checkout=checkout), name, setup)
        return PackagePlace(name, checkout.root, is_private=_is_private(package), version=version)
    except ProjectRefused:
        return None


def _find_version(package: Package, name: str, setup: SetupPy | None) -> str | None:
    try:
        source = find_source(package, name, tuple(list_packages(package)), setup)
    except ProjectRefused:
        return None
    return next((site.spelling for site in source.sites), None)


def _is_private(package: Package) -> bool:
    """Whether a package says that it is never published, in one of the ways there are.

    https://docs.astral.sh/uv/reference/settings/#package, https://python-poetry.org/docs/basic-usage/#operating-modes,
    The list of classifiers of the index, which refuses every one that begins with *Private*.
    """
    private = any(text.startswith(_PRIVATE) for text in package.strings("project", "classifiers"))
    unpackaged = package.value("tool", "uv", "package") is False
    return private or unpackaged or package.value("tool", "poetry", "package-mode") is False

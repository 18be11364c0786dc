"""What commits hold: the name of a commit, tree or file stands for its content for ever, so that it is read once for each job.

What takes many requests is kept beyond the job.

Nothing of it is ever executed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from posixpath import dirname, join, normpath

from bot.changelog import NO_CHANGELOG, Changelog, NoChangelog, Wish, find_book, list_wanted
from bot.github.access import Access
from bot.github.git import find_parent, list_changes
from bot.github.listing import Tree, TreeEntry
from bot.github.repositories import get_tree, read_blobs, read_files_at
from bot.publishing.files import is_workflow_path
from bot.release.hints import Hints
from bot.settings.reading import SETTINGS_PATHS, read_settings
from bot.settings.repository import RepositorySettings
from bot.versions import (
    PackagePlace,
    Project,
    ProjectCode,
    ProjectProblem,
    Quoted,
    VersionFile,
    list_further_manifests,
    list_manifests,
    list_manifests_in,
    list_packages_of,
    list_version_sources,
    may_go_together,
    most_bytes,
    read_project,
    wanted_paths,
)

_MOST_MANIFESTS = 300
"""How many files that make folders packages are read; a repository with more says in its settings where its packages lie."""

_MOST_BYTES_OF_MANIFESTS = 4 * 1024 * 1024
_MOST_ROUNDS = 6
"""A file that names the next one: configuration, module, the module it imports its version from."""

_LONGEST_TARGET = 1_000
"""Bytes of a path that a symbolic link leads to."""


_CUT_SHORT = ProjectProblem(
    ProjectCode.TOO_MANY_FILES,
    (
        "GitHub lists only a part of the repository's files, since it has so many: a place with the version could be missed.",
    ),
)
"""GitHub lists at most 100,000 files and 7 MB of names."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is read of a commit: the names of all its files, the few files that tell, and the project they make.

    ``changelog`` is the project's own. ``packages`` are those of the repository, where they were looked for.
    """

    tree: Tree
    files: Mapping[str, bytes]
    project: Project | ProjectProblem
    changelog: Changelog | NoChangelog = NO_CHANGELOG
    packages: tuple[PackagePlace, ...] = ()

    def at_release(self, released: str | None) -> Project | ProjectProblem:
        """The project where a tool takes its version from the tag: with what says in its files what was ``released`` last."""
        project = self.project
        if not isinstance(project, Project) or project.derived_by is None:
            return project
        folders = tuple(place.root for place in project.together)
        found = read_project(self.files, project.root, _list_places(self.files), folders, released)
        return replace(found, siblings=project.siblings) if isinstance(found, Project) else found


class Commits:
    """The commits of one repository; it lives no longer than the job that asks, and what it may see is what the job may."""

    def __init__(self, access: Access, hints: Hints) -> None:
        self._access, self._hints = access, hints
        self._asked: dict[str, None] = {}
        self._trees: dict[str, Tree] = {}
        self._contents: dict[tuple[str, str | None], Content] = {}
        self._blobs: dict[str, bytes] = {}
        self._earlier: dict[tuple[str, tuple[str, ...]], dict[str, bytes]] = {}
        self._changes: dict[str, frozenset[str]] = {}
        self._tags: tuple[str, ...] = ()

    def know(self, blobs: Mapping[str, bytes]) -> None:
        """Take note of files that were read elsewhere, by the names of their objects."""
        self._blobs |= blobs

    def know_tree(self, tree: Tree) -> None:
        """Take note of what a commit lists that is known from elsewhere."""
        self._trees[tree.commit] = tree
        self._hints.kept.keep_tree(self._access.repository.id, tree)

    def know_tags(self, tags: Iterable[str]) -> None:
        """Take note of the names of the newest tags: with the files they tell which packages go on together."""
        self._tags = tuple(tags)

    async def get_content(self, commit: str, package: str | None = None) -> Content:
        """What is to be read of ``commit`` for the package of this canonical name; None: the one at the top."""
        key = (commit, package)
        if key not in self._contents:
            tree = await self.get_tree_of(commit)
            self._contents[key] = await self._read_content(tree, package)
            self._hints.note_content(tree, _find_entries(tree, self._asked))
        return self._contents[key]

    async def list_packages(self, commit: str) -> tuple[PackagePlace, ...]:
        """The packages that ``commit`` has; none where GitHub does not list all of its files."""
        tree = await self.get_tree_of(commit)
        return () if tree.truncated else (await self._read_layout(tree))[1]

    def find_folders(self, commit: str) -> set[str] | None:
        """The folders of ``commit`` that may hold packages, where its files were listed already; an empty name for the top."""
        tree = self._trees.get(commit)
        return {dirname(path) for path in list_manifests(tree.paths)} if tree is not None else None

    async def read_files(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of the files ``paths`` that ``commit`` has."""
        return await self._read(await self.get_tree_of(commit), paths)

    async def read_earlier(self, commit: str, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Those of a few files that ``commit`` has, of which nothing else is to be known."""
        key = (commit, paths)
        if key not in self._earlier:
            self._earlier[key] = await read_files_at(self._access.read, paths, commit)
        return self._earlier[key]

    async def get_tree_of(self, commit: str) -> Tree:
        """The names of all files of ``commit``, as far as GitHub lists them."""
        if commit not in self._trees:
            known = self._hints.kept.find_tree(self._access.repository.id, commit)
            self.know_tree(known or await get_tree(self._access.read, commit))
        return self._trees[commit]

    async def _read_content(self, tree: Tree, package: str | None) -> Content:
        if tree.truncated:
            return Content(tree, {}, _CUT_SHORT)
        if package is None:
            others = await self._find_others(tree)
            files = await self._read_files(tree, ".", others)
            # Hostile files can take seconds to read and to decide about; other repositories must not wait for that.
            project = await asyncio.to_thread(_read_project, files, ".", others)
            return await self._with_changelog(Content(tree, files, project))
        _, packages = await self._read_layout(tree)
        place = next((place for place in packages if place.normalised_name == package), None)
        if place is None:
            return Content(tree, {}, _no_package(package), packages=packages)
        others = tuple(one.root for one in place.together)
        files = await self._read_files(tree, place.root, others)
        project = await asyncio.to_thread(_read_project, files, place.root, others)
        if isinstance(project, Project):
            siblings = tuple(other for other in packages if other != place and not other.is_private)
            project = replace(project, siblings=siblings)
        return await self._with_changelog(Content(tree, files, project, packages=packages))

    async def _with_changelog(self, content: Content) -> Content:
        """The project's own changelog: what the settings name, the one in its folder, or of a package alone that at the top.

        What several packages share tells of none which of its entries are unreleased.
        """
        project = content.project
        if not isinstance(project, Project):
            return content
        settings = read_settings(content.files)
        wish = settings.wish(project) if isinstance(settings, RepositorySettings) else Wish(root=project.root)
        content = await self._with_book(content, wish)
        alone = project.root != "." and not project.siblings
        if alone and isinstance(content.changelog, NoChangelog) and content.changelog.path is None:
            return await self._with_book(content, replace(wish, root="."))
        return content

    async def _with_book(self, content: Content, wish: Wish) -> Content:
        """The changelog that is wished for, with all the files it takes: mostly they were read with the others."""
        tree, files = content.tree, dict(content.files)
        # One news fragment of several issues is often a file and links to it.
        links = tuple(link.path for link in tree.links)
        for _ in range(_MOST_ROUNDS):
            more = await self._read_through(tree, await asyncio.to_thread(list_wanted, tree.paths, files, wish, links))
            if not more:
                break
            files |= more
        book = await asyncio.to_thread(find_book, tree.paths, files, wish, links)
        return replace(content, files=files, changelog=book)

    async def _read_layout(self, tree: Tree) -> tuple[dict[str, bytes], tuple[PackagePlace, ...]]:
        """The settings and the files that make folders packages, and the packages they make."""
        files = await self._read(tree, [*SETTINGS_PATHS, *_list_readable(tree)])
        folders = _list_folders(files)
        named = [path for folder in folders.values() for path in list_manifests_in(folder)]
        files |= await self._read(tree, [path for path in named if path not in files])
        further = await asyncio.to_thread(list_further_manifests, tree.paths, files)
        files |= await self._read(tree, _bound(tree, further))
        if may_go_together(self._tags):
            sources = await asyncio.to_thread(list_version_sources, tree.paths, files)
            files |= await self._read(tree, _bound(tree, sources))
        packages = await asyncio.to_thread(list_packages_of, files, folders)
        settings = read_settings(files)
        joined = settings.join(packages, self._tags) if isinstance(settings, RepositorySettings) else packages
        return files, tuple(joined)

    async def _find_others(self, tree: Tree) -> tuple[str, ...]:
        """The folders of the packages that go on with the one at the top; nobody is asked where no other folder is a package."""
        if {dirname(path) for path in list_manifests(tree.paths)} <= {""}:
            return ()
        # What is read next of the one at the top comes along, so that the others cost no request of their own.
        await self._read(tree, [*_list_first(tree, ".", ()), *_list_readable(tree)])
        _, packages = await self._read_layout(tree)
        top = next((place for place in packages if place.root == "."), None)
        return tuple(one.root for one in top.together) if top is not None else ()

    async def list_changes(self, sha: str) -> frozenset[str]:
        """The paths that a commit changes against its first parent."""
        if sha not in self._changes:
            self._changes[sha] = frozenset(await list_changes(self._access.read, sha))
        return self._changes[sha]

    async def find_parent(self, sha: str) -> str | None:
        """The first parent of a commit."""
        return await find_parent(self._access.read, sha)

    async def _read_files(self, tree: Tree, root: str, others: tuple[str, ...]) -> dict[str, bytes]:
        """The few files that tell: one to three requests, since some files name others that may hold the version."""
        first = _list_first(tree, root, others)
        # What is known already names its files now, so that they come along.
        known = self._find_known(_find_entries(tree, first))
        files = await self._read(tree, [*first, *await asyncio.to_thread(_list_wanted, tree, known, root, others)])
        for _ in range(_MOST_ROUNDS):
            more = await asyncio.to_thread(_list_wanted, tree, files, root, others)
            if not more:
                break
            files |= await self._read(tree, more)
        return files

    async def _read(self, tree: Tree, paths: Iterable[str]) -> dict[str, bytes]:
        entries = _find_entries(tree, paths)
        self._asked |= dict.fromkeys(entry.path for entry in entries)
        wanted = [entry for entry in entries if entry.size <= most_bytes(entry.path)]
        read = await read_blobs(self._access.read, [entry for entry in wanted if entry.sha not in self._blobs])
        self._blobs |= {entry.sha: read[entry.path] for entry in wanted if entry.path in read}
        # A file that is too large to read is there all the same: what is said about it is its size, not that it is missing.
        large = {
            entry.path: b" " * (most_bytes(entry.path) + 1) for entry in entries if entry.size > most_bytes(entry.path)
        }
        return self._find_known(wanted) | large

    async def _read_through(self, tree: Tree, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of ``paths`` that are there, and what the symbolic links among them lead to: one step, within the commit."""
        wanted = set(paths)
        links = [link for link in tree.links if link.path in wanted and link.size <= _LONGEST_TARGET]
        files = await self._read(tree, wanted)
        if not links:
            return files
        read = await read_blobs(self._access.read, [link for link in links if link.sha not in self._blobs])
        self._blobs |= {link.sha: read[link.path] for link in links if link.path in read}
        targets = {
            link.path: normpath(join(dirname(link.path), self._blobs[link.sha].decode("utf-8", "replace")))
            for link in links
        }
        content = await self._read(tree, targets.values())
        return files | {path: content[target] for path, target in targets.items() if target in content}

    def _find_known(self, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
        return {entry.path: self._blobs[entry.sha] for entry in entries if entry.sha in self._blobs}


def _list_first(tree: Tree, root: str, others: tuple[str, ...]) -> list[str]:
    """What is worth reading of a commit before anything of it is known."""
    changelogs = list_wanted(tree.paths, {}, Wish(root=root))
    workflows = filter(is_workflow_path, tree.paths)
    return [*changelogs, *workflows, *SETTINGS_PATHS, *wanted_paths(tree.paths, {}, root, together=others)]


def _list_wanted(tree: Tree, files: Mapping[str, bytes], root: str, others: tuple[str, ...]) -> list[str]:
    return wanted_paths(tree.paths, files, root, _list_places(files), others)


def _read_project(files: Mapping[str, bytes], root: str, others: tuple[str, ...]) -> Project | ProjectProblem:
    return read_project(files, root, _list_places(files), others)


def _list_folders(files: Mapping[str, bytes]) -> dict[str, str]:
    """Where the settings of the commit itself say that packages lie: that is part of its layout as well."""
    settings = read_settings(files)
    return settings.folders if isinstance(settings, RepositorySettings) else {}


def _list_readable(tree: Tree) -> list[str]:
    """The files that make folders packages, as many as are read."""
    return _bound(tree, list_manifests(tree.paths))


def _bound(tree: Tree, manifests: list[str]) -> list[str]:
    entries = _find_entries(tree, manifests[:_MOST_MANIFESTS])
    sizes = accumulate(entry.size for entry in entries)
    return [entry.path for entry, size in zip(entries, sizes, strict=True) if size <= _MOST_BYTES_OF_MANIFESTS]


def _no_package(name: str) -> ProjectProblem:
    return ProjectProblem(
        ProjectCode.NO_PACKAGE, ("There is no package ", Quoted(name), " in the repository any more.")
    )


def _list_places(files: Mapping[str, bytes]) -> tuple[VersionFile, ...]:
    """``version-files`` of the commit itself: where its versions stand is part of its layout, and authorises nothing.

    Settings that cannot be read are said where the release is decided, and name no places here.
    """
    settings = read_settings(files)
    return settings.places if isinstance(settings, RepositorySettings) else ()


def _find_entries(tree: Tree, paths: Iterable[str]) -> list[TreeEntry]:
    return [entry for path in dict.fromkeys(paths) if (entry := tree.find(path)) is not None]

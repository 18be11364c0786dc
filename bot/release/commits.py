"""What commits hold, read once for each job: the name of a commit, tree or file stands for its content for ever.

Nothing of it is ever executed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.changelog import find_changelog
from bot.github.access import Access
from bot.github.facts import Tree, TreeEntry
from bot.github.git import list_changes
from bot.github.repositories import get_tree, read_blobs
from bot.publishing.files import is_workflow_path
from bot.settings.repository import SETTINGS_PATHS, RepositorySettings, read_settings
from bot.versions import Project, ProjectCode, ProjectProblem, VersionFile, read_project, wanted_paths

_MOST_BYTES = 1024 * 1024
"""Larger files hold no version and no changelog that a person keeps; they are passed over unread."""

_MOST_BYTES_OF_LOCKS = 8 * 1024 * 1024
_MOST_ROUNDS = 4
"""A file that names the next one: configuration, module, the module it imports its version from."""


_CUT_SHORT = ProjectProblem(
    ProjectCode.TOO_MANY_FILES,
    (
        "GitHub lists only a part of the repository's files, since it has so many: a place with the version could be missed.",
    ),
)
"""GitHub lists at most 100,000 files and 7 MB of names."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is read of a commit: the names of all its files, the few files that tell, and the project they make."""

    tree: Tree
    files: Mapping[str, bytes]
    project: Project | ProjectProblem


class Commits:
    """The commits of one repository; it lives no longer than the job that asks, and what it may see is what the job may."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._contents: dict[str, Content] = {}
        self._blobs: dict[str, bytes] = {}
        self._changes: dict[str, frozenset[str]] = {}

    def know(self, blobs: Mapping[str, bytes]) -> None:
        """Take note of files that were read elsewhere, by the names of their objects."""
        self._blobs |= blobs

    async def get_content(self, commit: str) -> Content:
        """What is to be read of ``commit``."""
        if commit not in self._contents:
            tree = await get_tree(self._access.read, commit)
            if tree.truncated:
                self._contents[commit] = Content(tree, {}, _CUT_SHORT)
                return self._contents[commit]
            files = await self._read_files(tree)
            # Hostile files can take seconds to read and to decide about; other repositories must not wait for that.
            self._contents[commit] = Content(tree, files, await asyncio.to_thread(_read_project, files))
        return self._contents[commit]

    async def read_files(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of the files ``paths`` that ``commit`` has."""
        return await self._read((await self.get_content(commit)).tree, paths)

    async def list_changes(self, sha: str) -> frozenset[str]:
        """The paths that a commit changes against its first parent."""
        if sha not in self._changes:
            self._changes[sha] = frozenset(await list_changes(self._access.read, sha))
        return self._changes[sha]

    async def _read_files(self, tree: Tree) -> dict[str, bytes]:
        """The few files that tell: one to three requests, since some files name others that may hold the version."""
        changelog = find_changelog(tree.paths)
        first = [*([changelog] if changelog else []), *filter(is_workflow_path, tree.paths), *SETTINGS_PATHS]
        first += wanted_paths(tree.paths, {})
        # What is known already names its files now, so that they come along.
        known = self._find_known(_find_entries(tree, first))
        files = await self._read(tree, [*first, *await asyncio.to_thread(_list_wanted, tree, known)])
        for _ in range(_MOST_ROUNDS):
            more = await asyncio.to_thread(_list_wanted, tree, files)
            if not more:
                break
            files |= await self._read(tree, more)
        return files

    async def _read(self, tree: Tree, paths: Iterable[str]) -> dict[str, bytes]:
        entries = _find_entries(tree, paths)
        wanted = [entry for entry in entries if entry.size <= _most_bytes(entry.path)]
        read = await read_blobs(self._access.read, [entry for entry in wanted if entry.sha not in self._blobs])
        self._blobs |= {entry.sha: read[entry.path] for entry in wanted if entry.path in read}
        # A file that is too large to read is there all the same: what is said about it is its size, not that it is missing.
        large = {entry.path: b" " * _MOST_BYTES for entry in entries if entry.size > _most_bytes(entry.path)}
        return self._find_known(wanted) | large

    def _find_known(self, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
        return {entry.path: self._blobs[entry.sha] for entry in entries if entry.sha in self._blobs}


def _list_wanted(tree: Tree, files: Mapping[str, bytes]) -> list[str]:
    return wanted_paths(tree.paths, files, version_files=_list_places(files))


def _read_project(files: Mapping[str, bytes]) -> Project | ProjectProblem:
    return read_project(files, version_files=_list_places(files))


def _list_places(files: Mapping[str, bytes]) -> tuple[VersionFile, ...]:
    """``version-files`` of the commit itself: where its versions stand is part of its layout, and authorises nothing.

    Settings that cannot be read are said where the release is decided, and name no places here.
    """
    settings = read_settings(files)
    return settings.places if isinstance(settings, RepositorySettings) else ()


def _find_entries(tree: Tree, paths: Iterable[str]) -> list[TreeEntry]:
    return [entry for path in dict.fromkeys(paths) if (entry := tree.find(path)) is not None]


def _most_bytes(path: str) -> int:
    return _MOST_BYTES_OF_LOCKS if path.endswith(".lock") else _MOST_BYTES

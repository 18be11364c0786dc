"""What commits hold, read once for each job: the name of a commit, tree or file stands for its content for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.github.access import Access
from bot.github.facts import Tree, TreeEntry
from bot.github.git import list_changes
from bot.github.repositories import get_tree, read_blobs


class Commits:
    """The commits of one repository; it lives no longer than the job that asks, and what it may see is what the job may."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._trees: dict[str, Tree] = {}
        self._blobs: dict[str, bytes] = {}
        self._changes: dict[str, frozenset[str]] = {}

    async def get_tree(self, commit: str) -> Tree:
        """Every file of ``commit``."""
        if commit not in self._trees:
            self._trees[commit] = await get_tree(self._access.read, commit)
        return self._trees[commit]

    async def read(self, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
        """The content of ``entries`` by path, in one request where they are text and some are not known yet."""
        wanted = list(entries)
        read = await read_blobs(self._access.read, [entry for entry in wanted if entry.sha not in self._blobs])
        self._blobs |= {entry.sha: read[entry.path] for entry in wanted if entry.path in read}
        return self.find_known(wanted)

    def find_known(self, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
        """The content of those ``entries`` that were read before."""
        return {entry.path: self._blobs[entry.sha] for entry in entries if entry.sha in self._blobs}

    def know(self, blobs: Mapping[str, bytes]) -> None:
        """Take note of files that were read elsewhere, by the names of their objects."""
        self._blobs |= blobs

    async def list_changes(self, sha: str) -> frozenset[str]:
        """The paths that a commit changes against its first parent."""
        if sha not in self._changes:
            self._changes[sha] = frozenset(await list_changes(self._access.read, sha))
        return self._changes[sha]

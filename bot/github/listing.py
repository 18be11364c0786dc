"""What a commit lists: its files by name, without what is in them. Pure facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

_PLAIN: Final = "100644"
"""The mode of a file that nobody runs."""

LINK_MODE: Final = "120000"
"""The mode of a symbolic link, whose content is the path that it leads to."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One blob of a recursive tree listing."""

    path: str
    sha: str
    mode: str
    size: int

    @classmethod
    def of(cls, path: str, content: bytes, mode: str) -> TreeEntry:
        """The entry of a file with this content."""
        return cls(path, name_blob(content), mode, len(content))


def name_blob(content: bytes) -> str:
    """The name git gives a file with this content (``git hash-object``)."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a commit; ``truncated`` says GitHub left some out.

    ``sha`` is the name of its tree, or the commit's own where REST listed it by that
    (https://github.com/cscheid/rgithub/issues/43): another tree may be made on either. ``links`` are the symbolic links, which
    are no files: a release edits none of them, and takes one away where it stands for a news fragment.
    """

    commit: str
    sha: str
    entries: tuple[TreeEntry, ...]
    truncated: bool = False
    links: tuple[TreeEntry, ...] = ()

    @classmethod
    def of(cls, commit: str, sha: str, blobs: Iterable[TreeEntry], *, truncated: bool = False) -> Tree:
        """The listing with these ``blobs``, files and links as GitHub gives them."""
        blobs = tuple(blobs)
        links = tuple(blob for blob in blobs if blob.mode == LINK_MODE)
        return cls(commit, sha, tuple(blob for blob in blobs if blob.mode != LINK_MODE), truncated, links)

    def find(self, path: str) -> TreeEntry | None:
        """The blob at ``path``."""
        return next((entry for entry in self.entries if entry.path == path), None)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, in the order GitHub gave them."""
        return tuple(entry.path for entry in self.entries)

    def find_modes(self, paths: Iterable[str]) -> dict[str, str]:
        """The modes that files at these ``paths`` have, or will have where there is none yet."""
        modes = {entry.path: entry.mode for entry in self.entries}
        return {path: modes.get(path, _PLAIN) for path in paths}

    def with_files(self, commit: str, sha: str, files: Mapping[str, bytes | None]) -> Tree:
        """What another ``commit`` lists, whose tree is ``sha``: these ``files`` replaced, and deleted where they are None."""
        kept = [entry for entry in self.entries if entry.path not in files]
        modes = self.find_modes(files)
        made = [TreeEntry.of(path, new, modes[path]) for path, new in files.items() if new is not None]
        # As git orders them; which of two files is found first must not depend on who made the list.
        entries = sorted((*kept, *made), key=lambda entry: entry.path.encode("utf-8", "surrogatepass"))
        links = tuple(link for link in self.links if link.path not in files)
        return replace(self, commit=commit, sha=sha, entries=tuple(entries), links=links)

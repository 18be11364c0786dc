"""What is known of a commit: the names of all its files, and the contents of those read so far."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from bot.versions.formats.text import Text, decode_python, decode_text, decode_toml
from bot.versions.formats.toml_spans import TomlDocument, TomlError, read_toml
from bot.versions.project import ProjectCode, ProjectRefused
from bot.versions.sentences import Quoted

MOST_WANTED = 60
"""Files of one package that are read in one round; a project needs a handful."""

_LONGEST_PATH = 300
_Made = TypeVar("_Made")


class Checkout:
    """A commit as far as it is known.

    Looking for a file whose content is not known yet notes it in ``wanted`` and finds nothing, so that one and the same
    search says first what it needs and then what it found. ``asked`` has all that were looked for, known or not.

    Args:
        paths: every file of the commit (blobs only: no links, no submodules).
        files: contents by path.
        root: folder of the package; paths given to the methods are relative to it.
    """

    def __init__(self, paths: Iterable[str], files: Mapping[str, bytes], root: str = ".") -> None:
        self.listing = tuple(paths)
        self.paths = frozenset(self.listing)
        self.files = files
        self.root = posixpath.normpath(root or ".")
        self.wanted: dict[str, None] = {}
        self.asked: set[str] = set()
        self._toml: dict[str, tuple[Text, TomlDocument]] = {}
        self._made: dict[object, Any] = {}

    def at(self, root: str) -> Checkout:
        """The same commit for the package in the folder ``root``, with nothing read yet."""
        other = Checkout((), self.files, root)
        other.listing, other.paths = self.listing, self.paths
        return other

    def resolve(self, path: str, folder: str = ".") -> str | None:
        """``path`` (relative to ``folder`` of the package) as a path of the repository, None when it leads out of it."""
        inside = posixpath.normpath(posixpath.join(self.root, folder, path))
        if posixpath.isabs(inside) or inside.split("/")[0] == ".." or len(inside) > _LONGEST_PATH or "\0" in inside:
            return None
        return inside

    def has(self, path: str | None) -> bool:
        """Whether the commit has a file at ``path`` of the repository."""
        return path is not None and path in self.paths

    def find(self, path: str | None) -> bytes | None:
        """The content at ``path`` of the repository, None when there is none or it is not known yet."""
        if path is None or path not in self.paths:
            return None
        self.asked.add(path)
        content = self.files.get(path)
        if content is None and len(self.wanted) < MOST_WANTED:
            self.wanted[path] = None
        return content

    def find_text(self, path: str | None) -> Text | None:
        """The text at ``path`` of the repository in UTF-8.

        Raises:
            ProjectRefused: it is too big or not UTF-8.
        """
        content = self.find(path)
        return None if content is None or path is None else decode_text(path, content)

    def find_python(self, path: str | None) -> Text | None:
        """The text of the Python file at ``path`` of the repository.

        Raises:
            ProjectRefused: it is too big, or not in the encoding it declares.
        """
        content = self.find(path)
        return None if content is None or path is None else decode_python(path, content)

    def find_any(self, path: str | None) -> Text | None:
        """The text at ``path`` of the repository, that of a Python file in the encoding it declares.

        Raises:
            ProjectRefused: it is too big, or not in its encoding.
        """
        return self.find_python(path) if path is not None and path.endswith(".py") else self.find_text(path)

    def find_toml(self, path: str | None) -> tuple[Text, TomlDocument] | None:
        """The TOML file at ``path`` of the repository.

        Raises:
            ProjectRefused: it is too big, not UTF-8 or not TOML.
        """
        content = self.find(path)
        if content is None or path is None:
            return None
        if path not in self._toml:
            text = decode_toml(path, content)
            try:
                self._toml[path] = text, read_toml(text.body)
            except TomlError as problem:
                wrong = (Quoted(path), " is not TOML: ", Quoted(str(problem)), ".")
                raise ProjectRefused(ProjectCode.NOT_TOML, *wrong, path=path) from None
        return self._toml[path]

    def once(self, key: object, make: Callable[[], _Made]) -> _Made:
        """What ``make`` makes of the commit, which several ask for and one search is dear enough for."""
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made

    def under(self, folder: str) -> list[str]:
        """The files below ``folder`` of the repository, ``.`` for all, in a fixed order."""
        prefix = "" if folder == "." else folder + "/"
        return [path for path in self.listing if path.startswith(prefix)]

    def relative(self) -> list[str]:
        """The package's own files, relative to its folder, in the order of the listing."""
        prefix = "" if self.root == "." else self.root + "/"
        return [path[len(prefix) :] for path in self.listing if path.startswith(prefix)]

    def list_called(self, name: str) -> list[str]:
        """Those of the package's own files that are called ``name``, in any letters, sorted."""
        return self.once("by name", self._sort_by_name).get(name.lower(), [])

    def _sort_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.relative():
            found.setdefault(path.rpartition("/")[2].lower(), []).append(path)
        return {name: sorted(paths) for name, paths in found.items()}

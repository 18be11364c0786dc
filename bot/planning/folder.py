"""A checkout on this machine: its files as GitHub would list them, its tags and its branch.

Nothing of the repository is executed: git lists what it tracks, with its hooks and monitors off. Links are not written
through; those to files of the checkout may stand for news fragments, and are told apart.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath

from bot.changelog import FileChange
from bot.versions import FileEdit, most_bytes

_MOST_FILES = 200_000
_SECONDS = 30
_PLAIN_FILES = ("100644", "100755")
_LINK = "120000"
_MOST_LINKS = 1_000
_NOT_OURS = frozenset({".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox"})
_REMOTE = re.compile(
    r"(?:https://(?:[^@/]*@)?|(?:ssh://)?git@)(?P<host>[\w.-]+)(?::\d+/|[:/])(?P<path>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat")


class FolderError(Exception):
    """The checkout cannot be read or written; its text is one sentence for a person."""


class Folder:
    """The checkout at ``top``.

    Raises:
        FolderError: there is no such folder.
    """

    def __init__(self, top: Path) -> None:
        self.top = top.resolve()
        if not self.top.is_dir():
            raise FolderError(f"{top} is not a folder")

    def list_files(self) -> list[str]:
        """The tracked files, or all there are where git tracks nothing; no links, nothing inside submodules."""
        if self._modes:
            found = {path for path, mode in self._modes.items() if mode in _PLAIN_FILES}
            return sorted(found - set(self._git("ls-files", "--deleted", "-z").split("\0")))[:_MOST_FILES]
        return sorted(self._walk())[:_MOST_FILES]

    @cached_property
    def _modes(self) -> dict[str, str]:
        """The modes of all that git tracks; nothing without git."""
        entries = (entry.partition("\t") for entry in self._git("ls-files", "--stage", "-z").split("\0") if entry)
        return {path: about.split(" ")[0] for about, _, path in entries}

    @cached_property
    def _tracked(self) -> frozenset[str]:
        return frozenset(self.list_files())

    def list_links(self) -> list[str]:
        """The tracked symbolic links to files within the checkout; none without git."""
        found = sorted(path for path, mode in self._modes.items() if mode == _LINK)
        return [path for path in found[:_MOST_LINKS] if self._find_target(path) is not None]

    def read(self, paths: Iterable[str], *, through_links: bool = False) -> dict[str, bytes]:
        """The contents of ``paths``. A file that is too large counts as blank, as it does for the bot: it is there."""
        found: dict[str, bytes] = {}
        for path in paths:
            place = self._find(path) or (self._find_target(path) if through_links else None)
            if place is None:
                continue
            most = most_bytes(path)
            try:
                found[path] = place.read_bytes() if place.stat().st_size <= most else b" " * (most + 1)
            except OSError as error:
                raise FolderError(f"{path} cannot be read: {os.strerror(error.errno or 0)}") from error
        return found

    def list_tags(self) -> list[str]:
        """The names of the tags, the newest first."""
        listed = self._git("for-each-ref", "--sort=-creatordate", "--format=%(refname:strip=2)", "refs/tags")
        return listed.splitlines()

    def find_branch(self) -> str | None:
        """The branch that is checked out; None for a detached head, or without git."""
        return self._git("symbolic-ref", "--quiet", "--short", "HEAD").strip() or None

    def find_web_url(self) -> str | None:
        """The page of the repository that ``origin`` points to, for links in a changelog; None when nothing tells."""
        match = _REMOTE.fullmatch(self._git("config", "--get", "remote.origin.url").strip())
        return f"https://{match['host']}/{match['path']}" if match else None

    def write(self, edits: Iterable[FileEdit | FileChange]) -> None:
        """Write all of ``edits``, each file in one stroke, after making sure that every one is still as it was read.

        Raises:
            FolderError: one has changed meanwhile, or cannot be written.
        """
        edits = list(edits)
        places = [(edit, self._place(edit)) for edit in edits]
        for edit, place in places:
            if place is None or _read_or_none(place) != edit.old:
                raise FolderError(f"{edit.path} has changed meanwhile; nothing was written")
        for edit, place in places:
            if place is not None:
                _replace(place, edit)

    def _place(self, edit: FileEdit | FileChange) -> Path | None:
        """Where a file is, or where one that is made goes; None when it is reached through a link, or is something else."""
        if edit.old is not None:
            is_link = edit.new is None and self._find_target(edit.path) is not None
            return self.top / edit.path if is_link else self._find(edit.path)
        place = self.top.joinpath(*PurePosixPath(edit.path).parts)
        inside = _resolve(place) == place and place.is_relative_to(self.top)
        return place if inside and not place.exists() else None

    def _find(self, path: str) -> Path | None:
        """The file at ``path``, None when it is missing, a link, or reached through one."""
        place = self.top.joinpath(*PurePosixPath(path).parts)
        inside = _resolve(place) == place and place.is_relative_to(self.top)
        return place if inside and place.is_file() else None

    def _find_target(self, path: str) -> Path | None:
        """The tracked file that the link at ``path`` leads to, in one step; None when it leads elsewhere or is no link.

        What is not tracked is nobody's to publish: ``../.env`` beside a fragment, say.
        """
        place = self.top.joinpath(*PurePosixPath(path).parts)
        if not place.is_symlink() or _resolve(place.parent) != place.parent:
            return None
        read = place.readlink()
        target = Path(os.path.normpath(place.parent / read))
        if (
            read.is_absolute()
            or not target.is_relative_to(self.top)
            or _resolve(target) != target
            or not target.is_file()
        ):
            return None
        return target if target.relative_to(self.top).as_posix() in self._tracked else None

    def _walk(self) -> Iterable[str]:
        for folder, folders, names in os.walk(self.top):
            folders[:] = [name for name in folders if name not in _NOT_OURS and not Path(folder, name).is_symlink()]
            for name in names:
                place = Path(folder, name)
                if not place.is_symlink() and place.is_file():
                    yield place.relative_to(self.top).as_posix()

    def _git(self, *words: str) -> str:
        # A repository further up is none of this folder: its tags would be those of something else.
        if not (self.top / ".git").exists():
            return ""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = [*_GIT, "-C", str(self.top), *words]
        try:
            # Every word of the command is ours.
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS, env=environment)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""


def _resolve(place: Path) -> Path:
    """Where ``place`` leads to; links in a circle are no error, as ``Path.resolve`` has them before Python 3.13."""
    return Path(os.path.realpath(place))


def _read_or_none(place: Path) -> bytes | None:
    return place.read_bytes() if place.exists() else None


def _replace(place: Path, edit: FileEdit | FileChange) -> None:
    try:
        if edit.new is None:
            place.unlink()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".aweigh-", delete=False) as written:
            written.write(edit.new)
        new = Path(written.name)
        new.chmod(place.stat().st_mode & 0o7777 if place.exists() else 0o644)
        new.replace(place)
    except OSError as error:
        raise FolderError(f"{edit.path} cannot be written: {os.strerror(error.errno or 0)}") from error

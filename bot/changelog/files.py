"""Which file of a project is its changelog."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from bot.changelog.book import Changelog, NoChangelog

MOST_BYTES = 1024 * 1024
"""Twenty years of a busy project fit in a third of this."""

MOST_LINES = 100_000
"""A file that is nothing but lines would take seconds to read, time and again."""

_NAMES = ("changelog", "changes", "history", "news", "release_notes", "releases")
_FURTHER_NAMES = (
    "release", "changelogs", "change_log", "releasenotes", "version_history", "versionhistory", "release_history", "whats_new", "whatsnew",
)  # fmt: skip
_ENDINGS = (".md", ".markdown", ".rst", ".txt", "")
_FOLDERS = ("", "docs", "doc", "docs/source", "doc/source")
_MANUALS = ("docs", "doc", "documentation", "website", "site")
_INNER = frozenset(
    {"source", "src", "content", "docs", "en", "about", "community", "project", "misc", "release", "releases"}
)
"""Folders of a manual that hold what is said about the project itself."""

_PAGE = "index"
_BEGINNINGS = frozenset(name[:4] for name in (*_NAMES, *_FURTHER_NAMES, _PAGE))
_MOST_DEEP = 3


def list_changelogs(tree_paths: Iterable[str], root: str = ".") -> list[str]:
    """The files that may be the project's changelog, the likeliest first: by name in any case, at the top before ``docs/``.

    ``root`` is the folder of a package, whose own changelog is wanted; ``.`` for the top of the repository.
    """
    before = "" if root == "." else root + "/"
    own = (path for path in tree_paths if path.startswith(before))
    ranked = ((rank, path) for path in own if (rank := _find_rank(path.removeprefix(before))) is not None)
    return [path for _, path in sorted(ranked)]


def is_usual(path: str, root: str = ".") -> bool:
    """Whether a file of this name at this place is a changelog even where no version stands in it yet.

    Elsewhere only its headings tell: deeper in a manual (``docs/about/release-notes.md``), without an ending (``NEWS``), or
    called otherwise (``docs/whats-new.md``).
    """
    inner = path if root == "." else path.removeprefix(root + "/")
    folder, name = posixpath.split(inner.lower())
    stem, ending = posixpath.splitext(name)
    return folder in _FOLDERS and ending != "" and _plain(stem) in _NAMES


def _find_rank(path: str) -> tuple[int, int, int, int] | None:
    if path.rpartition("/")[2][:4].lower() not in _BEGINNINGS:
        # Of twenty thousand files nearly none is worth looking at.
        return None
    folder, name = posixpath.split(path.lower())
    stem, ending = posixpath.splitext(name)
    if stem == _PAGE:
        # The first page of a folder is called after the folder: ``docs/changelog/index.md``.
        folder, stem = posixpath.split(folder)
    names = (*_NAMES, *_FURTHER_NAMES)
    if _plain(stem) not in names or ending not in _ENDINGS:
        return None
    depth = folder.count("/") + 1
    if folder in _FOLDERS:
        place = _FOLDERS.index(folder)
    elif folder.split("/")[0] in _MANUALS and depth <= _MOST_DEEP and _INNER.issuperset(folder.split("/")[1:]):
        place = len(_FOLDERS) + depth
    else:
        return None
    return int(not is_usual(path)), place, names.index(_plain(stem)), _ENDINGS.index(ending)


def _plain(stem: str) -> str:
    return re.sub(r"[- .]", "_", stem.replace("'", ""))


def read_changelog(path: str | None, content: bytes | None) -> Changelog | NoChangelog:
    """The changelog at ``path``; a file that is no text, or too big to be one, counts as none, with the reason."""
    if path is None or content is None:
        return NoChangelog()
    if len(content) > MOST_BYTES:
        return NoChangelog(path, f"is larger than {MOST_BYTES // 1024} kB")
    if content.count(b"\n") + content.count(b"\r") > MOST_LINES:
        return NoChangelog(path, f"has more than {MOST_LINES:,} lines")
    try:
        return Changelog(path, content.decode("utf-8"))
    except UnicodeDecodeError:
        return NoChangelog(path, "is not UTF-8 text")

"""Which file of a project is its changelog."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from bot.changelog.book import Changelog, NoChangelog

MOST_BYTES = 1024 * 1024
"""Twenty years of a busy project fit in a third of this."""

MOST_LINES = 100_000
"""A file that is nothing but lines would take seconds to read, time and again."""

_NAMES = ("changelog", "changes", "history", "news", "release_notes", "releases")
_ENDINGS = (".md", ".markdown", ".rst", ".txt")
_FOLDERS = ("", "docs", "doc", "docs/source", "doc/source")


def find_changelog(tree_paths: Iterable[str], root: str = ".") -> str | None:
    """The project's changelog among the files of a commit: by its name in any case, at the top before ``docs/``.

    ``root`` is the folder of a package, whose own changelog is wanted; ``.`` for the top of the repository.
    """
    return next(iter(list_changelogs(tree_paths, root)), None)


def list_changelogs(tree_paths: Iterable[str], root: str = ".") -> list[str]:
    """The files that may be the project's changelog, the likeliest first."""
    before = "" if root == "." else root + "/"
    own = (path for path in tree_paths if path.startswith(before))
    ranked = ((rank, path) for path in own if (rank := _find_rank(path.removeprefix(before))) is not None)
    return [path for _, path in sorted(ranked)]


def _find_rank(path: str) -> tuple[int, int, int] | None:
    folder, name = posixpath.split(path)
    stem, ending = posixpath.splitext(name.lower())
    stem = stem.replace("-", "_")
    if folder.lower() not in _FOLDERS or stem not in _NAMES or ending not in _ENDINGS:
        return None
    return _FOLDERS.index(folder.lower()), _NAMES.index(stem), _ENDINGS.index(ending)


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

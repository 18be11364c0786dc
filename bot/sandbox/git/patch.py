"""The text difference of one file, as GitHub shows it under ``patch``."""

import difflib
from dataclasses import dataclass

from bot.sandbox.git.objects import Entry, FileChange
from bot.sandbox.git.store import GitStore


@dataclass(frozen=True, slots=True)
class Patch:
    """The counted and the written-out difference of a file; ``text`` is None for binary files."""

    additions: int
    deletions: int
    text: str | None


def render_patch(store: GitStore, change: FileChange) -> Patch:
    """The difference a change makes to one file's lines, without git's header lines."""
    old, new = _lines(store, change.old), _lines(store, change.new)
    if old is None or new is None:
        return Patch(0, 0, None)
    lines = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    additions = sum(1 for line in lines if line.startswith("+"))
    deletions = sum(1 for line in lines if line.startswith("-"))
    return Patch(additions, deletions, "\n".join(lines))


def _lines(store: GitStore, entry: Entry | None) -> list[str] | None:
    if entry is None:
        return []
    if entry.kind != "blob":
        return None
    content = store.blob(entry.sha)
    if b"\0" in content:
        return None
    return content.decode(errors="replace").splitlines()

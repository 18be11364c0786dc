"""What the notes of a release say: the text that somebody set, else the changelog's section of the version. Pure.

Whoever set it wrote it below a command in the thread; our check run remembers which comment that was. A comment that was
edited since is nobody's word any more, since whoever may write can edit that of others.
"""

from __future__ import annotations

from bot.changelog import Changelog
from bot.changelog import find_notes as find_written
from bot.conversation.grammar import find_below
from bot.release.propose_tag import write_notes
from bot.release.snapshot import Snapshot
from bot.versions import same_version


def find_notes(snapshot: Snapshot, version: str) -> str | None:
    """The text for the notes of ``version``, None when there is none."""
    section = write_notes(snapshot, version) if snapshot.is_tag_only else _find_section(snapshot, version)
    return find_set_notes(snapshot) or section


def find_set_notes(snapshot: Snapshot) -> str | None:
    """The text that somebody set, as long as it stands as it was written."""
    comment = snapshot.notes
    return (find_below(comment.body) or None) if comment is not None and comment.edited_at is None else None


def _find_section(snapshot: Snapshot, version: str) -> str | None:
    changelog = snapshot.candidate.changelog if snapshot.candidate else None
    if not isinstance(changelog, Changelog):
        return None
    written = find_written(changelog, version)
    if written is None and snapshot.record is not None and same_version(snapshot.record.version, version):
        # A file of its own for each release is called as the release was, even where the files spell the version otherwise.
        written = find_written(changelog, snapshot.record.version)
    return written

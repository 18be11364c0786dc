"""What is next once the run has succeeded: the index must show what was uploaded, and say where it comes from. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.github.facts import RunFacts
from bot.release.snapshot import Snapshot, Unreachable
from bot.release.steps import AwaitIndex

FILES_MUST_SHOW_WITHIN = timedelta(minutes=15)
"""The index' edge cache is purged within seconds on a good day; after this long we look less often and say so."""

FILES_GIVEN_UP_AFTER = timedelta(days=1)
"""After this long the release is announced with the files that are there, and those that are not are named.

PyPI's edge shows a new file within hours on a bad day (warehouse #15543, #11512): a day is ample. Which files there are to be is read
in the log of the job, and anything in there can look like an upload; a release must not stay unfinished over that.
"""

_BRIEFLY, _LONGEST, _HOURLY = timedelta(seconds=3), timedelta(minutes=1), timedelta(hours=1)


def await_index(snapshot: Snapshot, ours: RunFacts, version: str) -> AwaitIndex | None:
    """What the index is waited for; None once there is nothing more to wait for."""
    published, waited = snapshot.published, snapshot.at - ours.run.updated_at
    overdue = waited > FILES_MUST_SHOW_WITHIN
    late, pause = waited if overdue else None, _pause(waited)
    if published is None or isinstance(published.files, Unreachable):
        trouble = published.files if published and isinstance(published.files, Unreachable) else "it was not asked"
        return AwaitIndex(version=version, trouble=trouble, look_again=pause)
    there = published.files.files_of(version)
    missing = list_missing(snapshot, version)
    if not there or (missing and not is_given_up(snapshot.at, ours)):
        return AwaitIndex(version=version, missing=missing, late=late, look_again=pause)
    if published.unanswered and not overdue:
        # What is said of a file stays said: an index that coughs once must not make it "could not be checked".
        return AwaitIndex(version=version, unanswered=published.unanswered, look_again=pause)
    return None


def list_missing(snapshot: Snapshot, version: str) -> tuple[str, ...]:
    """The files that the run said it uploads and that the index does not show."""
    published = snapshot.published
    if published is None or isinstance(published.files, Unreachable):
        return ()
    return tuple(sorted(published.uploaded - {file.filename for file in published.files.files_of(version)}))


def is_given_up(at: datetime, ours: RunFacts) -> bool:
    """Whether the run was over so long ago that what does not show is not expected any more."""
    return at - ours.run.updated_at > FILES_GIVEN_UP_AFTER


def _pause(waited: timedelta) -> timedelta:
    """When to ask the index again: after seconds at first, within a minute for a while, then hourly."""
    return min(max(waited / 2, _BRIEFLY), _LONGEST) if waited < FILES_MUST_SHOW_WITHIN else _HOURLY

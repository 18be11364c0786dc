"""What our check run "Release" remembers: the only facts about a release that no human can forge.

Anyone with write access can edit a comment or a pull request's body, a bot's too; a check run can be changed by the App
that owns it and by nobody else. Its ``external_id`` holds at most 255 bytes, so the record is a line of short members.
A record never says what *is* (GitHub says that); it says who asked and what was already reached, so that an object
that is gone again is seen as a human's undo and is not made a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

_SCHEME = "aweigh/1"
_LIMIT = 255


class Milestone(StrEnum):
    """Something that was reached, by one letter each."""

    TAGGED = "t"
    RELEASED = "r"
    DISPATCHED = "d"
    STARTED = "s"
    PUBLISHED = "p"
    ANNOUNCED = "a"
    CLOSED = "c"


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval prompt that was posted: what for (a run and attempt, or a commit) and when (UTC, whole seconds)."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """Who asked for which version, and what has been reached.

    ``bump`` begins the name of our bump commit: when people push onto it the record moves on to their head, which is not
    ours to replace. ``since`` is when the newest milestone was reached.
    """

    version: str
    requester_id: int
    comment_id: int
    bump: str = ""
    milestones: frozenset[Milestone] = frozenset()
    since: datetime | None = None
    asked: Asked | None = None
    failed: str | None = None

    def reached(self, milestone: Milestone) -> bool:
        """Whether ``milestone`` was reached once, whatever has become of it."""
        return milestone in self.milestones

    def is_bump(self, sha: str) -> bool:
        """Whether ``sha`` is the bump commit this record was made for."""
        return bool(self.bump) and sha.startswith(self.bump)

    def reach(self, milestone: Milestone, at: datetime) -> Record:
        """This record with ``milestone`` reached; itself when it was before."""
        if milestone in self.milestones:
            return self
        return replace(self, milestones=self.milestones | {milestone}, since=at.replace(microsecond=0))


def render_record(record: Record) -> str:
    """The ``external_id`` that carries ``record``.

    Raises:
        ValueError: the line would not fit into GitHub's 255 bytes.
    """
    members = [_SCHEME, f"v={record.version}", f"u={record.requester_id}", f"c={record.comment_id}"]
    if record.bump:
        members.append(f"b={record.bump}")
    if record.milestones:
        members.append("m=" + "".join(sorted(record.milestones)))
    if record.since:
        members.append(f"t={int(record.since.timestamp())}")
    if record.asked:
        members += [f"k={record.asked.key}", f"a={int(record.asked.at.timestamp())}"]
    if record.failed:
        members.append(f"f={record.failed}")
    line = " ".join(members)
    if len(line.encode()) > _LIMIT:
        raise ValueError(f"a record of {len(line)} bytes does not fit into an external id")
    return line


def find_record(external_id: str) -> Record | None:
    """The record in an ``external_id``, or None when it is not one of ours (another scheme, or damaged)."""
    scheme, *members = external_id.split(" ")
    if scheme != _SCHEME:
        return None
    values = dict(member.partition("=")[::2] for member in members)
    try:
        asked = Asked(values["k"], _moment(values["a"])) if "k" in values else None
        return Record(
            version=values["v"],
            requester_id=int(values["u"]),
            comment_id=int(values["c"]),
            bump=values.get("b", ""),
            milestones=frozenset(Milestone(letter) for letter in values.get("m", "")),
            since=_moment(values["t"]) if "t" in values else None,
            asked=asked,
            failed=values.get("f"),
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)

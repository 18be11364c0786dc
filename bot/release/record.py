"""What our check run "Release" remembers: the only facts about a release that no human can forge.

Anyone with write access can edit a comment or a pull request's body, a bot's too; a check run can be changed by the App
that owns it and by nobody else. Its ``external_id`` holds at most 255 bytes, so the record is a line of short members.
A record never says what *is* (GitHub says that); it says who asked and what was already reached, so that an object
that is gone again is seen as a human's undo and is not made a second time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from bot.release.gate import GateKind
from bot.release.line import Line
from bot.settings.bounds import MOST_APPROVALS

_SCHEME = "aweigh/1"
_LIMIT = 255
_RUN = re.compile(r"run:(\d+)/(\d+)", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HEAD = 20
"""How many digits of a confirmed head are kept: 80 bits, since whoever may push can choose what they push."""


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
class Confirmed:
    """Somebody looked at what others pushed onto the release branch and asked for it again: which head, and their id."""

    head: str
    by: int


@dataclass(frozen=True, slots=True)
class Held:
    """A release was put on hold: by whom (their id), and the comment that says why."""

    by: int
    comment_id: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when a release without a pull request was asked for: the thread, the moment (UTC, whole seconds), the line."""

    thread: int
    at: datetime
    line: Line


@dataclass(frozen=True, slots=True)
class Record:
    """Who asked for which version under which tag, and what has been reached.

    ``bump`` is our bump commit: when people push onto it the record moves on to their head, which is not ours to replace.
    Of a release without a pull request it is the commit that is tagged.
    ``tag``, ``promised`` and ``promised_approvals`` are what the pull request promised: tags, settings and the publish
    workflow may change until it is merged. ``since`` is when the newest milestone was reached.
    """

    version: str
    tag: str
    requester_id: int
    comment_id: int
    bump: str
    promised: GateKind = GateKind.NONE
    promised_approvals: int = 0
    milestones: frozenset[Milestone] = frozenset()
    since: datetime | None = None
    asked: Asked | None = None
    failed: str | None = None
    confirmed: Confirmed | None = None
    held: Held | None = None
    """Kept when the record moves to another head; nobody's push lifts a hold."""
    notes: int | None = None
    """The comment in which the notes of the release were set; kept likewise."""
    follows: bool = False
    """Whether the version follows what is merged, since nobody named one."""
    origin: Origin | None = None
    """Only of a release without a pull request, which would tell all that."""

    def reached(self, milestone: Milestone) -> bool:
        """Whether ``milestone`` was reached once, whatever has become of it."""
        return milestone in self.milestones

    def is_bump(self, sha: str) -> bool:
        """Whether ``sha`` is the bump commit this record was made for."""
        return sha == self.bump

    @property
    def is_unasked(self) -> bool:
        """Whether nobody has asked for this release: the mode of the repository did."""
        return not self.comment_id

    @property
    def confirmed_by(self) -> int | None:
        """Who asked again, if anybody did."""
        return self.confirmed.by if self.confirmed else None

    def is_confirmed(self, head: str) -> bool:
        """Whether somebody asked for the release again with the branch at ``head``."""
        return self.confirmed is not None and head.startswith(self.confirmed.head)

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
    members = [
        _SCHEME,
        f"v={record.version}",
        # No tag has an asterisk in its name, says git-check-ref-format.
        f"g={record.tag.replace(record.version, '*', 1)}",
        f"u={_short(record.requester_id)}",
        f"c={_short(record.comment_id)}",
        f"b={_short(int(record.bump, 16))}",
        f"p={record.promised}{record.promised_approvals or ''}",
    ]
    if record.milestones:
        members.append("m=" + "".join(sorted(record.milestones)))
    if record.since:
        members.append(f"t={_short(int(record.since.timestamp()))}")
    if record.asked:
        members += [f"k={_short_key(record.asked.key)}", f"a={_short(int(record.asked.at.timestamp()))}"]
    if record.failed:
        members.append(f"f={_short_key(record.failed)}")
    if record.confirmed:
        members.append(f"x={record.confirmed.head[:_HEAD]}:{_short(record.confirmed.by)}")
    if record.held:
        members.append(f"h={_short(record.held.by)}:{_short(record.held.comment_id)}")
    if record.notes:
        members.append(f"n={_short(record.notes)}")
    if record.follows:
        members.append("w=a")
    if record.origin:
        members.append(_render_origin(record.origin))
    line = " ".join(members)
    if len(line.encode()) > _LIMIT:
        raise ValueError(f"a record of {len(line)} bytes does not fit into an external id")
    return line


def _render_origin(origin: Origin) -> str:
    # No branch has a colon in its name, says git-check-ref-format, and no package has one either.
    line = f"{origin.line.base}:{origin.line.package or ''}"
    return f"o={_short(origin.thread)}:{_short(int(origin.at.timestamp()))}:{line}"


def fits(version: str, tag: str, origin: Origin | None = None) -> bool:
    """Whether a record of ``version`` under ``tag`` will fit, whatever there may be to remember before it is over.

    Without a pull request (``origin``) nobody can push to its branch.
    """
    # Ten times the largest ids that GitHub gives out these days, and a year in which nobody here releases any more.
    person, comment, run, last = 10**10 - 1, 10**12 - 1, f"run:{10**12 - 1}/99", datetime(2200, 1, 1, tzinfo=UTC)
    head = "f" * 40
    fullest = Record(
        version,
        tag,
        person,
        comment,
        head,
        promised_approvals=MOST_APPROVALS,
        milestones=frozenset(Milestone),
        since=last,
        asked=Asked(run, last),
        failed=run,
        confirmed=Confirmed(head, person) if origin is None else None,
        held=Held(person, comment),
        notes=comment,
        follows=True,
        origin=origin,
    )
    try:
        render_record(fullest)
    except ValueError:
        return False
    return True


def find_record(external_id: str) -> Record | None:
    """The record in an ``external_id``, or None when it is not one of ours (another scheme, or damaged)."""
    scheme, *members = external_id.split(" ")
    if scheme != _SCHEME:
        return None
    values = dict(member.partition("=")[::2] for member in members)
    try:
        asked = Asked(_long_key(values["k"]), _moment(values["a"])) if "k" in values else None
        return Record(
            version=values["v"],
            tag=values["g"].replace("*", values["v"], 1),
            requester_id=_number(values["u"]),
            comment_id=_number(values["c"]),
            bump=f"{_number(values['b']):040x}",
            promised=GateKind(values["p"][:1]),
            promised_approvals=int(values["p"][1:] or 0),
            milestones=frozenset(Milestone(letter) for letter in values.get("m", "")),
            since=_moment(values["t"]) if "t" in values else None,
            asked=asked,
            failed=_long_key(values["f"]) if "f" in values else None,
            confirmed=_confirmed(values["x"]) if "x" in values else None,
            held=_held(values["h"]) if "h" in values else None,
            notes=_number(values["n"]) if "n" in values else None,
            follows=values.get("w") == "a",
            origin=_origin(values["o"]) if "o" in values else None,
        )
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _origin(text: str) -> Origin:
    thread, at, base, package = text.split(":")
    if not base:
        raise ValueError("a line has a base")
    return Origin(_number(thread), _moment(at), Line(base, package or None))


def _confirmed(text: str) -> Confirmed:
    head, _, by = text.partition(":")
    if len(head) < _HEAD:
        raise ValueError("so few digits name no commit for certain")
    return Confirmed(head, _number(by))


def _held(text: str) -> Held:
    by, _, comment_id = text.partition(":")
    return Held(_number(by), _number(comment_id))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(_number(text), UTC)


def _short(number: int) -> str:
    """``number`` to the base of 36: a third shorter than its decimals, and every character counts here."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _short_key(key: str) -> str:
    """What was asked or failed: of a run's attempt the two numbers, anything else (a commit) as it is."""
    run = _RUN.fullmatch(key)
    return f"{_short(int(run[1]))}/{run[2]}" if run else key


def _long_key(text: str) -> str:
    number, slash, attempt = text.partition("/")
    return f"run:{_number(number)}/{attempt}" if slash else text


def _number(text: str) -> int:
    return int(text, len(_DIGITS))

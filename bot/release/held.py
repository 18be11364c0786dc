"""Holds: what keeps a release from going any further although nothing else does. Pure.

``/release hold`` is kept in our check run, which nobody else can change, and moves with it to every new head; a label on
the release pull request holds as well. Either one is enough. What is published already is still brought to its end: a
hold keeps nothing secret that everybody can install.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name
from bot.conversation.understanding import understand
from bot.github.facts import Comment, PullRequest
from bot.release.reasons import Because, Reason, because
from bot.release.record import Held
from bot.release.snapshot import Snapshot
from bot.release.steps import (
    AskApproval,
    AwaitApproval,
    AwaitMerge,
    Blocked,
    CreateTag,
    DispatchRun,
    MergePull,
    OpenGate,
    PublishRelease,
    Step,
)
from bot.settings.freeze import FreezeWindow, find_freeze
from bot.settings.repository import RepositorySettings

LABEL = "release-blocker"
"""On a release pull request it holds the release for as long as it is there."""

_PRESSED = re.compile(
    r"<!-- aweigh:reply (?P<number>\d{1,15}) -->\s+`@(?P<login>[A-Za-z0-9-]{1,39})` pressed ", re.ASCII
)
"""How our own comment begins that says who pressed a button."""

_LATER = timedelta(hours=1)


def unless_held(snapshot: Snapshot, step: Step) -> Step:
    """``step``, or what holds the release when it would take it further."""
    if not _goes_further(snapshot, step):
        return step
    reason = find_hold(snapshot)
    if reason is not None:
        return Blocked(reason, look_again=_LATER)
    frozen = _find_freeze(snapshot)
    if frozen is None:
        return step
    window, until = frozen
    reason = _frozen_because(window, until, brought=window in snapshot.thawed_by_branch)
    return Blocked(reason, look_again=min(until - snapshot.at, _LATER))


def find_hold(snapshot: Snapshot) -> Because | None:
    """Why the release is on hold; None when it is not."""
    pull, record = snapshot.pull, snapshot.record
    if pull is None or record is None:
        return None
    version, number = record.version, pull.number
    if record.held is not None:
        by, why, how = _origin(snapshot, record.held)
        return because(Reason.HELD, by=by, why=why, how=how, version=version, number=number)
    if is_labelled(pull):
        by = snapshot.labelled_by.login if snapshot.labelled_by else ""
        return because(Reason.LABELLED, label=LABEL, by=by, version=version, number=number)
    return None


def is_labelled(pull: PullRequest) -> bool:
    """Whether it has the label that holds its release."""
    return any(label.lower() == LABEL for label in pull.labels)


def _find_freeze(snapshot: Snapshot) -> tuple[FreezeWindow, datetime] | None:
    settings = snapshot.settings
    if not isinstance(settings, RepositorySettings):
        return None
    return find_freeze((*settings.freeze, *snapshot.thawed_by_branch), snapshot.at)


def _frozen_because(window: FreezeWindow, until: datetime, *, brought: bool) -> Because:
    local = f"{until.astimezone(ZoneInfo(window.zone)):%Y-%m-%d %H:%M}"
    return because(Reason.FROZEN, until=local, zone=window.zone, why=window.reason, brought="yes" if brought else "")


def _goes_further(snapshot: Snapshot, step: Step) -> bool:
    match step:
        case AwaitMerge() | MergePull() | CreateTag() | DispatchRun() | AskApproval() | AwaitApproval() | OpenGate():
            return True
        case PublishRelease():
            return snapshot.published is None
        case _:
            return False


def _origin(snapshot: Snapshot, held: Held) -> tuple[str, str, str]:
    """Who put it on hold, why and how, as far as their comment still says so: it may be gone, or changed by others."""
    for comment in snapshot.comments or ():
        if comment.id == held.comment_id and comment.author is not None and comment.author.id == held.by:
            return comment.author.login, _reason(comment) if comment.edited_at is None else "", ""
        if comment.author is not None and comment.author.id == snapshot.app.bot.id and comment.edited_at is None:
            pressed = _PRESSED.match(comment.body)
            if pressed is not None and int(pressed["number"]) == held.comment_id:
                return pressed["login"], "", "button"
    return "", "", ""


def _reason(comment: Comment) -> str:
    for invocation in parse(comment.body):
        command = understand(invocation)
        if isinstance(command, Command) and command.entry.name in (Name.HOLD, Name.REJECT):
            return command.arguments[-1] if command.arguments else ""
    return ""

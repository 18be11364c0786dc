"""Whether the release branch may be released as it stands, after others pushed to it. Pure.

Commits of people are kept: mending an entry of the changelog on the release branch is everybody's right. But whoever
merges expects the files that the release was proposed with, and whoever approves must be somebody else than who pushed.
So further files, and pushes by somebody we cannot name, stand until a person has looked and asked again.
"""

from __future__ import annotations

from bot.release.reasons import Because, Reason, because
from bot.release.record import Record
from bot.release.snapshot import BranchHistory, Request, Snapshot
from bot.release.steps import ConfirmBranch, Refused, Step

_MOST_NAMED = 10


def branch_reason(snapshot: Snapshot) -> Because | None:
    """Why the branch must not be released as it stands, or None when it may."""
    pull, record, history = snapshot.pull, snapshot.record, snapshot.history
    if pull is None or record is None or record.is_confirmed(pull.head_sha):
        return None
    version, merged = record.version, "yes" if pull.merged else ""
    if history is not None and _is_turned_back(snapshot, record, history):
        return because(Reason.BRANCH_TURNED_BACK, version=version, merged=merged)
    if record.is_bump(pull.head_sha):
        return None
    if snapshot.foreign_files:
        files = "\n".join(snapshot.foreign_files[:_MOST_NAMED])
        more = max(0, len(snapshot.foreign_files) - _MOST_NAMED)
        return because(Reason.FOREIGN_FILES, files=files, more=more, version=version, merged=merged)
    unknown = _find_unknown(snapshot, history) if history is not None else None
    if unknown is not None:
        return because(Reason.PUSHED_BY_UNKNOWN, by=unknown, version=version, merged=merged)
    return None


def list_people(snapshot: Snapshot) -> tuple[str, ...]:
    """The logins of those who pushed what will be merged beside our bump commit; empty when nobody did."""
    pull, record, history = snapshot.pull, snapshot.record, snapshot.history
    if pull is None or record is None or history is None or record.is_bump(pull.head_sha):
        return ()
    logins = [push.by.login for push in history.pushes if push.by is not None and push.by.id != snapshot.app.bot.id]
    return tuple(dict.fromkeys(reversed(logins)))


def confirm(snapshot: Snapshot, request: Request) -> Step | None:
    """What asking again for the version of the open release PR does there: it takes the branch as others have left it.

    A comment names no commit. So what was pushed after it was written, or within the same second, is not what its author
    has looked at.
    """
    pull, history = snapshot.pull, snapshot.history
    if pull is None or not request.on_release_pull or branch_reason(snapshot) is None:
        return None
    if history is None or not history.pushes or history.pushes[0].at >= request.at:
        return Refused(because(Reason.BRANCH_MOVED_SINCE, version=request.version))
    return ConfirmBranch(head=pull.head_sha, by=request.requester)


def _is_turned_back(snapshot: Snapshot, record: Record, history: BranchHistory) -> bool:
    """Whether what we pushed last is not what this record was made for: it speaks of an earlier request then."""
    bot = snapshot.app.bot.id
    newest = next((push for push in history.pushes if push.by is not None and push.by.id == bot), None)
    return newest is not None and not record.is_bump(newest.after)


def _find_unknown(snapshot: Snapshot, history: BranchHistory) -> str | None:
    """Who pushed and is no person that could be kept from approving: another bot, whoever drives it, or a deleted account."""
    for push in history.pushes:
        if push.by is None:
            return "a deleted account"
        if push.by.is_bot and push.by.id != snapshot.app.bot.id:
            return push.by.login
    return None if history.complete else "more accounts than I read"

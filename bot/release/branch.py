"""Whether the release branch may be released as it stands, after others pushed to it. Pure.

Commits of people are kept: mending an entry of the changelog on the release branch is everybody's right. But whoever
merges expects the files that the release was proposed with, and whoever approves must be somebody else than who pushed.
So further files, and pushes by somebody we cannot name, stand until a person has looked and asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import dropwhile

from bot.github.facts import PullRequest, Push
from bot.release.reasons import Because, Reason, because
from bot.release.snapshot import BranchHistory, Request, Snapshot
from bot.release.steps import ConfirmBranch, Refused, Step

_MOST_NAMED = 10


def trace(moves: Iterable[Push], pull: PullRequest, bot_id: int) -> BranchHistory:
    """How the branch of ``pull`` came to its head, from every move of the branch, newest first.

    What came after the merge is not part of it: the next release moves the same branch, and people delete it. The pull
    request's own moment of birth is no bound: the branch is there before it.
    """
    until = pull.merged_at
    relevant = (move for move in moves if until is None or move.at <= until)
    pushes: list[Push] = []
    for move in dropwhile(lambda move: move.after != pull.head_sha, relevant):
        if move.by is not None and move.by.id == bot_id:
            return BranchHistory(tuple(pushes), move.after)
        pushes.append(move)
    return BranchHistory(tuple(pushes), shows_head=bool(pushes))


def branch_reason(snapshot: Snapshot) -> Because | None:
    """Why the branch must not be released as it stands, or None when it may."""
    pull, record, history = snapshot.pull, snapshot.record, snapshot.history
    if pull is None or record is None:
        return None
    values = {"version": record.version, "number": str(pull.number), "merged": "yes" if pull.merged else ""}
    if is_turned_back(snapshot):
        return Because(Reason.BRANCH_TURNED_BACK, tuple(values.items()))
    # Asking again takes what others pushed; it does not let them approve it, so they must be known all the same.
    if history is not None and not history.shows_head:
        return Because(Reason.PUSH_NOT_SHOWN, tuple(values.items()))
    if record.is_confirmed(pull.head_sha):
        return None
    if record.is_bump(pull.head_sha) and (history is None or history.ours is not None):
        return None
    if snapshot.foreign_files:
        values["files"] = "\n".join(snapshot.foreign_files[:_MOST_NAMED])
        values["more"] = str(max(0, len(snapshot.foreign_files) - _MOST_NAMED))
        return Because(Reason.FOREIGN_FILES, tuple(values.items()))
    unknown = _find_unknown(history) if history is not None else None
    if unknown is not None:
        return Because(Reason.PUSHED_BY_UNKNOWN, (*values.items(), ("by", unknown)))
    return None


def is_turned_back(snapshot: Snapshot) -> bool:
    """Whether what we pushed last is not what this record was made for: it speaks of an earlier request then."""
    record, history = snapshot.record, snapshot.history
    return record is not None and history is not None and history.ours is not None and not record.is_bump(history.ours)


def list_people(snapshot: Snapshot) -> tuple[str, ...]:
    """The logins of those who pushed what will be merged beside our bump commit; empty when nobody did."""
    pull, record, history = snapshot.pull, snapshot.record, snapshot.history
    if pull is None or record is None or history is None or record.is_bump(pull.head_sha):
        return ()
    return tuple(dict.fromkeys(push.by.login for push in reversed(history.pushes) if push.by is not None))


def confirm(snapshot: Snapshot, request: Request) -> Step | None:
    """What asking again for the version of the open release PR does there: it takes the branch as others have left it.

    A comment names no commit. So what was pushed after it was written, or within the same second, is not what its author
    has looked at.
    """
    pull, history = snapshot.pull, snapshot.history
    if pull is None or not request.on_release_pull or branch_reason(snapshot) is None:
        return None
    if history is not None and not history.shows_head:
        return None
    if history is None or not history.pushes or history.pushes[0].at >= request.at:
        return Refused(because(Reason.BRANCH_MOVED_SINCE, version=request.version))
    return ConfirmBranch(head=pull.head_sha, by=request.requester)


def _find_unknown(history: BranchHistory) -> str | None:
    """Who pushed and is no person that could be kept from approving: another bot, whoever drives it, or a deleted account."""
    for push in history.pushes:
        if push.by is None:
            return "a deleted account"
        if push.by.is_bot:
            return push.by.login
    return None if history.ours is not None else "more accounts than I read"

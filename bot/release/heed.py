"""What an order comes to in this state of the world. Pure.

Each answer is one step: an effect that carries the order out, the release's own step once it is carried out, or a
refusal that says what to type instead.
"""

from __future__ import annotations

from bot.release.orders import Cancel, Hold, Merge, Order, Reject, SetNotes, Unhold
from bot.release.reasons import Because, Reason, because
from bot.release.record import Held, Milestone, Record
from bot.release.runs import order_mark
from bot.release.snapshot import Snapshot
from bot.release.steps import (
    Abandoned,
    AskApproval,
    AwaitApproval,
    AwaitIndex,
    AwaitMerge,
    AwaitReviewers,
    ClosePull,
    Done,
    KeepHold,
    KeepNotes,
    LiftHold,
    MergePull,
    OpenGate,
    Refused,
    RejectGate,
    Step,
    TakeBack,
)
from bot.release.tag_only import is_to_be_taken_back
from bot.release.views import find_our_gate, find_shown_run, is_past_holding
from bot.versions import same_version


def heed(snapshot: Snapshot, order: Order, step: Step) -> Step:
    """The step that ``order`` asks for, where ``step`` is due without it."""
    record = snapshot.record
    if record is None or isinstance(step, Done | Abandoned):
        return step if isinstance(order, Cancel) and isinstance(step, Abandoned) else Refused(_over(snapshot))
    match order:
        case Hold():
            return _hold(snapshot, record, order, step)
        case Unhold():
            return LiftHold() if record.held is not None else step
        case Cancel():
            return _cancel_tag(snapshot, record) if snapshot.is_tag_only else _cancel(snapshot, record)
        case Merge():
            return _merge(snapshot, record, order, step)
        case Reject():
            return _reject(snapshot, record, order, step)
        case SetNotes():
            return _set_notes(snapshot, record, order, step)


def _over(snapshot: Snapshot) -> Because:
    number = snapshot.pull.number if snapshot.pull else ""
    return because(Reason.NOTHING_UNDER_WAY, number=number)


def _hold(snapshot: Snapshot, record: Record, order: Hold, step: Step) -> Step:
    if record.held is not None:
        return step
    if is_past_holding(snapshot, step):
        run = find_shown_run(snapshot)
        started = "" if record.reached(Milestone.PUBLISHED) else "-started"
        url = run.run.url if run is not None else ""
        return Refused(because(Reason.TOO_LATE, version=record.version, order=f"hold{started}", run=url))
    return KeepHold(Held(order.by.id, order.comment_id))


def _cancel(snapshot: Snapshot, record: Record) -> Step:
    pull = snapshot.pull
    if pull is not None and pull.is_open:
        return ClosePull(pull.number)
    return Refused(because(Reason.TOO_LATE, version=record.version, order="cancel"))


def _cancel_tag(snapshot: Snapshot, record: Record) -> Step:
    if is_to_be_taken_back(snapshot, record):
        return TakeBack()
    return Refused(because(Reason.TOO_LATE, version=record.version, order="cancel-tagged"))


def _merge(snapshot: Snapshot, record: Record, order: Merge, step: Step) -> Step:
    pull = snapshot.pull
    if snapshot.is_tag_only:
        return Refused(because(Reason.NO_PULL, version=record.version))
    if pull is None or not pull.is_open or not isinstance(step, AwaitMerge) or step.queued:
        return step
    at = None if record.comment_id == order.comment_id and record.is_bump(pull.head_sha) else order.at
    return MergePull(pull.number, pull.head_sha, pull.head_branch, at)


def _set_notes(snapshot: Snapshot, record: Record, order: SetNotes, step: Step) -> Step:
    if record.notes == order.comment_id:
        return step
    if snapshot.release is not None or record.reached(Milestone.RELEASED):
        return Refused(because(Reason.TOO_LATE, version=record.version, order="notes"))
    return KeepNotes(order.comment_id)


def _reject(snapshot: Snapshot, record: Record, order: Reject, step: Step) -> Step:
    if not same_version(order.version, record.version):
        return Refused(because(Reason.WRONG_VERSION, given=order.version, version=record.version, command="reject"))
    if _is_turned_away(snapshot, order):
        return step
    match step:
        case AwaitApproval(run=None) | AskApproval(run=None) | AwaitIndex(before_tag=True):
            # Nothing waits on GitHub yet: a hold with this reason is what turns it away.
            return step if record.held is not None else KeepHold(Held(order.by.id, order.comment_id))
        case AwaitApproval(run=run) | AskApproval(run=run) | OpenGate(run=run) if run is not None:
            environment = find_our_gate(snapshot, run, snapshot.route) if snapshot.route else None
            return step if environment is None else RejectGate(run, environment, order)
        case AwaitReviewers(run=run) if run is not None:
            return Refused(because(Reason.REVIEWERS_DECIDE, run=run.run.url))
        case _:
            return Refused(because(Reason.NOTHING_TO_REJECT, version=record.version))


def _is_turned_away(snapshot: Snapshot, order: Reject) -> bool:
    """Whether a run was turned away for this very order, whatever has become of it since."""
    bot = snapshot.app.bot.id
    reviews = (review for run in snapshot.runs for review in run.reviews)
    return any(
        review.state == "rejected"
        and review.user is not None
        and review.user.id == bot
        and order_mark(order.url) in review.comment
        for review in reviews
    )

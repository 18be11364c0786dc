"""``hold``, ``unhold``, ``cancel`` and ``merge``: a release under way is stopped, let go, ended or taken on."""

from __future__ import annotations

from bot.conversation.grammar import find_below
from bot.conversation.proposing import refuse_elsewhere
from bot.conversation.registry import Command
from bot.conversation.talk import Answer, Place, Talk
from bot.conversation.understanding import Fault, Misunderstood
from bot.messages import replies
from bot.release.held import find_hold
from bot.release.orders import Cancel, Hold, Merge, Order, SetNotes, Unhold
from bot.release.reasons import Reason, because
from bot.release.reconcile import Reached
from bot.release.steps import Blocked, Refused


async def hold(talk: Talk, command: Command, place: Place) -> Answer:
    """Put the release on hold; of two holds the first one stands."""
    return await _give(talk, command, place, Hold(talk.comment.author, talk.comment.comment_id, talk.comment.url))


async def unhold(talk: Talk, command: Command, place: Place) -> Answer:
    """Lift the hold, and say what holds the release still."""
    return await _give(talk, command, place, Unhold(talk.comment.author, talk.comment.comment_id, talk.comment.url))


async def cancel(talk: Talk, command: Command, place: Place) -> Answer:
    """Close the release pull request."""
    return await _give(talk, command, place, Cancel(talk.comment.author, talk.comment.comment_id, talk.comment.url))


async def merge(talk: Talk, command: Command, place: Place) -> Answer:
    """Merge the release pull request with the head that it had when that was typed."""
    comment = talk.comment
    return await _give(talk, command, place, Merge(comment.author, comment.comment_id, comment.url, comment.created_at))


async def set_notes(talk: Talk, command: Command, place: Place) -> Answer:
    """Take the text below the command for the notes."""
    if not find_below(talk.comment.body):
        missing = Misunderstood(command.line, Fault.TEXT_MISSING)
        return Answer("confused", replies.render_misunderstood(missing, talk.comment.comment_id))
    if talk.comment.source == "review":
        return talk.refuse(because(Reason.NOTES_IN_REVIEW))
    return await _give(talk, command, place, SetNotes(talk.comment.author, talk.comment.comment_id, talk.comment.url))


async def _give(talk: Talk, command: Command, place: Place, order: Order) -> Answer:
    pull = place.release_pull
    if pull is None:
        return await refuse_elsewhere(talk, command, place)
    reached = talk.rest(await talk.bench.give(place.repository, pull, order, talk.take_sight()))
    return _answer(talk, order, reached)


def _answer(talk: Talk, order: Order, reached: Reached) -> Answer:
    snapshot, step = reached.snapshot, reached.step
    if isinstance(step, Refused):
        return talk.refuse(step.reason)
    held = find_hold(snapshot)
    match order:
        case Hold() if held is not None and not _is_mine(talk, reached):
            return Answer("rocket", replies.render_held(held, talk.comment.comment_id))
        case Unhold() if held is not None:
            return talk.refuse(held)
        case Merge() if snapshot.pull is not None and snapshot.pull.is_open and isinstance(step, Blocked):
            return talk.refuse(step.reason)
        case _:
            return Answer("rocket")


def _is_mine(talk: Talk, reached: Reached) -> bool:
    record = reached.snapshot.record
    return record is not None and record.held is not None and record.held.comment_id == talk.comment.comment_id

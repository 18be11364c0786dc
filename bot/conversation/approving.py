"""``approve`` and ``reject``: people decide about a publication that waits for them."""

from __future__ import annotations

from bot.conversation.proposing import refuse_elsewhere
from bot.conversation.registry import Command
from bot.conversation.talk import Answer, Place, Talk
from bot.engine.protocol import Backoff
from bot.github.comments import find_comment
from bot.github.facts import PullRequest
from bot.messages import replies
from bot.release import approvals
from bot.release.audit import Cause
from bot.release.orders import Reject
from bot.release.reasons import Reason, because
from bot.release.reconcile import Reached
from bot.release.snapshot import Snapshot
from bot.release.speech import STALENESS
from bot.release.steps import AwaitApproval, AwaitReviewers, Blocked, End, Refused
from bot.release.views import find_shown_run


async def approve(talk: Talk, command: Command, place: Place) -> Answer:
    """Judge this very comment as the release loop will, then let the loop go on: approving *is* the comment."""
    pull = place.release_pull
    if pull is None:
        return await refuse_elsewhere(talk, command, place)
    version, commit = command.arguments[0], command.arguments[1] if len(command.arguments) > 1 else None
    if talk.comment.source == "review":
        return talk.refuse(because(Reason.APPROVED_IN_REVIEW, version=version))
    seen = None
    accepted = approvals.name_approval(talk.comment.comment_id, version, commit)
    if not await talk.bench.is_accepted(accepted):
        before = await talk.bench.look(place.repository, pull, talk.take_sight())
        answer = await _judge(talk, version, commit, pull, before)
        if answer is not None:
            return answer
        await talk.bench.accept(accepted)
        seen = before.snapshot
    reached = talk.rest(await talk.bench.take(place.repository, pull, seen=seen))
    return talk.refuse(reached.step.reason) if isinstance(reached.step, Blocked) else Answer("rocket")


async def reject(talk: Talk, command: Command, place: Place) -> Answer:
    """Turn the waiting publication away, with the reason where everybody sees it."""
    pull, comment = place.release_pull, talk.comment
    if pull is None:
        return await refuse_elsewhere(talk, command, place)
    version, reason = command.arguments
    order = Reject(comment.author, comment.comment_id, comment.url, version, reason)
    reached = talk.rest(await talk.bench.give(place.repository, pull, order, talk.take_sight()))
    if not isinstance(reached.step, Refused):
        return Answer("rocket")
    if reached.step.reason.code is Reason.NOTHING_TO_REJECT and await _may_be_hidden(talk, pull, reached.snapshot):
        raise Backoff(STALENESS / 3, "what is to be turned away does not show yet")
    return talk.refuse(reached.step.reason)


async def _may_be_hidden(talk: Talk, pull: PullRequest, snapshot: Snapshot) -> bool:
    """Whether people were asked about a publication that GitHub may only not show at this moment."""
    run = find_shown_run(snapshot)
    waits = snapshot.published is None and (run is None or not run.run.is_over)
    return waits and talk.bench.is_recent(talk.comment.created_at) and await talk.bench.has_asked(pull)


async def _judge(talk: Talk, version: str, commit: str | None, pull: PullRequest, before: Reached) -> Answer | None:
    """What to answer when this approval counts for nothing, or None when it counts."""
    snapshot, step, comment = before.snapshot, before.step, talk.comment
    this = (comment.comment_id, version, commit)
    mine = next((one for one in snapshot.approvals if (one.comment.id, one.version, one.commit) == this), None)
    if mine is None and isinstance(step, AwaitApproval):
        return await _judge_unheard(talk, version, snapshot)
    if approvals.is_given(snapshot, step, version):
        return Answer("rocket", replies.render_approved(version, find_shown_run(snapshot), comment.comment_id))
    if isinstance(step, Blocked):
        return talk.refuse(step.reason)
    if isinstance(step, AwaitReviewers) and step.run is not None:
        return talk.refuse(because(Reason.REVIEWERS_DECIDE, run=step.run.run.url))
    project = snapshot.project
    if mine is None or project is None or snapshot.candidate is None:
        hidden = talk.bench.is_recent(comment.created_at) and not isinstance(step, End)
        if hidden and await talk.bench.has_asked(pull):
            raise Backoff(STALENESS / 3, "what the approval was asked for does not show yet")
        return talk.refuse(because(Reason.NOTHING_TO_APPROVE))
    refusal = approvals.objection(snapshot, mine, project.spelling, snapshot.candidate.commit)
    return talk.refuse(refusal) if refusal is not None else None


async def _judge_unheard(talk: Talk, version: str, snapshot: Snapshot) -> Answer:
    """What to answer to an approval that is not among those that were read although they are waited for."""
    comment = talk.comment
    if talk.bench.is_recent(comment.created_at):
        raise Backoff(STALENESS / 3, "the approving comment does not show yet")
    now = await find_comment(talk.bench.access.read, comment.comment_id)
    if now is None:
        return Answer("confused", code=Cause.COMMENT_GONE)
    if now.body != comment.body:
        return talk.refuse(because(Reason.EDITED, version=version))
    # It came late: an outage, or a webhook that was lost. What it answers cannot be what was asked after it.
    asked, prompt = snapshot.record.asked if snapshot.record else None, snapshot.prompt
    early = asked is not None and comment.created_at < asked.at
    # GitHub tells whole seconds only; within one of them the ids tell.
    early = early or (prompt is not None and comment.comment_id < prompt.id)
    return talk.refuse(because(Reason.NOT_AN_ANSWER, version=version, early="yes" if early else ""))

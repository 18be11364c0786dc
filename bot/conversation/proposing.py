"""``/release VERSION`` and ``recreate``: the release pull request is made, moved to another version, or made anew."""

from __future__ import annotations

from bot.conversation.registry import AUTO, Command, Name, Option
from bot.conversation.talk import Answer, Place, Talk
from bot.engine.protocol import Backoff
from bot.github.pulls import add_label
from bot.messages import replies
from bot.messages.preview import render_preview
from bot.release import approvals
from bot.release.reasons import Because, Reason, because
from bot.release.reconcile import Reached, find_refusal
from bot.release.snapshot import Request, is_astray, line_of
from bot.release.speech import STALENESS
from bot.release.steps import BeginRelease, Blocked, OpenPull, Refused
from bot.release.when_merged import LABEL

_OF_PULLS = frozenset({Name.MERGE, Name.RECREATE})
"""What is done to pull requests alone."""


async def release(talk: Talk, command: Command, place: Place) -> Answer:
    """Open the release pull request, or move the open one to the version; with ``--dry-run`` only say what it would be."""
    request = _request(talk, place, command.arguments[0], base_commit=command.find(Option.FROM))
    if command.find(Option.DRY_RUN) is not None:
        return await _preview(talk, place, request)
    if command.find(Option.WHEN_MERGED) is not None:
        return await _remember(talk, command, place, request)
    taken = _find_taken(talk, request)
    if taken is not None:
        return talk.refuse(taken)
    reached = talk.rest(await talk.bench.request(place.repository, place.line, request, talk.take_sight()))
    refusal = find_refusal(reached, talk.comment.comment_id)
    return talk.refuse(refusal) if refusal is not None else _opened(talk, reached, place)


def _find_taken(talk: Talk, request: Request) -> Because | None:
    """Why a second line of a comment asks for no release: of one without a pull request the comment is the name."""
    seen = talk.seen
    record = seen.record if seen is not None and seen.is_tag_only else None
    if seen is None or record is None or record.origin is None or record.comment_id != request.comment_id:
        return None
    return because(
        Reason.THREAD_TAKEN,
        version=seen.named(record.version),
        number=record.origin.thread,
        given=request.version,
        how="comment",
    )


async def recreate(talk: Talk, command: Command, place: Place) -> Answer:
    """Make the branch of the open release pull request anew, for the version that it has."""
    pull = place.release_pull
    if pull is None or not pull.is_open:
        return await refuse_elsewhere(talk, command, place)
    before = await talk.bench.look(place.repository, pull, talk.take_sight())
    record = before.snapshot.record
    if record is None:
        return talk.refuse(because(Reason.RECORD_LOST))
    request = _request(talk, place, AUTO if record.follows else record.version, anew=True)
    reached = talk.rest(await talk.bench.request(place.repository, place.line, request))
    refusal = find_refusal(reached, talk.comment.comment_id)
    return talk.refuse(refusal) if refusal is not None else Answer("rocket")


async def refuse_elsewhere(talk: Talk, command: Command, place: Place) -> Answer:
    """What is answered to a command that belongs into the thread of a release pull request under way."""
    if command.entry.name in _OF_PULLS and await talk.is_tag_only(place):
        return talk.refuse(because(Reason.NO_PULL))
    if place.is_release_pull:
        return talk.refuse(because(Reason.NOTHING_UNDER_WAY))
    pulls = await talk.list_newest(command, place)
    number = max((pull.number for pull in pulls), default="")
    others = [f"{pull.number} {line_of(pull).package or pull.title}" for pull in pulls] if len(pulls) > 1 else []
    version = command.arguments[0] if command.entry.least else "minor"
    reason = because(
        Reason.NOT_A_RELEASE_PULL,
        number=number,
        line=command.line,
        version=version,
        others="\n".join(others),
        tagged="yes" if await talk.is_tag_only(place) else "",
    )
    return talk.refuse(reason)


def _request(talk: Talk, place: Place, version: str, *, base_commit: str | None = None, anew: bool = False) -> Request:
    comment, pull = talk.comment, place.release_pull
    return Request(
        version,
        comment.author,
        comment.comment_id,
        comment.created_at,
        # In the thread of one that was pointed elsewhere a release is asked for anew.
        on_release_pull=pull is not None and pull.is_open and not is_astray(pull),
        base_commit=base_commit,
        anew=anew,
        thread=comment.issue_number,
    )


async def _preview(talk: Talk, place: Place, request: Request) -> Answer:
    reached = await talk.bench.preview(place.repository, place.line, request, talk.take_sight())
    match reached.step:
        case OpenPull(plan=plan) | BeginRelease(plan=plan):
            needed = approvals.needed_for(reached.snapshot)
            return Answer("rocket", render_preview(reached.snapshot, plan, talk.comment.comment_id, needed))
        case Refused(reason=reason) | Blocked(reason=reason):
            return talk.refuse(reason)
        case _:
            return _opened(talk, reached, place)


async def _remember(talk: Talk, command: Command, place: Place, request: Request) -> Answer:
    """Leave a label that leads back to this very comment once its pull request is merged."""
    pull, comment_id = place.pull, talk.comment.comment_id
    if pull is None or place.is_release_pull or not pull.is_open:
        return talk.refuse(because(Reason.NOTHING_TO_WAIT_FOR, given=command.arguments[0]))
    if talk.comment.source == "review":
        return talk.refuse(because(Reason.WAITS_IN_REVIEW, line=command.line))
    reached = await talk.bench.preview(place.repository, place.line, request, talk.take_sight())
    if isinstance(reached.step, Refused | Blocked):
        return talk.refuse(reached.step.reason)
    version = reached.step.plan.version if isinstance(reached.step, OpenPull | BeginRelease) else command.arguments[0]
    await add_label(talk.bench.access.speak, pull.number, LABEL)
    asked = place.named(command.arguments[0])
    return Answer("rocket", replies.render_remembered(pull, asked, place.named(version), comment_id))


def _opened(talk: Talk, reached: Reached, place: Place) -> Answer:
    pull, record, comment_id = reached.snapshot.pull, reached.snapshot.record, talk.comment.comment_id
    if pull is None or record is None:
        raise Backoff(STALENESS, "the release pull request does not show yet")
    mine = record.comment_id == comment_id
    if record.is_confirmed(pull.head_sha) and record.confirmed_by == talk.comment.author.id and not mine:
        return Answer("rocket", replies.render_confirmed(pull, record.version, comment_id))
    if mine and talk.comment.issue_number == pull.number:
        return Answer("rocket")
    if not mine:
        return Answer("rocket", replies.render_already(pull, place.named(record.version), comment_id))
    without = place.pull is not None and place.pull.is_open
    return Answer("rocket", replies.render_opened(pull, place.named(record.version), comment_id, without=without))

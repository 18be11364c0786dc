"""``status`` and ``help``: what nothing is changed with."""

from __future__ import annotations

from bot.conversation.possible import list_possible
from bot.conversation.proposing import refuse_elsewhere
from bot.conversation.registry import Command
from bot.conversation.talk import Answer, Place, Talk
from bot.messages import replies
from bot.messages.notes import render_notes
from bot.messages.turns import headline, turn
from bot.release.generated import find_contributions
from bot.release.notes import find_notes
from bot.release.reasons import Reason, because
from bot.release.snapshot import line_of
from bot.release.steps import Blocked, PublishRelease


async def status(talk: Talk, command: Command, place: Place) -> Answer:
    """Where the release stands and whose turn it is; elsewhere than in its thread only a line with a link for each."""
    comment_id = talk.comment.comment_id
    if place.release_pull is not None:
        reached = talk.rest(await talk.bench.take(place.repository, place.release_pull, talk.take_sight()))
        text = f"**{headline(reached.step)}.** {turn(reached.snapshot, reached.step)}"
        return Answer("rocket", replies.render_where(text, comment_id))
    pulls = await talk.list_newest(command, place)
    if not pulls:
        return Answer("rocket", replies.render_no_release(comment_id))
    steps = [(pull, talk.rest(await talk.bench.take(place.repository, pull)).step) for pull in pulls]
    links = [(pull, line_of(pull).package if len(pulls) > 1 else None, headline(step)) for pull, step in steps]
    return Answer("rocket", replies.render_status_links(links, comment_id))


async def notes(talk: Talk, command: Command, place: Place) -> Answer:
    """The notes of the release, with everything that goes around the text."""
    pull = place.release_pull
    if pull is None:
        return await refuse_elsewhere(talk, command, place)
    reached = await talk.bench.look(place.repository, pull, talk.take_sight())
    snapshot, record = reached.snapshot, reached.snapshot.record
    if isinstance(reached.step, Blocked) and snapshot.project is None:
        return talk.refuse(reached.step.reason)
    if record is None or snapshot.project is None:
        return talk.refuse(because(Reason.NOTHING_UNDER_WAY))
    snapshot = await talk.bench.observer.with_landed(snapshot)
    release = PublishRelease(record.tag, record.version, latest=False, prerelease=False)
    read = talk.bench.observer.find_released
    told = await find_contributions(talk.bench.access, snapshot, record.tag, record.version, read)
    text = render_notes(snapshot, release, find_notes(snapshot, record.version), told)
    return Answer("rocket", replies.render_notes_shown(text, record.version, talk.comment.comment_id))


async def help_(talk: Talk, _: Command, place: Place) -> Answer:
    """The commands that are possible in this thread now."""
    pull = place.release_pull
    reached = await talk.bench.look(place.repository, pull, talk.take_sight()) if pull is not None else None
    entries = list_possible(reached.snapshot, reached.step) if reached is not None else list_possible(None, None)
    return Answer("rocket", replies.render_help(entries, talk.comment.comment_id))

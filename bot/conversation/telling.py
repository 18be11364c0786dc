"""``status`` and ``help``: what nothing is changed with."""

from __future__ import annotations

from bot.conversation.possible import list_possible
from bot.conversation.registry import Command
from bot.conversation.talk import Answer, Place, Talk
from bot.messages import replies
from bot.messages.turns import headline, turn


async def status(talk: Talk, _: Command, place: Place) -> Answer:
    """Where the release stands and whose turn it is; elsewhere than in its thread only a line with a link."""
    comment_id = talk.comment.comment_id
    pull = place.release_pull or await talk.find_newest(place)
    if pull is None:
        return Answer("rocket", replies.render_no_release(comment_id))
    reached = talk.rest(await talk.bench.take(place.repository, pull))
    if place.pull is not None and pull.number == place.pull.number:
        text = f"**{headline(reached.step)}.** {turn(reached.snapshot, reached.step)}"
        return Answer("rocket", replies.render_where(text, comment_id))
    return Answer("rocket", replies.render_status_link(pull, headline(reached.step), comment_id))


async def help_(talk: Talk, _: Command, place: Place) -> Answer:
    """The commands that are possible in this thread now."""
    pull = place.release_pull
    reached = await talk.bench.look(place.repository, pull) if pull is not None else None
    entries = list_possible(reached.snapshot, reached.step) if reached is not None else list_possible(None, None)
    return Answer("rocket", replies.render_help(entries, talk.comment.comment_id))

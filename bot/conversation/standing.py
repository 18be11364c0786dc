"""Whether what somebody wrote or pressed still stands when its turn comes, which may be hours later."""

from __future__ import annotations

from bot.conversation.pressed import find_staleness
from bot.conversation.talk import Place, Talk
from bot.github.said import read_standing
from bot.release.reasons import Because, Reason, because
from bot.release.tag_only import name_check


async def find_fallen(talk: Talk, place: Place) -> Because | None:
    """Why it does not stand any more, or None when it does."""
    return await (_find_stale(talk, place) if talk.comment.source == "button" else _find_taken_back(talk))


async def _find_stale(talk: Talk, place: Place) -> Because | None:
    """Why a press is not for the release as it is now; what was taken up before a crash has changed that itself."""
    taken_up = f"press:{talk.comment.comment_id}"
    if await talk.bench.is_accepted(taken_up):
        return None
    place = await talk.find_pressed(place)
    pull = place.release_pull
    sight = await talk.look(place)
    check = await sight.find_check(pull.head_sha, name_check(pull.tag)) if pull is not None else None
    stale = find_staleness(talk.comment, pull, check)
    if stale is None:
        await talk.bench.accept(taken_up)
    return stale


async def _find_taken_back(talk: Talk) -> Because | None:
    """How somebody took back a comment that we hear of late: that edits are no commands holds for both ways.

    What has our eyes was taken up before a crash, as it read then, and is brought to its end.
    """
    comment, bench = talk.comment, talk.bench
    if bench.is_recent(comment.created_at):
        return None
    found = await read_standing(bench.access.read, [comment.node_id], bench.app.bot.id)
    standing = found.get(comment.node_id)
    if standing is None:
        return because(Reason.TAKEN_BACK, how="deleted")
    if "eyes" in standing.reactions or (not standing.changed and standing.body == comment.body):
        return None
    return because(Reason.TAKEN_BACK, how="hidden" if standing.hidden else "edited")

"""Comments: effects without a key on GitHub's side.

A comment is found again by its author *and* its marker. Before one is made a durable intent is left, so that after a
crash or an ambiguous answer we know that it may be there although GitHub does not show it yet: it is then looked for
until the staleness window has passed, and only after that made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot.clock import Clock
from bot.engine.protocol import Backoff, Intent, Intents, JsonObject
from bot.github.access import Access
from bot.github.comments import (
    MOST_COMMENTS,
    Reacting,
    Reaction,
    Words,
    create_comment,
    edit_comment,
    list_comments,
    list_conversation,
    say_together,
)
from bot.github.errors import PermissionMissing
from bot.github.facts import Comment
from bot.messages.markers import find_marked, marker
from bot.messages.replies import REPLY

STALENESS = timedelta(seconds=30)
"""How long GitHub may not show what it has accepted."""

MOST_REPLIES = 30
"""How many answers we give in one thread within ``WITHIN``; to what is typed beyond that we only react."""

WITHIN = timedelta(hours=1)

_REPLIES = marker(REPLY).removesuffix("-->")
"""What the marks of answers begin with."""

log = structlog.get_logger(__name__)

Said: TypeAlias = Sequence[Comment] | None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A comment that is due and waits to be made together with the next one; ``thread`` is the node id of its place."""

    number: int
    mark: str
    body: str
    thread: str
    reaction: Reaction | None = None
    """What goes with an answer: should the command be carried out again, what was answered stands."""

    @property
    def intent(self) -> JsonObject:
        """What is noted before it is said."""
        return {} if self.reaction is None else {"reaction": self.reaction}

    @property
    def key(self) -> str:
        return _key(self.number, self.mark)


class Speech:
    """What we say in the threads of one repository."""

    def __init__(self, access: Access, intents: Intents, clock: Clock, bot_id: int) -> None:
        self._access, self._intents, self._clock, self._bot_id = access, intents, clock, bot_id
        self._answers_follow = False
        self._drafts: dict[str, _Draft] = {}

    def expect_answer(self) -> None:
        """Whoever asked is answered at the end of this job, or the job is done once more: what can wait until then may."""
        self._answers_follow = True

    async def ensure(self, number: int, mark: str, body: str, said: Said = None) -> datetime:
        """Say ``body`` (which starts with ``mark``) on issue or pull request ``number``, once and for all.

        ``said`` is what was said there when the job looked last; None: it did not look.

        Returns:
            When it was said.

        Raises:
            Backoff: it may have been said already, and GitHub may just not show it yet.
        """
        comment = await self._find(number, mark, said, as_posted=True)
        return comment.created_at if comment else await self._create(number, mark, body)

    async def answer(
        self, number: int, thread: str, mark: str, body: str | None, reacting: Reacting | None, said: Said = None
    ) -> Reaction | None:
        """Answer somebody with ``body``, as ``ensure`` would, unless we have answered too much in this thread lately.

        Whoever makes us answer, a bot that takes our words for its own commands or somebody who types them all day, must
        not be able to flood a thread with our words. What a release itself has to say does not count, and is always said.

        What waited for the answer is made with it, and the reaction as well: none of them depends on another. Where the
        answer was given before, by a job that ended right after, the reaction is the one that went with it: the world may
        have moved on since.

        Returns:
            The reaction that is still to be made: it may have been declined, or there was nothing to make it with.
        """
        drafts = list(self._drafts.values())
        if body is not None and not await self._is_flooded(number, mark):
            draft = _Draft(number, mark, body, thread, reacting.reaction if reacting is not None else None)
            there = await self._find(number, mark, said, as_posted=True)
            if there is None and await self._is_due(draft.key):
                drafts.append(draft)
            elif reacting is not None:
                reacting = replace(reacting, reaction=await self._recall(draft.key) or reacting.reaction)
        self._drafts = {}
        reacted = await self._say(drafts, reacting)
        return reacting.reaction if reacting is not None and not reacted else None

    async def _recall(self, key: str) -> Reaction | None:
        """The reaction that went with an answer, as far as it is known of."""
        earlier = await self._intents.find(key)
        return earlier.value.get("reaction") if earlier is not None else None

    async def keep(
        self, number: int, mark: str, body: str, said: Said = None, *, thread: str = "", can_wait: bool = False
    ) -> None:
        """Make ``body`` what our one comment with ``mark`` says, editing it in place; ``said`` as above.

        One that is new, and for which nobody waits, ``can_wait`` for the answer that follows: ``thread`` is its place.
        """
        comment = await self._find(number, mark, said)
        if comment is None and can_wait and thread and self._answers_follow:
            draft = _Draft(number, mark, body, thread)
            if await self._is_due(draft.key):
                self._drafts[draft.key] = draft
        elif comment is None:
            await self._create(number, mark, body)
        elif comment.body != body:
            await edit_comment(self._access.speak, comment.id, body)

    async def _find(self, number: int, mark: str, said: Said, *, as_posted: bool = False) -> Comment | None:
        """Our comment with ``mark``; with ``as_posted`` one that nobody edited, so that no other can be turned into it."""
        comments = await self._look(number) if said is None else said
        unedited = [comment for comment in comments if comment.edited_at is None]
        found = find_marked(unedited if as_posted else comments, mark, self._bot_id)
        if found is None and not as_posted and len(comments) >= MOST_COMMENTS:
            # What is edited in place was said early on; people have talked a lot since.
            found = find_marked(await list_comments(self._access.read, number), mark, self._bot_id)
        return found

    async def _is_flooded(self, number: int, mark: str) -> bool:
        """Whether there were ``MOST_REPLIES`` in this thread within ``WITHIN``; this very one, made before, is no more of them."""
        begins, now = f"comment:{number}:{_REPLIES}", self._clock.now()
        intents = await self._intents.list()
        lately = [one for one in intents if now - one.recorded_at < WITHIN]
        replies = [one.key for one in lately if one.key.startswith(begins)]
        if len(replies) < MOST_REPLIES or f"comment:{number}:{mark}" in replies:
            return False
        quiet = f"quiet:{number}"
        if not any(one.key == quiet for one in lately):
            await self._intents.record(quiet, {})
            log.warning("too many replies", thread=number, replies=len(replies))
        return True

    async def _look(self, number: int) -> list[Comment]:
        try:
            return await list_conversation(self._access.read, number)
        except PermissionMissing:
            return await list_comments(self._access.read, number)

    async def _create(self, number: int, mark: str, body: str) -> datetime:
        key = _key(number, mark)
        self._drafts.pop(key, None)
        # What has waited comes first, in the order in which it was due.
        drafts, self._drafts = list(self._drafts.values()), {}
        await self._say(drafts, None)
        earlier = await self._intents.find(key)
        if earlier is not None and "id" in earlier.value:
            # It was made for certain. It does not show yet, or a person deleted it, and a person's undo wins.
            return earlier.recorded_at
        if earlier is not None:
            self._wait_for(earlier)
        await self._intents.record(key, {})
        comment = await create_comment(self._access.speak, number, body)
        await self._intents.record(key, {"id": comment.id})
        return comment.created_at

    async def _is_due(self, key: str) -> bool:
        """Whether a comment has not been made for certain.

        Raises:
            Backoff: it may have been made.
        """
        earlier = await self._intents.find(key)
        if earlier is not None and "id" not in earlier.value:
            self._wait_for(earlier)
        return earlier is None or "id" not in earlier.value

    async def _say(self, drafts: Sequence[_Draft], reacting: Reacting | None) -> bool:
        """Make these comments, which are due, and react, in one document where there are several things to do."""
        for draft in drafts:
            await self._intents.record(draft.key, draft.intent)
        together = [draft for draft in drafts if draft.thread]
        made: dict[str, int] = {}
        reacted = False
        if len(together) + (reacting is not None) > 1:
            words = [Words(draft.thread, draft.body) for draft in together]
            try:
                ids, reacted = await say_together(self._access.speak, words, reacting)
            except PermissionMissing:
                # Nothing was done. Alone, each says by itself which permission it needs.
                ids = []
            made = {draft.key: one for draft, one in zip(together, ids, strict=False) if one is not None}
        for draft in drafts:
            if draft.key not in made:
                made[draft.key] = (await create_comment(self._access.speak, draft.number, draft.body)).id
            await self._intents.record(draft.key, {**draft.intent, "id": made[draft.key]})
        return reacted

    def _wait_for(self, intent: Intent) -> None:
        left = intent.recorded_at + STALENESS - self._clock.now()
        if left > timedelta(0):
            raise Backoff(left, "a comment may have been made already")


def _key(number: int, mark: str) -> str:
    return f"comment:{number}:{mark}"

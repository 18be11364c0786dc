"""Commands that no webhook told us of: found by reading what was said since we last read it.

A delivery can be lost without GitHub listing it as failed, and after some days it lists none any more. What somebody
said is handled exactly once all the same: a command that carries a final reaction of ours was answered, and until then
its natural key, which the webhook's delivery shares, is known to the engine. Which of the two comes first is all one.

The filters are those of ``events``, and one more: a webhook brings what was typed, here we read what stands there now.
So what somebody has edited or hidden since is no command any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.engine.protocol import Delivery, Engine
from bot.github.access import open_survey
from bot.github.client import GitHub, Session
from bot.github.errors import Forbidden, GitHubError, NotFound, PermissionMissing, RateLimited, Unavailable
from bot.github.facts import AppAccount, Person, RepositoryRef
from bot.github.said import Said, list_comments_since, list_reviews_since, read_standing
from bot.intake.account import Account
from bot.intake.command import CommandDelivery, may_hold_command
from bot.release.lines import AWAY, UNDER_WAY

NOTE: Final = "sweep:comments"

TOO_YOUNG: Final = timedelta(minutes=1)
"""What was said within this time is left to its webhook, and to the next sweep: it may not even show yet everywhere."""

_FINAL: Final = frozenset({"rocket", "confused", "-1"})

log = structlog.get_logger(__name__)


class LostComments:
    """Hands commands to the engine that it has not heard of."""

    def __init__(self, engine: Engine, github: GitHub, account: Account, clock: Clock) -> None:
        self._engine, self._github, self._account, self._clock = engine, github, account, clock

    async def sweep(self) -> None:
        """Read what was said, since the last sweep, in every repository with a release under way: two requests each.

        A repository that cannot be read is passed over. When GitHub cannot answer for one at the moment, the next sweep
        reads all of this time once more.
        """
        notes, until = self._engine.notes(), self._clock.now() - TOO_YOUNG
        note = await notes.find(NOTE)
        since = datetime.fromisoformat(note.value["until"]) if note else until
        complete = True
        away = {one.id for one in await self._engine.list_repositories(AWAY)}
        for repository in await self._engine.list_repositories(UNDER_WAY):
            if repository.id in away:
                continue
            try:
                await self.find(repository, since, until)
            except (RateLimited, Unavailable) as error:
                log.warning("comments not read for now", repository=repository.full_name, cause=str(error))
                complete = False
            except GitHubError as error:
                log.warning("comments cannot be read", repository=repository.full_name, cause=str(error))
                if isinstance(error, NotFound | Forbidden) and not isinstance(error, PermissionMissing):
                    # Whether that is all of the repository shows in its lane, which remembers it.
                    await self._engine.wake(repository)
        if complete:
            await notes.record(NOTE, {"until": until.isoformat()})

    async def find(self, repository: RepositoryRef, since: datetime, until: datetime) -> int:
        """Hand over the commands given in a repository from ``since`` to ``until``; how many were new. Raises GitHubError."""
        session = open_survey(self._github, repository.installation_id, repository=repository.full_name)
        said = [one for one in await _list_said(session, since) if one.said_at <= until]
        candidates = [(one, one.author) for one in said if one.author is not None and may_hold_command(one.body)]
        if not candidates:
            return 0
        found = 0
        for one, author in await self._list_unanswered(session, candidates):
            command = CommandDelivery.found(repository, one, author)
            key, content = command.natural_key, command.to_content()
            # It has no GUID of GitHub's. Accepted before or after its webhook, the one that comes second is known.
            if await self._engine.accept(Delivery(key, repository, self._clock.now(), content, key)):
                log.info("command found", repository=repository.full_name, key=key)
                found += 1
        return found

    async def _list_unanswered(
        self, session: Session, candidates: Sequence[tuple[Said, Person]]
    ) -> list[tuple[Said, Person]]:
        app: AppAccount = await self._account.get(session)
        standing = await read_standing(session, [said.node_id for said, _ in candidates], app.bot.id)
        return [
            (said, author)
            for said, author in candidates
            if (now := standing.get(said.node_id)) is not None
            and not now.changed
            and now.body == said.body
            and not now.reactions & _FINAL
        ]


async def _list_said(session: Session, since: datetime) -> list[Said]:
    """Comments and reviews, oldest first. Where pull requests may not be read there are no commands in reviews."""
    said = await list_comments_since(session, since)
    try:
        said += await list_reviews_since(session, since)
    except PermissionMissing as missing:
        log.warning("reviews cannot be read", repository=session.repository, cause=str(missing))
    return sorted(said, key=lambda one: one.said_at)

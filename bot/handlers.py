"""What happens in a repository's lane: a command is carried out, or its releases are taken as far as they go."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from cachetools import LRUCache

from bot.clock import Clock
from bot.conversation.carry_out import Conversation
from bot.conversation.remembered import carry_out_remembered
from bot.conversation.strangers import Strangers
from bot.engine.protocol import Backoff, Delivery, Engine
from bot.github.access import Access
from bot.github.apps import get_app
from bot.github.client import GitHub
from bot.github.errors import (
    Forbidden,
    NotFound,
    PermissionMissing,
    RateLimited,
    Unavailable,
    describe,
    is_out_of_reach,
)
from bot.github.facts import AppAccount, RepositoryRef
from bot.github.limits import asked_by_a_person, work_for
from bot.intake.command import CommandDelivery
from bot.intake.groups import GROUP, GroupDelivery
from bot.intake.heads import HEAD, HeadDelivery
from bot.release.audit import Audit, CommandCounter
from bot.release.defaults import Defaults
from bot.release.evidence import Evidence
from bot.release.hints import Hints
from bot.release.kept import Kept
from bot.release.lines import LABELLED, PUSHED, note_away
from bot.release.merge_groups import MergeGroups
from bot.release.pull_checks import PullChecks
from bot.release.workbench import Workbench

log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_GITHUB_DOWN = timedelta(seconds=30)
_LONGEST_DOWN, _LONGEST_DOWN_ASKED = timedelta(minutes=4), timedelta(minutes=1)
"""How long the lane is left alone when GitHub does not answer: twice as long each time, up to this; people wait less."""

_MOST_DOWN = 4096
_MOST_HINTS = 4096
_LATER = timedelta(minutes=10)
LOOKS = frozenset({HEAD, GROUP})
"""The kinds of deliveries that ask for a look and carry no command."""
_WIDEST_SPREAD = timedelta(minutes=1)

_PERMISSION_PAUSE = timedelta(hours=1)
"""How long until we look whether a permission was granted meanwhile; whatever happens in the repository wakes us earlier."""


class LaneHandlers:
    """The engine's handlers. Both may be run again from the start at any time."""

    def __init__(
        self,
        engine: Engine,
        github: GitHub,
        evidence: Evidence,
        clock: Clock,
        count: CommandCounter = lambda command, decision, reason: None,
    ) -> None:
        """``count`` is told of every decision about a command."""
        self._engine, self._github, self._evidence, self._clock = engine, github, evidence, clock
        self._count = count
        self._strangers = Strangers(clock)
        self._app: AppAccount | None = None
        self._defaults = Defaults(github, clock)
        self._unanswered: LRUCache[str, int] = LRUCache(_MOST_DOWN)
        """How often in a row each piece of work found that GitHub does not answer. Forgotten, it begins anew."""
        self._hints: LRUCache[int, Hints] = LRUCache(_MOST_HINTS)
        self._kept = Kept()

    @property
    def bot_login(self) -> str | None:
        """The login of our bot account, once GitHub was asked for it."""
        return self._app.bot.login if self._app else None

    async def handle_delivery(self, delivery: Delivery) -> None:
        """Carry out the commands of one comment, or look at one pull request or merge group."""
        if (look := self._find_look(delivery)) is not None:
            with structlog.contextvars.bound_contextvars(
                repository=delivery.repository.full_name, delivery=delivery.guid
            ):
                await self._patiently(
                    delivery.guid, delivery.repository, self._within_reach(delivery.repository, look), asked=False
                )
            return
        comment = CommandDelivery.from_content(delivery.repository, delivery.content)
        with structlog.contextvars.bound_contextvars(repository=delivery.repository.full_name, delivery=delivery.guid):
            with asked_by_a_person():
                work = self._within_reach(delivery.repository, self._carry_out(comment, delivery.guid))
                after = await self._patiently(delivery.guid, delivery.repository, work, asked=True)
            if after is not None:
                await self._engine.wake(delivery.repository, after=after)

    def _find_look(self, delivery: Delivery) -> Awaitable[None] | None:
        """What is to be looked at because of this delivery; None when it is a command."""
        repository, content, told_at = delivery.repository, delivery.content, delivery.received_at
        if (head := HeadDelivery.find(repository, content)) is not None:
            return self._check_head(head, told_at)
        if (group := GroupDelivery.find(repository, content)) is not None:
            return self._judge_group(group, told_at)
        return None

    async def give_up(self, delivery: Delivery) -> None:
        """Say in the thread that a command was given up, to those who are answered at all."""
        if delivery.content["source"] in LOOKS:
            # Nobody has asked for it.
            return
        comment = CommandDelivery.from_content(delivery.repository, delivery.content)
        bench = await self._open_bench(comment.repository)
        await Conversation(bench, comment, self._strangers).apologise(delivery.guid)

    async def reconcile(self, repository: RepositoryRef) -> None:
        """Take every release of the repository as far as it goes, and see to it that we look again."""
        self._defaults.forget(repository)
        if (hints := self._hints.get(repository.id)) is not None:
            # What has happened may be a change of the settings.
            hints.silent_until = None
        with structlog.contextvars.bound_contextvars(repository=repository.full_name):
            work = self._within_reach(repository, self._go_round(repository))
            with work_for(repository.id):
                after = await self._patiently(f"lane:{repository.id}", repository, work, asked=False)
            if after is not None:
                await self._engine.wake(repository, after=spread(after, repository))

    async def _look_when_permitted(self, repository: RepositoryRef) -> timedelta | None:
        """Without a permission to find our pull requests nobody can be told; releases that are known of are not given up."""
        kept = await self._engine.intents(repository).list()
        under_way = any(not one.key.startswith((PUSHED, LABELLED)) for one in kept)
        return _PERMISSION_PAUSE if under_way else None

    async def _carry_out(self, comment: CommandDelivery, guid: str) -> timedelta | None:
        bench = await self._open_bench(comment.repository, guid)
        after = await Conversation(bench, comment, self._strangers).carry_out()
        await self._mind_queues(bench)
        return after

    @staticmethod
    async def _mind_queues(bench: Workbench) -> None:
        """A required check that has passed must not let a release through that was stopped since."""
        for reached in bench.queued:
            await MergeGroups(bench).follow(reached)

    async def _check_head(self, head: HeadDelivery, told_at: datetime) -> None:
        hints = self._hints.get(head.repository.id)
        if head.words and hints is not None and hints.is_silent(self._clock.now()):
            return
        if head.labels is not None and hints is not None:
            shown = hints.is_previewed(head.number, head.head, head.labels, told_at, fewer=head.fewer)
            if shown:
                return
        bench = await self._open_bench(head.repository)
        await PullChecks(bench, self._clock).look(head.number, head.head, told_at, head.changed_at)

    async def _judge_group(self, group: GroupDelivery, told_at: datetime) -> None:
        bench = await self._open_bench(group.repository)
        await MergeGroups(bench).judge(group.base, group.head, told_at)

    async def _go_round(self, repository: RepositoryRef) -> timedelta | None:
        bench = await self._open_bench(repository)
        try:
            after = await bench.round()
            for number in await bench.list_remembered():
                after = min(await carry_out_remembered(bench, number), after or _LATER)
            await self._mind_queues(bench)
        except PermissionMissing as missing:
            log.warning("not permitted to look", why=describe(missing), detail=str(missing))
            return await self._look_when_permitted(repository)
        return after

    async def _open_bench(self, repository: RepositoryRef, delivery: str = "") -> Workbench:
        access, app = await self._open_access(repository)
        intents = self._engine.intents(repository)
        audit = Audit(self._engine.write_audit, repository, delivery, self._clock, self._count)
        hints = self._hints.setdefault(repository.id, Hints(self._kept))
        return Workbench(access, app, self._evidence, self._clock, intents, self._defaults, audit, hints)

    async def _open_access(self, repository: RepositoryRef) -> tuple[Access, AppAccount]:
        access = Access(self._github, repository)
        if self._app is None:
            self._app = await get_app(self._github, access.read)
        return access, self._app

    async def _within_reach(self, repository: RepositoryRef, work: Awaitable[_T]) -> _T | None:
        """Where we may not act any more, nothing is wrong and nothing is to be tried again: whoever lets us back wakes us."""
        try:
            return await work
        except (Forbidden, NotFound) as error:
            if not is_out_of_reach(error):
                raise
            log.info("out of reach", why=describe(error))
            await note_away(self._engine.intents(repository))
            return None

    async def _patiently(self, name: str, repository: RepositoryRef, work: Awaitable[_T], *, asked: bool) -> _T:
        """Waiting for GitHub releases the lane: it is no failure of the work, however long it takes."""
        times = self._unanswered.pop(name, 0)
        try:
            return await work
        except RateLimited as limit:
            # Commands are few, and come first: a reconciliation before them would do what they ask for without answering.
            pause = limit.retry_after if asked else spread(limit.retry_after, repository)
            raise Backoff(pause, "GitHub's rate limit") from limit
        except Unavailable as error:
            self._unanswered[name] = times + 1
            pause = min(_GITHUB_DOWN * 2**times, _LONGEST_DOWN_ASKED if asked else _LONGEST_DOWN)
            raise Backoff(spread(pause, repository), "GitHub does not answer") from error


def spread(pause: timedelta, repository: RepositoryRef) -> timedelta:
    """``pause`` and up to a quarter more, at most a minute: for one repository always the same, for many all different.

    Whatever kept many lanes waiting ends for all of them in the same instant; what comes then must not be the next flood.
    """
    place = zlib.crc32(str(repository.id).encode()) / 2**32
    return pause + place * min(pause / 4, _WIDEST_SPREAD)

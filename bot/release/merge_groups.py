"""Our check on what a merge queue tests: a check that a branch requires must not keep its queue waiting.

A group without a release of ours passes at once. That of a release passes when it may be merged now, and fails while it
is held, frozen or stopped, which takes it out of the queue. What a group holds is read from the branches
of the queue; nothing about it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot.engine.protocol import Backoff
from bot.github.checks import ensure_check
from bot.github.errors import Forbidden, NotFound, describe
from bot.github.facts import Repository
from bot.github.queue import QueueGroup, list_contained, list_groups, list_pulls_of
from bot.messages.merge_group import render_group_check
from bot.release.reconcile import Reached
from bot.release.speech import STALENESS
from bot.release.steps import AwaitMerge
from bot.release.workbench import Workbench

log = structlog.get_logger(__name__)


class MergeGroups:
    """The groups of the merge queues of one repository."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def judge(self, base: str, head: str, told_at: datetime) -> None:
        """Say whether the group at ``head`` may be merged into ``base``; we were told of it at ``told_at``.

        Raises:
            Backoff: it does not show yet.
            GitHubError: GitHub cannot be asked at the moment.
        """
        bench = self._bench
        try:
            repository, groups = await list_groups(bench.access.read, base, bench.app.id)
            contained = list_contained(groups, head)
            if not contained or repository is None:
                if bench.is_recent(told_at):
                    raise Backoff(STALENESS / 3, "the merge group does not show yet")
                return
            await self._say(repository, groups, [contained[0]], {})
        except (Forbidden, NotFound) as error:
            log.warning("merge group not judged", base=base, why=describe(error))

    async def follow(self, reached: Reached) -> None:
        """Say anew what every group says that holds this release, of which something may have changed."""
        bench, pull = self._bench, reached.snapshot.pull
        if pull is None:
            return
        try:
            repository, groups = await list_groups(bench.access.read, pull.base_branch, bench.app.id)
            holding = [
                group
                for group in groups
                if any(one.number == pull.number for one in list_contained(groups, group.head))
            ]
            if repository is not None and holding:
                await self._say(repository, groups, holding, {pull.number: reached})
        except (Forbidden, NotFound) as error:
            log.warning("merge groups not judged", base=pull.base_branch, why=describe(error))

    async def _say(
        self,
        repository: Repository,
        groups: Sequence[QueueGroup],
        wanted: Sequence[QueueGroup],
        known: Mapping[int, Reached],
    ) -> None:
        """Put our check on the ``wanted`` ones of ``groups``; ``known`` is where releases stand, by pull request."""
        bench, known = self._bench, dict(known)
        held = {group.head: [one.number for one in list_contained(groups, group.head)] for group in wanted}
        strange = {number for numbers in held.values() for number in numbers} - known.keys()
        for pull in await list_pulls_of(bench.access.read, strange):
            if bench.observer.is_own(repository, pull):
                known[pull.number] = await bench.look(repository, pull)
        for group in wanted:
            releases = [known[number] for number in held[group.head] if number in known]
            before = [known[number] for number in held[group.head][1:] if number in known]
            if not all(isinstance(one.step, AwaitMerge) for one in before):
                # What stands before it is about to be taken out, and then GitHub tests this anew: failing it now would
                # take out the work of people that has nothing to do with the release.
                continue
            content = render_group_check([(one.snapshot, one.step) for one in releases])
            await ensure_check(bench.access.speak, group.head, content, group.check)

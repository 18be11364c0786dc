"""Release pull requests that nobody asked for: on which lines they are looked for, and when one is opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from bot.clock import Clock
from bot.conversation.registry import AUTO
from bot.engine.protocol import Backoff, Intent, Intents
from bot.github.facts import AppAccount, PullRequest, Repository
from bot.release.automatic import is_automatic, is_chosen, is_free, is_worth_a_release
from bot.release.hints import Hints
from bot.release.lines import note_line
from bot.release.observe import Observer
from bot.release.packages import find_share, line_for, list_choices
from bot.release.perform_pull import opening_key
from bot.release.reconcile import Reached, Reconciler
from bot.release.sight import Sight
from bot.release.snapshot import Line, Request, is_astray
from bot.release.speech import STALENESS
from bot.settings.repository import RepositorySettings

MOST_PACKAGES: Final = 30
"""Of how many packages of a branch releases are proposed by themselves; that of any further one takes a command."""


class Unasked:
    """Opens the release pull requests of one repository that its mode wants."""

    def __init__(
        self,
        observer: Observer,
        reconciler: Reconciler,
        intents: Intents,
        clock: Clock,
        app: AppAccount,
        hints: Hints,
    ) -> None:
        self._observer, self._reconciler, self._intents = observer, reconciler, intents
        self._clock, self._app, self._hints = clock, app, hints

    async def list_lines(
        self, repository: Repository, base: str, seen: Collection[Line], sight: Sight, *, is_pushed: bool
    ) -> list[Line]:
        """The lines of the packages of ``base`` that lie in folders of their own, where the mode may want their releases.

        A repository with one package is not asked for it: that others are there its settings tell, the lines ``seen``,
        its files where they were listed just now, and what is remembered. ``is_pushed``: they may have come just now.
        """
        settings = await self._observer.read_settings(sight)
        if not isinstance(settings, RepositorySettings) or settings.mode not in (None, "auto"):
            return []
        if not settings.names_line(base, repository.default_branch):
            return []
        head = await sight.find_branch(base)
        if head is None:
            return []
        usual = base == repository.default_branch
        sought = bool(settings.folders or self._hints.packages) or any(one.base == base and one.package for one in seen)
        if not sought:
            folders = self._observer.find_folders(head)
            unknown = usual and folders is None and self._hints.packages is None and is_pushed and is_chosen(settings)
            if not unknown and (folders is None or folders <= {""}):
                return []
        packages = await self._observer.list_packages(base, sight)
        choices = list_choices(packages, [tag.name for tag in await sight.list_tags()])
        found = [line for one in choices if (line := line_for(base, one)).package is not None]
        if usual:
            self._hints.packages = tuple(found[:MOST_PACKAGES])
        return found[:MOST_PACKAGES]

    async def open(self, repository: Repository, line: Line, sight: Sight, *, known: Sight | None) -> Reached | None:
        """Open a release pull request on ``line`` where the mode wants one and something was merged; None: there is no need.

        Whether something was merged costs a look at the base; so nothing is read where its head was released already.
        ``sight`` may be older than what was done since: what was pushed since then wakes us once more. Only when there is
        something to do it is worth another look, which brings along what a release is made of; of a package in a folder of
        its own it does not, and what is ``known`` to be as it was seen will do.
        """
        made = await self._observer.list_pulls(repository, line, sight)
        own = [pull for pull in made if not is_astray(pull)]
        if not is_free(made) or repository.archived:
            return None
        settings = await self._observer.read_settings(sight)
        if not isinstance(settings, RepositorySettings) or not is_automatic(settings, own):
            return None
        self._hints.follows = True
        if not settings.names_line(line.base, repository.default_branch):
            return None
        if own and not await self._may_follow(settings, line, own, sight):
            return None
        opening = await self._intents.find(opening_key(0, line.branch))
        if opening is not None and self._clock.now() - opening.recorded_at < STALENESS and not _shows(own, opening):
            raise Backoff(opening.recorded_at + STALENESS - self._clock.now(), "a pull request may be there already")
        # Once its branch is deleted after the merge nothing else may lead to it.
        await note_line(self._intents, line)
        request = Request(AUTO, self._app.bot, 0, self._clock.now())
        sight_now = known if line.package is not None else None
        return await self._reconciler.reconcile(repository, line, None, request, sight=sight_now)

    async def _may_follow(
        self, settings: RepositorySettings, line: Line, own: Sequence[PullRequest], sight: Sight
    ) -> bool:
        """Whether something worth a release came after what we released last, which must be tagged: else it came twice.

        Earlier ones that never got their tag went into that one. Tags that people made since leave less than that to be
        released, never more; nor do other packages, which are not looked for where there may be but the one at the top.
        Where nothing that was merged asks for a release, what people wrote in files may.
        """
        newest, head = next((pull for pull in own if pull.merged), None), await sight.find_branch(line.base)
        if newest is None:
            return True
        record, tags = await self._observer.find_record(newest, sight), await sight.list_tags()
        tag = await sight.find_tag(record.tag, tags) if record is not None else None
        if tag is None or head is None or newest.merge_commit == head:
            return False
        packages = await self._observer.list_packages(line.base, sight) if line.package is not None else ()
        share = find_share(packages, (one.name for one in tags), line)
        since = await self._observer.find_since(settings, tag, line.base, head, share)
        if since is None or is_worth_a_release(since):
            return True
        return not since.is_all_ours and await self._observer.has_written(since, line, head)


def _shows(own: list[PullRequest], opening: Intent) -> bool:
    """Whether the pull request that we were about to open is there; GitHub tells whole seconds only."""
    return bool(own) and own[0].created_at >= opening.recorded_at.replace(microsecond=0)

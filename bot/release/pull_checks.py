"""What is said of ordinary pull requests: a check run where one changes the settings, and one with what it will release.

Everything about one head is read in one request, and most pull requests end there: more is asked where the settings want a
preview. The settings of a fork are data like
any other: they are read, and count for nothing before they are on the default branch.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.clock import Clock
from bot.engine.protocol import Backoff
from bot.github.checks import PREVIEW_NAME, SETTINGS_NAME, ensure_check
from bot.github.errors import Forbidden, Gone, GraphQLError, NotFound, describe
from bot.github.facts import CheckContent
from bot.github.proposals import Proposal, find_proposal
from bot.github.read import read_moment
from bot.github.wording import Wording, get_wording
from bot.messages.preview_check import render_preview_check
from bot.messages.settings_check import render_settings_check
from bot.release import defaults
from bot.release.observe_preview import foresee
from bot.release.speech import STALENESS
from bot.release.workbench import Workbench
from bot.settings.reading import SETTINGS_PATHS, find_table
from bot.settings.repository import RepositorySettings
from bot.settings.review import review_settings

log = structlog.get_logger(__name__)

_SOON = STALENESS / 3
_NOT_THERE = frozenset({"NOT_FOUND"})


class PullChecks:
    """Looks at the heads of pull requests of one repository."""

    def __init__(self, bench: Workbench, clock: Clock) -> None:
        self._bench, self._access, self._clock = bench, bench.access, clock
        # The organisation's defaults are settings as well, where they stand.
        home = self._access.repository.name == defaults.REPOSITORY
        self._paths = (*SETTINGS_PATHS, defaults.PATH) if home else SETTINGS_PATHS

    async def look(self, number: int, head: str, told_at: datetime, changed_at: str = "") -> None:
        """Say of the pull request ``number`` what is to be said, for its head at ``head``; we were told of it at ``told_at``.

        ``changed_at`` is when it was changed last by then, as GitHub writes it.

        Raises:
            Backoff: it may not show that head, or that change, yet.
            GitHubError: GitHub cannot be asked at the moment.
        """
        proposal = await self._find(number, head, told_at)
        if proposal is None or not proposal.pull.is_open or proposal.repository.archived:
            return
        if proposal.pull.base_branch != proposal.repository.default_branch:
            return
        try:
            await self._check_settings(proposal)
            await self._preview(proposal, told_at, changed_at)
        except (Forbidden, NotFound, Gone) as error:
            # There is no place to say it: what a check run would tell is missing, and nothing else.
            log.warning("no check of a pull request", pull=number, why=describe(error))

    async def _find(self, number: int, head: str, told_at: datetime) -> Proposal | None:
        try:
            found = await find_proposal(self._access.read, number, head, app_id=self._bench.app.id, paths=self._paths)
        except (Forbidden, NotFound) as error:
            log.info("pull request not looked at", pull=number, why=describe(error))
            return None
        except GraphQLError as error:
            if not error.types <= _NOT_THERE:
                raise
            found = None
        if found is None and self._clock.now() - told_at < STALENESS:
            raise Backoff(_SOON, "the pull request does not show that head yet")
        return found

    async def _check_settings(self, proposal: Proposal) -> None:
        touched = [path for path in self._paths if proposal.touches(path) and _concerns_us(proposal, path)]
        if not touched:
            return
        # A file of its own counts before the others; the organisation's defaults count beside them.
        own = review_settings(proposal.proposed, SETTINGS_PATHS)
        common = review_settings(proposal.proposed, (defaults.PATH,)) if defaults.PATH in self._paths else ()
        await self._say(proposal, SETTINGS_NAME, render_settings_check((*own, *common), touched))

    async def _preview(self, proposal: Proposal, told_at: datetime, changed_at: str) -> None:
        """Show what it will add to the next release, where the settings of the default branch want that."""
        settings = await self._bench.observer.read_settings_in(proposal.present)
        wanted = isinstance(settings, RepositorySettings) and bool(settings.preview)
        self._bench.hints.note_preview(self._clock.now(), wanted=wanted)
        if not isinstance(settings, RepositorySettings) or not wanted:
            return
        began = self._clock.now()
        wording = await get_wording(self._access.read, proposal.pull.number)
        if wording.head != proposal.pull.head_sha:
            # It moved within this look, and we are told of that by itself.
            return
        if _is_older(wording, changed_at) and self._clock.now() - told_at < STALENESS:
            raise Backoff(_SOON, "the pull request does not show that change yet")
        preview = await foresee(self._bench.observer, proposal, wording, settings, self._bench.app.bot.login)
        await self._say(proposal, PREVIEW_NAME, render_preview_check(preview, required=settings.preview == "required"))
        self._bench.hints.note_previewed(proposal.pull.number, wording.head, wording.pull.labels, began)

    async def _say(self, proposal: Proposal, name: str, content: CheckContent) -> None:
        seen = proposal.checks.get(name) if proposal.checks is not None else None
        await ensure_check(self._access.speak, proposal.pull.head_sha, content, seen, name=name)


def _is_older(wording: Wording, changed_at: str) -> bool:
    """Whether what is read is older than what we were told of."""
    try:
        told, shown = read_moment(changed_at or None), read_moment(wording.changed_at)
    except ValueError:
        # A time that is not one says nothing.
        return False
    return told is not None and shown is not None and shown.timestamp() < told.timestamp()


def _concerns_us(proposal: Proposal, path: str) -> bool:
    """Whether the change of a file is one of our settings: most of pyproject.toml is none."""
    before, after = (_settings_in(path, files.get(path)) for files in (proposal.present, proposal.proposed))
    return before != after if path == "pyproject.toml" else True


def _settings_in(path: str, content: bytes | None) -> object:
    return find_table(path, content) if content is not None else None

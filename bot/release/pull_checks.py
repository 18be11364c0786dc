"""What is said of ordinary pull requests: a check run where one changes the settings.

Everything about one head is read in one request, and most pull requests end there. The settings of a fork are data like
any other: they are read, and count for nothing before they are on the default branch.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.clock import Clock
from bot.engine.protocol import Backoff
from bot.github.access import Access
from bot.github.checks import SETTINGS_NAME, ensure_check
from bot.github.errors import Forbidden, Gone, GraphQLError, NotFound, describe
from bot.github.proposals import Proposal, find_proposal
from bot.messages.settings_check import render_settings_check
from bot.release import defaults
from bot.release.speech import STALENESS
from bot.settings.repository import SETTINGS_PATHS, find_table
from bot.settings.review import review_settings

log = structlog.get_logger(__name__)

_SOON = STALENESS / 3
_NOT_THERE = frozenset({"NOT_FOUND"})


class PullChecks:
    """Looks at the heads of pull requests of one repository."""

    def __init__(self, access: Access, app_id: int, clock: Clock) -> None:
        self._access, self._app_id, self._clock = access, app_id, clock
        # The organisation's defaults are settings as well, where they stand.
        home = access.repository.name == defaults.REPOSITORY
        self._paths = (*SETTINGS_PATHS, defaults.PATH) if home else SETTINGS_PATHS

    async def look(self, number: int, head: str, told_at: datetime) -> None:
        """Say of the pull request ``number`` what is to be said, for its head at ``head``; we were told of it at ``told_at``.

        Raises:
            Backoff: it may not show that head yet.
            GitHubError: GitHub cannot be asked at the moment.
        """
        proposal = await self._find(number, head, told_at)
        if proposal is None or not proposal.pull.is_open or proposal.repository.archived:
            return
        try:
            await self._check_settings(proposal)
        except (Forbidden, NotFound, Gone) as error:
            # There is no place to say it: what a check run would tell is missing, and nothing else.
            log.warning("no check of the settings", pull=number, why=describe(error))

    async def _find(self, number: int, head: str, told_at: datetime) -> Proposal | None:
        try:
            found = await find_proposal(self._access.read, number, head, app_id=self._app_id, paths=self._paths)
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
        if proposal.pull.base_branch != proposal.repository.default_branch:
            return
        touched = [path for path in self._paths if proposal.touches(path) and _concerns_us(proposal, path)]
        if not touched:
            return
        # A file of its own counts before the others; the organisation's defaults count beside them.
        own = review_settings(proposal.proposed, SETTINGS_PATHS)
        common = review_settings(proposal.proposed, (defaults.PATH,)) if defaults.PATH in self._paths else ()
        content = render_settings_check((*own, *common), touched)
        seen = proposal.checks.get(SETTINGS_NAME) if proposal.checks is not None else None
        await ensure_check(self._access.speak, proposal.pull.head_sha, content, seen, name=SETTINGS_NAME)


def _concerns_us(proposal: Proposal, path: str) -> bool:
    """Whether the change of a file is one of our settings: most of pyproject.toml is none."""
    before, after = (_settings_in(path, files.get(path)) for files in (proposal.present, proposal.proposed))
    return before != after if path == "pyproject.toml" else True


def _settings_in(path: str, content: bytes | None) -> object:
    return find_table(path, content) if content is not None else None

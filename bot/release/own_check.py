"""Our check run "Release" on the commits of one repository: what it says never goes back.

It holds the record. A replica of GitHub's that does not show yet what we wrote would give us an older record, and what
is written next would make that one the newest: prompts would be forgotten, and milestones. So a durable note of what we
wrote is kept for as long as GitHub may not show it.
"""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.engine.protocol import Backoff, Intent, Intents
from bot.github import checks
from bot.github.access import Access
from bot.github.facts import CheckContent, CheckRun
from bot.messages.annotations import ANNOTATED
from bot.release.speech import STALENESS


class OwnCheck:
    """Reads and writes our check run."""

    def __init__(self, access: Access, intents: Intents, clock: Clock, app_id: int) -> None:
        self._access, self._intents, self._clock, self._app_id = access, intents, clock, app_id

    async def find(self, sha: str) -> CheckRun | None:
        """Our newest check run on a commit.

        Raises:
            Backoff: GitHub does not show yet what we wrote.
        """
        return await self.accept(sha, await checks.find_check(self._access.read, sha, self._app_id))

    async def accept(self, sha: str, seen: CheckRun | None) -> CheckRun | None:
        """``seen``, which was read of a commit as our newest check run there, unless it is out of date.

        Raises:
            Backoff: GitHub does not show yet what we wrote.
        """
        written = await self._intents.find(_key(sha))
        if written is None:
            return seen
        left = written.recorded_at + STALENESS - self._clock.now()
        if left <= timedelta(0):
            await self._intents.forget(_key(sha))
        elif not _shows(seen, written):
            raise Backoff(left, "our check run does not show yet")
        return seen

    async def keep(self, sha: str, content: CheckContent, seen: CheckRun | None) -> CheckRun:
        """Make ``content`` what our check run on a commit says, where ``seen`` is the newest one there.

        Returns:
            The check run that says it.
        """
        if seen is not None and content.is_in(seen):
            return seen
        annotated = seen is not None and ANNOTATED in seen.summary
        written = await checks.ensure_check(self._access.speak, sha, content, seen, anew=annotated)
        await self._intents.record(_key(sha), {"id": written.id, "line": content.external_id})
        return written


def _shows(seen: CheckRun | None, written: Intent) -> bool:
    """Whether this is what we wrote, or something newer: an answer that was lost can have left that behind."""
    if seen is None or seen.id != written.value["id"]:
        return seen is not None and seen.id > int(written.value["id"])
    return seen.external_id == str(written.value["line"])


def _key(sha: str) -> str:
    return f"check:{sha}"

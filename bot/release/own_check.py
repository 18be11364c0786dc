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

    async def find(self, sha: str, name: str = checks.NAME) -> CheckRun | None:
        """Our newest check run of this name on a commit.

        Raises:
            Backoff: GitHub does not show yet what we wrote.
        """
        return await self.accept(sha, await checks.find_check(self._access.read, sha, self._app_id, name), name)

    async def accept(self, sha: str, seen: CheckRun | None, name: str = checks.NAME) -> CheckRun | None:
        """``seen``, which was read of a commit as our newest check run of this name there, unless it is out of date.

        Raises:
            Backoff: GitHub does not show yet what we wrote.
        """
        await self.expect(sha, seen.id if seen else 0, seen.external_id if seen else "", name)
        return seen

    async def expect(self, sha: str, number: int, line: str, name: str) -> None:
        """That a check run of this number which holds this line is not older than what we wrote; 0: there is none.

        Raises:
            Backoff: GitHub does not show yet what we wrote.
        """
        written = await self._intents.find(_key(sha, name))
        if written is None:
            return
        left = written.recorded_at + STALENESS - self._clock.now()
        if left <= timedelta(0):
            await self._intents.forget(_key(sha, name))
        elif not _shows(number, line, written):
            raise Backoff(left, "our check run does not show yet")

    async def keep(self, sha: str, content: CheckContent, seen: CheckRun | None, name: str = checks.NAME) -> CheckRun:
        """Make ``content`` what our check run of this name on a commit says, where ``seen`` is the newest one there.

        Returns:
            The check run that says it.
        """
        if seen is not None and content.is_in(seen):
            return seen
        annotated = seen is not None and ANNOTATED in seen.summary
        written = await checks.ensure_check(self._access.speak, sha, content, seen, anew=annotated, name=name)
        await self._intents.record(_key(sha, name), {"id": written.id, "line": content.external_id})
        return written


def _shows(number: int, line: str, written: Intent) -> bool:
    """Whether this is what we wrote, or something newer: an answer that was lost can have left that behind."""
    if number != written.value["id"]:
        return number > int(written.value["id"])
    return line == str(written.value["line"])


def _key(sha: str, name: str) -> str:
    return f"check:{sha}" if name == checks.NAME else f"check:{sha} {name}"

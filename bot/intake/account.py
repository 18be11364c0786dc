"""Who we are, asked of GitHub once in the life of a process."""

from __future__ import annotations

from bot.github.apps import get_app
from bot.github.client import GitHub, Session
from bot.github.facts import AppAccount


class Account:
    """Our App and its bot account."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._known: AppAccount | None = None

    async def get(self, session: Session) -> AppAccount:
        """Who we are; ``session`` may be that of any installation. Raises GitHubError."""
        if self._known is None:
            self._known = await get_app(self._github, session)
        return self._known

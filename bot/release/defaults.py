"""Organisation defaults: ``aweigh.toml`` of the owner's ``.github`` repository, for those who installed the App there.

They concern every repository of the owner, so they are kept for a minute; whether there is such a repository at all
changes so rarely that it is kept for longer. A push to it makes us look at once. Both are kept for one installation: what
one may see another may not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from cachetools import TTLCache

from bot.clock import Clock
from bot.github.client import GitHub
from bot.github.errors import Forbidden, GraphQLError, NotFound, Unprocessable
from bot.github.facts import RepositoryRef
from bot.github.repositories import find_repository_id, read_files_at

log = structlog.get_logger(__name__)

REPOSITORY: Final = ".github"
PATH: Final = "aweigh.toml"
_FRESH = timedelta(minutes=1)
_THERE = timedelta(hours=2)
_MOST = 1024


class Defaults:
    """The defaults of every owner that this process works for."""

    def __init__(self, github: GitHub, clock: Clock) -> None:
        self._github = github

        def now() -> float:
            return clock.now().timestamp()

        self._homes: TTLCache[int, int | None] = TTLCache(_MOST, _THERE.total_seconds(), timer=now)
        self._files: TTLCache[int, bytes | None] = TTLCache(_MOST, _FRESH.total_seconds(), timer=now)

    async def find(self, repository: RepositoryRef) -> bytes | None:
        """The defaults for ``repository``, or None where its owner has none. Raises GitHubError."""
        key = repository.installation_id
        if key not in self._files:
            self._files[key] = await self._read(repository)
        return self._files[key]

    def forget(self, repository: RepositoryRef) -> None:
        """Something happened in ``repository``: if it is one with defaults, they are read anew."""
        if repository.name == REPOSITORY:
            self._homes.pop(repository.installation_id, None)
            self._files.pop(repository.installation_id, None)

    async def _read(self, repository: RepositoryRef) -> bytes | None:
        home = f"{repository.owner}/{REPOSITORY}"
        key = repository.installation_id
        try:
            if key not in self._homes:
                looking = self._github.session(key, None, {"metadata": "read"}, repository=home)
                self._homes[key] = await find_repository_id(looking)
            number = self._homes[key]
            if number is None:
                return None
            reading = self._github.session(key, number, {"metadata": "read", "contents": "read"}, repository=home)
            return (await read_files_at(reading, (PATH,))).get(PATH)
        except (Forbidden, GraphQLError, NotFound, Unprocessable) as error:
            # The App may be installed for some repositories only, and this is none of them.
            log.info("no defaults", home=home, cause=str(error))
            return None

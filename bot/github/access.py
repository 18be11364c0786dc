"""Sessions for one repository, each narrowed to what its task needs."""

from __future__ import annotations

from typing import Final

from bot.github.client import GitHub, Session
from bot.github.facts import RepositoryRef
from bot.github.tokens import Level

_READ: Final[dict[str, Level]] = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "read",
    "issues": "read",
    "checks": "read",
    "actions": "read",
    "deployments": "read",
}
_SPEAK: Final[dict[str, Level]] = {"metadata": "read", "issues": "write", "pull_requests": "write", "checks": "write"}
_CHANGE: Final[dict[str, Level]] = {"metadata": "read", "contents": "write"}
_QUEUE: Final[dict[str, Level]] = {"metadata": "read", "contents": "write", "pull_requests": "write"}
_START: Final[dict[str, Level]] = {"metadata": "read", "actions": "write", "deployments": "write"}


_MEMBERS: Final[dict[str, Level]] = {"members": "read"}

_HEARING: Final[dict[str, Level]] = {"merge_queues": "read"}
"""Without it GitHub does not tell of the groups of a merge queue. No request needs it, so no token asks for it."""

_SURVEY: Final[dict[str, Level]] = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "read",
    "issues": "read",
    "checks": "read",
}


def open_survey(github: GitHub, installation_id: int, *, repository: str | None = None) -> Session:
    """A session to look over all repositories of an installation: nothing can be changed with it.

    A token for each of a thousand repositories would cost as much as all that is asked of them.
    """
    return github.session(installation_id, None, _SURVEY, repository=repository)


def list_permissions() -> dict[str, Level]:
    """Every permission the App must be granted, as strong as any task needs it; the App's manifest asks for these."""
    needed: dict[str, Level] = {}
    for task in (_READ, _SPEAK, _CHANGE, _START, _MEMBERS, _HEARING):
        for name, level in task.items():
            if needed.get(name) != "write":
                needed[name] = level
    return dict(sorted(needed.items()))


class Access:
    """What we may do in one repository. A token that only looks cannot change anything, whatever goes wrong."""

    def __init__(self, github: GitHub, repository: RepositoryRef) -> None:
        self.repository = repository
        self._github = github

    @property
    def read(self) -> Session:
        """To observe; nothing can be changed with it."""
        return self._session(_READ)

    @property
    def speak(self) -> Session:
        """To comment, react, open the pull request and write our check run."""
        return self._session(_SPEAK)

    @property
    def change(self) -> Session:
        """To write branches, commits, tags and releases."""
        return self._session(_CHANGE)

    @property
    def queue(self) -> Session:
        """To put a pull request into a merge queue: over GraphQL that takes seeing the pull request as well."""
        return self._session(_QUEUE)

    @property
    def start(self) -> Session:
        """To dispatch a run and to answer our deployment protection rule."""
        return self._session(_START)

    @property
    def members(self) -> Session:
        """To see who is in a team of the owning organisation."""
        return self._session(_MEMBERS)

    def _session(self, permissions: dict[str, Level]) -> Session:
        repository = self.repository
        return self._github.session(
            repository.installation_id, repository.id, permissions, repository=repository.full_name
        )

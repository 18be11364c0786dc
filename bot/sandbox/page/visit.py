"""One request to a page: of whom, in which world, about which repository; and the sheet it is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.acme import Acme
from bot.sandbox.git.store import GitStore
from bot.sandbox.page.house import House, Showing
from bot.sandbox.people import Person
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import Issue, PullRequest
from bot.sandbox.state.repository import ROLES, Repository, Role
from bot.sandbox.state.runs import WorkflowRun
from bot.sandbox.world import World

SPEAKER = "speaker"
"""The name of the cookie that says who is speaking."""


class MissingError(LookupError):
    """There is no such thing in this world; the message says what."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page shows: a template, the words of its title, and the facts the template speaks of."""

    template: str
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """One request in a world that is shown."""

    request: web.Request
    house: House
    showing: Showing

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.showing.acme

    @property
    def world(self) -> World:
        """GitHub's memory."""
        return self.showing.sandbox.world

    @property
    def speaker(self) -> Person:
        """As whom the visitor acts; mona until somebody else was chosen."""
        people = self.showing.people
        return people.get(self.request.cookies.get(SPEAKER, ""), people["mona"])

    @property
    def repository(self) -> Repository:
        """The repository the address names. Raises MissingError."""
        owner, name = self.part("owner"), self.part("repo")
        found = self.world.find_repository(owner, name)
        if found is None:
            raise MissingError(f"There is no repository {owner}/{name} in this world.")
        return found

    @property
    def store(self) -> GitStore:
        """The repository's objects and refs."""
        return self.repository.store

    @property
    def home(self) -> str:
        """The path of the repository's first page."""
        return f"/{quote(self.repository.full_name)}"

    def part(self, name: str) -> str:
        """A part of the address."""
        return self.request.match_info[name]

    def may(self, role: Role) -> bool:
        """Whether the speaker has this role, or a stronger one."""
        grant = self.repository.grant_of(self.speaker.user)
        return grant is not None and ROLES.index(grant.role) >= ROLES.index(role)

    def thread(self) -> Issue:
        """The issue or pull request the address names. Raises MissingError."""
        number = self.part("number")
        found = self.repository.issues.get(int(number))
        if found is None:
            raise MissingError(f"There is no #{number} in this world yet.")
        return found

    def pull(self) -> PullRequest:
        """The pull request the address names. Raises MissingError."""
        found = self.thread()
        if not isinstance(found, PullRequest):
            raise MissingError(f"#{found.number} is no pull request.")
        return found

    def check(self) -> CheckRun:
        """The check run the address names. Raises MissingError."""
        found = self.repository.check_runs.get(int(self.part("check")))
        if found is None:
            raise MissingError("There is no such check in this world.")
        return found

    def run(self) -> WorkflowRun:
        """The workflow run the address names. Raises MissingError."""
        number = self.part("run")
        found = self.repository.runs.get(int(number))
        if found is None:
            raise MissingError(f"There is no run {number} in this world.")
        return found

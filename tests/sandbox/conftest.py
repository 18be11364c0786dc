"""acme/widget behind an in-process GitHub."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox.acme import Acme, build_acme
from bot.sandbox.clock import ManualClock
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.contract.watching import held_to_contract
from tests.sandbox.client import REPO, Client, app_key, as_app, as_installation


@dataclass
class Desk:
    """Everything a test of the API holds in its hands."""

    acme: Acme
    clock: ManualClock
    sandbox: GitHubSandbox
    app: Client
    api: Client

    @property
    def world(self) -> World:
        return self.acme.world

    @property
    def repository(self) -> Repository:
        return self.acme.repository

    @property
    def head(self) -> str:
        """The commit the default branch points at."""
        sha = self.repository.store.find_ref("refs/heads/main")
        assert sha is not None
        return sha

    def limited(self, **permissions: str) -> Client:
        """A client whose token holds these permissions alone."""
        return as_installation(self.sandbox, self.acme, permissions)

    def heard(self) -> list[tuple[str, str | None]]:
        """Event and action of what was delivered since the last look."""
        return [(one.event, one.action) for one in self.world.take_deliveries()]

    async def commit(self, files: dict[str, str], message: str = "A change", parent: str | None = None) -> str:
        """A commit of the App on top of main, made as the bot makes its own: tree, then commit."""
        parent = parent or self.head
        entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in files.items()]
        tree = await self.api.post(f"{REPO}/git/trees", {"base_tree": parent, "tree": entries})
        body = {"message": message, "tree": tree["sha"], "parents": [parent]}
        commit: dict[str, Any] = await self.api.post(f"{REPO}/git/commits", body)
        return str(commit["sha"])

    async def branch(self, name: str, files: dict[str, str]) -> str:
        """A branch with one commit of the App."""
        sha = await self.commit(files)
        await self.api.post(f"{REPO}/git/refs", {"ref": f"refs/heads/{name}", "sha": sha})
        return sha

    async def pull(self, branch: str, files: dict[str, str]) -> dict[str, Any]:
        """An open pull request of the App."""
        await self.branch(branch, files)
        body = {"title": f"Merge {branch}", "head": branch, "base": "main", "body": "Please."}
        pull: dict[str, Any] = await self.api.post(f"{REPO}/pulls", body)
        return pull


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = ManualClock()
    acme = build_acme(clock=clock, private_key=app_key())
    sandbox = GitHubSandbox(acme.world)
    with held_to_contract(sandbox, requests=False):
        yield Desk(acme, clock, sandbox, as_app(sandbox, acme), as_installation(sandbox, acme))

"""acme/widget with running Actions and an index that trusts its publish workflow."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from bot.sandbox.acme import GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.clock import ManualClock
from bot.sandbox.http import Request, Response
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.accounts import Token
from bot.sandbox.state.runs import Environment, Job, WorkflowRun


@cache
def app_key() -> str:
    return new_private_key()


@dataclass
class Stage:
    """A sandbox in which workflows run, as far as a test lets them."""

    sandbox: Sandbox
    clock: ManualClock

    def __post_init__(self) -> None:
        self.acme = self.sandbox.acme
        self.world = self.acme.world
        self.repository = self.acme.repository
        self.actions = self.sandbox.actions
        self.index = self.sandbox.index

    @property
    def environment(self) -> Environment:
        return self.repository.environments["pypi"]

    @property
    def runs(self) -> list[WorkflowRun]:
        return list(self.repository.runs.values())

    @property
    def run(self) -> WorkflowRun:
        """The newest run."""
        return self.runs[-1]

    @property
    def live(self) -> LiveRun:
        return LiveRun(self.world, self.repository, self.run)

    def job(self, key: str) -> Job:
        return self.live.jobs[key]

    def bump(self, version: str = "1.2.0", **files: str) -> str:
        """Commit the version (and whole further files, dots and slashes spelled as they are) on the main branch."""
        store = self.repository.store
        pyproject = (store.read("main", "pyproject.toml") or b"").decode()
        changed = {"pyproject.toml": re.sub(r'version = "[^"]*"', f'version = "{version}"', pyproject, count=1)}
        return self.acme.hugo.push_commit("main", {**changed, **files}, f"Release {version}")

    def tag(self, version: str = "1.2.0", **files: str) -> None:
        self.bump(version, **files)
        self.acme.hugo.push_tag(f"v{version}", "main")

    def write_workflow(self, text: str) -> str:
        """Put another publish workflow onto the main branch."""
        files = {".github/workflows/publish.yml": text}
        return self.acme.hugo.push_commit("main", files, "Change the workflow")

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """One request of the App to the API, below the repository when the path starts with a slash."""
        token = Token(
            "ghs_test",
            self.acme.installation,
            self.acme.installation.permissions,
            None,
            datetime(2099, 1, 1, tzinfo=UTC),
        )
        self.world.tokens[token.value] = token
        sent = {"authorization": f"token {token.value}", "user-agent": "tests", **headers}
        content = b"" if body is None else json.dumps(body).encode()
        return await self.sandbox.github.handle(Request.of(method, f"/repos/acme/widget{path}", sent, content))

    async def get(self, path: str) -> Any:
        """The JSON at a path that must exist."""
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.json()

    def told(self) -> list[str]:
        """The deliveries since the last time, as `event.action`."""
        taken = self.world.take_deliveries()
        return [f"{one.event}.{one.action}" if one.action else one.event for one in taken]


def make_stage(
    *, trigger: Trigger = "tag-push", gate: GateKind = "none", files: dict[str, str | None] | None = None
) -> Stage:
    clock = ManualClock()
    granted = ("actions", "administration", "checks", "contents", "deployments", "issues", "pull_requests")
    acme = build_acme(
        trigger=trigger,
        gate=gate,
        clock=clock,
        files=files,
        private_key=app_key(),
        permissions=dict.fromkeys(granted, "write") | {"metadata": "read"},
    )
    return Stage(Sandbox.create(acme), clock)


@pytest.fixture
def stage() -> Stage:
    return make_stage()

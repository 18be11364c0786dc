"""acme/widget with running Actions and an index that trusts its publish workflow."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from bot.sandbox.acme import Acme, GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.actions.engine import Actions
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.oidc import OidcIssuer
from bot.sandbox.actions.steps.building import Builder
from bot.sandbox.actions.steps.execution import Services
from bot.sandbox.actions.steps.transport import DirectTransport
from bot.sandbox.clock import ManualClock
from bot.sandbox.index import PackageIndex, Publisher
from bot.sandbox.sigstore import LocalSigstore
from bot.sandbox.state.runs import Environment, Job, WorkflowRun

# One builder for all tests: equal trees are built once, whoever asks.
_BUILDER = Builder()


@cache
def app_key() -> str:
    return new_private_key()


@dataclass
class Stage:
    """A world in which workflows run, as far as a test lets them."""

    acme: Acme
    clock: ManualClock
    index: PackageIndex
    actions: Actions

    @property
    def world(self) -> Any:
        return self.acme.world

    @property
    def repository(self) -> Any:
        return self.acme.repository

    @property
    def environment(self) -> Environment:
        return self.acme.repository.environments["pypi"]

    @property
    def runs(self) -> list[WorkflowRun]:
        return list(self.acme.repository.runs.values())

    @property
    def run(self) -> WorkflowRun:
        """The newest run."""
        return self.runs[-1]

    @property
    def live(self) -> LiveRun:
        return LiveRun(self.acme.world, self.acme.repository, self.run)

    def job(self, key: str) -> Job:
        return self.live.jobs[key]

    def bump(self, version: str = "1.2.0", **files: str) -> str:
        """Commit the version (and whole further files, dots and slashes spelled as they are) on the main branch."""
        store = self.acme.repository.store
        pyproject = (store.read("main", "pyproject.toml") or b"").decode()
        changed = {"pyproject.toml": re.sub(r'version = "[^"]*"', f'version = "{version}"', pyproject, count=1)}
        return self.acme.hugo.push_commit("main", {**changed, **files}, f"Release {version}")

    def tag(self, version: str = "1.2.0", **files: str) -> None:
        self.bump(version, **files)
        self.acme.hugo.push_tag(f"v{version}", "main")

    def told(self) -> list[str]:
        """The deliveries since the last time, as `event.action`."""
        taken = self.acme.world.take_deliveries()
        return [f"{one.event}.{one.action}" if one.action else one.event for one in taken]


def make_stage(
    *, trigger: Trigger = "tag-push", gate: GateKind = "none", files: dict[str, str | None] | None = None
) -> Stage:
    clock = ManualClock()
    permissions = {
        name: "write" for name in ("actions", "checks", "contents", "deployments", "issues", "pull_requests")
    }
    acme = build_acme(
        trigger=trigger, gate=gate, clock=clock, files=files, private_key=app_key(), permissions=permissions
    )
    sigstore = LocalSigstore(acme.world.links.web)
    issuer = OidcIssuer(f"{acme.world.links.web}/_services/token", clock=clock)
    index = PackageIndex(sigstore, issuer, clock=clock)
    index.state.ensure_project("widget")
    index.state.add_publisher("widget", Publisher("acme/widget", acme.organization.id, "publish.yml", "pypi"))
    actions = Actions(acme.world, Services(issuer, sigstore, _BUILDER, DirectTransport(index)))
    return Stage(acme, clock, index, actions)


@pytest.fixture
def stage() -> Stage:
    return make_stage()

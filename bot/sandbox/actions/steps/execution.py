"""What a running job has at hand: its files, its environment, its log, and the services beyond it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.actions.expression import Value, interpolate
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.oidc import OidcIssuer
from bot.sandbox.actions.steps.building import Builder
from bot.sandbox.actions.steps.log import JobLog
from bot.sandbox.actions.steps.transport import IndexTransport
from bot.sandbox.actions.workflow import JobDefinition
from bot.sandbox.sigstore import LocalSigstore
from bot.sandbox.state.runs import Job


class StepFailedError(Exception):
    """The step failed; the message is written to the log as an error (nothing more when it is empty)."""


@dataclass(frozen=True)
class Services:
    """What lies outside the runner. `secrets` are those of the repository, by their name in capitals."""

    issuer: OidcIssuer
    sigstore: LocalSigstore
    builder: Builder
    index: IndexTransport
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass
class Switches:
    """What can be made to go wrong inside jobs.

    `fail_steps` maps a part of a step's title to the error it dies with (`"gh-action-pypi-publish"`, `"build"`).
    """

    fail_steps: dict[str, str] = field(default_factory=dict)
    # The OIDC endpoint of the runner is out of order.
    oidc_unavailable: bool = False


@dataclass
class Execution:
    """One job while it runs. `files` is the working directory: relative path to content."""

    live: LiveRun
    job: Job
    definition: JobDefinition
    services: Services
    switches: Switches
    log: JobLog
    files: dict[str, bytes] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    steps: dict[str, Value] = field(default_factory=dict)
    status: str = "success"

    def contexts(self) -> dict[str, Value]:
        """The contexts a step may use."""
        return {
            **self.live.contexts(self.definition),
            "env": dict(self.env),
            "steps": dict(self.steps),
            "job": {"status": self.status},
            "runner": {"os": "Linux", "arch": "X64", "name": "GitHub Actions 1", "temp": "/home/runner/work/_temp"},
            "secrets": dict(self.services.secrets),
        }

    def text(self, inputs: Mapping[str, Any], name: str, default: str = "") -> str:
        """An input of an action as text, with its expressions replaced. Raises ExpressionError."""
        value = inputs.get(name, default)
        if isinstance(value, bool):
            return "true" if value else "false"
        return interpolate(str(default if value is None else value), self.contexts())

    def flag(self, inputs: Mapping[str, Any], name: str, *, default: bool) -> bool:
        """An input of an action that is true or false."""
        return self.text(inputs, name, "true" if default else "false").strip().lower() == "true"

    def claims(self) -> dict[str, Any]:
        """The claims of an OIDC token for this job."""
        identity = self.live.identity()
        where = f"environment:{self.job.environment}" if self.job.environment else f"ref:{identity['ref']}"
        claims = {
            **identity,
            "sub": f"repo:{identity['repository']}:{where}",
            "job_workflow_ref": identity["workflow_ref"],
            "job_workflow_sha": identity["workflow_sha"],
            "runner_environment": "github-hosted",
            "check_run_id": str(self.job.id),
        }
        return claims | ({"environment": self.job.environment} if self.job.environment else {})

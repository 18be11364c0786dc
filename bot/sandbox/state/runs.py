"""Workflows, their runs and jobs, environments with their gates, deployments."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import App, Team, User
from bot.sandbox.state.checks import CheckRun, CheckSuite


@dataclass(slots=True, eq=False)
class ProtectionRule:
    """A custom deployment protection rule: an App that is asked before a job may enter the environment."""

    id: int
    app: App
    enabled: bool = True

    @property
    def node_id(self) -> str:
        """The rule's GraphQL id."""
        return node_id("ProtectionRule", self.id)


@dataclass(slots=True, eq=False)
class BranchPolicy:
    """A name pattern of the branches or tags that may deploy to an environment."""

    id: int
    name: str
    type: Literal["branch", "tag"] = "branch"


@dataclass(slots=True, eq=False)
class Environment:
    """A deployment environment and what protects it."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    wait_timer: int = 0
    """Minutes."""
    prevent_self_review: bool = False
    reviewers: list[User] = field(default_factory=list)
    """The required reviewers: any one of them suffices. Never an App."""
    reviewing_teams: list[Team] = field(default_factory=list)
    """Teams among the required reviewers: any one member suffices."""
    protected_branches_only: bool = False
    branch_policies: list[BranchPolicy] | None = None
    """Name patterns when branches are restricted by name, else None."""
    can_admins_bypass: bool = True
    rules: list[ProtectionRule] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The environment's GraphQL id."""
        return node_id("Environment", self.id)


@dataclass(slots=True, eq=False)
class Step:
    """One step of a job."""

    number: int
    name: str
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Job:
    """One job in one attempt of a run."""

    id: int
    name: str
    run_attempt: int
    created_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    environment: str | None = None
    key: str = ""
    """The job's key in the workflow file."""
    steps: list[Step] = field(default_factory=list)
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    check_run: CheckRun | None = None
    deployment: "Deployment | None" = None

    @property
    def node_id(self) -> str:
        """The job's GraphQL id."""
        return node_id("Job", self.id)


@dataclass(slots=True, eq=False)
class Gate:
    """The protections one attempt of a run still has to pass before its jobs enter one environment."""

    environment: Environment
    run_attempt: int
    jobs: list[Job]
    since: datetime
    waiting_for_apps: list[App] = field(default_factory=list)
    waiting_for_reviewers: bool = False
    reports: int = 0
    """Status reports an App has posted without deciding; GitHub takes ten."""
    state: Literal["waiting", "approved", "rejected", "cancelled"] = "waiting"


@dataclass(slots=True, eq=False)
class Approval:
    """A decision on a gate, as the history of reviews shows it."""

    user: User
    state: Literal["approved", "rejected", "pending"]
    comment: str
    environments: list[Environment]
    created_at: datetime
    app: App | None = None


@dataclass(slots=True, eq=False)
class DeploymentStatus:
    """One step in the life of a deployment."""

    id: int
    state: str
    creator: User
    created_at: datetime
    description: str = ""
    environment_url: str = ""
    log_url: str = ""

    @property
    def node_id(self) -> str:
        """The status's GraphQL id."""
        return node_id("DeploymentStatus", self.id)


@dataclass(slots=True, eq=False)
class Deployment:
    """A deployment of a commit to an environment."""

    id: int
    sha: str
    ref: str
    environment: str
    creator: User
    created_at: datetime
    updated_at: datetime
    task: str = "deploy"
    description: str | None = None
    statuses: list[DeploymentStatus] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The deployment's GraphQL id."""
        return node_id("Deployment", self.id)


@dataclass(slots=True, eq=False)
class Workflow:
    """A workflow file that GitHub has seen."""

    id: int
    path: str
    name: str
    created_at: datetime
    updated_at: datetime
    state: str = "active"

    @property
    def node_id(self) -> str:
        """The workflow's GraphQL id."""
        return node_id("Workflow", self.id)


@dataclass(slots=True, eq=False)
class Artifact:
    """Files that one attempt of a run has kept under a name."""

    id: int
    name: str
    run_attempt: int
    files: dict[str, bytes]
    created_at: datetime

    @property
    def node_id(self) -> str:
        """The artifact's GraphQL id."""
        return node_id("Artifact", self.id)


@dataclass(slots=True, eq=False)
class WorkflowRun:
    """One run of a workflow. A re-run keeps the run and its id and counts the attempt up."""

    id: int
    workflow: Workflow
    run_number: int
    event: str
    head_branch: str | None
    """The short name of the ref: for a tag or release run that is the tag."""
    head_sha: str
    ref: str
    display_title: str
    actor: User
    triggering_actor: User
    created_at: datetime
    updated_at: datetime
    run_started_at: datetime
    run_attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None
    suite: CheckSuite | None = None
    jobs: list[Job] = field(default_factory=list)
    """The jobs of all attempts."""
    gates: list[Gate] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    event_payload: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    artifacts: list[Artifact] = field(default_factory=list)
    cancel_requested: bool = False
    disallowed: bool = False
    """Whether the repository's execution policy forbids it: it fails as soon as it moves."""

    @property
    def node_id(self) -> str:
        """The run's GraphQL id."""
        return node_id("WorkflowRun", self.id)

"""A repository and everything that belongs to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sandbox.git.store import GitStore
from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import User
from bot.sandbox.state.checks import CheckRun, CheckSuite
from bot.sandbox.state.conversation import Issue, Label, PullRequest
from bot.sandbox.state.queue import QueueEntry
from bot.sandbox.state.releases import Release
from bot.sandbox.state.rulesets import Ruleset
from bot.sandbox.state.runs import Deployment, Environment, Workflow, WorkflowRun

Role = Literal["read", "triage", "write", "maintain", "admin"]

#: The built-in roles, weakest first.
ROLES: tuple[Role, ...] = ("read", "triage", "write", "maintain", "admin")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a collaborator may do. A custom role has its own name and stands on one of the built-in ones."""

    role: Role
    custom_name: str | None = None

    @property
    def role_name(self) -> str:
        """The name shown as ``role_name``."""
        return self.custom_name or self.role

    @property
    def permission(self) -> str:
        """The older ``permission`` field, which knows neither maintain nor triage."""
        return {"maintain": "write", "triage": "read"}.get(self.role, self.role)


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """One entry of the repository's activity log: who moved which ref from where to where. It cannot be forged."""

    id: int
    ref: str
    before: str
    after: str
    kind: Literal["push", "force_push", "branch_creation", "branch_deletion", "pr_merge", "merge_queue_merge"]
    actor: User
    at: datetime

    @property
    def node_id(self) -> str:
        """The entry's GraphQL id."""
        return node_id("Ref", f"activity-{self.id}")


@dataclass(slots=True)
class MergeSettings:
    """Which ways of merging the repository offers."""

    merge: bool = True
    squash: bool = True
    rebase: bool = True
    delete_branch_on_merge: bool = False
    auto_merge: bool = False


@dataclass(frozen=True, slots=True)
class ExecutionPolicy:
    """Who may start workflows, by login, and with which events; None allows everybody, or everything.

    Source: "Managing Actions policies" (workflow execution protections): GitHub Apps are among the actors, and a run
    that is not allowed fails.
    """

    actors: frozenset[str] | None = None
    events: frozenset[str] | None = None

    def allows(self, actor: User, event: str) -> bool:
        """Whether this account may start a run with this event."""
        return (self.actors is None or actor.login in self.actors) and (self.events is None or event in self.events)


@dataclass(slots=True, eq=False)
class Repository:
    """A repository."""

    id: int
    name: str
    owner: User
    store: GitStore
    created_at: datetime
    pushed_at: datetime
    private: bool = False
    default_branch: str = "main"
    description: str | None = None
    archived: bool = False
    immutable_releases: bool = False
    fork_of: "Repository | None" = None
    collaborators: dict[int, Grant] = field(default_factory=dict)
    """By account id. Owners of the organisation and the owning user are administrators without standing here."""
    merge_settings: MergeSettings = field(default_factory=MergeSettings)
    labels: dict[str, Label] = field(default_factory=dict)
    """By lower-cased name."""
    issues: dict[int, Issue] = field(default_factory=dict)
    """Issues and pull requests by number."""
    releases: dict[int, Release] = field(default_factory=dict)
    check_suites: dict[int, CheckSuite] = field(default_factory=dict)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    activity: list[Activity] = field(default_factory=list)
    """Oldest first."""
    workflows: dict[int, Workflow] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    rulesets: list[Ruleset] = field(default_factory=list)
    queue: list[QueueEntry] = field(default_factory=list)
    """What waits to be merged, in order, for all branches with a merge queue."""
    execution_policy: ExecutionPolicy = field(default_factory=ExecutionPolicy)
    environments: dict[str, Environment] = field(default_factory=dict)
    """By name."""
    deployments: dict[int, Deployment] = field(default_factory=dict)
    former_names: set[str] = field(default_factory=set)
    """Full names it had before it was renamed, in lower case; GitHub redirects from them."""
    latest_release_id: int | None = None
    """The release marked as latest by hand (``make_latest``), else None."""
    burnt_tags: set[str] = field(default_factory=set)
    """Tag names once used by an immutable release: they can never be used again."""

    @property
    def node_id(self) -> str:
        """The repository's GraphQL id."""
        return node_id("Repository", self.id)

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    @property
    def pulls(self) -> list[PullRequest]:
        """The pull requests, oldest first."""
        return [issue for issue in self.issues.values() if isinstance(issue, PullRequest)]

    def find_pull(self, number: int) -> PullRequest | None:
        """The pull request with this number."""
        issue = self.issues.get(number)
        return issue if isinstance(issue, PullRequest) else None

    def grant_of(self, user: User) -> Grant | None:
        """The strongest grant this account has here, or None for no access at all."""
        if user.id == self.owner.id or user.id in self.owner.owners:
            return Grant("admin")
        grant = self.collaborators.get(user.id)
        if grant is None and (not self.private or user.id in self.owner.members) and user.type == "User":
            return Grant("read")
        return grant

    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return max(self.issues, default=0) + 1

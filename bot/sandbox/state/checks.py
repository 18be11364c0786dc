"""Check suites and check runs."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import App


@dataclass(slots=True, eq=False)
class CheckOutput:
    """What a check run says about itself."""

    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CheckSuite:
    """The check runs of one App on one commit."""

    id: int
    app: App
    head_branch: str | None
    head_sha: str
    before: str | None
    after: str | None
    created_at: datetime
    updated_at: datetime
    status: str | None = "queued"
    conclusion: str | None = None

    @property
    def node_id(self) -> str:
        """The suite's GraphQL id."""
        return node_id("CheckSuite", self.id)


@dataclass(slots=True, eq=False)
class CheckRun:
    """One check on one commit; only the App that made it may change it."""

    id: int
    suite: CheckSuite
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    external_id: str = ""
    details_url: str | None = None
    output: CheckOutput = field(default_factory=CheckOutput)
    actions: list[dict[str, str]] = field(default_factory=list)
    deployment_id: int | None = None

    @property
    def app(self) -> App:
        """The App it belongs to."""
        return self.suite.app

    @property
    def node_id(self) -> str:
        """The check run's GraphQL id."""
        return node_id("CheckRun", self.id)

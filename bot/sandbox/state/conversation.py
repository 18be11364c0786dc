"""Issues, pull requests, comments, reviews and reactions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import App, User

if TYPE_CHECKING:  # A pull request knows the repository its head lies in, and a repository knows its pull requests.
    from bot.sandbox.state.repository import Repository

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


@dataclass(slots=True, eq=False)
class Reaction:
    """One emoji by one account; an account can give each emoji once."""

    id: int
    user: User
    content: str
    created_at: datetime

    @property
    def node_id(self) -> str:
        """The reaction's GraphQL id."""
        return node_id("Reaction", self.id)


@dataclass(slots=True, eq=False)
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False

    @property
    def node_id(self) -> str:
        """The label's GraphQL id."""
        return node_id("Label", self.id)


@dataclass(slots=True, eq=False)
class Comment:
    """A comment in the conversation of an issue or a pull request."""

    id: int
    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    """The App through which it was written, if any."""
    last_edited_at: datetime | None = None
    edited_by: User | None = None
    minimized_reason: str | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The comment's GraphQL id."""
        return node_id("IssueComment", self.id)


@dataclass(slots=True, eq=False)
class ReviewComment:
    """A comment on a line of a pull request's diff."""

    id: int
    review_id: int
    user: User
    body: str
    path: str
    line: int
    commit_id: str
    created_at: datetime
    updated_at: datetime
    in_reply_to_id: int | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The comment's GraphQL id."""
        return node_id("PullRequestReviewComment", self.id)


ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]


@dataclass(slots=True, eq=False)
class Review:
    """A review of a pull request."""

    id: int
    user: User
    body: str
    state: ReviewState
    commit_id: str
    submitted_at: datetime | None
    updated_at: datetime
    last_edited_at: datetime | None = None
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The review's GraphQL id."""
        return node_id("PullRequestReview", self.id)


@dataclass(frozen=True, slots=True)
class Labelling:
    """That somebody gave an issue a label, whether or not it has it still."""

    id: int
    label: Label
    actor: User
    at: datetime


@dataclass(frozen=True, slots=True)
class ForcedPush:
    """That somebody moved the head branch of an open pull request to a commit that does not follow from the one before."""

    id: int
    actor: User
    before: str
    after: str
    at: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class Issue:
    """An issue; every pull request is one too, and both share one sequence of numbers."""

    id: int
    number: int
    title: str
    body: str | None
    user: User
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    closed_by: User | None = None
    locked: bool = False
    lock_reason: str | None = None
    last_edited_at: datetime | None = None
    labels: list[Label] = field(default_factory=list)
    labellings: list[Labelling] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The issue's GraphQL id."""
        return node_id("Issue", self.id)


@dataclass(slots=True, eq=False, kw_only=True)
class PullRequest(Issue):
    """A pull request, with the branch it brings and the one it goes to."""

    head_repository: "Repository | None"
    """Where the head branch lies; None once that fork was deleted."""
    head_owner: User | None
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    issue_id: int
    """The id of the same thing seen as an issue."""
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    """Set once merged; of an open pull request GitHub shows a test merge here, which is made when asked for."""
    unknown_reads: int = 0
    """How often GitHub still answers that it has not worked out yet whether this can be merged."""
    maintainer_can_modify: bool = False
    requested_reviewers: list[User] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)
    forced: list[ForcedPush] = field(default_factory=list)

    @property
    def merged(self) -> bool:
        """Whether it was merged (a merged pull request is also closed)."""
        return self.merged_at is not None

    @property
    def node_id(self) -> str:
        """The pull request's GraphQL id."""
        return node_id("PullRequest", self.id)

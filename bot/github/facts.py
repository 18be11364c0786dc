"""What GitHub told us, as plain values: no I/O, so that the pure rooms may hold them.

Each class keeps only the members the bot reads. Times are aware datetimes in UTC, ids are GitHub's numeric database
ids, and a ``sha`` is the full 40-character object name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Literal

from bot.github.ref_patterns import fits


@dataclass(frozen=True, slots=True)
class RepositoryRef:
    """Where a repository is reached: enough to mint a token for it and to name it in a path."""

    installation_id: int
    id: int
    full_name: str

    @property
    def owner(self) -> str:
        """Login of the owning user or organisation."""
        return self.full_name.split("/", 1)[0]

    @property
    def name(self) -> str:
        """The repository's own name."""
        return self.full_name.split("/", 1)[1]


@dataclass(frozen=True, slots=True)
class Person:
    """An account. People are compared by ``id``: a login can be renamed and taken over."""

    id: int
    login: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class AppAccount:
    """Our App: its numeric id, its slug, and the bot account that acts for it."""

    id: int
    slug: str
    bot: Person


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository itself."""

    id: int
    node_id: str
    owner_id: int
    full_name: str
    default_branch: str
    web_url: str
    private: bool = False
    fork: bool = False
    archived: bool = False

    @property
    def owner(self) -> str:
        """Login of the owning user or organisation."""
        return self.full_name.split("/", 1)[0]


class Role(StrEnum):
    """What a person may do in a repository, weakest first (``role_name`` of the collaborator permission)."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    def reaches(self, needed: Role) -> bool:
        """Whether this role includes ``needed``."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Membership(Enum):
    """Whether somebody is a member of a team that counts."""

    NONE = auto()
    MEMBER = auto()
    UNKNOWN = auto()
    """The App may not see who is in a team: it takes the permission ``members: read``."""


@dataclass(frozen=True, slots=True)
class HeadCommit:
    """The newest commit of a pull request: its first parent, its message, and when it was made, where that is told."""

    parent: str
    message: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request. ``merge_commit`` is set only when it was merged: before, GitHub's member is a test merge."""

    number: int
    node_id: str
    title: str
    url: str
    state: str
    merged: bool
    locked: bool
    head_branch: str
    head_sha: str
    head_repository_id: int | None
    base_branch: str
    author: Person | None
    created_at: datetime
    merge_commit: str | None = None
    merged_at: datetime | None = None
    labels: tuple[str, ...] = ()
    head: HeadCommit | None = None
    """What the overview tells of the commit ``head_sha``; REST does not tell it along."""
    queued: bool = False
    """Whether it waits in a merge queue; REST does not tell that either."""
    merge_parent: str | None = None
    """Where the base was when this was merged, as far as the overview tells; after a rebase of several commits one of them."""
    tag: str | None = None
    """The tag of a release without a pull request, whose picture this is (``bot.release.tag_only``); None: it is a real one."""

    @property
    def is_homeless(self) -> bool:
        """Whether the thread is gone in which a release without a pull request was asked for."""
        return self.tag is not None and not self.node_id

    @property
    def is_open(self) -> bool:
        """Whether it can still be merged."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class PullText:
    """The title and the text of a pull request, which anybody with write access may have changed."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """An issue, or a pull request, as a place to talk."""

    node_id: str
    url: str
    locked: bool
    labels: tuple[str, ...] = ()
    pull: PullRequest | None = None


MergeMethod = Literal["squash", "merge", "rebase"]


class MergeState(StrEnum):
    """What keeps a pull request from being merged, with its checks and reviews (``MergeStateStatus`` of the schema)."""

    BEHIND = "BEHIND"
    BLOCKED = "BLOCKED"
    CLEAN = "CLEAN"
    DIRTY = "DIRTY"
    HAS_HOOKS = "HAS_HOOKS"
    UNKNOWN = "UNKNOWN"
    UNSTABLE = "UNSTABLE"

    @property
    def is_clean(self) -> bool:
        """Whether nothing that is required is missing, and no check fails or runs."""
        return self in (MergeState.CLEAN, MergeState.HAS_HOOKS)


@dataclass(frozen=True, slots=True)
class Merging:
    """How an open pull request can be merged. ``methods`` are those on offer, what adds least to the history first."""

    methods: tuple[MergeMethod, ...]
    state: MergeState
    has_queue: bool = False
    """Whether its base is merged into through a queue alone."""
    queued: bool = False
    head_at: datetime | None = None
    """When its head was committed."""


@dataclass(frozen=True, slots=True)
class Push:
    """One move of a branch: who, and the commits it pointed at before and after. ``by`` is None for a deleted account."""

    by: Person | None
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in a conversation; ``edited_at`` is GraphQL's ``lastEditedAt`` where it was asked for."""

    id: int
    node_id: str
    body: str
    url: str
    author: Person | None
    created_at: datetime
    edited_at: datetime | None = None
    minimized: bool = False
    by_app: bool = False


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check run of our own App."""

    id: int
    head_sha: str
    conclusion: str | None
    external_id: str
    title: str
    summary: str
    url: str


Conclusion = Literal["success", "neutral", "failure", "action_required"]


@dataclass(frozen=True, slots=True)
class CheckButton:
    """A button of a check run: at most 20 characters of identifier and label, and 40 of description (REST API)."""

    identifier: str
    label: str
    description: str


AnnotationLevel = Literal["notice", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a check run says about a line of a file."""

    path: str
    message: str
    level: AnnotationLevel = "warning"
    line: int = 1


@dataclass(frozen=True, slots=True)
class CheckContent:
    """What a check run says. It is always concluded: an open one turns stale after 14 days.

    ``buttons`` are at most three. GitHub never tells which ones a check run has, so they must follow from the rest.
    """

    conclusion: Conclusion
    external_id: str
    title: str
    summary: str
    buttons: tuple[CheckButton, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    def is_in(self, run: CheckRun) -> bool:
        """Whether ``run`` says exactly this, as far as GitHub shows it."""
        return (run.conclusion, run.external_id, run.title, run.summary) == (
            self.conclusion,
            self.external_id,
            self.title,
            self.summary,
        )


@dataclass(frozen=True, slots=True)
class TagRef:
    """A tag and the commit it leads to, through the tag object when it is annotated."""

    name: str
    commit: str
    annotated: bool


@dataclass(frozen=True, slots=True)
class TagRuleset:
    """A ruleset in force that restricts who creates tags: those that a pattern of ``include`` names, and none of ``exclude``.

    ``url`` is its page, where that is known.
    """

    id: int
    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    url: str = ""

    def covers(self, tag: str) -> bool:
        """Whether it certainly is about this tag."""
        ref = f"refs/tags/{tag}"
        named = any(fits(pattern, ref) for pattern in self.include)
        return named and all(fits(pattern, ref) is False for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class ReleaseAsset:
    """A file attached to a GitHub Release; ``state`` is ``uploaded``, or ``starter`` after a failed upload."""

    id: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class ReleaseRef:
    """A published GitHub Release: that it is there, and where."""

    tag: str
    url: str


@dataclass(frozen=True, slots=True)
class GitHubRelease:
    """A GitHub Release, draft or published."""

    id: int
    tag: str
    draft: bool
    prerelease: bool
    url: str
    upload_url: str
    body: str
    author: Person | None
    assets: tuple[ReleaseAsset, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run of a workflow; ``attempt`` counts re-runs from 1, ``path`` is the workflow file."""

    id: int
    attempt: int
    event: str
    status: str
    conclusion: str | None
    head_sha: str
    head_branch: str | None
    path: str
    url: str
    created_at: datetime
    updated_at: datetime
    actor_id: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether it came to an end, well or badly."""
        return self.status == "completed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a run's newest attempt."""

    id: int
    name: str
    status: str
    conclusion: str | None
    url: str
    started_at: datetime | None = None
    failed_step: str | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """What guards an environment, as far as ``actions: read`` shows it."""

    name: str
    exists: bool
    rule_app_ids: frozenset[int] = frozenset()
    rule_app_slugs: frozenset[str] = frozenset()
    reviewers: tuple[str, ...] = ()
    protected_branches_only: bool = False

    def is_called(self, name: str) -> bool:
        """Whether this is its name: GitHub takes ``PyPI`` and ``pypi`` for the same."""
        return self.name.casefold() == name.casefold()


@dataclass(frozen=True, slots=True)
class PendingDeployment:
    """An environment at which a run waits; ``reviewers`` are those it asks, as ``@login`` or ``@org/team``.

    ``until`` is when the environment's wait timer lets the run go on, if it has one.
    """

    environment: str
    reviewers: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeploymentReview:
    """One answer in a run's review history: a person's, or an App's to its own rule."""

    state: str
    comment: str
    user: Person | None
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with all that is asked about it in one observation; ``by_us`` says that our App caused it."""

    run: WorkflowRun
    jobs: tuple[Job, ...] = ()
    pending: tuple[PendingDeployment, ...] = ()
    reviews: tuple[DeploymentReview, ...] = ()
    by_us: bool = True

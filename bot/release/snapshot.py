"""The facts of one release at one instant.

``observe`` reads them in the order in which ``next_step`` looks at them and stops early, so a later member is None
when an earlier one already decides. Nothing here is remembered between observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.changelog import NO_CHANGELOG, Changelog, NoChangelog, Weighed
from bot.conversation.registry import AUTO
from bot.github.facts import (
    AppAccount,
    CheckRun,
    Comment,
    Environment,
    Membership,
    Merging,
    Person,
    PullRequest,
    PullText,
    Push,
    ReleaseRef,
    Repository,
    Role,
    RunFacts,
    TagRef,
    TagRuleset,
    ThreadRef,
)
from bot.github.listing import Tree
from bot.index.addresses import Index
from bot.index.facts import ProjectFiles
from bot.publishing.route import NoRoute, Route
from bot.publishing.verdicts import FileVerdict
from bot.release.gate import GateKind, gate_kind

# What a line is, others ask of this module: a snapshot is of one.
from bot.release.line import (
    BRANCHES as BRANCHES,  # noqa: PLC0414
)
from bot.release.line import (
    DEVELOPMENT_BRANCHES as DEVELOPMENT_BRANCHES,  # noqa: PLC0414
)
from bot.release.line import (
    Line as Line,  # noqa: PLC0414
)
from bot.release.line import (
    find_line as find_line,  # noqa: PLC0414
)
from bot.release.line import (
    home_line as home_line,  # noqa: PLC0414
)
from bot.release.line import (
    is_astray as is_astray,  # noqa: PLC0414
)
from bot.release.line import (
    line_between as line_between,  # noqa: PLC0414
)
from bot.release.line import (
    line_of as line_of,  # noqa: PLC0414
)
from bot.release.orders import Order
from bot.release.reasons import Because
from bot.release.record import Record
from bot.release.since import Since
from bot.settings.freeze import FreezeWindow
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import Project, ProjectProblem


@dataclass(frozen=True, slots=True)
class Request:
    """A ``/release VERSION`` that is being carried out.

    ``version`` is as it was typed, and may be a word such as ``minor``. ``base_commit`` is what the head of the base must
    begin with; None: it may be any. ``anew`` drops what others pushed to the release branch. ``thread`` is the issue or pull
    request that it was typed in; None: nobody typed it.
    """

    version: str
    requester: Person
    comment_id: int
    at: datetime
    on_release_pull: bool = False
    base_commit: str | None = None
    anew: bool = False
    thread: int | None = None

    @property
    def follows(self) -> bool:
        """Whether the version that follows from what was merged is asked for."""
        return self.version == AUTO

    @property
    def is_unasked(self) -> bool:
        """Whether nobody asked: the mode of the repository did."""
        return not self.comment_id


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a commit offers: the base's head before the release PR, the merge commit after it."""

    commit: str
    tree: Tree
    project: Project | ProjectProblem
    route: Route | NoRoute | None = None
    changelog: Changelog | NoChangelog = NO_CHANGELOG


@dataclass(frozen=True, slots=True)
class BranchHistory:
    """How the release branch came to its head: the pushes since our own newest, newest first.

    ``ours`` is where that one of ours put the branch; None when it was not found. ``shows_head`` is False when GitHub's
    activity does not tell who pushed the head: it shows a push later than the branch does.
    """

    pushes: tuple[Push, ...] = ()
    ours: str | None = None
    shows_head: bool = True


class Unreachable(str):
    """Why the index could not be asked; a state of its own, never taken for "nothing there"."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """An unedited ``approve`` comment made since we asked, with its author's role asked now."""

    comment: Comment
    by: Person
    role: Role
    version: str
    commit: str | None = None
    membership: Membership = Membership.NONE
    """In a team that may approve; asked only of those whose role is not enough."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the index and the run's log say once the run has succeeded.

    ``unanswered`` are the files whose provenance the index may give the next time it is asked.
    """

    files: ProjectFiles | Unreachable
    uploaded: frozenset[str] = frozenset()
    verdicts: tuple[FileVerdict, ...] = ()
    provenance: tuple[tuple[str, bytes], ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Development:
    """What is known of the second pull request of a release that is out, which brings the files back to development.

    ``pull`` is that pull request in whatever state it is; the rest is read only while there is none. ``project`` is what
    the base offers by now, ``before`` what it was before the release.
    """

    pull: PullRequest | None = None
    base_commit: str | None = None
    base_tree: Tree | None = None
    project: Project | None = None
    before: Project | None = None
    declined: Because | None = None
    """Why GitHub did not let us open it just now."""


@dataclass(frozen=True, slots=True)
class Forward:
    """What is known of the pull request that carries the section of a maintenance release into the default branch.

    ``pull`` is that pull request in whatever state it is; the rest is read only while there is none. ``content`` is the
    changelog of the default branch; None where it has none at that place.
    """

    pull: PullRequest | None = None
    base_commit: str | None = None
    base_tree: Tree | None = None
    content: bytes | None = None
    declined: Because | None = None
    """Why GitHub did not let us open it just now."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything ``next_step`` may look at."""

    at: datetime
    app: AppAccount
    repository: Repository
    line: Line
    settings: RepositorySettings | SettingsProblem
    target: Index
    publisher_trusted: bool = True
    """Whether the index can trust workflows of this GitHub at all."""
    request: Request | None = None
    order: Order | None = None
    """What somebody told the release to do, while that is carried out."""
    pull: PullRequest | None = None
    branch_head: str | None = None
    branch_is_ours: bool = True
    branch_record: Record | None = None
    record: Record | None = None
    check: CheckRun | None = None
    """Our newest check run on the pull request's head, where the record stands unless people pushed onto that."""
    comments: tuple[Comment, ...] | None = None
    """What was said on the pull request; None: nobody looked."""
    labelled_by: Person | None = None
    """Who gave the pull request the label that holds it, where it has that and it shows who did."""
    text: PullText | None = None
    """What the pull request says; None: nobody looked."""
    history: BranchHistory | None = None
    foreign_files: tuple[str, ...] = ()
    """What the pull request changes beside the files of our bump commit, when people pushed onto that."""
    lifted_by_branch: bool = False
    """Whether it is what people pushed to the release branch that lets whoever asked for the release approve it."""
    thawed_by_branch: tuple[FreezeWindow, ...] = ()
    """The windows that people took out of ``freeze`` on the release branch: for this release they hold all the same."""
    in_base: bool = True
    """Whether the merge commit still is in the base branch: somebody may have taken it out again before it was tagged."""
    candidate: Candidate | None = None
    base_candidate: Candidate | None = None
    """What the base offers by now, where the open pull request was made from an earlier commit of it."""
    tags: tuple[TagRef, ...] = ()
    since: Since | None = None
    """What was merged since the last release; None: nobody looked, or nothing was released before."""
    missed: tuple[Weighed, ...] = ()
    """What was merged that the release pull request does not show: others had pushed to its branch, or it was merged just then."""
    index: ProjectFiles | Unreachable | None = None
    environment: Environment | None = None
    guards: tuple[TagRuleset, ...] = ()
    """The rulesets about a tag that may be next whose creation they keep from us, as far as GitHub tells beforehand."""
    release: ReleaseRef | None = None
    runs: tuple[RunFacts, ...] = ()
    approvals: tuple[Approval, ...] = ()
    answers_unread: bool = False
    """Whether more was said since the prompt than is read, so that an approval may be among what was left out."""
    prompt: Comment | None = None
    published: Published | None = None
    merging: Merging | None = None
    """How the open pull request could be merged, where the settings want that to happen by itself."""
    notes: Comment | None = None
    """The comment in which the notes were set, as it reads now."""
    development: Development | None = None
    forward: Forward | None = None
    """What follows the release, once it is out and where the settings want it."""
    thread: ThreadRef | None = None
    """Where the release was asked for, when it is to be made without a pull request."""
    beside: tuple[Record, ...] = ()
    """Other releases without a pull request that are under way, where one is asked for."""

    @property
    def is_tag_only(self) -> bool:
        """Whether this is a release without a pull request: ``pull`` is but the picture of one."""
        return self.pull is not None and self.pull.tag is not None

    @property
    def gate(self) -> GateKind:
        """Who guards the publishing job."""
        return gate_kind(self.environment, self.app.id)

    @property
    def excluded(self) -> frozenset[int]:
        """Who may not approve, unless the settings lift it: who asked for the release, or pushed to its branch.

        Whoever asked for it again as others had left the branch asked for what they pushed.
        """
        if isinstance(self.settings, SettingsProblem) or self.allows_self:
            return frozenset()
        asked = {self.record.requester_id} if self.record else set()
        if self.record and self.record.confirmed:
            asked.add(self.record.confirmed.by)
        pushes = self.history.pushes if self.history else ()
        pushed = {push.by.id for push in pushes if push.by is not None}
        return frozenset(asked | pushed)

    @property
    def allows_self(self) -> bool:
        """Whether people may approve what they asked for themselves; what came with the release itself allows nothing."""
        settings = self.settings
        return isinstance(settings, RepositorySettings) and settings.approval.self_ and not self.lifted_by_branch

    @property
    def project(self) -> Project | None:
        """The project as the candidate commit has it, when it can be read."""
        project = self.candidate.project if self.candidate else None
        return project if isinstance(project, Project) else None

    @property
    def route(self) -> Route | None:
        """How the candidate is published, when something would."""
        route = self.candidate.route if self.candidate else None
        return route if isinstance(route, Route) else None

    def named(self, version: str) -> str:
        """A version, after the name of its package where that lies in a folder of its own: there are others beside it."""
        if self.line.package is None:
            return version
        return f"{self.project.name if self.project else self.line.package} {version}"

    def find_tag(self, name: str) -> TagRef | None:
        """The tag called ``name``, exactly."""
        return next((tag for tag in self.tags if tag.name == name), None)

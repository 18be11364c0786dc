"""The facts of one release at one instant.

``observe`` reads them in the order in which ``next_step`` looks at them and stops early, so a later member is None
when an earlier one already decides. Nothing here is remembered between observations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.changelog import NO_CHANGELOG, Changelog, NoChangelog
from bot.github.facts import (
    AppAccount,
    CheckRun,
    Comment,
    Environment,
    Membership,
    Merging,
    Person,
    PullRequest,
    Push,
    ReleaseRef,
    Repository,
    Role,
    RunFacts,
    TagRef,
    Tree,
)
from bot.index.addresses import Index
from bot.index.facts import ProjectFiles
from bot.publishing.route import NoRoute, Route
from bot.publishing.verdicts import FileVerdict
from bot.release.gate import GateKind, gate_kind
from bot.release.orders import Order
from bot.release.reasons import Because
from bot.release.record import Record
from bot.settings.freeze import FreezeWindow
from bot.settings.repository import RepositorySettings, SettingsProblem
from bot.versions import Project, ProjectProblem

BRANCHES = "aweigh/"
"""What the names of release branches begin with."""

DEVELOPMENT_BRANCHES = "aweigh-dev/"
"""What the names of branches begin with that bring the files back to development; none of them is a release branch."""


_BEFORE_PACKAGE = "--"
"""What stands between base and package in the name of a release branch."""

_PACKAGE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A release line: the base branch, the package that is released from it, and the branch that carries its next release.

    ``package`` is the name in its canonical form (PEP 503); None is the package at the top of the repository, so that
    what a line means does not depend on which other packages there are.
    """

    base: str
    package: str | None = None

    @property
    def branch(self) -> str:
        """The natural key of the release branch; slashes of the base become dots.

        No canonical name holds two hyphens in a row, so the last two part base and package. A base that holds two itself
        has them behind it even without a package.
        """
        base = self.base.replace("/", ".")
        if self.package is None and _BEFORE_PACKAGE not in base:
            return BRANCHES + base
        return f"{BRANCHES}{base}{_BEFORE_PACKAGE}{self.package or ''}"

    def development_branch(self, released: str) -> str:
        """The natural key of what follows the release of ``released`` on this line."""
        return f"{DEVELOPMENT_BRANCHES}{self.branch.removeprefix(BRANCHES)}/{released}"


def find_line(branch: str) -> Line | None:
    """The line whose release branch is called ``branch``, with dots where its base may have slashes; None: no line's is."""
    base, parted, package = branch.removeprefix(BRANCHES).rpartition(_BEFORE_PACKAGE)
    line = Line(base, package or None) if parted else Line(package)
    known = line.package is None or _PACKAGE.fullmatch(line.package) is not None
    return line if line.base and known and line.branch == branch else None


def line_between(head_branch: str, base_branch: str) -> Line:
    """The line that a release pull request from one branch into another is on, as it points now."""
    made_for = find_line(head_branch)
    return Line(base_branch, made_for.package if made_for else None)


def line_of(pull: PullRequest) -> Line:
    """The line that a release pull request is on, as it points now."""
    return line_between(pull.head_branch, pull.base_branch)


def is_astray(pull: PullRequest) -> bool:
    """Whether a release pull request of ours points at another base than that of its branch: somebody edited it."""
    return line_of(pull).branch != pull.head_branch


def home_line(repository: Repository, pull: PullRequest) -> Line:
    """The line that a release pull request of ours was made for.

    Of one that points elsewhere only its branch tells, whose dots may have been slashes: no base but the default
    branch is taken for having had any.
    """
    if not is_astray(pull):
        return line_of(pull)
    default = line_between(pull.head_branch, repository.default_branch)
    found = find_line(pull.head_branch) or Line(pull.head_branch.removeprefix(BRANCHES))
    return default if default.branch == pull.head_branch else found


@dataclass(frozen=True, slots=True)
class Request:
    """A ``/release VERSION`` that is being carried out.

    ``version`` is as it was typed, and may be a word such as ``minor``. ``base_commit`` is what the head of the base must
    begin with; None: it may be any. ``anew`` drops what others pushed to the release branch.
    """

    version: str
    requester: Person
    comment_id: int
    at: datetime
    on_release_pull: bool = False
    base_commit: str | None = None
    anew: bool = False


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
    index: ProjectFiles | Unreachable | None = None
    environment: Environment | None = None
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

"""The closed set of what can be done next. Each step says who must act: us, people, or something we wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.github.facts import DeploymentReview, MergeState, Person, RunFacts
from bot.publishing.route import Route
from bot.publishing.verdicts import FileVerdict
from bot.release.development import DevelopmentPlan, FollowUp
from bot.release.forward import ForwardPlan
from bot.release.orders import Reject
from bot.release.plan import Plan
from bot.release.reasons import Because
from bot.release.record import Held


@dataclass(frozen=True, slots=True)
class Step:
    """One of the classes below. ``Effect``s are carried out, ``Wait``s are shown, ``End``s are final."""


@dataclass(frozen=True, slots=True)
class Effect(Step):
    """We act; repeating it is harmless."""


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """Somebody or something else acts; ``look_again`` bounds how long we trust that a delivery tells us."""

    look_again: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class End(Step):
    """Nothing more happens until somebody asks."""


@dataclass(frozen=True, slots=True)
class OpenPull(Effect):
    """Make the release branch and its pull request, or move both to another version."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class BeginRelease(Effect):
    """Write the record of a release without a pull request onto the commit that is to be tagged."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class TakeBack(Effect):
    """Remember that somebody cancelled a release without a pull request before its tag was there."""


@dataclass(frozen=True, slots=True)
class RefreshPull(Effect):
    """Make the release branch anew on the base as it is by now, for the same release."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ConfirmBranch(Effect):
    """Remember that ``by`` asked for the release again with the branch at ``head``, as others had left it."""

    head: str
    by: Person


@dataclass(frozen=True, slots=True)
class KeepHold(Effect):
    """Remember that somebody put the release on hold."""

    held: Held


@dataclass(frozen=True, slots=True)
class LiftHold(Effect):
    """Forget the hold."""


@dataclass(frozen=True, slots=True)
class KeepNotes(Effect):
    """Remember in which comment the notes were set."""

    comment_id: int


@dataclass(frozen=True, slots=True)
class ClosePull(Effect):
    """Close the release pull request: somebody cancelled it."""

    number: int


@dataclass(frozen=True, slots=True)
class MergePull(Effect):
    """Merge the release pull request with exactly this head, if it was there when somebody asked for that (``at``).

    None: it was made for a line of the same comment, so whoever asked knows it; or the settings want our own commit merged.
    """

    number: int
    head: str
    branch: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AwaitMerge(Wait):
    """A person merges the release PR; ``warnings`` are what they should know first.

    ``by_itself``: it is merged without anybody's word, and this is what keeps it from that. ``queued``: GitHub merges it
    once its turn in the merge queue has come.
    """

    look_again: timedelta = timedelta(hours=1)
    version: str = ""
    route: Route | None = None
    warnings: tuple[Because, ...] = ()
    by_itself: MergeState | None = None
    queued: bool = False


@dataclass(frozen=True, slots=True)
class CreateTag(Effect):
    """Put the annotated tag on the exact merge commit."""

    tag: str
    commit: str
    version: str


@dataclass(frozen=True, slots=True)
class PublishRelease(Effect):
    """Publish the GitHub Release; in the release-published order this starts the publish workflow."""

    tag: str
    version: str
    latest: bool
    prerelease: bool
    evidence: tuple[FileVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchRun(Effect):
    """Start the publish workflow at the tag."""

    tag: str
    commit: str
    route: Route


@dataclass(frozen=True, slots=True)
class AskApproval(Effect):
    """Post the prompt. ``run`` is None when the approval is asked before the act that starts publication.

    ``needed`` is 0 when nobody but the environment's reviewers is asked.
    """

    key: str
    version: str
    commit: str
    needed: int
    run: RunFacts | None = None


@dataclass(frozen=True, slots=True)
class OpenGate(Effect):
    """Let exactly this run and attempt through our deployment protection rule."""

    run: RunFacts
    environment: str
    tag: str
    commit: str
    version: str
    approvers: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class RejectTwin(Effect):
    """Close the gate of a second run that would publish the same version again."""

    run: RunFacts
    environment: str
    ours: RunFacts


@dataclass(frozen=True, slots=True)
class RejectUndone(Effect):
    """Close the gate of a run whose tag or release a person took away, and say so in the thread; ``undone`` is why."""

    run: RunFacts
    environment: str
    key: str
    undone: Because


@dataclass(frozen=True, slots=True)
class RejectGate(Effect):
    """Close the gate of the waiting run: somebody who may approve turned it away."""

    run: RunFacts
    environment: str
    order: Reject


@dataclass(frozen=True, slots=True)
class ReportFailure(Effect):
    """Say in the thread why the run failed, once per attempt. ``rejected`` is the review that closed its gate, if one did."""

    run: RunFacts
    key: str
    version: str
    rejected: DeploymentReview | None = None


@dataclass(frozen=True, slots=True)
class OpenDevelopment(Effect):
    """Open the second pull request, which brings the files back to development."""

    plan: DevelopmentPlan


@dataclass(frozen=True, slots=True)
class CarryChangelog(Effect):
    """Open the pull request that carries the section of a maintenance release into the default branch."""

    plan: ForwardPlan


@dataclass(frozen=True, slots=True)
class Announce(Effect):
    """Post the final comment; ``missing`` are files that the index never showed.

    ``unapproved`` is how many approvals were promised before the tag and never given, since somebody else put the tag.
    ``follow_up`` is what came of the way back to development, where the settings want one, ``carried`` what came of
    carrying its section on.
    """

    version: str
    tag: str
    verdicts: tuple[FileVerdict, ...]
    missing: tuple[str, ...] = ()
    unapproved: int = 0
    follow_up: FollowUp | None = None
    carried: FollowUp | None = None


class Awaited(Enum):
    """What a run is waited for to do, or what keeps it from going on."""

    MERGE_COMMIT = auto()
    """Nothing can start before GitHub shows as which commit the release PR was merged."""
    START = auto()
    END = auto()
    ONWARD = auto()
    """Nobody is known to keep the run at its environment any more: GitHub lets it go on."""
    TIMER = auto()
    RULES = auto()
    ELSEWHERE = auto()
    """The run waits at another environment than that of its publishing job."""
    UNTOLD = auto()
    """The run waits at several environments, and nobody can tell which of them is that of its publishing job."""
    TWIN = auto()
    """A second run is on its way to our gate, to be turned away there."""
    TWIN_START = auto()

    @property
    def is_ours(self) -> bool:
        """Whether it is the run that publishes which is waited for."""
        return self not in (Awaited.TWIN, Awaited.TWIN_START)


@dataclass(frozen=True, slots=True)
class AwaitRun(Wait):
    """A run starts (``run`` is None), builds, uploads, or is kept from it: ``what`` says which.

    ``names`` are those of the environment's other Apps (``RULES``) or of the environments (``TIMER``, ``ELSEWHERE``);
    ``until`` is when the wait timer ends, in UTC.
    """

    run: RunFacts | None = None
    what: Awaited = Awaited.START
    names: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwaitApproval(Wait):
    """People with ``approve`` must act; ``given`` counts the approvals there are."""

    version: str = ""
    commit: str = ""
    needed: int = 1
    given: tuple[Person, ...] = ()
    run: RunFacts | None = None


@dataclass(frozen=True, slots=True)
class AwaitReviewers(Wait):
    """The environment's required reviewers must act on the run's page; an App can never be one of them."""

    run: RunFacts | None = None
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwaitIndex(Wait):
    """The index shows the files, or answers at all (``trouble`` says why it does not).

    ``unanswered`` are the files that it shows without saying where they come from. ``late`` is for how long the run has
    been over, once that is longer than files usually take.
    """

    version: str = ""
    missing: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    late: timedelta | None = None
    trouble: str | None = None
    before_tag: bool = False


@dataclass(frozen=True, slots=True)
class Idle(End):
    """There is no release on this line."""


@dataclass(frozen=True, slots=True)
class Refused(End):
    """The request cannot be carried out; nothing was changed."""

    reason: Because


@dataclass(frozen=True, slots=True)
class Blocked(End):
    """The release stands still until a person mends ``reason``."""

    reason: Because
    look_again: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Abandoned(End):
    """The release PR was closed without merging, or (``taken_back``) one without a pull request was cancelled before its tag."""

    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Done(End):
    """Published, verified and announced."""


ALL_STEPS: tuple[type[Step], ...] = (
    OpenPull,
    BeginRelease,
    TakeBack,
    RefreshPull,
    ConfirmBranch,
    KeepHold,
    LiftHold,
    KeepNotes,
    ClosePull,
    MergePull,
    AwaitMerge,
    CreateTag,
    PublishRelease,
    DispatchRun,
    AskApproval,
    OpenGate,
    RejectTwin,
    RejectUndone,
    RejectGate,
    ReportFailure,
    OpenDevelopment,
    CarryChangelog,
    Announce,
    AwaitRun,
    AwaitApproval,
    AwaitReviewers,
    AwaitIndex,
    Idle,
    Refused,
    Blocked,
    Abandoned,
    Done,
)

"""Where a release stands, as a list of stages: what the status comment and the check run show. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.publishing.route import Order
from bot.release.record import Milestone
from bot.release.snapshot import Snapshot
from bot.release.steps import Abandoned, AwaitApproval, AwaitIndex, AwaitReviewers, AwaitRun, Blocked, Done, Step
from bot.release.views import find_release_tag


class StageName(Enum):
    """The stages of a release."""

    MERGE = "Release pull request"
    COMMIT = "Commit"
    """In its place, of a release without one."""
    TAG = "Tag"
    GITHUB_RELEASE = "GitHub Release"
    RUN = "Publish run"
    INDEX = "Package index"


class State(Enum):
    """How far one stage is."""

    DONE = auto()
    NOW = auto()
    LATER = auto()
    STOPPED = auto()


_ORDERS: dict[Order, tuple[StageName, ...]] = {
    Order.RELEASE_PUBLISHED: (StageName.MERGE, StageName.TAG, StageName.GITHUB_RELEASE, StageName.RUN, StageName.INDEX),
    Order.TAG_PUSH: (StageName.MERGE, StageName.TAG, StageName.RUN, StageName.INDEX, StageName.GITHUB_RELEASE),
    Order.DISPATCH: (StageName.MERGE, StageName.TAG, StageName.RUN, StageName.INDEX, StageName.GITHUB_RELEASE),
}


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage and its state."""

    name: StageName
    state: State


def list_stages(snapshot: Snapshot, step: Step) -> tuple[StageView, ...]:
    """The stages in the order of this release's publish route; the first that is not done is where it stands."""
    stopped = isinstance(step, Blocked | Abandoned)
    views: list[StageView] = []
    # Of one that was closed nothing is read any more, and nothing else will come.
    names = (StageName.MERGE,) if isinstance(step, Abandoned) else _ORDERS[_order(snapshot)]
    for usual in names:
        name = StageName.COMMIT if usual is StageName.MERGE and snapshot.is_tag_only else usual
        if isinstance(step, Done) or (_is_done(name, snapshot, step) and not _stands(views)):
            views.append(StageView(name, State.DONE))
        elif _stands(views):
            views.append(StageView(name, State.LATER))
        else:
            views.append(StageView(name, State.STOPPED if stopped else State.NOW))
    return tuple(views)


def _stands(views: list[StageView]) -> bool:
    return any(view.state in (State.NOW, State.STOPPED) for view in views)


def _order(snapshot: Snapshot) -> Order:
    return snapshot.route.order if snapshot.route is not None else Order.TAG_PUSH


def _is_done(name: StageName, snapshot: Snapshot, step: Step) -> bool:
    record = snapshot.record
    match name:
        case StageName.MERGE | StageName.COMMIT:
            return snapshot.pull is not None and snapshot.pull.merged
        case StageName.TAG if snapshot.project is None:
            # The files could not be read this time, so nothing more was.
            return record is not None and record.reached(Milestone.TAGGED)
        case StageName.TAG:
            tag = find_release_tag(snapshot)
            return tag is not None and snapshot.pull is not None and tag.commit == snapshot.pull.merge_commit
        case StageName.GITHUB_RELEASE:
            return snapshot.release is not None
        case StageName.RUN:
            running = isinstance(step, AwaitRun) and step.what.is_ours
            waiting = running or isinstance(step, AwaitApproval | AwaitReviewers)
            failed = isinstance(step, Blocked) and record is not None and record.failed is not None
            return snapshot.published is not None and not waiting and not failed
        case StageName.INDEX:
            return (
                snapshot.published is not None
                and bool(snapshot.published.verdicts)
                and not isinstance(step, AwaitIndex)
            )

"""What messages show of a snapshot, found in one place so that all of them show the same. Pure."""

from __future__ import annotations

from bot.github.facts import RunFacts, TagRef
from bot.publishing.environments import same_environment
from bot.publishing.route import Order, Route
from bot.release.record import Milestone, Record
from bot.release.runs import find_gate, find_ours, is_answered
from bot.release.snapshot import Snapshot
from bot.release.steps import Awaited, AwaitIndex, AwaitReviewers, AwaitRun, Step


def find_release_tag(snapshot: Snapshot) -> TagRef | None:
    """The tag of this release, once it is there."""
    merged = snapshot.pull is not None and snapshot.pull.merged
    return snapshot.find_tag(snapshot.record.tag) if merged and snapshot.record is not None else None


def find_shown_run(snapshot: Snapshot) -> RunFacts | None:
    """The run that publishes this release, once there is one."""
    tag = find_release_tag(snapshot)
    route = snapshot.route
    if tag is None or snapshot.record is None or route is None:
        return None
    return find_ours(snapshot.runs, route, tag.name, snapshot.record, snapshot.app.bot.id)


def find_our_gate(snapshot: Snapshot, facts: RunFacts, route: Route) -> str | None:
    """The environment at which this attempt of a run waits for our answer, as GitHub spells it."""
    guards, gate = snapshot.environment, find_gate(facts, route)
    if guards is None or gate is None or not snapshot.gate.ours or not same_environment(gate.environment, guards.name):
        return None
    return None if is_answered(facts, gate.environment, snapshot.app.bot.id) else gate.environment


def is_to_be_started(snapshot: Snapshot, route: Route, record: Record) -> bool:
    """Whether the tag alone starts nothing, and the act of ours that does is still to come."""
    match route.order:
        case Order.RELEASE_PUBLISHED:
            return snapshot.release is None
        case Order.DISPATCH:
            return not record.reached(Milestone.DISPATCHED)
        case Order.TAG_PUSH:
            return False


def is_past_holding(snapshot: Snapshot, step: Step | None) -> bool:
    """Whether nothing we could refrain from keeps the files from being published any more, or they are.

    Where no gate of ours stands before the upload, the run that was started goes on whatever we do.
    """
    record = snapshot.record
    if record is None or record.reached(Milestone.PUBLISHED):
        return True
    if record.promised.ours or snapshot.gate.ours:
        return False
    match step:
        case AwaitRun(what=what):
            return what is not Awaited.MERGE_COMMIT
        case AwaitIndex(before_tag=before_tag):
            return not before_tag
        case _:
            return isinstance(step, AwaitReviewers)


def index_page(snapshot: Snapshot) -> str:
    """The page of this release on the package index."""
    project = snapshot.project
    version = str(project.version) if project else None
    return snapshot.target.web_url(project.name if project else "", version)

"""``next_step``: pure and total. What is next for a release, given what is.

Before the merge the decision stands here and in ``propose``; after it in ``after_merge``, one rule per stage.
"""

from __future__ import annotations

from bot.github.facts import PullRequest
from bot.publishing.route import NoRoute
from bot.release.after_merge import after_merge
from bot.release.auto_merge import await_merge
from bot.release.branch import branch_reason, list_people
from bot.release.guards import find_guard
from bot.release.heed import heed
from bot.release.held import unless_held
from bot.release.locked import unless_locked
from bot.release.naming import find_titled_version
from bot.release.notes import find_set_notes
from bot.release.propose import obstacle, propose, route_reason, settings_reason, stands
from bot.release.reasons import Because, Reason, because
from bot.release.record import Milestone
from bot.release.refresh import find_refresh
from bot.release.snapshot import Snapshot, Unreachable, is_astray
from bot.release.steps import Abandoned, AwaitMerge, Blocked, Idle, RefreshPull, Step
from bot.settings.reading import SettingsProblem


def next_step(snapshot: Snapshot) -> Step:
    """The one thing to do, or to wait for, in this state of the world."""
    if snapshot.request is not None:
        proposed = propose(snapshot, snapshot.request)
        if proposed is not None:
            return proposed
    step = _due(snapshot)
    if snapshot.order is not None:
        step = heed(snapshot, snapshot.order, step)
    return unless_held(snapshot, step)


def _due(snapshot: Snapshot) -> Step:
    pull = snapshot.pull
    if pull is None:
        return Idle()
    if is_astray(pull) and (pull.is_open or pull.merged):
        return Blocked(_astray_reason(snapshot, pull))
    if pull.merged:
        step = after_merge(snapshot)
        return unless_locked(step, gone=pull.is_homeless) if pull.locked else step
    return _before_merge(snapshot, pull) if pull.is_open else Abandoned(taken_back=snapshot.is_tag_only)


def _astray_reason(snapshot: Snapshot, pull: PullRequest) -> Because:
    version = snapshot.record.version if snapshot.record else find_titled_version(pull)
    merged = "yes" if pull.merged else ""
    return because(
        Reason.POINTED_ELSEWHERE, base=pull.base_branch, branch=pull.head_branch, version=version, merged=merged
    )


def _before_merge(snapshot: Snapshot, pull: PullRequest) -> Step:
    if snapshot.record is None:
        return Blocked(because(Reason.RECORD_LOST, version=find_titled_version(pull)))
    if snapshot.record.reached(Milestone.CLOSED):
        return Blocked(because(Reason.UNDONE_PULL, version=snapshot.record.version))
    if isinstance(snapshot.settings, SettingsProblem):
        return Blocked(settings_reason(snapshot.settings, under_way=True))
    if snapshot.candidate is not None and isinstance(snapshot.candidate.route, NoRoute):
        return Blocked(route_reason(snapshot.candidate.route, snapshot.project))
    route = snapshot.route
    reason = (obstacle(snapshot, route) if route is not None else None) or branch_reason(snapshot)
    if reason is not None:
        return stands(reason)
    refresh = find_refresh(snapshot)
    if refresh is not None and not pull.queued:
        # Another head would take it out of the merge queue, and no release of a busy branch would ever come through.
        return RefreshPull(refresh)
    warnings: list[Because] = []
    people = list_people(snapshot)
    if people:
        warnings.append(because(Reason.PEOPLE_PUSHED, by=" ".join(people)))
    if snapshot.missed:
        warnings.append(because(Reason.NOT_FOLLOWING, count=len(snapshot.missed)))
    guarded = find_guard(snapshot, snapshot.record.tag)
    if guarded is not None:
        # Only a warning: the bypass may be given after the merge, or somebody else may push the tag.
        warnings.append(guarded)
    if isinstance(snapshot.index, Unreachable):
        warnings.append(because(Reason.INDEX_UNREACHABLE, detail=snapshot.index))
    if snapshot.record.notes is not None and find_set_notes(snapshot) is None:
        warnings.append(because(Reason.NOTES_GONE, version=snapshot.record.version))
    return await_merge(
        snapshot, pull, AwaitMerge(version=snapshot.record.version, route=route, warnings=tuple(warnings))
    )

"""What is next once the release PR was merged: one rule per stage, asked in the order in which a release goes.

A rule returns the step that is due at its stage, or None when its stage is behind us. It looks only at facts that the
rules before it have made sure of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.github.facts import PendingDeployment, RunFacts
from bot.publishing.route import Order, Route
from bot.release.approvals import counted, wanted
from bot.release.branch import branch_reason
from bot.release.development import DevelopmentPlan, plan_development
from bot.release.forward import ForwardPlan, plan_forward
from bot.release.guards import find_guard
from bot.release.naming import find_titled_version, is_latest
from bot.release.on_index import await_index, list_missing
from bot.release.propose import obstacle, project_reason, route_reason, settings_reason, stands
from bot.release.reasons import Reason, because
from bot.release.record import Milestone, Record
from bot.release.runs import (
    attempt_key,
    commit_key,
    find_gate,
    find_ours,
    find_skipped,
    is_answered,
    is_waiting,
    list_twins,
    rejection,
    without_mark,
)
from bot.release.snapshot import Snapshot, Unreachable
from bot.release.steps import (
    Announce,
    AskApproval,
    AwaitApproval,
    Awaited,
    AwaitIndex,
    AwaitReviewers,
    AwaitRun,
    Blocked,
    CarryChangelog,
    CreateTag,
    DispatchRun,
    Done,
    OpenDevelopment,
    OpenGate,
    PublishRelease,
    RejectTwin,
    ReportFailure,
    Step,
)
from bot.release.tag_only import of_tag
from bot.release.undone import find_undone
from bot.release.views import find_our_gate, is_to_be_started
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import Project, ProjectProblem, same_version

RUN_MUST_START_WITHIN = timedelta(minutes=10)
"""GitHub starts a run within seconds; after this long something keeps it from starting at all."""

TWIN_MUST_COME_WITHIN = timedelta(minutes=2)
"""How long, after the last thing that could start one, a second run is waited for before the release is announced."""

_SOON = timedelta(seconds=20)
_LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Stage:
    """A merged release whose files, settings and publish route are known to be good: what the rules look at."""

    snapshot: Snapshot
    record: Record
    settings: RepositorySettings
    route: Route
    project: Project
    tag: str
    commit: str

    @property
    def version(self) -> str:
        """What the files of the merge commit say: the version that is released."""
        return self.project.spelling

    @property
    def ours(self) -> RunFacts | None:
        """The run that publishes, once there is one."""
        return find_ours(self.snapshot.runs, self.route, self.tag, self.record, self.snapshot.app.bot.id)

    def reached(self, milestone: Milestone) -> bool:
        """Whether ``milestone`` was reached once."""
        return self.record.reached(milestone)


def after_merge(snapshot: Snapshot) -> Step:
    """The step that is due for a merged release PR."""
    record = snapshot.record
    if record is None:
        version = find_titled_version(snapshot.pull) if snapshot.pull else ""
        return Blocked(because(Reason.RECORD_LOST, version=version))
    if record.reached(Milestone.ANNOUNCED):
        return Done()
    if record.reached(Milestone.CLOSED):
        return Blocked(because(Reason.UNDONE_PULL, version=record.version))
    if snapshot.candidate is None and isinstance(snapshot.settings, RepositorySettings):
        # It was merged, and GitHub does not say yet as which commit.
        return AwaitRun(what=Awaited.MERGE_COMMIT, look_again=_SOON)
    stage = _stage(snapshot, record)
    if not isinstance(stage, Stage):
        return stage
    for rule in _RULES:
        step = rule(stage)
        if step is not None:
            return step
    followed = plan_development(snapshot, stage.settings)
    if isinstance(followed, DevelopmentPlan):
        return OpenDevelopment(followed)
    carried = plan_forward(snapshot, stage.settings)
    if isinstance(carried, ForwardPlan):
        return CarryChangelog(carried)
    return Announce(
        version=stage.version,
        tag=stage.tag,
        verdicts=snapshot.published.verdicts if snapshot.published else (),
        missing=list_missing(snapshot, stage.version),
        unapproved=_count_unapproved(stage),
        follow_up=followed,
        carried=carried,
    )


def _count_unapproved(stage: Stage) -> int:
    """How many approvals were to come before the tag and did not: somebody pushed the tag, which started the run."""
    ours = stage.ours
    if ours is None or ours.by_us or stage.snapshot.gate.ours or stage.route.order is not Order.TAG_PUSH:
        return 0
    return wanted(stage.snapshot, stage.settings)


def _stage(snapshot: Snapshot, record: Record) -> Stage | Step:
    """Everything that must hold before the first effect, or why it does not."""
    settings, candidate = snapshot.settings, snapshot.candidate
    if isinstance(settings, SettingsProblem):
        return Blocked(settings_reason(settings, under_way=True))
    if candidate is None:
        raise ValueError("a merged release is observed together with its merge commit")
    project, route = candidate.project, candidate.route
    if isinstance(project, ProjectProblem):
        return Blocked(project_reason(project))
    if not same_version(project.spelling, record.version):
        return Blocked(because(Reason.VERSION_MISMATCH, found=project.spelling, wanted=record.version))
    if not isinstance(route, Route):
        return Blocked(route_reason(route, project))
    reason = obstacle(snapshot, route) or branch_reason(snapshot)
    if reason is not None:
        return stands(reason)
    return Stage(snapshot, record, settings, route, project, record.tag, candidate.commit)


def _undone(stage: Stage) -> Step | None:
    """A human's undo wins: what was there once and is gone is not made again until somebody asks."""
    return find_undone(stage.snapshot, stage.record, stage.route, stage.tag, stage.version)


def _tagged(stage: Stage) -> Step | None:
    tag = stage.snapshot.find_tag(stage.tag)
    if tag is not None:
        if tag.commit == stage.commit:
            return None
        moved = "moved" if stage.reached(Milestone.TAGGED) else ""
        reason = because(Reason.TAG_ELSEWHERE, tag=tag.name, found=tag.commit, wanted=stage.commit, how=moved)
        return Blocked(of_tag(stage.snapshot, reason))
    in_the_way = _before_tag(stage)
    if in_the_way is not None:
        return in_the_way
    index = stage.snapshot.index
    if index is None or isinstance(index, Unreachable):
        trouble = index or "it was not asked"
        return AwaitIndex(version=stage.version, trouble=trouble, before_tag=True, look_again=_merge_pause(stage))
    if index.files_of(stage.version):
        return Blocked(because(Reason.VERSION_TAKEN, version=stage.version, index=stage.snapshot.target.title))
    if stage.snapshot.is_tag_only and (guarded := find_guard(stage.snapshot, stage.tag, stage.commit)) is not None:
        # Nobody has merged anything for it. After a merge it is tried all the same: only then GitHub's word is final.
        return Blocked(guarded, look_again=_LATER)
    if stage.route.order is Order.TAG_PUSH and (step := _approved_before(stage)):
        return step
    return CreateTag(tag=stage.tag, commit=stage.commit, version=stage.version)


def _before_tag(stage: Stage) -> Step | None:
    """What must not be tagged although it was merged: less is asked than was promised, or people took it out again."""
    weakened = _less_than_promised(stage)
    if weakened is not None:
        return weakened
    if not stage.snapshot.in_base:
        base = stage.snapshot.line.base
        reason = because(Reason.MERGE_TAKEN_OUT, commit=stage.commit, base=base, version=stage.version)
        return Blocked(of_tag(stage.snapshot, reason))
    return None


def _less_than_promised(stage: Stage) -> Step | None:
    """Asked whenever we are about to start publication: a person may have put the tag there before us."""
    if stage.snapshot.gate.keeps(stage.record.promised):
        return None
    environment = stage.route.environment or ""
    tag = stage.tag if stage.snapshot.find_tag(stage.tag) else ""
    reason = because(Reason.GATE_WEAKENED, version=stage.version, environment=environment, tag=tag)
    return Blocked(of_tag(stage.snapshot, reason))


def _started(stage: Stage) -> Step | None:
    """The act that starts publication, where it is not the tag itself."""
    if stage.ours is not None:
        return None
    if not is_to_be_started(stage.snapshot, stage.route, stage.record):
        return None
    in_the_way = _less_than_promised(stage) or _approved_before(stage)
    if in_the_way is not None:
        return in_the_way
    if stage.route.order is Order.RELEASE_PUBLISHED:
        return _release(stage)
    return DispatchRun(tag=stage.tag, commit=stage.commit, route=stage.route)


def _running(stage: Stage) -> Step | None:
    ours = stage.ours
    if ours is None:
        return _without_run(stage)
    for twin in list_twins(stage.snapshot.runs, stage.route, stage.tag, ours):
        if (environment := find_our_gate(stage.snapshot, twin, stage.route)) is not None:
            return RejectTwin(run=twin, environment=environment, ours=ours)
    if ours.run.is_over:
        return None if ours.run.conclusion == "success" else _failed(stage, ours)
    gate = find_gate(ours, stage.route)
    if gate is not None:
        return _at_gate(stage, ours, gate)
    if ours.pending:
        names = tuple(pending.environment for pending in ours.pending)
        known = stage.route.environment_known or not is_waiting(ours, stage.route)
        what = Awaited.ELSEWHERE if known else Awaited.UNTOLD
        return AwaitRun(run=ours, what=what, names=names, look_again=_LATER)
    return AwaitRun(run=ours, what=Awaited.END, look_again=_LATER)


def _without_run(stage: Stage) -> Step:
    since = stage.record.since
    if since is None or stage.snapshot.at - since <= RUN_MUST_START_WITHIN:
        return AwaitRun(look_again=_SOON)
    skipped = find_skipped(stage.snapshot.runs, stage.route, stage.tag)
    if skipped is None:
        reason = because(Reason.RUN_NOT_STARTED, workflow=stage.route.workflow, tag=stage.tag)
    else:
        reason = because(Reason.PUBLISH_SKIPPED, workflow=stage.route.workflow, run=skipped.run.url)
    return Blocked(reason, look_again=_LATER)


def _failed(stage: Stage, ours: RunFacts) -> Step:
    key = attempt_key(ours)
    closed = rejection(ours, stage.route)
    if stage.record.failed != key:
        return ReportFailure(run=ours, key=key, version=stage.version, rejected=closed)
    if closed is not None:
        by = closed.user.login if closed.user else "somebody"
        if closed.user is not None and closed.user.id == stage.snapshot.app.bot.id:
            # Our own answer names the person who gave the order.
            by = ""
        said = without_mark(ours, closed.comment)
        again = "yes" if ours.run.attempt > 1 else ""
        reason = because(Reason.GATE_REJECTED, by=by, said=said, run=ours.run.url, version=stage.version, again=again)
        return Blocked(reason)
    how = "was cancelled" if ours.run.conclusion == "cancelled" else "failed"
    return Blocked(because(Reason.RUN_FAILED, run=ours.run.url, version=stage.version, how=how))


def _at_gate(stage: Stage, ours: RunFacts, pending: PendingDeployment) -> Step:
    gate = stage.snapshot.gate
    environment = find_our_gate(stage.snapshot, ours, stage.route)
    given = counted(stage.snapshot, stage.version, stage.commit)
    needed = wanted(stage.snapshot, stage.settings)
    asked = stage.record.asked is not None and stage.record.asked.key == attempt_key(ours)
    ours_closed = environment is not None
    if environment is not None and len(given) >= needed:
        return OpenGate(ours, environment, stage.tag, stage.commit, stage.version, given)
    if (ours_closed or gate.reviewed) and not asked and stage.snapshot.prompt is None:
        return AskApproval(
            key=attempt_key(ours),
            version=stage.version,
            commit=stage.commit,
            needed=needed if ours_closed else 0,
            run=ours,
        )
    if ours_closed:
        return AwaitApproval(
            version=stage.version, commit=stage.commit, needed=needed, given=given, run=ours, look_again=_LATER
        )
    if gate.reviewed:
        return AwaitReviewers(
            run=ours, reviewers=stage.snapshot.environment.reviewers if stage.snapshot.environment else ()
        )
    return _held(stage, ours, pending)


def _held(stage: Stage, ours: RunFacts, pending: PendingDeployment) -> Step:
    """What keeps a run at its environment once nobody is asked in our thread or on the run's page."""
    at, guards = stage.snapshot.at, stage.snapshot.environment
    if pending.until is not None and pending.until > at:
        names, until = (pending.environment,), pending.until
        return AwaitRun(run=ours, what=Awaited.TIMER, names=names, until=until, look_again=_LATER)
    others = guards.rule_app_slugs - {stage.snapshot.app.slug} if guards is not None else frozenset()
    if others:
        return AwaitRun(run=ours, what=Awaited.RULES, names=tuple(sorted(others)), look_again=_LATER)
    # GitHub moves within seconds; what has not moved for minutes is kept by something that we do not know.
    lately = at - ours.run.updated_at <= RUN_MUST_START_WITHIN
    return AwaitRun(run=ours, what=Awaited.ONWARD, look_again=_SOON if lately else _LATER)


def _approved_before(stage: Stage) -> Step | None:
    """Without our gate an approval is asked before the act that starts publication, bound to the merge commit."""
    needed = 0 if stage.snapshot.gate.ours else wanted(stage.snapshot, stage.settings)
    if needed == 0:
        return None
    key = commit_key(stage.commit)
    if (stage.record.asked is None or stage.record.asked.key != key) and stage.snapshot.prompt is None:
        return AskApproval(key=key, version=stage.version, commit=stage.commit, needed=needed)
    given = counted(stage.snapshot, stage.version, stage.commit)
    if len(given) >= needed:
        return None
    return AwaitApproval(version=stage.version, commit=stage.commit, needed=needed, given=given, look_again=_LATER)


def _on_index(stage: Stage) -> Step | None:
    return await_index(stage.snapshot, stage.ours, stage.version) if stage.ours is not None else None


def _merge_pause(stage: Stage) -> timedelta:
    """When to ask again before the tag: soon after the merge, less often the longer the index does not answer."""
    pull = stage.snapshot.pull
    if pull is None or pull.merged_at is None:
        return _SOON
    return min(max((stage.snapshot.at - pull.merged_at) / 2, _SOON), _LATER)


def _released(stage: Stage) -> Step | None:
    return None if stage.snapshot.release is not None else _release(stage)


def _release(stage: Stage) -> PublishRelease:
    published = stage.snapshot.published
    return PublishRelease(
        tag=stage.tag,
        version=stage.version,
        latest=is_latest(stage.settings, stage.snapshot.tags, stage.project),
        prerelease=stage.project.version.is_prerelease,
        evidence=published.verdicts if published else (),
    )


def _alone(stage: Stage) -> Step | None:
    """A second run on its way to our gate is waited for, to be turned away: once announced, nobody looks after it.

    For a while only: it may wait somewhere else, or never have been started.
    """
    ours, since = stage.ours, stage.record.since
    guards = stage.snapshot.environment
    if ours is None or guards is None or not stage.snapshot.gate.ours:
        return None
    if since is None or stage.snapshot.at - since > TWIN_MUST_COME_WITHIN:
        return None
    for twin in list_twins(stage.snapshot.runs, stage.route, stage.tag, ours):
        if not is_answered(twin, guards.name, stage.snapshot.app.bot.id):
            return AwaitRun(run=twin, what=Awaited.TWIN, look_again=_SOON)
    started = {(facts.run.path, facts.run.event) for facts in stage.snapshot.runs}
    expected = {(twin.workflow, twin.trigger.event) for twin in stage.route.twins if twin.certain and twin.is_tagged}
    return AwaitRun(what=Awaited.TWIN_START, look_again=_SOON) if expected - started else None


_RULES: tuple[Callable[[Stage], Step | None], ...] = (
    _undone,
    _tagged,
    _started,
    _running,
    _on_index,
    _released,
    _alone,
)

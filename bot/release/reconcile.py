"""The loop: observe, decide, perform, until a step waits; then show where the release stands.

It runs in the repository's lane, one at a time. Nothing it did has to be remembered: killed between any two requests it
starts again from what GitHub and the index show.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.engine.protocol import Backoff
from bot.github.errors import GitHubError, GraphQLError, NotFound, PermissionMissing
from bot.github.facts import PullRequest, Repository
from bot.messages.markers import find_marked
from bot.messages.status import render_check, render_status, status_marker
from bot.release.decide import next_step
from bot.release.declined import DECLINED, declined_because, release_refused_because, tag_refused_because
from bot.release.observe import Observer
from bot.release.orders import Order
from bot.release.outcome import Outcome, StandsError
from bot.release.own_check import OwnCheck
from bot.release.perform import Performer
from bot.release.reasons import Because
from bot.release.record import Record, find_record
from bot.release.remember import remember
from bot.release.sight import Sight
from bot.release.snapshot import Candidate, Line, Request, Snapshot
from bot.release.speech import STALENESS, Speech
from bot.release.steps import (
    Abandoned,
    Announce,
    AskApproval,
    AwaitApproval,
    AwaitMerge,
    BeginRelease,
    Blocked,
    CarryChangelog,
    ConfirmBranch,
    CreateTag,
    Done,
    Effect,
    Idle,
    KeepHold,
    KeepNotes,
    LiftHold,
    MergePull,
    OpenDevelopment,
    OpenPull,
    PublishRelease,
    RefreshPull,
    Refused,
    ReportFailure,
    Step,
    Wait,
)
from bot.release.tag_only import name_check
from bot.versions import Project

log = structlog.get_logger(__name__)

_MOST_STEPS = 25
"""No release takes more steps without waiting in between; beyond this something goes round in circles."""

_LOOK_AGAIN_AT_BLOCK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reached:
    """Where the loop came to rest, and the pull request when it made or found one."""

    snapshot: Snapshot
    step: Step
    opened: bool = False
    moved: bool = False
    """Whether anything was done on the way, or tried."""

    @property
    def look_again(self) -> timedelta | None:
        """When to look again although nobody wakes us."""
        match self.step:
            case Wait(look_again=after):
                return after
            case Blocked(look_again=after):
                return after
            case _:
                return None


def find_refusal(reached: Reached, comment_id: int) -> Because | None:
    """Why the release that was asked for with a comment is not had; None when it is, whatever keeps it from going on.

    It may have been made before a crash: that it was made for this comment its record tells.
    """
    record = reached.snapshot.record
    made = reached.opened or (record is not None and record.comment_id == comment_id)
    return reached.step.reason if isinstance(reached.step, Refused | Blocked) and not made else None


class Reconciler:
    """Takes the releases of one repository as far as they go."""

    def __init__(self, observer: Observer, performer: Performer, speech: Speech, own_check: OwnCheck) -> None:
        self._observer, self._performer, self._speech, self._own_check = observer, performer, speech, own_check

    async def reconcile(
        self,
        repository: Repository,
        line: Line,
        pull: PullRequest | None,
        request: Request | None = None,
        *,
        order: Order | None = None,
        sight: Sight | None = None,
        seen: Snapshot | None = None,
    ) -> Reached:
        """Take one release as far as it goes now, and show where it stands.

        ``request`` asks for a version, ``order`` tells the release that is there what to do.

        What the caller has seen of it just now need not be read once more: ``sight``, or all of ``seen``.

        Raises:
            Backoff: something may have happened already without showing yet.
            GitHubError: GitHub cannot be asked at the moment.
        """
        done: list[Outcome] = []
        opened = moved = False
        for _ in range(_MOST_STEPS):
            try:
                snapshot = seen or await self._observe(repository, line, pull, request, sight)
            except PermissionMissing as missing:
                return await self._stand_blind(repository, line, pull, request, missing)
            snapshot = replace(_with_record(snapshot, done), order=order)
            if snapshot.record is not None:
                # Once its gate is open the run does not lead to its prompt any more.
                done.append(Outcome(asked=snapshot.record.asked))
            step = next_step(snapshot)
            log.info("step", step=type(step).__name__, line=line.branch, pull=pull.number if pull else None)
            if not isinstance(step, Effect):
                await self._show(snapshot, step)
                return Reached(snapshot, step, opened, moved)
            try:
                if isinstance(step, AskApproval) and _begins_in_thread(snapshot):
                    # What is asked for stands below the status, which says by then that it was asked.
                    waiting = AwaitApproval(version=step.version, commit=step.commit, needed=step.needed)
                    await self._keep_status(snapshot, waiting)
                outcome = await self._performer.perform(snapshot, step)
            except (StandsError, *DECLINED) as error:
                return await self._stand(snapshot, step, error)
            done.append(outcome)
            moved = True
            sight, seen = None, _foresee(snapshot, step, outcome)
            if isinstance(step, OpenPull | RefreshPull):
                self._observer.note_bump(outcome.made, (edit.path for edit in step.plan.edits))
            elif isinstance(step, CreateTag):
                self._observer.note_tagged()
            if isinstance(step, KeepNotes):
                # Our check run does not even show yet that there are notes.
                seen = await self._observer.with_notes(snapshot, step.comment_id)
            if outcome.pull is not None:
                pull = outcome.pull
            if isinstance(step, OpenPull | BeginRelease):
                request, opened = None, True
        raise Backoff(STALENESS, "a release took more steps than there are")

    async def _observe(
        self,
        repository: Repository,
        line: Line,
        pull: PullRequest | None,
        request: Request | None,
        sight: Sight | None,
    ) -> Snapshot:
        """The facts, once a pull request that was just made shows everywhere: neither is it gone, nor is its record lost."""
        with self._until_it_shows(pull):
            snapshot = await self._observer.observe(repository, line, pull, request, sight)
        if snapshot.record is None and self._observer.is_new(pull):
            raise Backoff(STALENESS, "the record of the new pull request does not show yet")
        return snapshot

    @contextmanager
    def _until_it_shows(self, pull: PullRequest | None) -> Iterator[None]:
        """That a pull request that was just made is not found says nothing but that it does not show yet."""
        try:
            yield
        except (NotFound, GraphQLError) as error:
            missing = isinstance(error, NotFound) or error.types == {"NOT_FOUND"}
            if not missing or not self._observer.is_new(pull):
                raise
            raise Backoff(STALENESS, "the new pull request does not show everywhere yet") from error

    async def _stand(self, snapshot: Snapshot, step: Effect, error: Exception) -> Reached:
        """An effect that GitHub declines stops the release until a person has looked; the reason is said where they see it."""
        reason = _reason_of(error, step)
        log.warning("step declined", step=type(step).__name__, reason=reason.code, detail=str(error))
        if isinstance(step, MergePull) and snapshot.order is None and snapshot.request is None:
            # Nobody has asked: whoever looks at it is told what keeps it from being merged by itself.
            waiting = next_step(replace(snapshot, merging=None))
            if isinstance(waiting, AwaitMerge):
                said = (*waiting.warnings, reason)
                waiting = replace(waiting, warnings=said, by_itself=None, look_again=_LOOK_AGAIN_AT_BLOCK)
            await self._show(snapshot, waiting)
            return Reached(snapshot, waiting, moved=True)
        is_new = snapshot.pull is None or not snapshot.pull.is_open
        nothing_changed = isinstance(step, BeginRelease) or (isinstance(step, OpenPull) and is_new)
        if nothing_changed or isinstance(step, MergePull):
            # It stands as it stood: only the one who asked needs to know.
            return Reached(snapshot, Refused(reason), moved=True)
        blocked = Blocked(reason, look_again=_LOOK_AGAIN_AT_BLOCK)
        await self._show(snapshot, blocked)
        return Reached(snapshot, blocked, moved=True)

    async def _stand_blind(
        self,
        repository: Repository,
        line: Line,
        pull: PullRequest | None,
        request: Request | None,
        missing: PermissionMissing,
    ) -> Reached:
        """What cannot even be looked at stands, and says which permission would let us look."""
        reason = declined_because(missing)
        log.warning("not permitted to look", line=line.branch, reason=reason.code, detail=str(missing))
        snapshot = await self._observer.glance(repository, line, pull, request)
        if request is not None:
            return Reached(snapshot, Refused(reason))
        blocked = Blocked(reason, look_again=_LOOK_AGAIN_AT_BLOCK)
        await self._show(snapshot, blocked)
        return Reached(snapshot, blocked)

    async def _show(self, snapshot: Snapshot, step: Step) -> None:
        """Bring check run and status comment up to date: a view of (snapshot, step), and the record.

        In a locked thread nothing can be said; the check run stands beside it, and says so.
        """
        pull, record = snapshot.pull, snapshot.record
        if pull is None or isinstance(step, Idle | Refused):
            return
        if isinstance(step, Done) and snapshot.candidate is None:
            # It was announced and shown before; nothing but the record was read this time.
            return
        with self._until_it_shows(pull):
            # The record comes last: killed in between, everything is shown once more.
            check = render_check(snapshot, step, record) if record is not None else None
            if not pull.locked:
                # While nobody has merged it, and the record stays as it is, the first status may come with the answer.
                stays = check is not None and snapshot.check is not None and check.is_in(snapshot.check)
                await self._keep_status(snapshot, step, can_wait=pull.is_open and stays)
            if check is not None:
                await self._own_check.keep(pull.head_sha, check, snapshot.check, name_check(pull.tag))

    async def _keep_status(self, snapshot: Snapshot, step: Step, *, can_wait: bool = False) -> None:
        pull = snapshot.pull
        if pull is None:
            return
        mark, body = status_marker(snapshot), render_status(snapshot, step)
        await self._speech.keep(pull.number, mark, body, snapshot.comments, thread=pull.node_id, can_wait=can_wait)


def _begins_in_thread(snapshot: Snapshot) -> bool:
    """Whether nothing was said yet of a release without a pull request."""
    said, mark = snapshot.comments, status_marker(snapshot)
    return snapshot.is_tag_only and said is not None and find_marked(said, mark, snapshot.app.bot.id) is None


def is_over(reached: Reached) -> bool:
    """Whether nothing will happen to this release by itself any more."""
    return isinstance(reached.step, Done | Abandoned | Idle | Refused)


def _foresee(snapshot: Snapshot, step: Effect, outcome: Outcome) -> Snapshot | None:
    """What another look would show, where that is certain; None: look.

    Nothing can have come yet of what was made just now, and GitHub might not even show it. Where somebody was only told
    something, or something noted, the rest stands as it was: the facts that were told are shown.
    """
    match step:
        case OpenPull() if outcome.pull is not None and outcome.check is not None:
            record = find_record(outcome.check.external_id)
            return replace(snapshot, request=None, pull=outcome.pull, check=outcome.check, record=record, comments=())
        case BeginRelease() if outcome.pull is not None and outcome.check is not None:
            record = find_record(outcome.check.external_id)
            begun = replace(snapshot, request=None, pull=outcome.pull, check=outcome.check, record=record, comments=())
            return replace(begun, candidate=_released_as(snapshot.candidate, step.plan.version))
        case RefreshPull() if outcome.pull is not None and outcome.check is not None:
            record = find_record(outcome.check.external_id)
            # How the branch came to its old head says nothing of the new one.
            fresh = replace(snapshot, pull=outcome.pull, check=outcome.check, record=record, history=None, text=None)
            return replace(fresh, candidate=snapshot.base_candidate, base_candidate=None)
        case CreateTag() if outcome.tag is not None:
            return replace(snapshot, tags=(outcome.tag, *snapshot.tags))
        case PublishRelease() if outcome.release is not None:
            return replace(snapshot, release=outcome.release)
        case OpenDevelopment() if snapshot.development is not None:
            told = replace(snapshot.development, pull=outcome.followed, declined=outcome.unfollowed)
            return replace(snapshot, development=told)
        case CarryChangelog() if snapshot.forward is not None:
            shown = replace(snapshot.forward, pull=outcome.followed, declined=outcome.unfollowed)
            return replace(snapshot, forward=shown)
        case AskApproval() | ReportFailure() | Announce() | ConfirmBranch() | KeepHold() | LiftHold():
            return snapshot
        case _:
            return None


def _released_as(candidate: Candidate | None, version: str) -> Candidate | None:
    """``candidate`` as it is once it has its tag: where the files do not say the version, the record does."""
    project = candidate.project if candidate else None
    if candidate is None or not isinstance(project, Project) or project.derived_by is None:
        return candidate
    return replace(candidate, project=project.at(version))


def _with_record(snapshot: Snapshot, done: list[Outcome]) -> Snapshot:
    record = snapshot.record
    if record is None:
        return snapshot
    for outcome in done:
        record = _after(record, outcome, snapshot)
    return replace(snapshot, record=remember(snapshot, record))


def _after(record: Record, outcome: Outcome, snapshot: Snapshot) -> Record:
    if outcome.milestone is not None:
        record = record.reach(outcome.milestone, snapshot.at)
    if outcome.asked is not None:
        record = replace(record, asked=outcome.asked)
    if outcome.failed is not None:
        record = replace(record, failed=outcome.failed)
    if outcome.confirmed is not None:
        record = replace(record, confirmed=outcome.confirmed)
    if outcome.held is not None or outcome.lifted:
        record = replace(record, held=outcome.held)
    if outcome.notes is not None:
        record = replace(record, notes=outcome.notes)
    return record


def _reason_of(error: Exception, step: Effect) -> Because:
    match error:
        case GitHubError() if isinstance(step, CreateTag):
            return tag_refused_because(error, step.tag, step.commit, step.version)
        case GitHubError() if isinstance(step, PublishRelease):
            return release_refused_because(error, step.tag)
        case StandsError(reason=reason):
            return reason
        case GitHubError():
            return declined_because(error)
        case _:
            raise error

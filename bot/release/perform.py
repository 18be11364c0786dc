"""Carrying out one step.

Every effect has a natural key and follows *create, "already exists", read back, equal? success, else Blocked*. Repeating
any of them is harmless. What depends on another effect goes into a later request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.clock import Clock
from bot.conversation.registry import Name
from bot.engine.protocol import Backoff, Intents
from bot.github import actions, git, releases
from bot.github.access import Access
from bot.github.facts import GitHubRelease, Job, ReleaseRef, TagRef
from bot.github.repositories import find_tag
from bot.messages import outcome as outcome_words
from bot.messages import prompts
from bot.messages.notes import render_notes
from bot.publishing.diagnosis import JobReport, diagnose
from bot.release import approvals
from bot.release.audit import Audit, Cause, Decided, Decision
from bot.release.contributors import Contributions
from bot.release.generated import ReadReleased, find_contributions
from bot.release.notes import find_notes
from bot.release.outcome import Outcome, StandsError
from bot.release.own_check import OwnCheck
from bot.release.perform_development import DevelopmentPerformer
from bot.release.perform_pull import PullPerformer
from bot.release.reasons import Reason, because
from bot.release.record import Asked, Milestone
from bot.release.runs import attempt_key, commit_key
from bot.release.snapshot import Approval, Snapshot
from bot.release.speech import STALENESS, Speech
from bot.release.steps import (
    Announce,
    AskApproval,
    BeginRelease,
    CarryChangelog,
    ClosePull,
    ConfirmBranch,
    CreateTag,
    DispatchRun,
    Effect,
    KeepHold,
    KeepNotes,
    LiftHold,
    MergePull,
    OpenDevelopment,
    OpenGate,
    OpenPull,
    PublishRelease,
    RefreshPull,
    RejectGate,
    RejectTwin,
    RejectUndone,
    ReportFailure,
    TakeBack,
)

APPROVAL_INTENT = "approval:"
"""With the name of an approval: it was judged to count."""

AWAY_INTENT = "away:"
"""With a run's attempt: it was turned away for somebody, which is no failure to look into."""

_MOST_REPORTS = 3
"""Failed jobs whose logs are read; the first ones hold the cause."""


class Performer:
    """Carries out the steps of releases of one repository."""

    def __init__(
        self,
        access: Access,
        speech: Speech,
        own_check: OwnCheck,
        intents: Intents,
        clock: Clock,
        audit: Audit,
        read_released: ReadReleased,
    ) -> None:
        self._access, self._speech, self._own_check = access, speech, own_check
        self._intents, self._clock, self._audit = intents, clock, audit
        self._read_released = read_released
        self._on_pull = PullPerformer(access, own_check, intents)
        self._on_development = DevelopmentPerformer(access, intents, clock)

    async def perform(self, snapshot: Snapshot, step: Effect) -> Outcome:
        """Carry out ``step`` and say what came of it that an observation may not show yet.

        Raises:
            StandsError: it cannot be had without a person.
            Backoff: it may be there already without showing yet.
            GitHubError: GitHub did not do it.
        """
        await self._accept(snapshot, step)
        match step:
            case (
                OpenPull()
                | BeginRelease()
                | TakeBack()
                | RefreshPull()
                | ConfirmBranch()
                | KeepHold()
                | LiftHold()
                | KeepNotes()
                | ClosePull()
                | MergePull()
            ):
                return await self._on_pull.perform(snapshot, step)
            case CreateTag():
                return Outcome(tag=await self._create_tag(snapshot, step))
            case PublishRelease():
                release = await self._publish_release(snapshot, step)
                return Outcome(release=ReleaseRef(release.tag, release.url) if release else None)
            case DispatchRun():
                await self._dispatch(step)
                return Outcome(milestone=Milestone.DISPATCHED)
            case AskApproval():
                body = prompts.render_prompt(snapshot, step)
                asked_at = await self._speech.ensure(
                    _number(snapshot), prompts.prompt_marker(snapshot, step.key), body, snapshot.comments
                )
                return Outcome(asked=Asked(step.key, asked_at))
            case OpenGate():
                await self._open_gate(snapshot, step)
            case RejectTwin() | RejectUndone() | RejectGate():
                await self._reject(snapshot, step)
            case ReportFailure():
                await self._report_failure(snapshot, step)
                return Outcome(failed=step.key)
            case OpenDevelopment() | CarryChangelog():
                return await self._on_development.perform(snapshot, step)
            case Announce():
                body = outcome_words.render_published(snapshot, step)
                mark = outcome_words.outcome_marker(snapshot, "published")
                await self._speech.ensure(_number(snapshot), mark, body, snapshot.comments)
                return Outcome(milestone=Milestone.ANNOUNCED)
            case _:
                raise TypeError(f"{type(step).__name__} is not an effect")
        return Outcome()

    async def _accept(self, snapshot: Snapshot, step: Effect) -> None:
        """Note the approvals with which a release goes on: once it has, nothing shows which they were."""
        candidate = snapshot.candidate
        if candidate is None or not isinstance(step, CreateTag | PublishRelease | DispatchRun | OpenGate):
            return
        for one in _list_counting(snapshot):
            name = approvals.name_approval(one.comment.id, one.version, one.commit)
            await self._intents.record(f"{APPROVAL_INTENT}{name}", {})
            if not isinstance(step, OpenGate):
                await self._audit.note(_counted(snapshot, one, commit_key(candidate.commit), Cause.WENT_ON))

    async def _create_tag(self, snapshot: Snapshot, step: CreateTag) -> TagRef | None:
        name = snapshot.project.name if snapshot.project else ""
        message = f"{name} {step.version}\n"
        tag, made = await git.ensure_tag(self._access.change, name=step.tag, commit=step.commit, message=message)
        if tag.commit != step.commit:
            raise StandsError(because(Reason.TAG_ELSEWHERE, tag=step.tag, found=tag.commit, wanted=step.commit))
        return tag if made else None

    async def _publish_release(self, snapshot: Snapshot, step: PublishRelease) -> GitHubRelease | None:
        """Publish directly when the release starts the run; else draft, attach, publish, so that immutable ones hold all.

        None: there is one that GitHub does not show yet.
        """
        if not step.evidence:
            return await self._create_release(snapshot, step, await self._ask_who(snapshot, step), draft=False)
        draft = await releases.find_draft(self._access.change, step.tag, snapshot.app.bot.id)
        if draft is None:
            told = await self._ask_who(snapshot, step)
            await self._once(f"draft:{step.tag}")
            draft = await self._create_release(snapshot, step, told, draft=True)
        if draft is None:
            raise Backoff(STALENESS, "the release does not show yet")
        await releases.ensure_assets(self._access.change, draft, await self._assets(snapshot, step))
        return await releases.publish_draft(self._access.change, draft, latest=step.latest)

    async def _ask_who(self, snapshot: Snapshot, step: PublishRelease) -> Contributions | None:
        return await find_contributions(self._access, snapshot, step.tag, step.version, self._read_released)

    async def _create_release(
        self, snapshot: Snapshot, step: PublishRelease, told: Contributions | None, *, draft: bool
    ) -> GitHubRelease | None:
        return await releases.create_release(
            self._access.change,
            tag=step.tag,
            name=f"{snapshot.project.name if snapshot.project else ''} {step.version}".strip(),
            body=render_notes(snapshot, step, find_notes(snapshot, step.version), told),
            prerelease=step.prerelease,
            latest=step.latest,
            draft=draft,
        )

    async def _assets(self, snapshot: Snapshot, step: PublishRelease) -> Mapping[str, bytes]:
        published = snapshot.published
        files = {
            f"{filename}.provenance.json": content for filename, content in (published.provenance if published else ())
        }
        return {"SHA256SUMS": outcome_words.render_digests(step.evidence), **files}

    async def _dispatch(self, step: DispatchRun) -> None:
        key = f"dispatch:{step.tag}"
        earlier = await self._intents.find(key)
        if earlier is not None and earlier.value.get("sent"):
            # It was sent for certain; its run does not show yet.
            return
        await self._once(key)
        workflow = step.route.workflow.rpartition("/")[2]
        # The full name: a branch may be called like the tag, and would be started in its place.
        await actions.dispatch(self._access.start, workflow, f"refs/tags/{step.tag}", step.route.inputs)
        await self._intents.record(key, {"sent": True})

    async def _once(self, key: str) -> None:
        """Leave an intent before an effect without a key; wait out the staleness window when there is one already."""
        earlier = await self._intents.find(key)
        if earlier is not None:
            left = earlier.recorded_at + STALENESS - self._clock.now()
            if left.total_seconds() > 0:
                raise Backoff(left, f"{key} may have been done already")
        await self._intents.record(key, {})

    async def _open_gate(self, snapshot: Snapshot, step: OpenGate) -> None:
        """Compare tag, commit and attempt once more, then let exactly this run through.

        The version was read from the files of that very commit, so it stands and falls with it. When anything differs
        nothing is done: the next observation sees it too, and ``next_step`` says what follows.
        """
        run = await actions.get_run(self._access.read, step.run.run.id)
        tag = await find_tag(self._access.read, step.tag)
        if (run.attempt, run.head_sha, run.is_over) != (step.run.run.attempt, step.commit, False):
            return
        if tag is None or tag.commit != step.commit:
            return
        for one in _list_counting(snapshot):
            # Before, and not after: once the gate is open nothing leads here again, and a crash would lose the row.
            await self._audit.note(_counted(snapshot, one, attempt_key(step.run), Cause.GATE_OPENED))
        comment = prompts.render_gate_comment(step)
        await actions.review_gate(self._access.start, step.run.run.id, step.environment, "approved", comment)

    async def _reject(self, snapshot: Snapshot, step: RejectTwin | RejectUndone | RejectGate) -> None:
        match step:
            case RejectTwin():
                comment = prompts.render_twin_comment(step)
            case RejectUndone():
                # Said first: once the gate is closed the step is not due any more, and nothing would be said.
                body = outcome_words.render_undone(snapshot, step)
                await self._speech.ensure(_number(snapshot), outcome_words.outcome_marker(snapshot, step.key), body)
                comment = prompts.render_undone_comment(step)
            case RejectGate():
                await self._intents.record(f"{AWAY_INTENT}{attempt_key(step.run)}", {})
                comment = prompts.render_rejection_comment(step)
        await actions.review_gate(self._access.start, step.run.run.id, step.environment, "rejected", comment)

    async def _report_failure(self, snapshot: Snapshot, step: ReportFailure) -> None:
        if step.rejected:
            ours = step.rejected.user is not None and step.rejected.user.id == snapshot.app.bot.id
            body = outcome_words.render_rejection(snapshot, step, step.rejected, ours=ours)
        else:
            away = await self._intents.find(f"{AWAY_INTENT}{step.key}")
            if away is not None and snapshot.at - away.recorded_at < STALENESS:
                raise Backoff(STALENESS / 3, "that the run was turned away does not show yet")
            body = await self._diagnose(snapshot, step)
        mark = outcome_words.outcome_marker(snapshot, step.key)
        await self._speech.ensure(_number(snapshot), mark, body, snapshot.comments)

    async def _diagnose(self, snapshot: Snapshot, step: ReportFailure) -> str:
        failed = [job for job in step.run.jobs if job.conclusion not in (None, "success", "skipped")]
        reports = [await self._report(job) for job in failed[:_MOST_REPORTS]]
        # Searching a long log takes up to a second of computing.
        diagnosis = await asyncio.to_thread(diagnose, reports)
        return outcome_words.render_failure(snapshot, step, diagnosis)

    async def _report(self, job: Job) -> JobReport:
        log = await actions.find_log(self._access.read, job.id) or ""
        # A job that never ran, or was cut off, has its reason beside its log.
        annotations = await actions.list_annotations(self._access.read, job.id)
        return JobReport(job.name, job.conclusion, log, annotations)


def _list_counting(snapshot: Snapshot) -> list[Approval]:
    """The approvals that count for what is released."""
    project, candidate = snapshot.project, snapshot.candidate
    if project is None or candidate is None:
        return []
    return approvals.list_counting(snapshot, project.spelling, candidate.commit)


def _counted(snapshot: Snapshot, approval: Approval, asked: str, cause: Cause) -> Decided:
    """The decision that an approval counts for what was asked, and that the release goes on with it."""
    return Decided(
        key=f"comment:{approval.comment.id}:{asked}:{Decision.COUNTED}",
        decision=Decision.COUNTED,
        code=cause,
        command=Name.APPROVE,
        by=approval.by,
        link=approval.comment.url,
        role=approval.role,
        version=snapshot.project.spelling if snapshot.project else "",
        sha=snapshot.candidate.commit if snapshot.candidate else "",
    )


def _number(snapshot: Snapshot) -> int:
    if snapshot.pull is None:
        raise ValueError("only a release pull request has a thread")
    return snapshot.pull.number

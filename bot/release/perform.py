"""Carrying out one step.

Every effect has a natural key and follows *create, "already exists", read back, equal? success, else Blocked*. Repeating
any of them is harmless. What depends on another effect goes into a later request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.changelog import Changelog, section
from bot.clock import Clock
from bot.engine.protocol import Backoff, Intents
from bot.github import actions, git, pulls, releases
from bot.github.access import Access
from bot.github.facts import CheckRun, GitHubRelease, Job, PullRequest, ReleaseRef, TagRef
from bot.github.repositories import find_tag
from bot.messages import outcome as outcome_words
from bot.messages import prompts, status
from bot.messages import pull as pull_words
from bot.messages.notes import render_notes
from bot.publishing.diagnosis import JobReport, diagnose
from bot.release import approvals
from bot.release.own_check import OwnCheck
from bot.release.plan import Plan
from bot.release.reasons import Because, Reason, because
from bot.release.record import Asked, Confirmed, Milestone, Record
from bot.release.snapshot import Snapshot
from bot.release.speech import STALENESS, Speech
from bot.release.steps import (
    Announce,
    AskApproval,
    AwaitMerge,
    ConfirmBranch,
    CreateTag,
    DispatchRun,
    Effect,
    OpenGate,
    OpenPull,
    PublishRelease,
    RejectTwin,
    RejectUndone,
    ReportFailure,
)
from bot.settings.repository import RepositorySettings

PULL_INTENT = "pull:"
"""With the id of a command's comment: its pull request may have been opened at that moment."""

APPROVAL_INTENT = "approval:"
"""With the name of an approval: it was judged to count."""

_MOST_REPORTS = 3
"""Failed jobs whose logs are read; the first ones hold the cause."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step, for those parts that have no natural key: the next observation may not show them yet."""

    pull: PullRequest | None = None
    check: CheckRun | None = None
    """Our check run on the head of a pull request that was made just now, and by us: nothing can have come of it yet."""
    tag: TagRef | None = None
    """A tag that was made just now, and by us."""
    release: ReleaseRef | None = None
    """The release that is published now."""
    asked: Asked | None = None
    failed: str | None = None
    milestone: Milestone | None = None
    confirmed: Confirmed | None = None


class StandsError(Exception):
    """The effect cannot be had: a person has to look. ``reason`` says why."""

    def __init__(self, reason: Because) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Performer:
    """Carries out the steps of releases of one repository."""

    def __init__(self, access: Access, speech: Speech, own_check: OwnCheck, intents: Intents, clock: Clock) -> None:
        self._access, self._speech, self._own_check = access, speech, own_check
        self._intents, self._clock = intents, clock

    async def perform(self, snapshot: Snapshot, step: Effect) -> Outcome:
        """Carry out ``step`` and say what came of it that an observation may not show yet.

        Raises:
            StandsError: it cannot be had without a person.
            Backoff: it may be there already without showing yet.
            GitHubError: GitHub did not do it.
        """
        await self._accept(snapshot, step)
        match step:
            case OpenPull():
                return await self._open_pull(snapshot, step.plan)
            case ConfirmBranch():
                return Outcome(confirmed=Confirmed(step.head, step.by.id))
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
                    _number(snapshot), prompts.prompt_marker(step.key), body, snapshot.comments
                )
                return Outcome(asked=Asked(step.key, asked_at))
            case OpenGate():
                await self._open_gate(step)
            case RejectTwin():
                comment = prompts.render_twin_comment(step)
                await actions.review_gate(self._access.start, step.run.run.id, step.environment, "rejected", comment)
            case RejectUndone():
                await self._reject_undone(snapshot, step)
            case ReportFailure():
                await self._report_failure(snapshot, step)
                return Outcome(failed=step.key)
            case Announce():
                body = outcome_words.render_published(snapshot, step)
                mark = outcome_words.outcome_marker("published")
                await self._speech.ensure(_number(snapshot), mark, body, snapshot.comments)
                return Outcome(milestone=Milestone.ANNOUNCED)
            case _:
                raise TypeError(f"{type(step).__name__} is not an effect")
        return Outcome()

    async def _accept(self, snapshot: Snapshot, step: Effect) -> None:
        """Note the approvals with which a release goes on: once it has, nothing shows which they were."""
        project, candidate = snapshot.project, snapshot.candidate
        goes_on = isinstance(step, CreateTag | PublishRelease | DispatchRun | OpenGate)
        if project is None or candidate is None or not goes_on:
            return
        for one in approvals.list_counting(snapshot, project.spelling, candidate.commit):
            name = approvals.name_approval(one.comment.id, one.version, one.commit)
            await self._intents.record(f"{APPROVAL_INTENT}{name}", {})

    async def _open_pull(self, snapshot: Snapshot, plan: Plan) -> Outcome:
        """Commit, check run with the record, branch, pull request: each is there before what leads to it.

        Killed in between, the same command takes the commit that it left on the branch, and makes no second one.
        """
        candidate = snapshot.candidate
        if candidate is None:
            raise ValueError("a plan is made of a candidate")
        modes = {entry.path: entry.mode for entry in candidate.tree.entries}
        made_for = snapshot.branch_record
        begun = made_for is not None and made_for.comment_id == plan.comment_id
        sha = await git.ensure_commit(
            self._access.change,
            parent=plan.base_commit,
            base_tree=candidate.tree.sha,
            files={edit.path: edit.new for edit in plan.edits},
            modes=modes,
            message=plan.message,
            there=snapshot.branch_head if begun else None,
        )
        # Two commits made within one second of the same tree are the same commit; the request is another one all the same.
        check = None
        if not begun or sha != snapshot.branch_head:
            check = await self._point_branch(snapshot, plan, sha)
        pull, made = await self._ensure_pull(snapshot, plan)
        return Outcome(pull=pull, check=check if made and pull.head_sha == sha else None)

    async def _point_branch(self, snapshot: Snapshot, plan: Plan, sha: str) -> CheckRun:
        record = Record(
            plan.version,
            plan.tag,
            plan.requester_id,
            plan.comment_id,
            bump=sha,
            promised=snapshot.gate,
            promised_approvals=_needed(snapshot),
        )
        ready = AwaitMerge(version=plan.version, route=plan.route)
        check = await self._own_check.keep(sha, status.render_check(snapshot, ready, record), None)
        if sha == snapshot.branch_head:
            return check
        try:
            node = snapshot.repository.node_id
            await git.move_branch(self._access.change, node, plan.branch, before=snapshot.branch_head, after=sha)
        except git.BranchMovedError as error:
            raise Backoff(STALENESS, f"{plan.branch} has moved meanwhile") from error
        return check

    async def _ensure_pull(self, snapshot: Snapshot, plan: Plan) -> tuple[PullRequest, bool]:
        """The pull request, and whether it is one that was made just now."""
        body = pull_words.render_pull_body(plan, snapshot.environment, _needed(snapshot))
        if snapshot.pull is not None and snapshot.pull.is_open:
            now = await pulls.get_pull(self._access.read, snapshot.pull.number)
            if not now.is_open:
                raise Backoff(STALENESS, f"#{now.number} was merged or closed meanwhile")
            return await pulls.update_pull(self._access.speak, now.number, title=plan.title, body=body), False
        await self._intents.record(f"{PULL_INTENT}{plan.comment_id}", {})
        pull, made = await pulls.ensure_pull(
            self._access.speak, branch=plan.branch, base=plan.base, title=plan.title, body=body
        )
        if pull is None:
            raise Backoff(STALENESS, "the pull request does not show yet")
        if pull.author is None or pull.author.id != snapshot.app.bot.id:
            raise StandsError(because(Reason.FOREIGN_PULL, number=pull.number, branch=plan.branch, given=plan.version))
        return pull, made

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
        body = render_notes(snapshot, step, _changelog_section(snapshot, step))
        name = f"{snapshot.project.name if snapshot.project else ''} {step.version}".strip()
        content = {"tag": step.tag, "name": name, "body": body, "prerelease": step.prerelease, "latest": step.latest}
        if not step.evidence:
            return await releases.create_release(self._access.change, **content, draft=False)  # type: ignore[arg-type]
        draft = await releases.find_draft(self._access.change, step.tag, snapshot.app.bot.id)
        if draft is None:
            await self._once(f"draft:{step.tag}")
            draft = await releases.create_release(self._access.change, **content, draft=True)  # type: ignore[arg-type]
        if draft is None:
            raise Backoff(STALENESS, "the release does not show yet")
        await releases.ensure_assets(self._access.change, draft, await self._assets(snapshot, step))
        return await releases.publish_draft(self._access.change, draft, latest=step.latest)

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

    async def _open_gate(self, step: OpenGate) -> None:
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
        comment = prompts.render_gate_comment(step)
        await actions.review_gate(self._access.start, step.run.run.id, step.environment, "approved", comment)

    async def _reject_undone(self, snapshot: Snapshot, step: RejectUndone) -> None:
        """Say it, then do it: once the gate is closed the step is not due any more, and nothing would be said."""
        body = outcome_words.render_undone(step)
        await self._speech.ensure(_number(snapshot), outcome_words.outcome_marker(step.key), body)
        comment = prompts.render_undone_comment(step)
        await actions.review_gate(self._access.start, step.run.run.id, step.environment, "rejected", comment)

    async def _report_failure(self, snapshot: Snapshot, step: ReportFailure) -> None:
        body = outcome_words.render_rejection(step, step.rejected) if step.rejected else await self._diagnose(step)
        await self._speech.ensure(_number(snapshot), outcome_words.outcome_marker(step.key), body, snapshot.comments)

    async def _diagnose(self, step: ReportFailure) -> str:
        failed = [job for job in step.run.jobs if job.conclusion not in (None, "success", "skipped")]
        reports = [await self._report(job) for job in failed[:_MOST_REPORTS]]
        # Searching a long log takes up to a second of computing.
        diagnosis = await asyncio.to_thread(diagnose, reports)
        return outcome_words.render_failure(step, diagnosis)

    async def _report(self, job: Job) -> JobReport:
        log = await actions.find_log(self._access.read, job.id) or ""
        # A job that never ran, or was cut off, has its reason beside its log.
        annotations = await actions.list_annotations(self._access.read, job.id)
        return JobReport(job.name, job.conclusion, log, annotations)


def _changelog_section(snapshot: Snapshot, step: PublishRelease) -> str | None:
    changelog = snapshot.candidate.changelog if snapshot.candidate else None
    return section(changelog.text, step.version) if isinstance(changelog, Changelog) else None


def _needed(snapshot: Snapshot) -> int:
    """How many approvals a new release pull request promises."""
    if not isinstance(snapshot.settings, RepositorySettings):
        raise TypeError("a plan is made with settings that were read")
    return approvals.needed(snapshot, snapshot.settings)


def _number(snapshot: Snapshot) -> int:
    if snapshot.pull is None:
        raise ValueError("only a release pull request has a thread")
    return snapshot.pull.number

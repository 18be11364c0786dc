"""Carrying out the steps up to the merge: what is done to the release branch and its pull request."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from bot.engine.protocol import Backoff, Intent, Intents
from bot.github import git, pulls
from bot.github.access import Access
from bot.github.errors import Conflict, GraphQLError, NotMergeable
from bot.github.facts import CheckRun, HeadCommit, MergeMethod, Merging, PullRequest
from bot.github.listing import Tree
from bot.messages import pull as pull_words
from bot.messages import status
from bot.release import approvals
from bot.release.lines import TagNote, note_tagged
from bot.release.outcome import Outcome, StandsError
from bot.release.own_check import OwnCheck
from bot.release.plan import Plan, is_title_of
from bot.release.reasons import Reason, because
from bot.release.record import Confirmed, Milestone, Record
from bot.release.snapshot import Candidate, Snapshot
from bot.release.speech import STALENESS
from bot.release.steps import (
    AwaitMerge,
    BeginRelease,
    ClosePull,
    ConfirmBranch,
    KeepHold,
    KeepNotes,
    LiftHold,
    MergePull,
    OpenPull,
    RefreshPull,
    TakeBack,
)
from bot.release.tag_only import name_check, see
from bot.settings.repository import RepositorySettings

_PULL_INTENT = "pull:"

MERGE_INTENT = "merging:"
"""With the number of a pull request: it may have been merged at that moment."""

PullEffect: TypeAlias = (
    OpenPull
    | BeginRelease
    | TakeBack
    | RefreshPull
    | ConfirmBranch
    | KeepHold
    | LiftHold
    | KeepNotes
    | ClosePull
    | MergePull
)


class PullPerformer:
    """Carries out what is done to release pull requests of one repository."""

    def __init__(self, access: Access, own_check: OwnCheck, intents: Intents) -> None:
        self._access, self._own_check, self._intents = access, own_check, intents

    async def perform(self, snapshot: Snapshot, step: PullEffect) -> Outcome:
        """Carry out ``step``.

        Raises:
            StandsError: it cannot be had without a person.
            Backoff: it may be there already without showing yet.
            GitHubError: GitHub did not do it.
        """
        match step:
            case OpenPull():
                return await self._open_pull(snapshot, step.plan)
            case BeginRelease():
                return await self._begin(snapshot, step)
            case TakeBack():
                return _take_back(snapshot)
            case RefreshPull():
                return await self._refresh(snapshot, step.plan)
            case ConfirmBranch():
                return Outcome(confirmed=Confirmed(step.head, step.by.id))
            case KeepHold():
                return Outcome(held=step.held)
            case LiftHold():
                return Outcome(lifted=True)
            case KeepNotes():
                return Outcome(notes=step.comment_id)
            case ClosePull():
                return Outcome(pull=await pulls.close_pull(self._access.speak, step.number))
            case MergePull():
                await self._check_seen(snapshot, step)
                return Outcome(pull=await self._merge(snapshot, step))

    async def _open_pull(self, snapshot: Snapshot, plan: Plan) -> Outcome:
        """Commit, check run with the record, branch, pull request: each is there before what leads to it.

        Killed in between, the same command takes the commit that it left on the branch, and makes no second one.
        """
        candidate = snapshot.candidate
        if candidate is None:
            raise ValueError("a plan is made of a candidate")
        made_for = snapshot.branch_record
        begun = made_for is not None and made_for.comment_id == plan.comment_id
        made = await self._commit(plan, candidate, there=snapshot.branch_head if begun else None)
        sha = made.commit
        # Two commits made within one second of the same tree are the same commit; the request is another one all the same.
        check = None
        if not begun or sha != snapshot.branch_head:
            check = await self._point_branch(snapshot, plan, sha)
        pull, is_new = await self._ensure_pull(snapshot, plan)
        return Outcome(pull=pull, check=check if is_new and pull.head_sha == sha else None, made=made)

    async def _begin(self, snapshot: Snapshot, step: BeginRelease) -> Outcome:
        """The record of a release without a pull request, in our check run on the commit that is tagged.

        The note that leads there comes first: killed in between it leads to nothing, and the same command writes the record.
        """
        plan, origin = step.plan, step.plan.origin
        if origin is None:
            raise ValueError("a release without a pull request is asked for in a thread")
        record = Record(
            plan.version,
            plan.tag,
            plan.requester_id,
            plan.comment_id,
            bump=plan.base_commit,
            promised=snapshot.gate,
            promised_approvals=_needed(snapshot),
            origin=origin,
        )
        await note_tagged(self._intents, TagNote(origin.thread, plan.base_commit, plan.tag, origin.line))
        pull = see(snapshot.repository, snapshot.app, plan.base_commit, record, snapshot.thread)
        content = status.render_check(replace(snapshot, pull=pull, record=record), step, record)
        check = await self._own_check.keep(plan.base_commit, content, None, name_check(plan.tag))
        return Outcome(pull=pull, check=check)

    async def _refresh(self, snapshot: Snapshot, plan: Plan) -> Outcome:
        """The same release on another base: who asked, what was promised, a hold and set notes stay as they are.

        The version is another one where it follows from what was merged.

        The text comes before the branch: killed in between, the branch still says that it has to be made anew. A title
        or a text that people have changed is theirs; a title of ours with another version is one that we left behind then.
        """
        base, pull, record = snapshot.base_candidate, snapshot.pull, snapshot.record
        if base is None or pull is None or record is None or not isinstance(snapshot.settings, RepositorySettings):
            raise ValueError("an open pull request is refreshed together with its record")
        # First of all, so that little time passes in which people may change what was read.
        title = await self._refresh_text(snapshot, plan, pull, snapshot.settings)
        made = await self._commit(plan, base)
        sha = made.commit
        fresh = replace(record, version=plan.version, tag=plan.tag, bump=sha, confirmed=None)
        check = await self._move(snapshot, plan, fresh, before=pull.head_sha)
        head = HeadCommit(plan.base_commit, plan.message, snapshot.at)
        return Outcome(pull=replace(pull, title=title, head_sha=sha, head=head), check=check, made=made)

    async def _refresh_text(
        self, snapshot: Snapshot, plan: Plan, pull: PullRequest, settings: RepositorySettings
    ) -> str:
        """Bring title and text up to date where they are ours, and say what the title is then.

        Raises:
            Backoff: the pull request was merged or closed meanwhile.
        """
        text = snapshot.text or await pulls.get_text(self._access.read, pull.number)
        body = pull_words.render_pull_body(plan, snapshot.environment, approvals.wanted(snapshot, settings))
        title = plan.title if is_title_of(plan.project, text.title) else text.title
        new_body = body if pull_words.is_as_rendered(text.body) and text.body != body else None
        if new_body is not None or title != text.title:
            now = await pulls.update_pull(self._access.speak, pull.number, body=new_body, title=title)
            if not now.is_open:
                raise Backoff(STALENESS, f"#{now.number} was merged or closed meanwhile")
        return title

    async def _commit(self, plan: Plan, base: Candidate, *, there: str | None = None) -> Tree:
        return await git.ensure_commit(
            self._access.change,
            parent=plan.base_commit,
            base=base.tree,
            files={edit.path: edit.new for edit in plan.edits},
            message=plan.message,
            there=there,
        )

    async def _point_branch(self, snapshot: Snapshot, plan: Plan, sha: str) -> CheckRun:
        # Another version of the open release pull request is on hold as well, and has the same notes.
        before = snapshot.record if snapshot.pull is not None and snapshot.pull.is_open else None
        record = Record(
            plan.version,
            plan.tag,
            plan.requester_id,
            plan.comment_id,
            bump=sha,
            promised=snapshot.gate,
            promised_approvals=_needed(snapshot),
            held=before.held if before else None,
            notes=before.notes if before else None,
            follows=plan.follows,
        )
        return await self._move(snapshot, plan, record, before=snapshot.branch_head)

    async def _move(self, snapshot: Snapshot, plan: Plan, record: Record, *, before: str | None) -> CheckRun:
        """Our check run with the record first, then the branch: no head of ours is ever without one."""
        sha, ready = record.bump, AwaitMerge(version=plan.version, route=plan.route)
        check = await self._own_check.keep(sha, status.render_check(snapshot, ready, record), None)
        if sha == before:
            return check
        try:
            node = snapshot.repository.node_id
            await git.move_branch(self._access.change, node, plan.branch, before=before, after=sha)
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
        await self._intents.record(opening_key(plan.comment_id, plan.branch), {})
        pull, made = await pulls.ensure_pull(
            self._access.speak, branch=plan.branch, base=plan.base, title=plan.title, body=body
        )
        if pull is None:
            raise Backoff(STALENESS, "the pull request does not show yet")
        if pull.author is None or pull.author.id != snapshot.app.bot.id:
            raise StandsError(because(Reason.FOREIGN_PULL, number=pull.number, branch=plan.branch, given=plan.version))
        return pull, made

    async def _check_seen(self, snapshot: Snapshot, step: MergePull) -> None:
        """That the branch was at this head already when somebody asked to merge it: a comment names no commit.

        Another version may have been asked for, or something pushed, while the order waited for its turn.
        """
        if step.at is None:
            return
        async for move in pulls.list_pushes(self._access.read, step.branch):
            if move.after != step.head:
                continue
            ours = move.by is not None and move.by.id == snapshot.app.bot.id
            # GitHub tells whole seconds only: what others pushed within the same one was not looked at.
            if move.at > step.at or (move.at == step.at and not ours):
                version = snapshot.record.version if snapshot.record else ""
                raise StandsError(because(Reason.BRANCH_MOVED_SINCE, version=version, again="merge"))
            return
        if snapshot.at - step.at < STALENESS:
            raise Backoff(STALENESS / 3, "the push of what is to be merged does not show yet")

    async def _merge(self, snapshot: Snapshot, step: MergePull) -> PullRequest:
        """Merge in the way that settings or repository say; what its rules ask for stays asked for."""
        merging = await pulls.get_merging(self._access.read, step.number)
        if merging.queued and snapshot.pull is not None:
            return replace(snapshot.pull, queued=True)
        method = _choose_method(snapshot, merging)
        key = f"{MERGE_INTENT}{step.number}"
        tried = await self._intents.find(key)
        if merging.has_queue and snapshot.pull is not None:
            return await self._enqueue(snapshot, snapshot.pull, step, tried)
        if tried is None:
            await self._intents.record(key, {"head": step.head})
        try:
            await pulls.merge_pull(self._access.change, step.number, head=step.head, method=method)
        except (NotMergeable, Conflict) as error:
            now = await pulls.get_pull(self._access.read, step.number)
            if now.merged:
                # A first attempt whose answer was lost, or a person who was quicker.
                return now
            if tried is not None and snapshot.at - tried.recorded_at < STALENESS:
                raise Backoff(STALENESS / 3, "it may be merged already without showing yet") from error
            raise StandsError(because(Reason.NOT_MERGED, number=step.number, detail=error.message)) from error
        now = await pulls.get_pull(self._access.read, step.number)
        if not now.merged:
            raise Backoff(STALENESS / 3, "the merge does not show yet")
        return now

    async def _enqueue(
        self, snapshot: Snapshot, pull: PullRequest, step: MergePull, tried: Intent | None
    ) -> PullRequest:
        """Put it into the merge queue. What was taken out of there goes back on somebody's word alone, or with another head."""
        if tried is not None and tried.value.get("head") == step.head:
            now = await pulls.get_pull(self._access.read, step.number)
            if now.merged:
                return now
            if snapshot.at - tried.recorded_at < STALENESS:
                raise Backoff(STALENESS / 3, "it may be in the merge queue already without showing yet")
            if snapshot.order is None:
                detail = "it was taken out of the merge queue"
                raise StandsError(because(Reason.NOT_MERGED, number=step.number, detail=detail))
        await self._intents.record(f"{MERGE_INTENT}{step.number}", {"head": step.head})
        try:
            await pulls.enqueue_pull(self._access.queue, pull, head=step.head)
        except GraphQLError as error:
            raise StandsError(because(Reason.NOT_MERGED, number=step.number, detail=error.message)) from error
        return replace(pull, queued=True)


def _choose_method(snapshot: Snapshot, merging: Merging) -> MergeMethod:
    wanted = snapshot.settings.merge.method if isinstance(snapshot.settings, RepositorySettings) else None
    if wanted is not None and wanted in merging.methods:
        return wanted
    if wanted is not None or not merging.methods:
        number = snapshot.pull.number if snapshot.pull else ""
        detail = f"the repository does not allow the method {wanted or 'merge'}"
        raise StandsError(because(Reason.NOT_MERGED, number=number, detail=detail))
    return merging.methods[0]


def _take_back(snapshot: Snapshot) -> Outcome:
    pull = snapshot.pull
    if pull is None:
        raise ValueError("only what was asked for is taken back")
    # The record says so from now on, and the picture follows it.
    return Outcome(pull=replace(pull, merged=False, merge_commit=None, merged_at=None), milestone=Milestone.CLOSED)


def opening_key(comment_id: int, branch: str) -> str:
    """The name of a note: the pull request from ``branch`` that this comment asks for may have been opened at that moment."""
    return f"{_PULL_INTENT}{comment_id}:{branch}"


def _needed(snapshot: Snapshot) -> int:
    """How many approvals a new release pull request promises."""
    if not isinstance(snapshot.settings, RepositorySettings):
        raise TypeError("a plan is made with settings that were read")
    return approvals.needed(snapshot, snapshot.settings)

"""Reading the facts of one release into a ``Snapshot``.

The order is that of ``next_step``: what an earlier rule decides on is read first, and nothing more is asked than the
stage of the release needs. Nothing is cached and nothing is written here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bot.clock import Clock
from bot.conversation.grammar import parse
from bot.conversation.registry import Command, Name, understand
from bot.github.access import Access
from bot.github.actions import get_environment, list_jobs, list_pending, list_reviews, list_runs
from bot.github.comments import find_comment, list_conversation
from bot.github.errors import PermissionMissing
from bot.github.facts import AppAccount, CheckRun, Comment, PullRequest, Repository, Role, RunFacts, TagRef, WorkflowRun
from bot.github.git import list_changes
from bot.github.people import get_role
from bot.github.pulls import list_commits, list_files, list_pulls, list_pushes
from bot.github.releases import find_release
from bot.github.repositories import find_branch, find_tag, get_repository, list_tags, read_default_branch
from bot.messages.markers import find_marked
from bot.messages.prompts import prompt_marker
from bot.publishing.route import Route
from bot.release.evidence import Evidence
from bot.release.gather import gather_candidate
from bot.release.own_check import OwnCheck
from bot.release.record import Milestone, Record, find_record
from bot.release.runs import approval_key, find_ours
from bot.release.snapshot import Approval, BranchHistory, Line, Request, Snapshot
from bot.release.speech import STALENESS
from bot.settings.repository import SETTINGS_PATHS, RepositorySettings, SettingsProblem, read_settings
from bot.versions import Project

_MOST_PULLS, _MOST_OWN_PULLS = 50, 3
"""How many pull requests from a release branch are looked through, and how many of ours are looked after."""

_MOST_COMMITS = 30
"""How far back on a release branch the check run with our record is looked for."""


class Observer:
    """Reads releases of one repository."""

    def __init__(self, access: Access, app: AppAccount, evidence: Evidence, own_check: OwnCheck, clock: Clock) -> None:
        self._access, self._app, self._evidence = access, app, evidence
        self._own_check, self._clock = own_check, clock

    async def get_repository(self) -> Repository:
        """The repository as it is now."""
        return await get_repository(self._access.read)

    async def list_own_pulls(self, repository: Repository, line: Line) -> list[PullRequest]:
        """The newest release PRs of ``line``, newest first: ours by author, and from this repository, never a fork's."""
        pulls = await list_pulls(self._access.read, line.branch, limit=_MOST_PULLS)
        return [pull for pull in pulls if self.is_own(repository, pull)][:_MOST_OWN_PULLS]

    def is_own(self, repository: Repository, pull: PullRequest) -> bool:
        """Whether ``pull`` is a release PR that we made, for the line we made it for.

        Anybody can name a branch like ours, and whoever may write can point our pull request at another base.
        """
        by_us = pull.author is not None and pull.author.id == self._app.bot.id
        in_line = pull.head_branch == Line(pull.base_branch).branch
        return by_us and in_line and pull.head_repository_id == repository.id

    def is_new(self, pull: PullRequest | None) -> bool:
        """Whether ``pull`` was made so recently that reads may still miss it, or what belongs to it."""
        return pull is not None and self._clock.now() - pull.created_at < STALENESS

    async def observe(
        self, repository: Repository, line: Line, pull: PullRequest | None, request: Request | None = None
    ) -> Snapshot:
        """The facts about ``pull`` (None: there is none yet), and about ``request`` when one is being carried out."""
        check = await self.find_own_check(pull) if pull is not None else None
        record = find_record(check.external_id) if check else None
        snapshot = self._begin(repository, line, pull, record, request)
        if request is None and (pull is None or record is None or _is_settled(pull, record)):
            return snapshot
        settings = read_settings(await read_default_branch(self._access.read, SETTINGS_PATHS))
        snapshot = replace(snapshot, settings=settings)
        if isinstance(settings, SettingsProblem):
            return snapshot
        if pull is not None and record is not None and not record.is_bump(pull.head_sha):
            snapshot = await self._with_branch(snapshot, pull, record)
        if request is not None:
            return await self._for_request(snapshot, settings, request)
        return await self._for_pull(snapshot, settings, pull, record) if pull and record else snapshot

    async def glance(
        self, repository: Repository, line: Line, pull: PullRequest | None, request: Request | None = None
    ) -> Snapshot:
        """The little that can be said when a permission to look is missing: the pull request, and the record if it shows."""
        record = None
        with suppress(PermissionMissing):
            check = await self.find_own_check(pull) if pull is not None else None
            record = find_record(check.external_id) if check else None
        return self._begin(repository, line, pull, record, request)

    def _begin(
        self,
        repository: Repository,
        line: Line,
        pull: PullRequest | None,
        record: Record | None,
        request: Request | None,
    ) -> Snapshot:
        return Snapshot(
            at=self._clock.now(),
            app=self._app,
            repository=repository,
            line=line,
            settings=RepositorySettings(),
            target=self._evidence.index,
            publisher_trusted=self._evidence.publisher_trusted,
            request=request,
            pull=pull,
            record=record,
        )

    async def find_own_check(self, pull: PullRequest) -> CheckRun | None:
        """Our check run with the record: on the head, or on the newest commit below that people pushed onto."""
        check = await self._own_check.find(pull.head_sha)
        if check is not None and find_record(check.external_id):
            return check
        for sha in reversed((await list_commits(self._access.read, pull.number))[-_MOST_COMMITS:]):
            found = await self._own_check.find(sha) if sha != pull.head_sha else None
            if found is not None and find_record(found.external_id):
                return found
        return None

    async def _for_request(self, snapshot: Snapshot, settings: RepositorySettings, request: Request) -> Snapshot:
        read = self._access.read
        base_head = await find_branch(read, snapshot.line.base)
        branch_head = await find_branch(read, snapshot.line.branch)
        bump = await self._find_bump(branch_head) if branch_head is not None else None
        snapshot = replace(
            snapshot,
            branch_head=branch_head,
            branch_is_ours=branch_head is None or bump is not None or await self._was_merged(snapshot, branch_head),
            branch_record=bump,
            tags=await list_tags(read),
        )
        if base_head is None:
            return snapshot
        return await self._with_candidate(snapshot, settings, base_head, request.version)

    async def _was_merged(self, snapshot: Snapshot, branch_head: str) -> bool:
        """Whether what others pushed to the release branch went into the base with an earlier release, so that nothing is lost."""
        pulls = await self.list_own_pulls(snapshot.repository, snapshot.line)
        return any(pull.merged and pull.head_sha == branch_head for pull in pulls)

    async def _with_branch(self, snapshot: Snapshot, pull: PullRequest, record: Record) -> Snapshot:
        """What others did to the release branch: asked only when its head is not the commit that we made."""
        ours = set(await list_changes(self._access.read, record.bump))
        files = await list_files(self._access.read, pull.number)
        foreign = tuple(sorted({path for path in files if path not in ours}))
        return replace(snapshot, foreign_files=foreign, history=await self._read_history(pull))

    async def _read_history(self, pull: PullRequest) -> BranchHistory:
        pushes, complete = await list_pushes(self._access.read, pull.head_branch, pull.created_at)
        return BranchHistory(tuple(pushes), complete)

    async def _find_bump(self, sha: str) -> Record | None:
        """What the head of the release branch was made for, when it is a bump commit of ours, that may be replaced."""
        check = await self._own_check.find(sha)
        record = find_record(check.external_id) if check else None
        return record if record is not None and record.is_bump(sha) else None

    async def _for_pull(
        self, snapshot: Snapshot, settings: RepositorySettings, pull: PullRequest, record: Record
    ) -> Snapshot:
        read = self._access.read
        snapshot = replace(snapshot, tags=await list_tags(read))
        commit = pull.merge_commit if pull.merged else pull.head_sha
        if commit is None:
            return snapshot
        snapshot = await self._with_candidate(snapshot, settings, commit, None, tag=record.tag)
        project, route = snapshot.project, snapshot.route
        if not pull.merged or project is None or route is None:
            return snapshot
        # It may be older than the newest hundred.
        tag = snapshot.find_tag(record.tag) or await find_tag(read, record.tag)
        if tag is not None and snapshot.find_tag(tag.name) is None:
            snapshot = replace(snapshot, tags=(tag, *snapshot.tags))
        if tag is not None:
            snapshot = await self._after_tag(snapshot, route, tag, record, project)
        elif record.reached(Milestone.TAGGED):
            # Somebody deleted it. What it started goes on all the same, unless it is turned away at our gate.
            snapshot = replace(snapshot, runs=await self._list_runs(route, TagRef(record.tag, commit, annotated=False)))
        return await self._with_approvals(snapshot, pull, record, route, tag)

    async def _with_candidate(
        self,
        snapshot: Snapshot,
        settings: RepositorySettings,
        commit: str,
        version: str | None,
        *,
        tag: str | None = None,
    ) -> Snapshot:
        read = self._access.read
        candidate = await gather_candidate(
            read,
            app=self._app,
            repository=snapshot.repository,
            line=snapshot.line,
            settings=settings,
            target=self._evidence.index,
            tags=snapshot.tags,
            commit=commit,
            version=version,
            tag=tag,
        )
        environment = None
        if isinstance(candidate.route, Route) and candidate.route.environment:
            environment = await get_environment(read, candidate.route.environment)
        index = None
        if isinstance(candidate.project, Project):
            index = await self._evidence.find_project(candidate.project.name)
        return replace(snapshot, candidate=candidate, environment=environment, index=index)

    async def _after_tag(
        self, snapshot: Snapshot, route: Route, tag: TagRef, record: Record, project: Project
    ) -> Snapshot:
        snapshot = replace(
            snapshot,
            release=await find_release(self._access.read, tag.name),
            runs=await self._list_runs(route, tag),
        )
        ours = find_ours(snapshot.runs, route, tag.name, record)
        if ours is None or ours.run.conclusion != "success":
            return snapshot
        published = await self._evidence.gather(self._access.read, snapshot, route, tag, project, ours)
        return replace(snapshot, published=published)

    async def _list_runs(self, route: Route, tag: TagRef) -> tuple[RunFacts, ...]:
        files = {route.workflow, *(twin.workflow for twin in route.twins)}
        runs = await list_runs(self._access.read, tag.commit)
        ours = [run for run in runs if run.path in files and run.head_branch == tag.name]
        return tuple([await self._read_run(run) for run in ours])

    async def _read_run(self, run: WorkflowRun) -> RunFacts:
        read = self._access.read
        jobs = await list_jobs(read, run.id)
        waiting = not run.is_over and any(job.status == "waiting" for job in jobs)
        asked = waiting or (run.is_over and run.conclusion != "success")
        return RunFacts(
            run=run,
            jobs=jobs,
            pending=await list_pending(read, run.id) if waiting else (),
            reviews=await list_reviews(read, run.id) if asked else (),
            by_us=run.actor_id == self._app.bot.id,
        )

    async def _with_approvals(
        self, snapshot: Snapshot, pull: PullRequest, record: Record, route: Route, tag: TagRef | None
    ) -> Snapshot:
        """The prompt and the answers to it, when an approval is, or may be, what comes next."""
        key = approval_key(snapshot.runs, route, tag, record, pull.merge_commit)
        if key is None or not self._may_ask(snapshot):
            return snapshot
        comments = await list_conversation(self._access.read, pull.number, since=pull.created_at)
        # Anyone with write access can edit a comment of ours into a prompt; we never edit one.
        as_posted = [comment for comment in comments if comment.edited_at is None]
        prompt = find_marked(as_posted, prompt_marker(key), self._app.bot.id)
        known = record.asked.at if record.asked is not None and record.asked.key == key else None
        moments = [moment for moment in (known, prompt.created_at if prompt else None) if moment is not None]
        if not moments:
            return snapshot
        asked_at = max(moments)
        history = snapshot.history or await self._read_history(pull)
        # GitHub tells whole seconds only; within one of them the ids tell what came after the prompt.
        asked_as = prompt.id if prompt else 0
        given = [comment for comment in comments if comment.created_at >= asked_at and comment.id > asked_as]
        return replace(snapshot, prompt=prompt, history=history, approvals=await self._list_approvals(given))

    def _may_ask(self, snapshot: Snapshot) -> bool:
        required = isinstance(snapshot.settings, RepositorySettings) and bool(snapshot.settings.approval.required)
        return required or snapshot.gate.ours or snapshot.gate.reviewed

    async def _list_approvals(self, comments: list[Comment]) -> tuple[Approval, ...]:
        """Every ``approve`` command in ``comments`` by a person, with the role asked now (each person once)."""
        roles: dict[int, Role] = {}
        found = []
        for comment in comments:
            author = comment.author
            if author is None or author.is_bot or comment.minimized:
                continue
            for arguments in _approve_arguments(comment.body):
                if not await self._stands_as_typed(comment):
                    break
                if author.id not in roles:
                    roles[author.id] = await get_role(self._access.read, author.login, author.id)
                version, commit = arguments[0], arguments[1] if len(arguments) > 1 else None
                found.append(Approval(comment, author, roles[author.id], version, commit))
        return tuple(found)

    async def _stands_as_typed(self, comment: Comment) -> bool:
        """Whether a comment still says what was read, and a person typed it: an App can write in somebody's name."""
        now = await find_comment(self._access.read, comment.id)
        return now is not None and now.body == comment.body and not now.by_app


def _is_settled(pull: PullRequest, record: Record) -> bool:
    """Whether nothing more can follow: closed without merging, or announced."""
    return not pull.is_open and (not pull.merged or record.reached(Milestone.ANNOUNCED))


def _approve_arguments(body: str) -> list[tuple[str, ...]]:
    """The arguments of each ``approve`` in ``body``; a comment is all-or-nothing, so one bad line voids it."""
    commands = [understand(invocation) for invocation in parse(body)]
    understood = [command for command in commands if isinstance(command, Command)]
    if len(understood) < len(commands):
        return []
    return [command.arguments for command in understood if command.entry.name is Name.APPROVE]

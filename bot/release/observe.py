"""Reading the facts of one release into a ``Snapshot``.

The order is that of ``next_step``: what an earlier rule decides on is read first, and nothing more is asked than the
stage of the release needs. What never changes, and who guards the environment, is read once for each job; a gate is
opened only after another look. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.clock import Clock
from bot.github.access import Access
from bot.github.errors import GraphQLError, PermissionMissing, Unavailable
from bot.github.facts import (
    AppAccount,
    CheckRun,
    PullRequest,
    Repository,
    TagRef,
    ThreadRef,
)
from bot.github.listing import Tree
from bot.github.pulls import find_labeller, get_merging, list_commits
from bot.github.repositories import contains, find_thread, get_repository
from bot.publishing.route import Order, Route
from bot.release.answers import hear
from bot.release.approvals import may_be_asked_first
from bot.release.auto_merge import is_wanted
from bot.release.commits import Commits
from bot.release.defaults import Defaults
from bot.release.evidence import Evidence
from bot.release.held import LABEL, is_labelled
from bot.release.hints import Hints
from bot.release.histories import Histories
from bot.release.notes import find_notes
from bot.release.observe_branch import BranchReader
from bot.release.observe_candidate import CandidateReader
from bot.release.observe_guards import GuardReader
from bot.release.observe_published import PublishedReader
from bot.release.observe_runs import list_run_facts
from bot.release.observe_since import SinceReader, foresee_version
from bot.release.own_check import OwnCheck
from bot.release.packages import Share, find_touched
from bot.release.propose_tag import is_asked_as_tag
from bot.release.record import Milestone, Record, find_record
from bot.release.runs import approval_key
from bot.release.sight import Sight, look
from bot.release.since import Since
from bot.release.snapshot import BRANCHES, BranchHistory, Line, Request, Snapshot, is_astray
from bot.release.speech import STALENESS
from bot.release.tag_only import name_check
from bot.release.views import is_to_be_started
from bot.settings.reading import SettingsProblem, read_settings
from bot.settings.repository import RepositorySettings
from bot.versions import PackagePlace, same_version

_MOST_OWN_PULLS = 3
"""How many of our pull requests from one branch are looked after; a note leads to older ones that are not through."""

_MOST_COMMITS = 30
"""How far back on a release branch the check run with our record is looked for."""


class Observer:
    """Reads releases of one repository."""

    def __init__(
        self,
        access: Access,
        app: AppAccount,
        evidence: Evidence,
        own_check: OwnCheck,
        clock: Clock,
        *,
        defaults: Defaults,
        hints: Hints,
    ) -> None:
        self._access, self._app, self._evidence, self._defaults = access, app, evidence, defaults
        self._own_check, self._clock, self._hints = own_check, clock, hints
        self._commits = Commits(access, hints)
        self._histories = Histories(access, hints.kept, clock)
        self._branch = BranchReader(access, app, self._commits, defaults, clock)
        self._since = SinceReader(self._commits, self._histories, app)
        self._candidates = CandidateReader(access, app, evidence, self._commits, hints)
        self._guards = GuardReader(access, hints)
        self._published = PublishedReader(access, app, evidence, self._commits)

    async def look(
        self, *lines: Line, thread: int | None = None, check: tuple[str, str] | None = None, idly: bool = False
    ) -> Sight:
        """What there is to see now of the repository and these lines, the first of which a release may be made of next.

        ``thread`` is an issue or pull request that is looked at as well, ``check`` the commit and the name of the check run of
        a release that is talked about there; ``idly``: most likely nothing is to be done.
        """
        besides = replace(self._hints.bring(thread, content=not idly), check=check)
        try:
            return await look(self._access, self._own_check, self._commits, self._app.id, lines, besides)
        except Unavailable:
            # It may have grown so much since that GitHub gives up on its listing: it must not be asked for again.
            self._hints.levels = 0
            raise

    def note_bump(self, made: Tree | None, paths: Iterable[str]) -> None:
        """A release branch was ``made`` with these files edited: they come along when somebody looks next."""
        if made is not None:
            self._commits.know_tree(made)
        self._hints.note_edited(paths)

    def note_tagged(self) -> None:
        """The release is tagged: nobody looks at its branch any more."""
        self._hints.note_edited(())

    async def get_repository(self) -> Repository:
        """The repository as it is now."""
        return await get_repository(self._access.read)

    async def read_settings(self, sight: Sight) -> RepositorySettings | SettingsProblem:
        """The settings that hold for the repository now."""
        return await self.read_settings_in(await sight.read_settings_files())

    async def read_settings_in(self, files: Mapping[str, bytes]) -> RepositorySettings | SettingsProblem:
        """The settings that hold where the default branch has these ``files``."""
        return read_settings(files, await self._defaults.find(self._access.repository))

    async def read_settings_for(
        self, repository: Repository, line: Line, pull: PullRequest, sight: Sight
    ) -> RepositorySettings | SettingsProblem:
        """The settings that hold for the release of ``pull``: without what its own branch has brought."""
        settings = await self.read_settings(sight)
        if not pull.merged:
            return settings
        record = await self.find_record(pull, sight)
        snapshot = replace(self._begin(repository, line, pull, None), settings=settings)
        return (await self._branch.without_brought(snapshot, pull, record)).settings if record else settings

    async def list_packages(self, base: str, sight: Sight) -> tuple[PackagePlace, ...]:
        """The packages of a branch as it is now; none where it is gone."""
        head = await sight.find_branch(base)
        return await self._commits.list_packages(head) if head is not None else ()

    def find_folders(self, commit: str) -> set[str] | None:
        """The folders of ``commit`` that may hold packages, an empty name for the top; None: its files were not listed."""
        return self._commits.find_folders(commit)

    async def list_own_pulls(self, repository: Repository, line: Line, sight: Sight | None = None) -> list[PullRequest]:
        """The newest release PRs of ``line``, newest first, without those that were pointed at another base."""
        return [pull for pull in await self.list_pulls(repository, line, sight) if not is_astray(pull)]

    async def list_pulls(self, repository: Repository, line: Line, sight: Sight | None = None) -> list[PullRequest]:
        """The newest release PRs that were made for ``line``, newest first, wherever they point now."""

        def choose(pulls: list[PullRequest]) -> list[PullRequest]:
            return [pull for pull in pulls if self.is_own(repository, pull)][:_MOST_OWN_PULLS]

        sight = sight or await self.look(line)
        return choose(await sight.list_pulls(line.branch, lambda pulls: len(choose(pulls)) == _MOST_OWN_PULLS))

    async def find_since(
        self, settings: RepositorySettings, tag: TagRef, base: str, head: str, share: Share | None = None
    ) -> Since | None:
        """What was merged into ``base``, whose head this is, since ``tag``, of a ``share`` of it; None: they share no history."""
        return await self._since.find(settings, tag, base, head, share)

    async def find_released(self, snapshot: Snapshot, version: str, anew: bool) -> Since | None:
        """What the release of ``version`` holds, see ``SinceReader``.

        None also where the settings cannot be read, and where so much was merged that GitHub does not get it together in
        time, however often it is asked: nobody waits for a list, or for a name.
        """
        if isinstance(snapshot.settings, SettingsProblem):
            return None
        try:
            return await self._since.find_released(snapshot, snapshot.settings, version, anew=anew)
        except Unavailable as error:
            if error.status < 500:
                raise
            return None

    def find_labels(self, number: int) -> frozenset[str] | None:
        """The labels with which a merged pull request was read here; None: it was not."""
        return self._histories.find_labels(number)

    async def has_written(self, since: Since, line: Line, head: str) -> bool:
        """Whether people wrote something for the next release of ``line``, whose head this is, that asks for one by itself."""
        content = await self._commits.get_content(head, line.package)
        return bool((await self._since.with_written(since, content.changelog)).written)

    def is_own(self, repository: Repository, pull: PullRequest) -> bool:
        """Whether ``pull`` is a release PR that we made: ours by author, and from this repository, never a fork's.

        Anybody can name a branch like ours. Whoever may write can point our pull request at another base: it is ours
        all the same, and ``is_astray`` then.
        """
        by_us = pull.author is not None and pull.author.id == self._app.bot.id
        return by_us and pull.head_branch.startswith(BRANCHES) and pull.head_repository_id == repository.id

    def is_new(self, pull: PullRequest | None) -> bool:
        """Whether ``pull`` was made so recently that reads may still miss it, or what belongs to it."""
        return pull is not None and self._clock.now() - pull.created_at < STALENESS

    async def observe(
        self,
        repository: Repository,
        line: Line,
        pull: PullRequest | None,
        request: Request | None = None,
        sight: Sight | None = None,
    ) -> Snapshot:
        """The facts about ``pull`` (None: there is none yet), and about ``request`` when one is being carried out.

        ``sight`` is what was seen of the line just now; None: nobody has looked.
        """
        sight = sight or await self._look_at(line, pull)
        # REST does not tell of merge queues.
        pull = sight.with_queue(pull) if pull is not None else None
        check, record = await self._find_record(sight, pull)
        snapshot = self._begin(repository, line, pull, request)
        snapshot = replace(snapshot, check=check, record=record)
        if pull is not None:
            snapshot = replace(snapshot, comments=sight.find_conversation(pull), text=sight.find_text(pull))
        if request is None and (pull is None or record is None or _is_settled(pull, record) or is_astray(pull)):
            return snapshot
        settings = await self.read_settings(sight)
        snapshot = replace(snapshot, settings=settings)
        if isinstance(settings, SettingsProblem):
            return snapshot
        if record is not None and record.notes is not None:
            snapshot = await self.with_notes(snapshot, record.notes, sight)
        if pull is not None and record is not None and record.held is None and is_labelled(pull):
            snapshot = await self._with_labeller(snapshot, pull)
        if pull is not None and record is not None and record.is_bump(pull.head_sha):
            # Our bump commit stands on a commit of the base. So it follows from no other head that a pull request can have
            # had: a branch that came to it without force was opened with it, and the record of pushes says no more.
            ours = sight.is_put_by(pull, self._app.bot.id)
            snapshot = replace(snapshot, history=BranchHistory(ours=pull.head_sha) if ours else None)
        if pull is not None and record is not None and (request is not None or _is_moved(pull, record)):
            snapshot = await self._branch.with_branch(snapshot, pull, record)
            settings = snapshot.settings if isinstance(snapshot.settings, RepositorySettings) else settings
        if request is not None:
            return await self._for_request(snapshot, sight, settings, request)
        return await self._for_pull(snapshot, sight, settings, pull, record) if pull and record else snapshot

    async def _look_at(self, line: Line, pull: PullRequest | None) -> Sight:
        if pull is None or pull.tag is None:
            return await self.look(line)
        return await self.look(line, thread=pull.number, check=(pull.head_sha, name_check(pull.tag)))

    async def observe_base(
        self, repository: Repository, base: str, settings: RepositorySettings, paths: Iterable[str] | None
    ) -> Snapshot:
        """What the next release that a change of the files ``paths`` concerns would be made of now, whether or not anybody asks.

        Nothing is told of a candidate where it concerns several packages, or none.
        """
        sight = await self.look(Line(base))
        head, tags = await sight.find_branch(base), await sight.list_tags()
        packages = await self._commits.list_packages(head) if head is not None else ()
        line = find_touched(packages, (tag.name for tag in tags), base, paths)
        snapshot = replace(self._begin(repository, line or Line(base), None, None), settings=settings)
        if head is None or line is None:
            return snapshot
        snapshot = replace(snapshot, tags=await sight.list_tags(line.package))
        snapshot = await self._candidates.with_candidate(snapshot, settings, head, None, sight=sight)
        return await self._since.with_since(snapshot, settings, None)

    async def list_differences(self, commit: str, other: str) -> tuple[str, ...]:
        """The files that ``commit`` has otherwise than ``other`` does, or that ``other`` has not."""
        mine, others = await self._commits.get_tree_of(commit), await self._commits.get_tree_of(other)
        known = {entry.path: entry.sha for entry in others.entries}
        return tuple(entry.path for entry in mine.entries if known.get(entry.path) != entry.sha)

    async def read_files(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of the files ``paths`` that ``commit`` has."""
        return await self._commits.read_files(commit, paths)

    async def _with_labeller(self, snapshot: Snapshot, pull: PullRequest) -> Snapshot:
        """Who holds the release by a label: told where it is no trouble, for the label holds whoever gave it."""
        with suppress(GraphQLError, PermissionMissing):
            snapshot = replace(snapshot, labelled_by=await find_labeller(self._access.read, pull.number, LABEL))
        return snapshot

    async def with_notes(self, snapshot: Snapshot, comment_id: int, sight: Sight | None = None) -> Snapshot:
        """The facts with the comment in which the notes were set, as it reads now."""
        if snapshot.pull is None or snapshot.pull.is_homeless:
            return snapshot
        sight = sight or Sight(self._access, self._own_check, None)
        said = snapshot.comments
        if said is None or all(comment.id != comment_id for comment in said):
            said = (await sight.get_thread(snapshot.pull)).comments
        notes = next((comment for comment in said if comment.id == comment_id), None)
        return replace(snapshot, comments=said, notes=notes)

    async def with_landed(self, snapshot: Snapshot) -> Snapshot:
        """The facts with what the notes are made of where there is no pull request, and no changelog says anything of it."""
        settings, record, candidate = snapshot.settings, snapshot.record, snapshot.candidate
        if not snapshot.is_tag_only or record is None or candidate is None or isinstance(settings, SettingsProblem):
            return snapshot
        if snapshot.since is not None or find_notes(snapshot, record.version):
            return snapshot
        return replace(snapshot, since=await self.find_released(snapshot, record.version, anew=True))

    async def glance(
        self, repository: Repository, line: Line, pull: PullRequest | None, request: Request | None = None
    ) -> Snapshot:
        """The little that can be said when a permission to look is missing: the pull request, and the record if it shows."""
        snapshot = self._begin(repository, line, pull, request)
        with suppress(GraphQLError, PermissionMissing):
            check, record = await self._find_record(Sight(self._access, self._own_check, None), pull)
            snapshot = replace(snapshot, check=check, record=record)
        return snapshot

    def _begin(self, repository: Repository, line: Line, pull: PullRequest | None, request: Request | None) -> Snapshot:
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
        )

    async def find_record(self, pull: PullRequest, sight: Sight) -> Record | None:
        """The record of a release PR."""
        return (await self._find_record(sight, pull))[1]

    async def _find_record(self, sight: Sight, pull: PullRequest | None) -> tuple[CheckRun | None, Record | None]:
        """Our check run on the head; and the record in it, or in that of the newest commit below that people pushed onto."""
        if pull is None:
            return None, None
        check = await sight.find_check(pull.head_sha, name_check(pull.tag))
        record = find_record(check.external_id) if check else None
        if record is not None or pull.tag is not None:
            return check, record
        for sha in reversed((await list_commits(self._access.read, pull.number))[-_MOST_COMMITS:]):
            found = await sight.find_check(sha) if sha != pull.head_sha else None
            record = find_record(found.external_id) if found else None
            if record is not None:
                break
        return check, record

    async def _for_request(
        self, snapshot: Snapshot, sight: Sight, settings: RepositorySettings, request: Request
    ) -> Snapshot:
        base_head = await sight.find_branch(snapshot.line.base)
        snapshot = replace(snapshot, tags=await sight.list_tags(snapshot.line.package))
        if is_asked_as_tag(settings, request):
            snapshot = replace(snapshot, thread=await self._find_thread(sight, request))
        else:
            snapshot = await self._with_release_branch(snapshot, sight)
        if base_head is None:
            return snapshot
        asked = None if request.follows else request.version
        snapshot = await self._candidates.with_candidate(snapshot, settings, base_head, asked, sight=sight)
        snapshot = await self._since.with_since(snapshot, settings, asked)
        if request.follows:
            # What the index has files of is not proposed.
            snapshot = await self._published.with_index(snapshot)
            version = foresee_version(snapshot, settings, request.at)
            if version is None:
                return snapshot
            snapshot = await self._candidates.with_candidate(snapshot, settings, base_head, version)
        snapshot = await self._published.with_index(await self._guards.with_environment(snapshot, sight))
        return await self._guards.with_guards(snapshot, sight)

    async def _with_release_branch(self, snapshot: Snapshot, sight: Sight) -> Snapshot:
        """Where the release branch is, and whether that may be replaced."""
        branch_head = await sight.find_branch(snapshot.line.branch)
        bump = await self._find_bump(sight, branch_head) if branch_head is not None else None
        ours = branch_head is None or bump is not None or await self._was_merged(snapshot, sight, branch_head)
        return replace(snapshot, branch_head=branch_head, branch_is_ours=ours, branch_record=bump)

    async def _find_thread(self, sight: Sight, request: Request) -> ThreadRef | None:
        """The thread in which a release is asked for, which may have been looked at just now."""
        if request.thread is None:
            return None
        return sight.thread or await find_thread(self._access.read, request.thread)

    async def _was_merged(self, snapshot: Snapshot, sight: Sight, branch_head: str) -> bool:
        """Whether what others pushed to the release branch went into the base with an earlier release, so that nothing is lost."""
        pulls = await self.list_own_pulls(snapshot.repository, snapshot.line, sight)
        return any(pull.merged and pull.head_sha == branch_head for pull in pulls)

    async def _find_bump(self, sight: Sight, sha: str) -> Record | None:
        """What the head of the release branch was made for, when it is a bump commit of ours, that may be replaced."""
        check = await sight.find_check(sha)
        record = find_record(check.external_id) if check else None
        return record if record is not None and record.is_bump(sha) else None

    async def _for_pull(
        self, snapshot: Snapshot, sight: Sight, settings: RepositorySettings, pull: PullRequest, record: Record
    ) -> Snapshot:
        snapshot = replace(snapshot, tags=await sight.list_tags(snapshot.line.package))
        commit = pull.merge_commit if pull.merged else pull.head_sha
        if commit is None:
            return snapshot
        snapshot = await self._candidates.with_candidate(snapshot, settings, commit, None, record=record, sight=sight)
        if not pull.merged:
            snapshot = await self._with_base(snapshot, sight, settings, pull, record)
            if is_wanted(snapshot, pull) and not pull.queued:
                snapshot = replace(snapshot, merging=await get_merging(self._access.read, pull.number))
            snapshot = await self._published.with_index(await self._guards.with_environment(snapshot, sight))
            return await self._guards.with_guards(snapshot, sight)
        project, route = snapshot.project, snapshot.route
        if project is None or route is None:
            return snapshot
        snapshot = await self._since.with_slipped(snapshot, settings, pull, record)
        tag = await sight.find_tag(record.tag, snapshot.tags)
        if tag is None:
            if snapshot.history is None:
                snapshot = await self._branch.with_branch(snapshot, pull, record)
            snapshot = await self._published.with_index(snapshot)
            in_base = await self._is_in_base(sight, snapshot.line.base, commit)
            snapshot = replace(snapshot, in_base=in_base)
            if snapshot.is_tag_only:
                snapshot = await self._guards.with_guards(snapshot, sight)
            if record.reached(Milestone.TAGGED):
                # Somebody deleted it. What it started goes on all the same, unless it is turned away at our gate.
                gone = TagRef(record.tag, commit, annotated=False)
                snapshot = replace(
                    snapshot, runs=await list_run_facts(self._access.read, route, gone, self._app.bot.id)
                )
        else:
            if snapshot.find_tag(tag.name) is None:
                snapshot = replace(snapshot, tags=(tag, *snapshot.tags))
            snapshot = await self._published.with_published(snapshot, sight, route, tag, record, project)
        if snapshot.release is None and (route.order is Order.RELEASE_PUBLISHED or snapshot.published is not None):
            snapshot = await self.with_landed(snapshot)
        key = approval_key(snapshot.runs, route, tag, record, pull.merge_commit, self._app.bot.id)
        undone = tag is None or (record.reached(Milestone.RELEASED) and snapshot.release is None)
        to_start = is_to_be_started(snapshot, route, record)
        if undone or to_start or _may_be_asked_who_guards(snapshot, settings, record, route, key):
            snapshot = await self._guards.with_environment(snapshot, sight)
        return snapshot if key is None else await hear(self._access, self._branch, snapshot, sight, pull, record, key)

    async def _with_base(
        self, snapshot: Snapshot, sight: Sight, settings: RepositorySettings, pull: PullRequest, record: Record
    ) -> Snapshot:
        """What the base offers by now, when our bump commit was made from an earlier commit of it.

        What others pushed to the branch is never made anew: there it is only what the pull request does not show.
        """
        base = await sight.find_branch(snapshot.line.base)
        if base is None or pull.head is None:
            return snapshot
        if not record.is_bump(pull.head_sha):
            return await self._since.with_missed(snapshot, settings, record, base)
        if pull.head.parent == base and not await self._since.leads_elsewhere(snapshot, settings, record, base):
            return snapshot
        moved = await self._candidates.with_candidate(snapshot, settings, base, record.version, record=record)
        moved = await self._since.with_since(moved, settings, None if record.follows else record.version)
        moved = await self._published.with_index(moved) if record.follows else moved
        version = foresee_version(moved, settings, snapshot.at) if record.follows else None
        if version is not None and not same_version(version, record.version):
            moved = await self._candidates.with_candidate(moved, settings, base, version)
        return replace(snapshot, base_candidate=moved.candidate, since=moved.since, tags=moved.tags)

    async def _is_in_base(self, sight: Sight, base: str, commit: str) -> bool:
        """Whether the base branch still has what was merged."""
        return await sight.find_branch(base) == commit or await contains(self._access.read, base, commit)


def _is_settled(pull: PullRequest, record: Record) -> bool:
    """Whether nothing more can follow: closed without merging, or announced."""
    return not pull.is_open and (not pull.merged or record.reached(Milestone.ANNOUNCED))


def _is_moved(pull: PullRequest, record: Record) -> bool:
    """Whether the branch is not where we put it last, as far as the pull request shows: its title is our own."""
    return not record.is_bump(pull.head_sha) or record.version not in pull.title.split()


def _may_be_asked_who_guards(
    snapshot: Snapshot, settings: RepositorySettings, record: Record, route: Route, key: str | None
) -> bool:
    """Whether who guards the publishing job may make a difference now: not while its only run is on its way there."""
    several = len(snapshot.runs) > 1 or bool(route.twins)
    waiting = any(facts.pending for facts in snapshot.runs)
    return may_be_asked_first(settings, record) or several or waiting or (key is not None and bool(snapshot.runs))

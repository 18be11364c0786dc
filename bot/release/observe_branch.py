"""Reading what others did to a release branch: who pushed what, and what that changes for the release itself."""

from __future__ import annotations

from dataclasses import replace

from bot.clock import Clock
from bot.engine.protocol import Backoff
from bot.github.access import Access
from bot.github.facts import AppAccount, PullRequest, Push
from bot.github.pulls import list_files, list_pushes
from bot.release.branch import trace
from bot.release.commits import Commits
from bot.release.defaults import Defaults
from bot.release.record import Record
from bot.release.snapshot import Snapshot
from bot.release.speech import STALENESS
from bot.settings.repository import SETTINGS_PATHS, ApprovalSettings, RepositorySettings, SettingsProblem, read_settings


class BranchReader:
    """Reads the release branches of one repository."""

    def __init__(self, access: Access, app: AppAccount, commits: Commits, defaults: Defaults, clock: Clock) -> None:
        self._access, self._app, self._commits = access, app, commits
        self._defaults, self._clock = defaults, clock

    async def with_branch(self, snapshot: Snapshot, pull: PullRequest, record: Record) -> Snapshot:
        """What others did to the release branch, and with it to what is merged."""
        snapshot = await self.with_history(snapshot, pull)
        if record.is_bump(pull.head_sha):
            return snapshot
        ours = await self._commits.list_changes(record.bump)
        files = await list_files(self._access.read, pull.number)
        foreign = tuple(sorted({path for path in files if path not in ours}))
        snapshot = replace(snapshot, foreign_files=foreign)
        return await self._without_what_it_brings(snapshot, pull, record)

    async def with_history(self, snapshot: Snapshot, pull: PullRequest) -> Snapshot:
        """How the release branch came to its head.

        Raises:
            Backoff: it was merged a moment ago, and GitHub does not show yet who pushed what was merged.
        """
        if snapshot.history is not None:
            return snapshot
        moves: list[Push] = []
        async for move in list_pushes(self._access.read, pull.head_branch):
            moves.append(move)
            if trace(moves, pull, self._app.bot.id).ours is not None:
                break
        history = trace(moves, pull, self._app.bot.id)
        merged_at = pull.merged_at
        if not history.shows_head and merged_at is not None and self._clock.now() - merged_at < STALENESS:
            raise Backoff(STALENESS / 3, "the push of what was merged does not show yet")
        return replace(snapshot, history=history)

    async def _without_what_it_brings(self, snapshot: Snapshot, pull: PullRequest, record: Record) -> Snapshot:
        """The rules of approval for this release, without what others pushed to its own branch to change them.

        Once it is merged the default branch has it as well, and does not tell where it came from.
        """
        now, defaults = snapshot.settings, await self._defaults.find(self._access.repository)
        before = read_settings(await self._commits.read_files(record.bump, SETTINGS_PATHS), defaults)
        after = read_settings(await self._commits.read_files(pull.head_sha, SETTINGS_PATHS), defaults)
        if not (isinstance(before, RepositorySettings) and isinstance(after, RepositorySettings)):
            return replace(snapshot, lifted_by_branch=snapshot.allows_self and _lifts(after) and not _lifts(before))
        lifted = snapshot.allows_self and after.approval.self_ and not before.approval.self_
        if isinstance(now, RepositorySettings):
            now = now.model_copy(update={"approval": _without_brought(now.approval, before.approval, after.approval)})
        return replace(snapshot, settings=now, lifted_by_branch=lifted)


def _without_brought(now: ApprovalSettings, before: ApprovalSettings, after: ApprovalSettings) -> ApprovalSettings:
    """Who may approve ``now``, less what a branch has brought that had ``before`` and has ``after``; key by key.

    How many it takes is never fewer than was promised, and needs no care here.
    """
    brought: dict[str, object] = {}
    if before.role != after.role == now.role and before.role.reaches(now.role):
        brought["role"] = before.role
    if before.teams != after.teams == now.teams:
        brought["teams"] = tuple(team for team in before.teams if team in now.teams)
    return now.model_copy(update=brought)


def _lifts(settings: RepositorySettings | SettingsProblem) -> bool:
    return isinstance(settings, RepositorySettings) and settings.approval.self_

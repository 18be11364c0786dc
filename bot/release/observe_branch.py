"""Reading what others did to a release branch: who pushed what, and what that changes for the release itself."""

from __future__ import annotations

from dataclasses import replace

from bot.clock import Clock
from bot.engine.protocol import Backoff
from bot.github.access import Access
from bot.github.facts import AppAccount, PullRequest, Push
from bot.github.pulls import MOST_FILES, list_files, list_pushes
from bot.release.branch import trace
from bot.release.brought import find_thawed, lifts_self, without_brought
from bot.release.commits import Commits
from bot.release.defaults import Defaults
from bot.release.record import Record
from bot.release.snapshot import Snapshot
from bot.release.speech import STALENESS
from bot.settings.reading import SETTINGS_PATHS, SettingsProblem, read_settings
from bot.settings.repository import RepositorySettings


class BranchReader:
    """Reads the release branches of one repository."""

    def __init__(self, access: Access, app: AppAccount, commits: Commits, defaults: Defaults, clock: Clock) -> None:
        self._access, self._app, self._commits = access, app, commits
        self._defaults, self._clock = defaults, clock

    async def with_branch(self, snapshot: Snapshot, pull: PullRequest, record: Record) -> Snapshot:
        """What others did to the release branch, and with it to what is merged; there may be no such branch."""
        if pull.tag is not None:
            return snapshot
        snapshot = await self.with_history(snapshot, pull)
        if record.is_bump(pull.head_sha):
            return snapshot
        ours = await self._commits.list_changes(record.bump)
        files = await list_files(self._access.read, pull.number)
        foreign = tuple(sorted({path for path in files if path not in ours}))
        snapshot = replace(snapshot, foreign_files=foreign)
        return await self.without_brought(snapshot, pull, record, files)

    async def with_history(self, snapshot: Snapshot, pull: PullRequest) -> Snapshot:
        """How the release branch came to its head.

        Raises:
            Backoff: it was merged a moment ago, and GitHub does not show yet who pushed what was merged.
        """
        if snapshot.history is not None or pull.tag is not None:
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

    async def without_brought(
        self, snapshot: Snapshot, pull: PullRequest, record: Record, files: list[str] | None = None
    ) -> Snapshot:
        """The settings for this release, without what others pushed to its own branch to make them milder.

        Once it is merged the default branch has it as well, and does not tell where it came from.

        Raises:
            Backoff: it was merged a moment ago, and GitHub does not show yet what the base was before.
        """
        now, merged = snapshot.settings, pull.merge_commit if pull.merged else None
        to_default = pull.base_branch == snapshot.repository.default_branch
        if merged is None or not to_default or record.is_bump(pull.head_sha) or isinstance(now, SettingsProblem):
            return snapshot
        files = files if files is not None else await list_files(self._access.read, pull.number)
        if len(files) < MOST_FILES and not set(SETTINGS_PATHS) & set(files):
            return snapshot
        after = await self._read_settings(merged)
        if isinstance(after, SettingsProblem):
            return snapshot
        before = await self._before(pull, merged, record)
        return replace(
            snapshot,
            settings=without_brought(now, before, after),
            lifted_by_branch=lifts_self(now, before, after),
            thawed_by_branch=find_thawed(now, before, after),
        )

    async def _before(self, pull: PullRequest, merged: str, record: Record) -> RepositorySettings:
        """The settings as they were before the merge: those of the base then, else those the release was proposed with.

        Where neither can be read any more, nobody was let do anything.
        """
        commits = (await self._find_base_before(pull, merged), record.bump)
        for commit in filter(None, commits):
            found = await self._read_settings(commit)
            if isinstance(found, RepositorySettings):
                return found
        return RepositorySettings()

    async def _find_base_before(self, pull: PullRequest, merged: str) -> str | None:
        # By the record of pushes: after a rebase the commit that was merged does not tell how many came with it.
        async for move in list_pushes(self._access.read, pull.base_branch):
            if move.after == merged:
                return move.before
        if pull.merged_at is not None and self._clock.now() - pull.merged_at < STALENESS:
            raise Backoff(STALENESS / 3, "the push of the merge does not show yet")
        return None

    async def _read_settings(self, commit: str) -> RepositorySettings | SettingsProblem:
        defaults = await self._defaults.find(self._access.repository)
        return read_settings(await self._commits.read_files(commit, SETTINGS_PATHS), defaults)

"""Reading what was merged since the last release, and the version that it leads to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from bot.changelog import Changelog, NoChangelog, drop_earlier, list_places, weigh_written
from bot.github.facts import AppAccount, PullRequest, TagRef
from bot.release.automatic import find_following
from bot.release.commits import Commits
from bot.release.histories import Histories
from bot.release.naming import find_newest_tag, list_prereleases, previous_tag
from bot.release.packages import Share, find_share
from bot.release.record import Record
from bot.release.since import Since, gather_since
from bot.release.snapshot import Snapshot
from bot.release.wanted import find_line
from bot.settings.repository import RepositorySettings
from bot.versions import VersionProblem, find_version, same_version

_MOST_FOREIGN = 3
"""How many versions are looked at of which there are pre-releases on other branches."""


class SinceReader:
    """Reads the history of one repository's lines."""

    def __init__(self, commits: Commits, histories: Histories, app: AppAccount) -> None:
        self._commits, self._histories, self._app = commits, histories, app

    async def with_since(self, snapshot: Snapshot, settings: RepositorySettings, version: str | None) -> Snapshot:
        """The facts with what was merged up to the candidate since the release before ``version``; None: since the last one.

        Then pre-releases of a later version that were made on another branch are none of this line's, and left out.

        Raises:
            Backoff: GitHub shows another head of the base now.
        """
        candidate = snapshot.candidate
        if candidate is not None and version is None:
            snapshot = await self._without_foreign(snapshot, settings, candidate.commit)
        tag = _find_tag(snapshot, settings, version)
        if candidate is None or tag is None:
            return replace(snapshot, since=None)
        since = await self._find(snapshot, settings, tag, candidate.commit)
        if since is not None and version is None:
            since = await self.with_written(since, candidate.changelog)
        return replace(snapshot, since=since)

    async def with_written(self, since: Since, changelog: Changelog | NoChangelog) -> Since:
        """``since`` with what people wrote for the next release since then, where that asks for more than what was merged.

        What stood there at the last release already was told with it.
        """
        if not isinstance(changelog, Changelog):
            return since
        # Long files take a moment to read; other repositories must not wait for that.
        written = await asyncio.to_thread(weigh_written, changelog)
        heavier = sorted((one for one in written if one.level > since.level), key=lambda one: -one.level)
        if not heavier:
            return since
        earlier = await self._commits.read_earlier(since.tag.commit, list_places(changelog, heavier))
        return replace(since, written=await asyncio.to_thread(drop_earlier, changelog, heavier, earlier))

    async def with_missed(
        self, snapshot: Snapshot, settings: RepositorySettings, record: Record, head: str
    ) -> Snapshot:
        """The facts with what was merged since our bump commit was made, which a branch that is others' now does not show."""
        tag = _find_tag(snapshot, settings, None if record.follows else record.version)
        parent = await self._commits.find_parent(record.bump) if tag is not None else None
        if tag is None or parent is None or parent == head:
            return snapshot
        since = await self._find(snapshot, settings, tag, head)
        return replace(snapshot, missed=since.list_after(parent) if since is not None else ())

    async def with_slipped(
        self, snapshot: Snapshot, settings: RepositorySettings, pull: PullRequest, record: Record
    ) -> Snapshot:
        """The facts with what was merged between our bump commit and the merge: it is released, and nobody had seen it there."""
        commit, before = pull.merge_commit, pull.merge_parent
        if commit is None or before is None:
            return snapshot
        own = record.is_bump(pull.head_sha) and pull.head is not None
        parent = pull.head.parent if own and pull.head else await self._commits.find_parent(record.bump)
        tag = _find_tag(snapshot, settings, record.version)
        if parent is None or parent == before or tag is None:
            return snapshot
        since = await self._find(snapshot, settings, tag)
        return replace(snapshot, missed=since.list_between(parent, commit) if since is not None else ())

    async def find_released(
        self, snapshot: Snapshot, settings: RepositorySettings, version: str, *, anew: bool
    ) -> Since | None:
        """What the release of ``version`` holds, as its commit has it; None: it is a first one, or was not read yet.

        ``anew``: a history that was not read yet is read for it.
        """
        tag, candidate = _find_tag(snapshot, settings, version), snapshot.candidate
        if tag is None or candidate is None:
            return None
        if not anew and not self._histories.knows(tag):
            return None
        since = await self._find(snapshot, settings, tag)
        return since.up_to(candidate.commit) if since is not None else None

    async def leads_elsewhere(
        self, snapshot: Snapshot, settings: RepositorySettings, record: Record, head: str
    ) -> bool:
        """Whether the version that follows from what was merged may be another one by now, although nothing landed since.

        People label pull requests after they have merged them. What the files of the base say is not read for that: a
        project that announces its next version in them, or decides it by what is written there, is looked at more closely
        each time.
        """
        if not record.follows:
            return False
        snapshot = await self._without_foreign(snapshot, settings, head)
        tag = _find_tag(snapshot, settings, None)
        if tag is None:
            return False
        since = await self._find(snapshot, settings, tag, head)
        version = foresee_version(replace(snapshot, since=since), settings, snapshot.at, announced=False)
        return version is not None and not same_version(version, record.version)

    async def _without_foreign(self, snapshot: Snapshot, settings: RepositorySettings, head: str) -> Snapshot:
        """The facts without the tags of pre-releases that another branch has made of what the files here do not say yet."""
        for _ in range(_MOST_FOREIGN):
            tag, project = _find_tag(snapshot, settings, None), snapshot.project
            if tag is None or project is None:
                break
            foreign = list_prereleases(settings, snapshot.tags, project, tag)
            if not foreign:
                break
            since = await self._find(snapshot, settings, tag, head)
            if since is None or not since.is_beside:
                break
            snapshot = replace(snapshot, tags=tuple(one for one in snapshot.tags if one.name not in foreign))
        return snapshot

    async def find(
        self, settings: RepositorySettings, tag: TagRef, base: str, head: str | None = None, share: Share | None = None
    ) -> Since | None:
        """What was merged into ``base`` since ``tag``, of a ``share`` of the repository; None: they share no history.

        Raises:
            Backoff: GitHub shows another head of the base than ``head`` now.
        """
        history = await self._histories.find(tag, base, head, paths=share is not None)
        return gather_since(tag, history, settings.rules(self._app.bot.login), share) if history else None

    async def _find(
        self, snapshot: Snapshot, settings: RepositorySettings, tag: TagRef, head: str | None = None
    ) -> Since | None:
        """What was merged of the package that is released, as the candidate has it."""
        candidate = snapshot.candidate
        packages = await self._commits.list_packages(candidate.commit) if candidate is not None else ()
        share = find_share(packages, (one.name for one in snapshot.tags), snapshot.line)
        return await self.find(settings, tag, snapshot.line.base, head, share)


def foresee_version(
    snapshot: Snapshot, settings: RepositorySettings, at: datetime, *, announced: bool = True
) -> str | None:
    """The version that what was merged leads to; None when it leads to none, which the decision says then.

    Without ``announced`` what the files say does not count.
    """
    project = snapshot.project
    if project is None:
        return None
    line = find_line(snapshot.line.base, snapshot.repository.default_branch)
    if not announced:
        project = project.at(None)
    try:
        version = find_following(snapshot, project, settings, line, at.date())
    except VersionProblem:
        return None
    return version.spelling if version is not None else None


def _find_tag(snapshot: Snapshot, settings: RepositorySettings, version: str | None) -> TagRef | None:
    """The tag of the release before ``version``; None: of the last one on the line."""
    project = snapshot.project
    if project is None:
        return None
    if version is not None and find_version(version) is not None:
        name = previous_tag(settings, snapshot.tags, project, version)
    else:
        line = find_line(snapshot.line.base, snapshot.repository.default_branch)
        name = find_newest_tag(settings, snapshot.tags, project, line)
    return snapshot.find_tag(name) if name is not None else None

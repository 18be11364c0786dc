"""Reading what there is of a release outside of its pull request: on the package index, and behind its tag."""

from __future__ import annotations

from dataclasses import replace

from bot.github.access import Access
from bot.github.facts import AppAccount, TagRef
from bot.publishing.route import Route
from bot.release.commits import Commits
from bot.release.development import is_to_be_looked_for
from bot.release.evidence import Evidence
from bot.release.forward import find_source
from bot.release.observe_development import find_development
from bot.release.observe_forward import find_forward
from bot.release.observe_runs import list_run_facts
from bot.release.record import Record
from bot.release.runs import find_ours
from bot.release.sight import Sight
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import Project


class PublishedReader:
    """Reads what came of the releases of one repository."""

    def __init__(self, access: Access, app: AppAccount, evidence: Evidence, commits: Commits) -> None:
        self._access, self._app, self._evidence, self._commits = access, app, evidence, commits

    async def with_index(self, snapshot: Snapshot) -> Snapshot:
        """What the package index has of the project."""
        project = snapshot.project
        return replace(snapshot, index=await self._evidence.find_project(project.name)) if project else snapshot

    async def with_published(
        self, snapshot: Snapshot, sight: Sight, route: Route, tag: TagRef, record: Record, project: Project
    ) -> Snapshot:
        """What followed the tag: the release, the runs, what they published, and the pull requests that come after."""
        snapshot = replace(
            snapshot,
            release=await sight.find_release(tag.name),
            runs=await list_run_facts(self._access.read, route, tag, self._app.bot.id),
        )
        ours = find_ours(snapshot.runs, route, tag.name, record, self._app.bot.id)
        if ours is None or ours.run.conclusion != "success":
            return snapshot
        snapshot = await self.with_index(snapshot)
        published = await self._evidence.gather(self._access.read, snapshot, route, tag, project, ours)
        snapshot = replace(snapshot, published=published)
        if isinstance(snapshot.settings, RepositorySettings) and is_to_be_looked_for(snapshot, snapshot.settings):
            followed = await find_development(self._app, self._commits, snapshot, sight, record)
            snapshot = replace(snapshot, development=followed)
        source = find_source(snapshot, snapshot.settings) if isinstance(snapshot.settings, RepositorySettings) else None
        if source is not None:
            carried = await find_forward(self._app, self._commits, snapshot, sight, record, source.path)
            snapshot = replace(snapshot, forward=carried)
        return snapshot

"""Reading what a release would be made of: what a commit offers, and which tags there are."""

from __future__ import annotations

from dataclasses import replace

from bot.github.access import Access
from bot.github.facts import AppAccount
from bot.release.commits import Commits
from bot.release.evidence import Evidence
from bot.release.gather import gather_candidate
from bot.release.hidden_tags import with_hidden_tags
from bot.release.hints import Hints
from bot.release.record import Record
from bot.release.sight import Sight
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings


class CandidateReader:
    """Reads what commits of one repository offer."""

    def __init__(self, access: Access, app: AppAccount, evidence: Evidence, commits: Commits, hints: Hints) -> None:
        self._access, self._app, self._evidence = access, app, evidence
        self._commits, self._hints = commits, hints

    async def with_candidate(
        self,
        snapshot: Snapshot,
        settings: RepositorySettings,
        commit: str,
        version: str | None,
        *,
        record: Record | None = None,
        sight: Sight | None = None,
    ) -> Snapshot:
        """What ``commit`` offers, where ``sight`` tells by tags that may stand behind others."""
        candidate = await gather_candidate(
            self._commits,
            app=self._app,
            repository=snapshot.repository,
            line=snapshot.line,
            settings=settings,
            target=self._evidence.index,
            tags=snapshot.tags,
            commit=commit,
            version=version,
            tag=record.tag if record else None,
            released=record.version if record else None,
            day=(snapshot.request.at if snapshot.request else snapshot.at).date(),
        )
        told, snapshot = snapshot.tags, replace(snapshot, candidate=candidate)
        if sight is not None:
            snapshot = await with_hidden_tags(self._access, snapshot, settings, sight, self._hints)
        if snapshot.tags == told:
            return snapshot
        return await self.with_candidate(snapshot, settings, commit, version, record=record)

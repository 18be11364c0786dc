"""Asking GitHub who made a release: one request, however much was merged."""

from __future__ import annotations

from bot.github.access import Access
from bot.github.releases import find_generated_notes
from bot.release.contributors import Contributions, read_contributions
from bot.release.naming import previous_tag
from bot.release.snapshot import Snapshot
from bot.settings.repository import SettingsProblem


async def find_contributions(access: Access, snapshot: Snapshot, tag: str, version: str) -> Contributions | None:
    """What GitHub tells of the release of ``version``; None where it tells nothing, or nothing that would fit.

    Of a first release everything would be new. Of one of several packages GitHub would tell what all of them got.

    Raises:
        GitHubError: GitHub did not answer.
    """
    project, settings, candidate = snapshot.project, snapshot.settings, snapshot.candidate
    if project is None or candidate is None or isinstance(settings, SettingsProblem) or snapshot.line.package:
        return None
    previous = previous_tag(settings, snapshot.tags, project, version)
    if previous is None:
        return None
    text = await find_generated_notes(access.change, tag, commit=candidate.commit, previous=previous)
    return read_contributions(text, snapshot.app.bot.login) if text is not None else None

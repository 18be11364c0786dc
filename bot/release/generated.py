"""Asking GitHub who made a release: one request, however much was merged, and one for its history where that tells more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.github.access import Access
from bot.github.releases import find_generated_notes
from bot.publishing.route import Order
from bot.release.contributors import Contributions, keep_merged, read_contributions, with_pushers
from bot.release.naming import previous_tag
from bot.release.since import Since
from bot.release.snapshot import Snapshot
from bot.settings.reading import SettingsProblem

ReadReleased: TypeAlias = Callable[[Snapshot, str, bool], Awaitable[Since | None]]
"""What a release of this version holds; the last word says whether a history that was not read yet is worth a request."""


async def find_contributions(
    access: Access, snapshot: Snapshot, tag: str, version: str, read: ReadReleased
) -> Contributions | None:
    """What GitHub tells of the release of ``version``; None where it tells nothing, or nothing that would fit.

    Of a first release everything would be new. Of one of several packages GitHub tells what all of them got: the history
    says what of that is its own. It tells as well who pushed without a pull request, and is not read for that alone where
    the release is what starts publication: nobody waits for a name.

    Raises:
        GitHubError: GitHub did not answer.
    """
    project, settings, candidate = snapshot.project, snapshot.settings, snapshot.candidate
    if project is None or candidate is None or isinstance(settings, SettingsProblem):
        return None
    previous = previous_tag(settings, snapshot.tags, project, version)
    if previous is None:
        return None
    starts = snapshot.route is not None and snapshot.route.order is Order.RELEASE_PUBLISHED
    since = await read(snapshot, version, bool(snapshot.line.package) or not starts)
    if snapshot.line.package and since is None:
        return None
    text = await find_generated_notes(access.change, tag, commit=candidate.commit, previous=previous)
    told = read_contributions(text, snapshot.app.bot.login) if text is not None else None
    if told is None or since is None:
        return told
    if snapshot.line.package:
        told = keep_merged(told, {change.number for change in since.changes if change.number is not None})
    return with_pushers(told, since.list_by_others())

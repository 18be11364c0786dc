"""Reading what an open pull request will add to the next release. The head may lie in a fork: its files are data."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.changelog import Changelog, NoChangelog, Weighed, is_noted, weigh
from bot.changelog.labels import find_skip_label
from bot.github.proposals import Proposal
from bot.github.wording import Wording
from bot.release.observe import Observer
from bot.release.observe_since import foresee_version
from bot.release.preview import Preview, find_place, find_untold, is_needed, list_added, list_concerned
from bot.release.since import foresee_change, with_change
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings


async def foresee(
    observer: Observer, proposal: Proposal, wording: Wording, settings: RepositorySettings, own_login: str
) -> Preview:
    """What the pull request of ``proposal``, which says ``wording``, will add to the next release of the default branch.

    The settings are those of the default branch; its own count for nothing before they are there.

    Raises:
        Backoff: GitHub shows another head of the base by now.
        GitHubError: GitHub cannot be asked at the moment.
    """
    base = await observer.observe_base(proposal.repository, proposal.pull.base_branch, settings, proposal.paths)
    book: Changelog | NoChangelog = base.candidate.changelog if base.candidate is not None else NoChangelog()
    files = await _read_concerned(observer, proposal, base, book)
    # Hostile files can take a while to read; other repositories must not wait for that.
    added = await asyncio.to_thread(list_added, book, files) if isinstance(book, Changelog) else ()
    change = foresee_change(wording.pull, wording.commits, wording.head, squashed=wording.squashed)
    rules = settings.rules(own_login)
    before = base.since
    after = with_change(before, change, rules) if before is not None else None
    weighed = after.weighed if after is not None else weigh((change,), rules)
    own = tuple(one for one in weighed if one.change == change)
    untold = await asyncio.to_thread(
        find_untold, book, own, added, is_first=before is None and base.project is not None
    )
    skip_label = find_skip_label(change.labels, rules.skip_labels)
    merged = replace(base, since=replace(after, weighed=(*added, *weighed)) if after is not None else None)
    return Preview(
        title=wording.pull.title,
        weighed=(*added, *own),
        told=_choose(added, own) if untold is None else (),
        untold=untold,
        place=find_place(book),
        skip_label=skip_label,
        skip_labels=rules.skip_labels,
        is_missing=is_needed(book) and not files and skip_label is None,
        has_project=base.project is not None,
        base=base.candidate.commit if base.candidate is not None else None,
        tag=before.tag.name if before is not None else None,
        version=foresee_version(merged, settings, base.at),
        without=foresee_version(base, settings, base.at),
    )


def _choose(added: tuple[Weighed, ...], own: tuple[Weighed, ...]) -> tuple[Weighed, ...]:
    """What people wrote is told instead of what would be made of their words."""
    return added or tuple(one for one in own if is_noted(one))


async def _read_concerned(
    observer: Observer, proposal: Proposal, base: Snapshot, book: Changelog | NoChangelog
) -> dict[str, bytes]:
    """The files in which an entry may have been written, as the head has them; nothing of what was deleted."""
    if base.candidate is None or not isinstance(book, Changelog):
        return {}
    head = proposal.pull.head_sha
    changed = (
        proposal.paths if proposal.paths is not None else await observer.list_differences(head, base.candidate.commit)
    )
    concerned = list_concerned(book, changed)
    return await observer.read_files(head, concerned[:_MOST]) if concerned else {}


_MOST = 100
"""How many files of a pull request are read for its entries; those of a busy release cycle are fewer."""

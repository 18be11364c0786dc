"""Releases that stand behind a hundred newer tags which are none: nightly builds, deployments, marks of a bot.

What the last release was decides about the next one. The newest GitHub Releases come along with every look, and name
tags that were not told; where there are none either, further pages are read. It costs a request where something is
missing, and none elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.github.access import Access
from bot.github.facts import TagRef
from bot.github.repositories import list_tags, page_tags
from bot.release.hints import Hints
from bot.release.naming import tag_pattern
from bot.release.sight import Sight
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import Project, released_versions

_MOST_PAGES: Final = 6
"""How many hundreds of tags are looked through for a release."""

_MOST_STEMS: Final = 2
_IN_VAIN: Final = timedelta(hours=1)
"""How long so many tags are not looked through again after none of them was a release."""


async def with_hidden_tags(
    access: Access, snapshot: Snapshot, settings: RepositorySettings, sight: Sight, hints: Hints
) -> Snapshot:
    """The facts with the tags of the releases that were not among the newest ones."""
    project, tags = snapshot.project, snapshot.tags
    if project is None or sight.has_all_tags:
        return snapshot
    told = {tag.name for tag in tags}
    # The tag of a release may be gone: the names tell what to look for, and nothing else.
    published = tuple(TagRef(name, "", annotated=False) for name in sight.list_published() if name not in told)
    pattern = tag_pattern(settings, (*tags, *published), project)
    missing = released_versions((tag.name for tag in published), pattern)
    found: list[TagRef] = []
    for stem in _list_stems(missing, pattern):
        found += await list_tags(access.read, stem)
    if not missing and not released_versions(told, pattern) and not hints.is_vain(snapshot.at):
        found = await _page_on(access, settings, project)
        hints.vain_until = None if found else snapshot.at + _IN_VAIN
    return replace(snapshot, tags=tuple({tag.name: tag for tag in (*tags, *found)}.values()))


def _list_stems(versions: list[str], pattern: str) -> list[str]:
    """What the tags of the highest of these versions begin with, up to their first number: others like them come along."""
    prefix = pattern.partition("{version}")[0]
    heads = ("".join(spelling.partition(".")[:2]) for spelling in reversed(versions))
    return list(dict.fromkeys(prefix + head for head in heads))[:_MOST_STEMS]


async def _page_on(access: Access, settings: RepositorySettings, project: Project) -> list[TagRef]:
    """The tags of the first page on which there is a release; none where there is none for many pages."""
    pages = 0
    async for page in page_tags(access.read):
        if released_versions((tag.name for tag in page), tag_pattern(settings, page, project)):
            return list(page)
        pages += 1
        if pages == _MOST_PAGES:
            break
    return []

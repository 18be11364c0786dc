"""How a release's tag is called. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from bot.github.facts import PullRequest, TagRef
from bot.settings.repository import RepositorySettings
from bot.versions import (
    MaintenanceLine,
    Project,
    find_newest,
    find_newest_spelling,
    find_version,
    released_versions,
    tag_for,
)


def tag_pattern(settings: RepositorySettings, tags: Iterable[TagRef], project: Project) -> str:
    """The shape of this project's tags: the setting, else that of its newest tags."""
    return settings.tag_pattern(project, (tag.name for tag in tags))


def name_tag(settings: RepositorySettings, tags: Iterable[TagRef], project: Project, version: str) -> str:
    """The tag of ``version``, in the spelling given."""
    return tag_for(version, tag_pattern(settings, tags, project))


def previous_tag(settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project, version: str) -> str | None:
    """The tag of the highest version below ``version``, to compare with; None for a first release."""
    pattern = tag_pattern(settings, tags, project)
    wanted = find_version(version)
    lower = [
        spelling
        for spelling in released_versions((tag.name for tag in tags), pattern)
        if wanted is not None and (found := find_version(spelling)) is not None and found < wanted
    ]
    return tag_for(lower[-1], pattern) if lower else None


def find_newest_tag(
    settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project, line: MaintenanceLine | None
) -> str | None:
    """The tag of what was released last on a line; None before the first release."""
    pattern = tag_pattern(settings, tags, project)
    released = released_versions((tag.name for tag in tags), pattern)
    spelling = find_newest_spelling(released, line)
    return tag_for(spelling, pattern) if spelling is not None else None


def list_prereleases(
    settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project, tag: TagRef
) -> frozenset[str]:
    """The names of all tags of pre-releases of the version that ``tag`` is one of; none when it is none, or the files say it."""
    pattern = tag_pattern(settings, tags, project)

    def find(name: str) -> Version | None:
        return next(filter(None, map(find_version, released_versions([name], pattern))), None)

    newest = find(tag.name)
    if newest is None or not newest.is_prerelease or project.version >= newest:
        return frozenset()
    versions = {one.name: find(one.name) for one in tags}
    same = {name: found for name, found in versions.items() if found and found.base_version == newest.base_version}
    return frozenset(name for name, found in same.items() if found.is_prerelease)


def find_titled_version(pull: PullRequest) -> str:
    """The version that the title of a release pull request ends with, for a suggestion; empty when it ends with none.

    Anybody with write access can edit a title: whoever asks for this version looks at it first.
    """
    last = pull.title.rpartition(" ")[2]
    return last if find_version(last) is not None else ""


def is_latest(settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project) -> bool:
    """Whether this project's version is the highest final release there is: GitHub's *latest*.

    GitHub has one for the whole repository. Of several packages it is the one at the top or none: what people take from
    the repository's front page must not change from one package to another with each release.
    """
    if project.version.is_prerelease or (project.root != "." and project.siblings):
        return False
    pattern = tag_pattern(settings, tags, project)
    finals = [
        spelling
        for spelling in released_versions((tag.name for tag in tags), pattern)
        if (version := find_version(spelling)) is not None and not version.is_prerelease
    ]
    newest = find_newest(finals)
    return newest is None or project.version >= newest

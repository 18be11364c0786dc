"""The version that is asked for: as it was typed, or where a word such as ``minor`` leads from here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.github.facts import TagRef
from bot.release.naming import tag_pattern
from bot.settings.repository import RepositorySettings
from bot.versions import (
    MaintenanceLine,
    Project,
    SpelledVersion,
    VersionStep,
    find_maintenance_line,
    follow,
    parse_as_released,
    released_versions,
)


def find_word(asked: str) -> VersionStep | None:
    """The word that ``asked`` is, or None when it is to be read as a version."""
    return VersionStep(asked) if asked in set(VersionStep) else None


def find_line(base: str, default_branch: str) -> MaintenanceLine | None:
    """The versions that may be released from ``base``; None when every version may."""
    return find_maintenance_line(base) if base != default_branch else None


def get_wanted(
    asked: str,
    project: Project,
    settings: RepositorySettings,
    tags: Iterable[TagRef],
    line: MaintenanceLine | None,
    day: date,
) -> SpelledVersion:
    """The version that ``asked`` means for ``project``, said on ``day`` (in UTC).

    Raises:
        VersionProblem: it is no version, or the word leads nowhere from here.
    """
    tags, word = tuple(tags), find_word(asked)
    released = released_versions((tag.name for tag in tags), tag_pattern(settings, tags, project))
    if word is None:
        return parse_as_released(asked, released, project.spelling)
    return follow(word, settings.versioning, stated=project.spelling, released=released, day=day, line=line)

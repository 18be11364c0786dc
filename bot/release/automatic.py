"""The release that nobody types a version for: when there is one to make, and which. Pure.

In the mode ``auto`` a release pull request is there as soon as something was merged that is worth a release, and its
version follows what is merged. ``/release auto`` asks for the same by hand. Merging it is what releases: so nothing
happens that a person with write access has not agreed to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from bot.changelog.changes import Level
from bot.changelog.weigh import find_level
from bot.github.facts import PullRequest
from bot.release.naming import tag_pattern
from bot.release.since import Since
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import (
    MaintenanceLine,
    Project,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    VersionStep,
    find_newest,
    find_version,
    follow,
    parse_version,
    released_versions,
)

_STEPS = (VersionStep.MAJOR, VersionStep.MINOR, VersionStep.PATCH)
_STEP_OF = {Level.MAJOR: VersionStep.MAJOR, Level.MINOR: VersionStep.MINOR, Level.PATCH: VersionStep.PATCH}
_PHASES = {"a": VersionStep.A, "b": VersionStep.B, "rc": VersionStep.RC}


def is_automatic(settings: RepositorySettings, own: Iterable[PullRequest]) -> bool:
    """Whether release pull requests are opened on a line by themselves.

    Without the setting they are where somebody has decided for us: by any setting, or by one release that we made
    (``own`` are the line's newest release pull requests).
    """
    if settings.mode is not None:
        return settings.mode == "auto"
    return settings.source is not None or any(pull.merged for pull in own)


def is_free(own: Sequence[PullRequest]) -> bool:
    """Whether a release pull request may be opened on a line with these ones, newest first, without being asked.

    Not beside an open one; and one that people closed is a word that stands until somebody asks again.
    """
    return not any(pull.is_open for pull in own) and (not own or own[0].merged)


def is_worth_a_release(since: Since) -> bool:
    """Whether anything of it asks for a release."""
    return since.release_as is not None or find_level(since.weighed)[0] is not Level.NONE


def find_following(
    snapshot: Snapshot,
    project: Project,
    settings: RepositorySettings,
    line: MaintenanceLine | None,
    day: date,
) -> SpelledVersion | None:
    """The version that what was merged leads to; None when nothing of it is worth a release, or nothing was released yet.

    A ``Release-As`` footer comes first. After a pre-release the next one of its kind follows, since only people say when
    a version is final. What the files announce counts where it is more than the changes ask for. On a maintenance line
    the largest step is the one that does not leave it.

    Raises:
        VersionProblem: it is no version, or leads out of the line all the same.
    """
    since, tags = snapshot.since, snapshot.tags
    if since is None:
        return None
    if since.release_as is not None:
        return parse_version(since.release_as.version)
    level, _ = find_level(since.weighed)
    if level is Level.NONE:
        return None
    released = tuple(released_versions((tag.name for tag in tags), tag_pattern(settings, tags, project)))
    newest = find_newest(released, line)
    phase = _PHASES.get(newest.pre[0]) if newest is not None and newest.pre is not None else None

    def lead(step: VersionStep) -> SpelledVersion:
        return follow(step, settings.versioning, stated=project.spelling, released=released, day=day, line=line)

    following = _first_within(lead, [phase] if phase else _STEPS[_STEPS.index(_STEP_OF[level]) :])
    announced = find_version(project.version.base_version)
    ahead = announced is not None and announced > following.version and (newest is None or announced > newest)
    if phase is not None or not ahead or announced is None or (line is not None and not line.holds(announced)):
        return following
    stated = project.spelling if not project.version.is_devrelease else project.version.base_version
    return parse_version(stated)


def _first_within(lead: Callable[[VersionStep], SpelledVersion], steps: Sequence[VersionStep]) -> SpelledVersion:
    """Where the first of ``steps`` leads that does not leave the line."""
    for step in steps[:-1]:
        try:
            return lead(step)
        except VersionProblem as problem:
            if problem.code is not VersionCode.OUTSIDE_LINE:
                raise
    return lead(steps[-1])

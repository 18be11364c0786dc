"""The release that nobody types a version for: when there is one to make, and which. Pure.

In the mode ``auto`` a release pull request is there as soon as something was merged that is worth a release, and its
version follows what is merged. ``/release auto`` asks for the same by hand. Merging it is what releases: so nothing
happens that a person with write access has not agreed to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from bot.changelog.changes import Level
from bot.github.facts import PullRequest
from bot.index.facts import ProjectFiles
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
    check_newer,
    find_newest,
    find_version,
    follow,
    parse_as_released,
    parse_version,
    released_versions,
)

_STEPS = (VersionStep.MAJOR, VersionStep.MINOR, VersionStep.PATCH)
_STEP_OF = {Level.MAJOR: VersionStep.MAJOR, Level.MINOR: VersionStep.MINOR, Level.PATCH: VersionStep.PATCH}
_MOST_BURNT = 50
_PHASES = {"a": VersionStep.A, "b": VersionStep.B, "rc": VersionStep.RC}


def is_automatic(settings: RepositorySettings, own: Iterable[PullRequest]) -> bool:
    """Whether release pull requests are opened on a line by themselves.

    Without the setting they are where somebody has decided for us: by any setting, or by one release that we made
    (``own`` are the line's newest release pull requests).
    """
    return is_chosen(settings) or (settings.mode is None and any(pull.merged for pull in own))


def is_chosen(settings: RepositorySettings) -> bool:
    """Whether settings alone say that they are, without a release that we made."""
    return settings.mode == "auto" if settings.mode is not None else settings.source is not None


def is_free(own: Sequence[PullRequest]) -> bool:
    """Whether a release pull request may be opened on a line with these ones, newest first, without being asked.

    Not beside an open one; and one that people closed is a word that stands until somebody asks again.
    """
    return not any(pull.is_open for pull in own) and (not own or own[0].merged)


def is_worth_a_release(since: Since) -> bool:
    """Whether anything of it asks for a release."""
    return since.release_as is not None or since.level is not Level.NONE


def find_following(
    snapshot: Snapshot,
    project: Project,
    settings: RepositorySettings,
    line: MaintenanceLine | None,
    day: date,
) -> SpelledVersion | None:
    """The version that what was merged leads to; None when nothing of it is worth a release, or nothing was released yet.

    A ``Release-As`` footer comes first, where that version can still be released: whoever wrote one that cannot be, which
    may be a stranger, must not keep the others from being released. Else labels, commits, fragments and what people wrote
    into the changelog count together. After a pre-release the next one of its kind follows, since only people say when
    a version is final. What the files announce counts where it is more than the changes ask for. On a maintenance line
    the largest step is the one that does not leave it. A version that the index has files of is passed over.

    Raises:
        VersionProblem: every step leads out of the line.
    """
    since, tags = snapshot.since, snapshot.tags
    if since is None:
        return None
    released = tuple(released_versions((tag.name for tag in tags), tag_pattern(settings, tags, project)))
    asked = _find_asked(snapshot, since, project, released, line)
    if asked is not None:
        return asked
    level = since.level
    if level is Level.NONE:
        return None
    newest = find_newest(released, line)
    phase = _PHASES.get(newest.pre[0]) if newest is not None and newest.pre is not None else None

    def lead(step: VersionStep, *burnt: str) -> SpelledVersion:
        known = (*released, *burnt)
        return follow(step, settings.versioning, stated=project.spelling, released=known, day=day, line=line)

    following = _first_within(lead, [phase] if phase else _STEPS[_STEPS.index(_STEP_OF[level]) :])
    announced = find_version(_spell_announced(project))
    ahead = announced is not None and announced > following.version and (newest is None or announced > newest)
    if phase is None and ahead and announced is not None and (line is None or line.holds(announced)):
        following = parse_version(_spell_announced(project))
    burnt: list[str] = []
    while _is_burnt(snapshot, following) and len(burnt) < _MOST_BURNT:
        burnt.append(following.spelling)
        pre = following.version.pre
        following = lead(_PHASES.get(pre[0], VersionStep.PATCH) if pre else VersionStep.PATCH, *burnt)
    return following


def _find_asked(
    snapshot: Snapshot, since: Since, project: Project, released: tuple[str, ...], line: MaintenanceLine | None
) -> SpelledVersion | None:
    """What a ``Release-As`` footer asks for; None without one, and where that is no version to be released from here."""
    if since.release_as is None:
        return None
    try:
        asked = parse_as_released(since.release_as.version, released, project.spelling)
        check_newer(asked, released, line)
    except VersionProblem:
        return None
    return None if project.is_past(asked.version) or _is_burnt(snapshot, asked) else asked


def _is_burnt(snapshot: Snapshot, version: SpelledVersion) -> bool:
    """Whether the index has files of it, which it never takes twice."""
    return isinstance(snapshot.index, ProjectFiles) and bool(snapshot.index.files_of(version.version))


def _spell_announced(project: Project) -> str:
    """The version that the files announce: ``2.0.0a1`` where they say ``2.0.0a1.dev0``, which is not final by that."""
    version = project.version
    if not version.is_devrelease:
        return project.spelling
    return version.base_version + "".join(map(str, version.pre or ()))


def _first_within(lead: Callable[[VersionStep], SpelledVersion], steps: Sequence[VersionStep]) -> SpelledVersion:
    """Where the first of ``steps`` leads that does not leave the line."""
    for step in steps[:-1]:
        try:
            return lead(step)
        except VersionProblem as problem:
            if problem.code is not VersionCode.OUTSIDE_LINE:
                raise
    return lead(steps[-1])

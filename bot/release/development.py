"""Back to development: the second pull request, which a project may want once a release is out. Pure.

It is asked for by settings, opened once for each release and never looked after again: people merge or close it like any
other. Whether it was opened GitHub shows, in whatever state it is by then.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.release.naming import tag_pattern
from bot.release.reasons import Because
from bot.release.snapshot import Snapshot
from bot.release.wanted import find_line
from bot.settings.repository import RepositorySettings
from bot.versions import (
    FileEdit,
    ProjectRefused,
    find_development,
    list_development_edits,
    released_versions,
    same_version,
)


@dataclass(frozen=True, slots=True)
class DevelopmentPlan:
    """The pull request that brings the files of ``base`` from the version ``released`` to the marker ``version``."""

    version: str
    released: str
    project: str
    branch: str
    base: str
    base_commit: str
    edits: tuple[FileEdit, ...]

    @property
    def title(self) -> str:
        """Title of the pull request and headline of its commit."""
        return f"Back to development: {self.project} {self.version}"

    @property
    def message(self) -> str:
        """Message of the commit."""
        return f"{self.title}\n\nReleased-Before: {self.released}\nRelease-Base: {self.base}\n"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What came of it, for the final comment: the pull request's number, or why there is none."""

    number: int | None = None
    reason: Because | None = None
    detail: str = ""


def plan_development(snapshot: Snapshot, settings: RepositorySettings) -> DevelopmentPlan | FollowUp | None:
    """What is to be opened, what was opened or why it cannot be; None when nothing is to be.

    A pre-release is followed by the next one, so only a final version is followed by development. What people have changed
    since in the base is theirs: files that say another version by now are left alone.
    """
    facts, record, wished = snapshot.development, snapshot.record, _find_wish(snapshot, settings)
    project, released = facts.project if facts is not None else None, snapshot.project
    if not wished or facts is None or record is None:
        return None
    if facts.pull is not None:
        return FollowUp(number=facts.pull.number)
    if facts.declined is not None:
        return FollowUp(reason=facts.declined)
    if facts.base_commit is None or project is None or released is None or project.derived_by is not None:
        return None
    if released.version.is_prerelease or not same_version(project.spelling, record.version):
        return None
    before = facts.before or project
    names = (tag.name for tag in snapshot.tags)
    version = find_development(
        record.version,
        before.spelling,
        pattern=wished if isinstance(wished, str) else None,
        earlier=released_versions(names, tag_pattern(settings, snapshot.tags, project)),
        versioning=settings.versioning,
        line=find_line(snapshot.line.base, snapshot.repository.default_branch),
    )
    try:
        edits = tuple(list_development_edits(project, before, version))
    except ProjectRefused as refused:
        return FollowUp(detail=refused.problem.sentence)
    if not edits:
        return None
    branch, base = snapshot.line.development_branch(record.version), snapshot.line.base
    return DevelopmentPlan(version.spelling, record.version, project.name, branch, base, facts.base_commit, edits)


def _find_wish(snapshot: Snapshot, settings: RepositorySettings) -> bool | str:
    """What the settings want for the package; what is released without a pull request is followed by none."""
    released = snapshot.project
    if snapshot.is_tag_only:
        return False
    return settings.development_of(released.name) if released is not None else settings.development


def is_to_be_looked_for(snapshot: Snapshot, settings: RepositorySettings) -> bool:
    """Whether it can be the turn of the second pull request: the files are out, and a final version they are."""
    published, project = snapshot.published, snapshot.project
    if not _find_wish(snapshot, settings) or published is None or not published.verdicts or project is None:
        return False
    return project.derived_by is None and not project.version.is_prerelease and snapshot.pull is not None

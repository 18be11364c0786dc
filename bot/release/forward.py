"""The section of a maintenance release is carried into the changelog of the default branch, in a pull request. Pure.

Without it the default branch never hears of what was released elsewhere. The pull request is opened once for each release
and never looked after again: people merge or close it like any other. Whether it was opened GitHub shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.changelog import Changelog, carry
from bot.changelog.per_release import PerRelease
from bot.release.development import FollowUp
from bot.release.snapshot import Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import FileEdit

FORWARD_BRANCHES = "aweigh-forward/"
"""What the names of the branches begin with; none of them is a release branch."""


@dataclass(frozen=True, slots=True)
class ForwardPlan:
    """The pull request that carries the section of ``version`` into ``base``."""

    version: str
    project: str
    tag: str
    branch: str
    base: str
    base_commit: str
    edits: tuple[FileEdit, ...]

    @property
    def title(self) -> str:
        """Title of the pull request and headline of its commit."""
        return f"Changelog of {self.project} {self.version}"

    @property
    def message(self) -> str:
        """Message of the commit."""
        return f"{self.title}\n\nReleased-As: {self.tag}\n"


def forward_branch(tag: str) -> str:
    """The natural key of the pull request that carries the section of a tag's release."""
    return FORWARD_BRANCHES + tag


def find_source(snapshot: Snapshot, settings: RepositorySettings) -> Changelog | None:
    """The changelog whose section is to be carried on; None when that is not wanted, or it is not kept in one file."""
    published, candidate = snapshot.published, snapshot.candidate
    is_out = published is not None and bool(published.verdicts)
    elsewhere = snapshot.line.base != snapshot.repository.default_branch
    # What is released without a pull request is followed by none.
    if not settings.forward_port or snapshot.is_tag_only or not is_out or not elsewhere or candidate is None:
        return None
    changelog = candidate.changelog
    if not isinstance(changelog, Changelog) or isinstance(changelog.keeper, PerRelease):
        return None
    return changelog


def plan_forward(snapshot: Snapshot, settings: RepositorySettings) -> ForwardPlan | FollowUp | None:
    """What is to be opened, what was opened or why it cannot be; None when nothing is to be."""
    facts, record, project = snapshot.forward, snapshot.record, snapshot.project
    source = find_source(snapshot, settings)
    if facts is None or record is None or project is None or source is None:
        return None
    if facts.pull is not None:
        return FollowUp(number=facts.pull.number)
    if facts.declined is not None:
        return FollowUp(reason=facts.declined)
    if facts.base_commit is None or facts.content is None:
        return None
    try:
        text = carry(source.text, facts.content.decode("utf-8"), record.version, source.markup)
    except UnicodeDecodeError:
        return None
    if text is None:
        return None
    description = f"the section of {record.version} from {snapshot.line.base}"
    edit = FileEdit(source.path, facts.content, text.encode(), description)
    base = snapshot.repository.default_branch
    branch = forward_branch(record.tag)
    return ForwardPlan(record.version, project.name, record.tag, branch, base, facts.base_commit, (edit,))

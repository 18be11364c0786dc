"""What a release changes, computed from a candidate: the edits, the tag, and the words that go with them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.changelog import (
    NO_CHANGELOG,
    Changelog,
    FileChange,
    Listed,
    Naming,
    NoChangelog,
    Outcome,
    Refused,
    Released,
    list_entries_of,
    release_changelog,
    render_plain,
)
from bot.publishing.route import Route
from bot.release.gate import GateKind
from bot.release.naming import name_tag, previous_tag
from bot.release.record import Origin
from bot.release.since import Since
from bot.release.snapshot import Request, Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import FileEdit, Lookalike, Project, SpelledVersion, bump, find_version


@dataclass(frozen=True, slots=True)
class Plan:
    """A release PR that is not there yet, or is to be changed."""

    version: str
    previous: str
    tag: str
    project: str
    branch: str
    base: str
    base_commit: str
    edits: tuple[FileEdit | FileChange, ...]
    entries: str
    route: Route
    gate: GateKind
    requester_login: str
    requester_id: int
    comment_id: int
    lookalikes: tuple[Lookalike, ...] = ()
    together: tuple[str, ...] = ()
    """The names of the packages that go on with it, under the same version and tag."""
    left: NoChangelog = NO_CHANGELOG
    """The changelog that is left as it is, and why, when it is one that cannot be changed safely."""
    unmentioned: tuple[Listed, ...] = ()
    """What was merged and is not spoken of, where people wrote the changelog."""
    since: Since | None = None
    follows: bool = False
    """Whether the version is the one that follows from what was merged."""
    origin: Origin | None = None
    """Only of a release without a pull request, which changes no file."""

    @property
    def is_unasked(self) -> bool:
        """Whether nobody asked for it: the mode of the repository did."""
        return not self.comment_id

    @property
    def title(self) -> str:
        """Title of the pull request and headline of the bump commit."""
        return title_of(self.project, self.version)

    @property
    def message(self) -> str:
        """Message of the bump commit. The trailers only repeat for readers what the check run says for the bot.

        The base also keeps two lines apart: forked from one commit and released within one second they would share
        their bump commit otherwise, and with it the check run and the record.
        """
        asked = {} if self.is_unasked else {"Requested-by": self.requester_login}
        trailers = asked | {"Release-Tag": self.tag, "Release-Base": self.base}
        return f"{self.title}\n\n" + "".join(f"{name}: {value}\n" for name, value in trailers.items())


def title_of(project: str, version: str) -> str:
    """The title of the pull request that releases ``version``."""
    return f"Release {project} {version}"


def is_title_of(project: str, title: str) -> bool:
    """Whether a title is one that we give to pull requests which release ``project``, of whatever version."""
    version = title.rpartition(" ")[2]
    return find_version(version) is not None and title == title_of(project, version)


def plan_release(
    snapshot: Snapshot,
    request: Request,
    version: SpelledVersion,
    *,
    project: Project,
    settings: RepositorySettings,
    route: Route,
) -> Plan:
    """The release PR for ``version``.

    Raises:
        ProjectRefused: a version site cannot be changed exactly.
    """
    candidate = snapshot.candidate
    if candidate is None:
        raise ValueError("a plan is made of a candidate")
    tag = name_tag(settings, snapshot.tags, project, version.spelling)
    edits: tuple[FileEdit | FileChange, ...] = tuple(bump(project, version, day=snapshot.at.date()))
    listed = list_entries_of(snapshot.since.weighed) if snapshot.since else ()
    before = previous_tag(settings, snapshot.tags, project, version.spelling)
    outcome = _release(candidate.changelog, Naming(
        version.spelling, snapshot.at.date(), tag, before, snapshot.repository.web_url, project.name
    ), listed)  # fmt: skip
    released = outcome if isinstance(outcome, Released) else None
    # Without a file for them they go into the notes alone; of the first release everything would be new.
    entries = released.notes if released else render_plain(listed) if before is not None else ""
    return Plan(
        version=version.spelling,
        previous=project.spelling,
        tag=tag,
        project=project.name,
        branch=snapshot.line.branch,
        base=snapshot.line.base,
        base_commit=candidate.commit,
        edits=edits + (released.changes if released else ()),
        entries=entries,
        route=route,
        gate=snapshot.gate,
        requester_login=request.requester.login,
        requester_id=request.requester.id,
        comment_id=request.comment_id,
        lookalikes=project.lookalikes,
        together=tuple(one.name for one in project.together),
        left=_left(candidate.changelog, outcome),
        unmentioned=released.unmentioned if released else (),
        since=snapshot.since,
        follows=request.follows,
    )


def _release(changelog: Changelog | NoChangelog, naming: Naming, listed: tuple[Listed, ...]) -> Outcome | None:
    return release_changelog(changelog, naming, listed) if isinstance(changelog, Changelog) else None


def _left(changelog: Changelog | NoChangelog, outcome: Outcome | None) -> NoChangelog:
    if isinstance(outcome, Refused):
        return NoChangelog(outcome.path, outcome.reason)
    return changelog if isinstance(changelog, NoChangelog) else NO_CHANGELOG

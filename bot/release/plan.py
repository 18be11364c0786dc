"""What a release changes, computed from a candidate: the edits, the tag, and the words that go with them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.changelog import Changelog, Stamped, StampResult, stamp
from bot.publishing.route import Route
from bot.release.gate import GateKind
from bot.release.naming import name_tag, previous_tag
from bot.release.snapshot import Request, Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import FileEdit, Lookalike, Project, SpelledVersion, bump


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
    edits: tuple[FileEdit, ...]
    entries: str
    route: Route
    gate: GateKind
    requester_login: str
    requester_id: int
    comment_id: int
    lookalikes: tuple[Lookalike, ...] = ()

    @property
    def title(self) -> str:
        """Title of the pull request and headline of the bump commit."""
        return f"Release {self.project} {self.version}"

    @property
    def message(self) -> str:
        """Message of the bump commit. The trailers only repeat for readers what the check run says for the bot.

        The base also keeps two lines apart: forked from one commit and released within one second they would share
        their bump commit otherwise, and with it the check run and the record.
        """
        trailers = {"Requested-by": self.requester_login, "Release-Tag": self.tag, "Release-Base": self.base}
        return f"{self.title}\n\n" + "".join(f"{name}: {value}\n" for name, value in trailers.items())


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
    edits = tuple(bump(project, version, day=snapshot.at.date()))
    stamped = None
    if isinstance(candidate.changelog, Changelog):
        result = stamp(
            candidate.changelog.text,
            version=version.spelling,
            day=snapshot.at.date(),
            tag=tag,
            base_tag=previous_tag(settings, snapshot.tags, project, version.spelling),
            repository_url=snapshot.repository.web_url,
            markup=candidate.changelog.markup,
        )
        stamped = result if isinstance(result, Stamped) else None
        edits += _changelog_edit(candidate.changelog, result)
    return Plan(
        version=version.spelling,
        previous=project.spelling,
        tag=tag,
        project=project.name,
        branch=snapshot.line.branch,
        base=snapshot.line.base,
        base_commit=candidate.commit,
        edits=edits,
        entries=stamped.notes if stamped else "",
        route=route,
        gate=snapshot.gate,
        requester_login=request.requester.login,
        requester_id=request.requester.id,
        comment_id=request.comment_id,
        lookalikes=project.lookalikes,
    )


def _changelog_edit(changelog: Changelog, result: StampResult) -> tuple[FileEdit, ...]:
    if not isinstance(result, Stamped):
        # Nothing unreleased is listed, or the file is not kept in a form we know: it is left as its owners wrote it.
        return ()
    change = FileEdit(
        changelog.path, changelog.text.encode(), result.text.encode(), "the unreleased changes become this version's"
    )
    return (change,)

"""What messages show of a snapshot, found in one place so that all of them show the same. Pure."""

from __future__ import annotations

from bot.github.facts import RunFacts, TagRef
from bot.publishing.route import Route
from bot.release.naming import name_tag
from bot.release.runs import find_ours
from bot.release.snapshot import Snapshot
from bot.settings.repository import SettingsProblem


def find_release_tag(snapshot: Snapshot) -> TagRef | None:
    """The tag of this release, once it is there."""
    project = snapshot.project
    if (
        project is None
        or isinstance(snapshot.settings, SettingsProblem)
        or not (snapshot.pull and snapshot.pull.merged)
    ):
        return None
    return snapshot.find_tag(name_tag(snapshot.settings, snapshot.tags, project, project.spelling))


def find_shown_run(snapshot: Snapshot) -> RunFacts | None:
    """The run that publishes this release, once there is one."""
    tag = find_release_tag(snapshot)
    route = snapshot.candidate.route if snapshot.candidate else None
    if tag is None or snapshot.record is None or not isinstance(route, Route):
        return None
    return find_ours(snapshot.runs, route, tag.name, snapshot.record)


def index_page(snapshot: Snapshot) -> str:
    """The page of this release on the package index."""
    project = snapshot.project
    version = str(project.version) if project else None
    return snapshot.target.web_url(project.name if project else "", version)

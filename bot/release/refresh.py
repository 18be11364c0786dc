"""Whether the open release pull request still says what merging would release. Pure.

The base moves on while people make up their minds: entries are added to its changelog, a file with the version is made.
Merging would then release what the pull request does not show, or be in conflict. So the bump is made once more on the
base as it is now, as soon as it would change other files, or the same ones otherwise, or something was merged that is
worth a release; where none of this is so, the branch is left as it is, however far the base has moved on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.conversation.registry import AUTO
from bot.github.facts import Person
from bot.github.listing import name_blob
from bot.publishing.route import Route
from bot.release.automatic import find_following
from bot.release.plan import Plan, plan_release
from bot.release.propose import version_refusal
from bot.release.record import Record
from bot.release.snapshot import Candidate, Request, Snapshot
from bot.release.wanted import find_line
from bot.settings.repository import RepositorySettings
from bot.versions import Project, ProjectRefused, SpelledVersion, VersionProblem, parse_version, same_version

_REQUESTED_BY = re.compile(r"^Requested-by: ([A-Za-z0-9-]{1,39})$", re.MULTILINE | re.ASCII)


def find_refresh(snapshot: Snapshot) -> Plan | None:
    """The plan on the base as it is now, when the release branch has to be made anew for it; None when it has not."""
    base, record, settings = snapshot.base_candidate, snapshot.record, snapshot.settings
    if base is None or record is None or not isinstance(settings, RepositorySettings):
        return None
    project, route = base.project, base.route
    if not isinstance(project, Project) or not isinstance(route, Route):
        return None
    try:
        fresh = replace(snapshot, candidate=base)
        version = _find_version(fresh, record, project, settings)
        if project.is_past(version.version):
            # The base says a later version by now: whoever merges is told by GitHub that the two do not fit together.
            return None
        plan = plan_release(fresh, _request(snapshot), version, project=project, settings=settings, route=route)
        # That another day has begun is no reason to make the branch anew.
        made = replace(fresh, at=_made_at(snapshot))
        then = plan_release(made, _request(snapshot), version, project=project, settings=settings, route=route)
    except (ProjectRefused, VersionProblem):
        return None
    if same_version(plan.version, record.version):
        # The tag that was promised stands, whatever the settings and the other tags say by now.
        plan = replace(plan, tag=record.tag)
    return plan if plan.version != record.version or _has_news(snapshot) or differs(then, snapshot.candidate) else None


def _made_at(snapshot: Snapshot) -> datetime:
    """When our bump commit was made, where that is told."""
    head = snapshot.pull.head if snapshot.pull is not None else None
    return head.at if head is not None and head.at is not None else snapshot.at


def _find_version(snapshot: Snapshot, record: Record, project: Project, settings: RepositorySettings) -> SpelledVersion:
    """The version of the release by now: the one that was named, or the one that follows from what was merged.

    Raises:
        VersionProblem: what was merged leads out of the line.
    """
    if record.follows:
        line = find_line(snapshot.line.base, snapshot.repository.default_branch)
        following = find_following(snapshot, project, settings, line, snapshot.at.date())
        if following is not None and version_refusal(snapshot, settings, project, following) is None:
            return following
    return parse_version(record.version)


def _request(snapshot: Snapshot) -> Request:
    """Who asked for the release, and when; their login is for readers only, and stands in our bump commit."""
    record, pull = snapshot.record, snapshot.pull
    if record is None or pull is None:
        raise ValueError("a release pull request is refreshed together with its record")
    named = _REQUESTED_BY.search(pull.head.message) if pull.head is not None else None
    by = Person(record.requester_id, named[1] if named else "ghost")
    return Request(
        AUTO if record.follows else record.version, by, record.comment_id, pull.created_at, on_release_pull=True
    )


def _has_news(snapshot: Snapshot) -> bool:
    """Whether something worth a release was merged that the pull request does not list yet."""
    pull, since = snapshot.pull, snapshot.since
    if pull is None or pull.head is None or since is None:
        return False
    return bool(since.list_after(pull.head.parent))


def differs(plan: Plan, head: Candidate | None) -> bool:
    """Whether a file that the plan edits reads otherwise at the head of the release branch."""
    if head is None:
        return False
    for edit in plan.edits:
        entry = head.tree.find(edit.path)
        if (entry.sha if entry else None) != (None if edit.new is None else name_blob(edit.new)):
            return True
    return False

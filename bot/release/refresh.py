"""Whether the open release pull request still says what merging would release. Pure.

The base moves on while people make up their minds: entries are added to its changelog, a file with the version is made.
Merging would then release what the pull request does not show, or be in conflict. So the bump is made once more on the
base as it is now, as soon as it would change other files, or the same ones otherwise; where it would not, the branch is
left as it is, however far the base has moved on.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from bot.github.facts import Person
from bot.publishing.route import Route
from bot.release.plan import Plan, plan_release
from bot.release.snapshot import Candidate, Request, Snapshot
from bot.settings.repository import RepositorySettings
from bot.versions import Project, ProjectRefused, VersionProblem, parse_version

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
        version = parse_version(record.version)
        if project.is_past(version.version):
            # The base says a later version by now: whoever merges is told by GitHub that the two do not fit together.
            return None
        fresh = replace(snapshot, candidate=base)
        plan = plan_release(fresh, _request(snapshot), version, project=project, settings=settings, route=route)
    except (ProjectRefused, VersionProblem):
        return None
    # The tag that was promised stands, whatever the settings and the other tags say by now.
    plan = replace(plan, tag=record.tag)
    return plan if differs(plan, snapshot.candidate) else None


def _request(snapshot: Snapshot) -> Request:
    """Who asked for the release, and when; their login is for readers only, and stands in our bump commit."""
    record, pull = snapshot.record, snapshot.pull
    if record is None or pull is None:
        raise ValueError("a release pull request is refreshed together with its record")
    named = _REQUESTED_BY.search(pull.head.message) if pull.head is not None else None
    by = Person(record.requester_id, named[1] if named else "ghost")
    return Request(record.version, by, record.comment_id, pull.created_at, on_release_pull=True)


def differs(plan: Plan, head: Candidate | None) -> bool:
    """Whether a file that the plan edits reads otherwise at the head of the release branch."""
    if head is None:
        return False
    for edit in plan.edits:
        entry = head.tree.find(edit.path)
        if (entry.sha if entry else None) != (None if edit.new is None else name_blob(edit.new)):
            return True
    return False


def name_blob(content: bytes) -> str:
    """The name git gives a file with this content (``git hash-object``)."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()

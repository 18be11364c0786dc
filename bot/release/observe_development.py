"""Reading what follows a release that is out: the pull request back to development, or what it would be made from."""

from __future__ import annotations

from bot.github.facts import AppAccount, PullRequest
from bot.release.commits import Commits
from bot.release.record import Record
from bot.release.sight import Sight
from bot.release.snapshot import Development, Snapshot
from bot.versions import Project


async def find_development(
    app: AppAccount, commits: Commits, snapshot: Snapshot, sight: Sight, record: Record
) -> Development:
    """What there is of it: three requests where it is there, and a few more where it has to be made."""
    branch = snapshot.line.development_branch(record.version)
    pulls = await sight.list_pulls(branch, lambda found: any(is_ours(one, app, snapshot) for one in found))
    ours = next((pull for pull in pulls if is_ours(pull, app, snapshot)), None)
    if ours is not None:
        return Development(pull=ours)
    base = await sight.find_branch(snapshot.line.base)
    if base is None:
        return Development()
    now = await commits.get_content(base, snapshot.line.package)
    parent = await commits.find_parent(record.bump)
    before = (await commits.get_content(parent, snapshot.line.package)).project if parent is not None else None
    return Development(
        base_commit=base,
        base_tree=now.tree,
        project=now.project if isinstance(now.project, Project) else None,
        before=before if isinstance(before, Project) else None,
    )


def is_ours(pull: PullRequest, app: AppAccount, snapshot: Snapshot) -> bool:
    """Whether we opened it: anybody can name a branch like ours."""
    by_us = pull.author is not None and pull.author.id == app.bot.id
    return by_us and pull.head_repository_id == snapshot.repository.id

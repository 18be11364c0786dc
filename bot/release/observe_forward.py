"""Reading whether the section of a maintenance release was carried on, and what it would be carried into."""

from __future__ import annotations

from bot.github.facts import AppAccount
from bot.release.commits import Commits
from bot.release.forward import forward_branch
from bot.release.observe_development import is_ours
from bot.release.record import Record
from bot.release.sight import Sight
from bot.release.snapshot import Forward, Snapshot


async def find_forward(
    app: AppAccount, commits: Commits, snapshot: Snapshot, sight: Sight, record: Record, path: str
) -> Forward:
    """What there is of it: a request where it is there, and three more where it may have to be made."""
    branch, base = forward_branch(record.tag), snapshot.repository.default_branch
    pulls = await sight.list_pulls(branch, lambda found: any(is_ours(one, app, snapshot) for one in found))
    ours = next((pull for pull in pulls if is_ours(pull, app, snapshot)), None)
    if ours is not None:
        return Forward(pull=ours)
    head = await sight.find_branch(base)
    if head is None:
        return Forward()
    tree = await commits.get_tree_of(head)
    content = (await commits.read_files(head, [path])).get(path)
    return Forward(base_commit=head, base_tree=tree, content=content)

"""Which pull request brought a commit."""

from bot.sandbox.git.history import list_log
from bot.sandbox.git.store import GitStore
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository


def list_bringing(repository: Repository, sha: str) -> list[PullRequest]:
    """The merged pull requests that brought a commit to their bases; where there are none, the open ones that hold it.

    Source: GitHub's page "List pull requests associated with a commit".
    """
    store = repository.store
    merged = [
        pull
        for pull in repository.pulls
        if pull.merged and pull.merge_commit_sha and sha in _list_landed(store, pull.merge_commit_sha, pull.base_sha)
    ]
    if merged:
        return merged
    return [
        pull
        for pull in repository.pulls
        if pull.state == "open" and any(one.sha == sha for one in list_log(store, pull.head_sha, without=pull.base_sha))
    ]


def _list_landed(store: GitStore, merge: str, base: str) -> frozenset[str]:
    """What came to the base with a merge: the commits that were written for it, and those of the branch behind a merge commit."""
    known = store.landed.get(merge)
    if known is not None:
        return known
    found, at = set(), merge
    while at != base:
        commit = store.commit(at)
        found.add(at)
        for side in commit.parents[1:]:
            found |= {one.sha for one in list_log(store, side, without=base)}
        if not commit.parents:
            break
        at = commit.parents[0]
    store.landed[merge] = frozenset(found)
    return store.landed[merge]

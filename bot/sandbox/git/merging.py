"""Merge, squash and rebase: three ways to bring one history onto another."""

from collections.abc import Callable

from dulwich.merge import three_way_merge
from dulwich.objects import Commit as RawCommit
from dulwich.objects import ObjectID

from bot.sandbox.git.history import find_base, list_log
from bot.sandbox.git.objects import Commit, Signature, UnknownObjectError
from bot.sandbox.git.store import GitStore

WriteCommit = Callable[[str, tuple[str, ...], str, Signature], str]
"""Stores a commit from tree, parents, message and author, and answers its SHA; the caller decides who commits."""


class MergeConflictError(Exception):
    """The two sides changed the same lines."""


def merge_trees(store: GitStore, onto: str, head: str) -> str:
    """The tree that holds what both commits did since they parted.

    Raises:
        MergeConflictError: They changed the same lines, or share no history.
    """
    parted = find_base(store, onto, head)
    if parted is None:
        raise MergeConflictError
    return _merge(store, parted, onto, head)


def rebase(store: GitStore, onto: str, head: str, write: WriteCommit) -> str:
    """Replay the commits of ``head`` on ``onto``, one by one, and answer the last new one.

    Merge commits among them are left out, as GitHub does.

    Raises:
        MergeConflictError: One of them does not apply.
    """
    for commit in reversed(list_log(store, head, without=onto)):
        if len(commit.parents) == 1:
            tree = _merge(store, commit.parents[0], onto, commit.sha)
            onto = write(tree, (onto,), commit.message, commit.author)
    return onto


def _merge(store: GitStore, base: str, ours: str, theirs: str) -> str:
    objects = store.repo.object_store
    tree, conflicts = three_way_merge(objects, _raw(store, base), _raw(store, ours), _raw(store, theirs))
    if conflicts:
        raise MergeConflictError
    objects.add_object(tree)
    return tree.id.decode()


def _raw(store: GitStore, sha: str) -> RawCommit:
    raw = store.repo.object_store[ObjectID(sha.encode())]
    if not isinstance(raw, RawCommit):
        raise UnknownObjectError(sha)
    return raw


def squash_message(commits: list[Commit]) -> str:
    """The body GitHub proposes for a squash: the message alone of a single commit, else one bullet for each."""
    if len(commits) == 1:
        return commits[0].message.partition("\n")[2].strip()
    return "\n\n".join(f"* {commit.message.strip()}" for commit in commits)

"""Making commits: whose name stands on them, and whether GitHub vouches for them."""

from collections.abc import Mapping

from bot.sandbox.git.objects import Signature
from bot.sandbox.git.store import GitStore
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

WORKFLOWS = ".github/workflows/"


def signature_of(world: World, user: User) -> Signature:
    """The account as author or committer, now."""
    return Signature(user.name or user.login, user.git_email, world.now())


def commit_files(
    world: World,
    repository: Repository,
    *,
    parent: str | None,
    files: Mapping[str, str | bytes | None],
    message: str,
    author: User,
    signed: bool = False,
) -> str:
    """Store a commit that sets (or with None removes) whole files on top of ``parent``; no ref moves.

    Executable bits of files that were there before are kept.
    """
    store = repository.store
    changes: dict[str, tuple[str, str] | None] = {}
    base = store.commit(parent).tree if parent else None
    for path, content in files.items():
        if content is None:
            changes[path] = None
            continue
        old = store.find_path(base, path) if base else None
        raw = content.encode() if isinstance(content, str) else content
        changes[path] = (old.mode if old and old.kind == "blob" else "100644", store.add_blob(raw))
    tree = store.add_tree(base, changes)
    committer = signature_of(world, world.web_flow if signed else author)
    who = signature_of(world, author)
    return store.add_commit(tree, (parent,) if parent else (), message, author=who, committer=committer, signed=signed)


def brings_workflows(repository: Repository, sha: str) -> bool:
    """Whether a commit has workflow files that the head of the default branch has not, or has otherwise.

    For such a commit GitHub asks for the permission ``workflows`` besides ``contents`` before a ref may point at it.
    """
    store = repository.store
    head = store.find_ref(f"refs/heads/{repository.default_branch}")
    known = _workflow_files(store, head) if head else {}
    return any(known.get(path) != blob for path, blob in _workflow_files(store, sha).items())


def _workflow_files(store: GitStore, sha: str) -> dict[str, str]:
    folder = store.find_path(store.commit(sha).tree, WORKFLOWS.rstrip("/"))
    if folder is None or folder.kind != "tree":
        return {}
    return {entry.path: entry.sha for entry in store.walk_tree(folder.sha)}

"""Questions about the history of a repository: ancestors, ranges, and how two commits compare."""

from dataclasses import dataclass

from dulwich.diff_tree import RenameDetector
from dulwich.graph import can_fast_forward, find_merge_base
from dulwich.objects import ObjectID

from bot.sandbox.git.objects import MODES, Commit, Entry, FileChange
from bot.sandbox.git.store import GitStore

_STATUSES = {"add": "added", "delete": "removed", "modify": "modified", "rename": "renamed", "copy": "added"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What ``head`` has that ``base`` has not, seen from where they parted (three dots)."""

    base: Commit
    head: Commit
    merge_base: Commit
    commits: tuple[Commit, ...]
    """Oldest first."""
    behind_by: int
    files: tuple[FileChange, ...]

    @property
    def status(self) -> str:
        """identical, ahead, behind or diverged."""
        if not self.commits:
            return "behind" if self.behind_by else "identical"
        return "diverged" if self.behind_by else "ahead"


def is_ancestor(store: GitStore, older: str, newer: str) -> bool:
    """Whether ``older`` can be reached from ``newer``, or is the same commit."""
    return older == newer or can_fast_forward(store.repo, _id(older), _id(newer))


def find_base(store: GitStore, one: str, other: str) -> str | None:
    """The commit where two histories parted, or None when they share nothing."""
    bases = find_merge_base(store.repo, [_id(one), _id(other)])
    return bases[0].decode() if bases else None


def list_log(store: GitStore, head: str, *, without: str | None = None) -> list[Commit]:
    """The commits reachable from ``head`` (and not from ``without``), children before their parents."""
    hidden = _reachable(store, without) if without else set()
    shown = _reachable(store, head) - hidden
    children = dict.fromkeys(shown, 0)
    commits = {sha: store.commit(sha) for sha in shown}
    for commit in commits.values():
        for parent in commit.parents:
            if parent in children:
                children[parent] += 1
    ready = [sha for sha in shown if not children[sha]]
    ordered = []
    while ready:
        ready.sort(key=lambda sha: (commits[sha].committer.at, sha))
        newest = commits[ready.pop()]
        ordered.append(newest)
        for parent in newest.parents:
            if parent in children:
                children[parent] -= 1
                if not children[parent]:
                    ready.append(parent)
    return ordered


def compare(store: GitStore, base: str, head: str, *, with_files: bool = True) -> Comparison | None:
    """Compare two commits; None when their histories share nothing, which GitHub answers with 404.

    Finding renames among thousands of files takes a while: without ``with_files`` there are none.
    """
    parted = find_base(store, base, head)
    if parted is None:
        return None
    ahead = list_log(store, head, without=base)
    behind = list_log(store, base, without=head)
    files = diff(store, store.commit(parted).tree, store.commit(head).tree) if with_files else ()
    commits = tuple(reversed(ahead))
    return Comparison(store.commit(base), store.commit(head), store.commit(parted), commits, len(behind), files)


def diff(store: GitStore, old_tree: str | None, new_tree: str) -> tuple[FileChange, ...]:
    """The files that differ between two trees, sorted by path, with renames found."""
    objects = store.repo.object_store
    changes = RenameDetector(objects).changes_with_renames(_id(old_tree) if old_tree else None, _id(new_tree))
    found = []
    for change in changes:
        old, new = _entry(change.old), _entry(change.new)
        path = (new or old or Entry("", "", "blob", "")).path
        status = _STATUSES[change.type]
        found.append(FileChange(path, status, old, new))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda change: change.path))


def _entry(raw: object) -> Entry | None:
    path, mode, sha = getattr(raw, "path", None), getattr(raw, "mode", None), getattr(raw, "sha", None)
    if not path or mode is None or sha is None:
        return None
    spelled = f"{mode:06o}"
    return Entry(path.decode(errors="replace"), spelled, MODES.get(spelled, "blob"), sha.decode())


def _reachable(store: GitStore, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        sha = waiting.pop()
        if sha not in seen:
            seen.add(sha)
            waiting += store.commit(sha).parents
    return seen


def _id(sha: str) -> ObjectID:
    return ObjectID(sha.encode())

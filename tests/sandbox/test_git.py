"""The git store below the API: trees, histories, merges."""

import copy
from datetime import UTC, datetime

import pytest

from bot.sandbox.git.history import compare, diff, find_base, is_ancestor, list_log
from bot.sandbox.git.merging import MergeConflictError, merge_trees, rebase
from bot.sandbox.git.objects import Signature, UnknownObjectError
from bot.sandbox.git.patch import render_patch
from bot.sandbox.git.store import GitStore


def at(minute: int) -> Signature:
    return Signature("Mona <Lisa>", "mona@acme.example", datetime(2026, 11, 2, 9, minute, tzinfo=UTC))


class Drawing:
    """Draws histories, one file per commit unless told otherwise."""

    def __init__(self) -> None:
        self.store = GitStore()
        self.minute = 0

    def commit(self, files: dict[str, str | None], *parents: str) -> str:
        self.minute += 1
        store = self.store
        base = store.commit(parents[0]).tree if parents else None
        changes = {
            path: None if text is None else ("100644", store.add_blob(text.encode())) for path, text in files.items()
        }
        return store.add_commit(store.add_tree(base, changes), parents, f"commit {self.minute}", author=at(self.minute))

    def text(self, commit: str, path: str) -> str | None:
        content = self.store.read(commit, path)
        return None if content is None else content.decode()


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def test_a_tree_changes_only_where_it_is_told_to(drawing: Drawing) -> None:
    first = drawing.commit({"a/b/c.txt": "c", "a/d.txt": "d", "e.txt": "e"})
    second = drawing.commit({"a/b/c.txt": None, "a/f.txt": "f"}, first)
    assert set(drawing.store.files(second)) == {"a/d.txt", "a/f.txt", "e.txt"}
    assert set(drawing.store.files(first)) == {"a/b/c.txt", "a/d.txt", "e.txt"}


def test_an_executable_file_stays_one(drawing: Drawing) -> None:
    store = drawing.store
    tree = store.add_tree(
        None, {"run.sh": ("100755", store.add_blob(b"#!/bin/sh\n")), "x": ("100644", store.add_blob(b""))}
    )
    changed = store.add_tree(tree, {"x": ("100644", store.add_blob(b"new"))})
    assert {entry.path: entry.mode for entry in store.tree(changed)} == {"run.sh": "100755", "x": "100644"}


def test_names_cannot_break_the_header_of_a_commit(drawing: Drawing) -> None:
    sha = drawing.commit({"a": "a"})
    assert drawing.store.commit(sha).author.name == "Mona Lisa"


def test_a_commit_is_found_by_branch_tag_and_sha(drawing: Drawing) -> None:
    store, sha = drawing.store, drawing.commit({"a": "a"})
    store.set_ref("refs/heads/main", sha)
    store.set_ref("refs/tags/v1", store.add_tag("v1", sha, "one\n", at(9)))
    for name in ("main", "v1", "refs/tags/v1", "heads/main", sha, sha[:7]):
        found = store.find_commit(name)
        assert found is not None, name
        assert found.sha == sha
    assert store.find_commit("v2") is None
    assert store.find_commit(sha[:6]) is None


def test_kinds_are_told_apart(drawing: Drawing) -> None:
    sha = drawing.commit({"a": "a"})
    with pytest.raises(UnknownObjectError):
        drawing.store.blob(sha)
    with pytest.raises(UnknownObjectError):
        drawing.store.commit("0" * 40)
    assert not drawing.store.has("not a sha")


def test_a_copy_has_its_own_refs(drawing: Drawing) -> None:
    sha = drawing.commit({"a": "a"})
    drawing.store.set_ref("refs/heads/main", sha)
    twin = copy.deepcopy(drawing.store)
    drawing.store.set_ref("refs/heads/other", sha)
    assert twin.refs("refs/heads/") == {"refs/heads/main": sha}


def test_a_log_leaves_out_what_the_other_side_has(drawing: Drawing) -> None:
    root = drawing.commit({"a": "a"})
    left = drawing.commit({"l": "l"}, root)
    right = drawing.commit({"r": "r"}, root)
    merged = drawing.commit({"l": "l"}, right, left)
    assert [commit.sha for commit in list_log(drawing.store, merged, without=right)] == [merged, left]
    assert find_base(drawing.store, left, right) == root
    assert is_ancestor(drawing.store, left, merged)
    assert not is_ancestor(drawing.store, merged, left)


@pytest.mark.parametrize(
    ("base", "head", "status", "ahead", "behind"),
    [(0, 0, "identical", 0, 0), (0, 1, "ahead", 1, 0), (1, 0, "behind", 0, 1), (1, 2, "diverged", 1, 1)],
)
def test_commits_compare_as_git_does(
    drawing: Drawing, base: int, head: int, status: str, ahead: int, behind: int
) -> None:
    root = drawing.commit({"a": "a"})
    shas = [root, drawing.commit({"b": "b"}, root), drawing.commit({"c": "c"}, root)]
    found = compare(drawing.store, shas[base], shas[head])
    assert found is not None
    assert (found.status, len(found.commits), found.behind_by) == (status, ahead, behind)


def test_unrelated_histories_do_not_compare(drawing: Drawing) -> None:
    assert compare(drawing.store, drawing.commit({"a": "a"}), drawing.commit({"b": "b"})) is None


def test_a_difference_names_added_removed_changed_and_renamed_files(drawing: Drawing) -> None:
    long = "\n".join(f"line {n}" for n in range(30))
    old = drawing.commit({"kept": "k", "gone": "g", "changed": "1\n2\n", "before": long})
    new = drawing.commit({"gone": None, "changed": "1\n3\n", "before": None, "after": long, "new": "n"}, old)
    store = drawing.store
    found = {c.path: c for c in diff(store, store.commit(old).tree, store.commit(new).tree)}
    assert {path: c.status for path, c in found.items()} == {
        "after": "renamed", "changed": "modified", "gone": "removed", "new": "added",
    }  # fmt: skip
    assert found["after"].previous_path == "before"
    patch = render_patch(store, found["changed"])
    assert (patch.additions, patch.deletions, patch.text) == (1, 1, "@@ -1,2 +1,2 @@\n 1\n-2\n+3")


def test_both_sides_survive_a_merge(drawing: Drawing) -> None:
    root = drawing.commit({"f": "1\n2\n3\n4\n5\n6\n7\n"})
    ours = drawing.commit({"f": "one\n2\n3\n4\n5\n6\n7\n"}, root)
    theirs = drawing.commit({"f": "1\n2\n3\n4\n5\n6\nseven\n"}, root)
    tree = merge_trees(drawing.store, ours, theirs)
    entry = drawing.store.find_path(tree, "f")
    assert entry is not None
    assert drawing.store.blob(entry.sha) == b"one\n2\n3\n4\n5\n6\nseven\n"


@pytest.mark.parametrize("theirs", [{"f": "other\n"}, {"f": None}])
def test_a_conflict_is_one(drawing: Drawing, theirs: dict[str, str | None]) -> None:
    root = drawing.commit({"f": "1\n"})
    left, right = drawing.commit({"f": "ours\n"}, root), drawing.commit(theirs, root)
    with pytest.raises(MergeConflictError):
        merge_trees(drawing.store, left, right)


def test_a_rebase_replays_each_commit_and_leaves_merges_out(drawing: Drawing) -> None:
    root = drawing.commit({"a": "a"})
    one = drawing.commit({"one": "1"}, root)
    base = drawing.commit({"base": "b"}, root)
    merged = drawing.commit({"base": "b"}, one, base)
    two = drawing.commit({"two": "2"}, merged)
    store = drawing.store
    onto = drawing.commit({"later": "l"}, base)

    def write(tree: str, parents: tuple[str, ...], message: str, author: Signature) -> str:
        return store.add_commit(tree, parents, message, author=author, committer=at(59))

    head = rebase(store, onto, two, write)
    assert [commit.message for commit in list_log(store, head, without=onto)] == ["commit 5", "commit 2"]
    assert set(store.files(head)) == {"a", "one", "two", "base", "later"}

"""How a difference is numbered and marked."""

from bot.sandbox.git.history import diff
from bot.sandbox.git.store import GitStore
from bot.sandbox.page.differences import FileDifference, list_differences


def difference(before: str | None, after: str | None) -> FileDifference:
    store = GitStore()

    def tree(text: str | None) -> str:
        return store.add_tree(None, {"a.txt": ("100644", store.add_blob(text.encode()))} if text is not None else {})

    (found,) = list_differences(store, diff(store, tree(before), tree(after)))
    return found


def test_lines_are_numbered_on_both_sides() -> None:
    found = difference("one\ntwo\nthree\n", "one\ntwo\nnew\nthree\n")
    shown = [(row.kind, row.old, row.new, "".join(row.parts)) for row in found.rows]
    assert shown == [
        ("hunk", None, None, "@@ -1,3 +1,4 @@"),
        ("same", 1, 1, "one"),
        ("same", 2, 2, "two"),
        ("added", None, 3, "new"),
        ("same", 3, 4, "three"),
    ]
    assert (found.additions, found.deletions) == (1, 0)


def test_what_changed_within_a_line_is_marked() -> None:
    found = difference('version = "1.1.0"\n', 'version = "1.2.0"\n')
    removed, added = found.rows[1], found.rows[2]
    assert removed.parts == ('version = "1.', "1", '.0"')
    assert added.parts == ('version = "1.', "2", '.0"')


def test_lines_that_share_nothing_are_not_marked() -> None:
    found = difference("abc\n", "xyz\n")
    assert [row.parts for row in found.rows[1:]] == [("abc", "", ""), ("xyz", "", "")]


def test_blocks_of_unequal_length_keep_every_line() -> None:
    found = difference("a1\na2\nz\n", "a3\nz\nq\n")
    assert [("".join(row.parts), row.kind) for row in found.rows[1:]] == [
        ("a1", "removed"), ("a2", "removed"), ("a3", "added"), ("z", "same"), ("q", "added"),
    ]  # fmt: skip


def test_a_new_file_is_all_additions() -> None:
    found = difference(None, "x\ny\n")
    assert (found.status, found.additions, [row.new for row in found.rows]) == ("added", 2, [None, 1, 2])


def test_a_binary_file_has_no_rows() -> None:
    assert difference("a\0b", "a\0c").rows == ()

"""What a commit lists that was made from another one."""

from __future__ import annotations

from bot.github.listing import Tree, TreeEntry, name_blob

RUN = TreeEntry("bin/run", "1" * 40, "100755", 3)
NEWS = TreeEntry("news/1.md", "2" * 40, "100644", 3)
MODULE = TreeEntry("widget.py", "3" * 40, "100644", 3)
BASE = Tree("a" * 40, "b" * 40, (RUN, NEWS, MODULE))


def test_files_are_named_as_git_names_them() -> None:
    # git hash-object of an empty file, and of "hello\n".
    assert name_blob(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert name_blob(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_replaced_files_keep_their_modes_and_places_and_new_ones_stand_where_git_puts_them() -> None:
    files = {"bin/run": b"hello\n", "news/1.md": None, "news.md": b"", "\N{SNOWMAN}.py": b""}
    made = BASE.with_files("c" * 40, "d" * 40, files)
    assert (made.commit, made.sha, made.truncated) == ("c" * 40, "d" * 40, False)
    assert [(entry.path, entry.mode, entry.size) for entry in made.entries] == [
        ("bin/run", "100755", 6),
        ("news.md", "100644", 0),
        ("widget.py", "100644", 3),
        ("\N{SNOWMAN}.py", "100644", 0),
    ]
    assert made.entries[0].sha == name_blob(b"hello\n")


def test_links_are_kept_apart_and_go_when_they_are_taken_away() -> None:
    links = [TreeEntry(path, "4" * 40, "120000", 5) for path in ("a", "news/2.md")]
    tree = Tree.of("a" * 40, "b" * 40, [RUN, *links, NEWS])
    assert (tree.entries, tree.links) == ((RUN, NEWS), tuple(links))
    made = tree.with_files("c" * 40, "d" * 40, {"news/1.md": None, "news/2.md": None})
    assert (made.entries, made.links) == ((RUN,), (links[0],))

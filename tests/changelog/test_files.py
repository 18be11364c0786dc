"""Which file of a project is its changelog."""

from datetime import date

import pytest

from bot.changelog import (
    Changelog,
    Naming,
    NoChangelog,
    Released,
    Wish,
    find_book,
    list_changelogs,
    list_wanted,
    read_changelog,
    release_changelog,
)
from bot.changelog.towncrier import Towncrier


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (["README.md", "CHANGELOG.md"], "CHANGELOG.md"),
        (["changelog.md"], "changelog.md"),
        (["ChangeLog.MD"], "ChangeLog.MD"),
        (["HISTORY.md", "CHANGES.md"], "CHANGES.md"),
        (["NEWS.md"], "NEWS.md"),
        (["RELEASE-NOTES.md"], "RELEASE-NOTES.md"),
        (["docs/changelog.md", "HISTORY.md"], "HISTORY.md"),
        (["docs/changelog.md"], "docs/changelog.md"),
        (["CHANGES.rst"], "CHANGES.rst"),
        (["CHANGES.rst", "CHANGES.md"], "CHANGES.md"),
        (["docs/source/changes.rst", "HISTORY.txt"], "HISTORY.txt"),
        (["src/widget/CHANGELOG.md", "changelog.d/1.md", "CHANGELOG.md/x", "news.html"], None),
        (
            ["docs/a/b/c/changelog.md", "tests/docs/changelog.md", "docs/api/changes.py", "docs/index.md", "README"],
            None,
        ),
        ([], None),
    ],
)
def test_the_changelog_is_found_by_its_name(tree: list[str], found: str | None) -> None:
    assert next(iter(list_changelogs(tree)), None) == found
    assert list_changelogs(reversed(tree)) == list_changelogs(tree)


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (["CHANGELOG.md", "libs/core/CHANGES.md", "libs/core/docs/CHANGELOG.md"], "libs/core/CHANGES.md"),
        (["CHANGELOG.md", "libs/core2/CHANGELOG.md", "libs/core/src/CHANGELOG.md"], None),
    ],
)
def test_a_package_has_its_changelog_in_its_own_folder(tree: list[str], found: str | None) -> None:
    assert next(iter(list_changelogs(tree, "libs/core")), None) == found


_LISTS = b"Notes\n=====\n\n1.1.0\n-----\n\n- One.\n\n1.0.0\n-----\n\n- First.\n"
_LISTS_NOTHING = b"Notes\n=====\n\nUnreleased\n----------\n\n- One.\n"


def _find(files: dict[str, bytes], root: str = ".") -> str | None:
    """The changelog among ``files``, of which only what is asked for is read."""
    read: dict[str, bytes] = {}
    while more := list_wanted(files, read, Wish(root=root)):
        read |= {path: files[path] for path in more}
    book = find_book(files, read, Wish(root=root))
    return book.path if isinstance(book, Changelog) else None


@pytest.mark.parametrize(
    "path",
    [
        "docs/about/release-notes.md",
        "docs/en/docs/release_notes.md",
        "docs/versionhistory.rst",
        "docs/changelog/index.md",
        "documentation/source/changes.rst",
        "website/docs/what's-new.md",
        "docs/whats_new.rst",
        "doc/Release History.md",
        "ChangeLog",
        "NEWS",
        "RELEASE.md",
    ],
)
def test_elsewhere_a_changelog_is_known_by_the_versions_that_it_lists(path: str) -> None:
    assert _find({path: _LISTS}) == path
    assert _find({path: _LISTS_NOTHING}) is None
    assert _find({path: _LISTS, "HISTORY.md": _LISTS}) == "HISTORY.md"
    assert _find({path: _LISTS, "docs/changelog.rst": b"Changes\n=======\n\n.. include:: of another file\n"}) == path
    assert _find({"libs/core/" + path: _LISTS}, "libs/core") == "libs/core/" + path
    assert _find({"libs/core/" + path: _LISTS}) is None


def test_what_the_manual_says_elsewhere_in_its_folder_is_not_one_file_for_each_release() -> None:
    announced = {f"docs/community/3.{minor}-announcement.md": b"# Widget 3.%d\n" % minor for minor in range(1, 9)}
    assert _find(announced | {"docs/community/release-notes.md": _LISTS}) == "docs/community/release-notes.md"


@pytest.mark.parametrize(
    "settings",
    ['[tool.scriv]\nchangelog = "build/changes.md"\n', '[tool.towncrier]\nfilename = "build/changes.md"\n'],
)
def test_a_tool_of_which_nothing_is_there_does_not_keep_the_changelog(settings: str) -> None:
    files = {"pyproject.toml": settings.encode(), "CHANGES.rst": _LISTS}
    assert _find(files) == "CHANGES.rst"
    folder = "changelog.d" if "scriv" in settings else "newsfragments"
    assert _find(files | {f"{folder}/README.md": b"How to write one."}) == "build/changes.md"
    assert _find(files | {"build/changes.md": _LISTS}) == "build/changes.md"


def test_a_changelog_keeps_its_line_ends_and_its_byte_order_mark() -> None:
    content = b"\xef\xbb\xbf# Changes\r\n\xc3\xa9"
    changelog = read_changelog("CHANGES.md", content)
    assert isinstance(changelog, Changelog)
    assert changelog.text.encode() == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x" * 3_000_000, "is larger than 1024 kB"),
        (b"\r" * 200_000, "has more than 100,000 lines"),
    ],
)
def test_a_file_that_is_no_use_is_no_changelog_and_says_why(content: bytes, reason: str) -> None:
    assert read_changelog("CHANGES.md", content) == NoChangelog("CHANGES.md", reason)


def test_no_file_is_no_changelog() -> None:
    assert read_changelog(None, None) == NoChangelog()
    assert read_changelog("CHANGES.md", None) == NoChangelog()


@pytest.mark.parametrize(
    "path",
    [
        "changes/README.md",
        "news/README.md",
        "docs/theme/CHANGELOG.md",
        "docs/_static/lib/changes.txt",
        "website/node/CHANGELOG.md",
        "docs/cli/changelog.md",
        "docs/de/changelog.md",
        "docs/1.0/changelog.md",
        "docs/dev/releases.md",
        "docs/guide/changes.md",
        "docs/api/history.rst",
    ],
)
def test_what_else_is_called_so_in_a_manual_is_no_changelog(path: str) -> None:
    assert _find({path: _LISTS}) is None


def test_one_version_in_an_unusual_place_may_be_an_example() -> None:
    how = b"# How to release\n\n1. Write a heading:\n\n## Version 1.2.3\n"
    assert _find({"RELEASE.md": how}) is None
    assert _find({"CHANGELOG.md": how}) == "CHANGELOG.md"


@pytest.mark.parametrize(
    ("changelog", "folder"),
    [("CHANGELOG.md", "releases"), ("docs/changelog.md", "docs/releases"), ("changelog.md", "changelog")],
)
def test_a_changelog_that_lists_versions_goes_before_a_folder_with_a_file_for_each(changelog: str, folder: str) -> None:
    files = {f"{folder}/1.{minor}.0.md": b"# 1.%d.0\n\n- x\n" % minor for minor in range(6)}
    assert _find(files | {changelog: b"# Changelog\n\n## Unreleased\n\n- Two.\n\n## 1.1.0\n\n- One.\n"}) == changelog
    assert _find(files | {changelog: b"# Changelog\n\nSee the folder.\n"}) == folder


def test_a_changelog_without_an_ending_may_be_named() -> None:
    files = {"CHANGELOG": b"# Changelog\n\n## Unreleased\n\n- Two.\n\n## 1.1.0\n\n- One.\n"}
    book = find_book(files, files, Wish(file="CHANGELOG"))
    assert isinstance(book, Changelog)
    outcome = release_changelog(book, Naming("1.2.0", date(2026, 11, 20), "v1.2.0", "v1.1.0", "https://x"))
    assert isinstance(outcome, Released)
    assert b"## 1.2.0\n\n- Two." in (outcome.changes[0].new or b"")


def test_towncrier_keeps_its_files_right_after_a_release_when_no_fragment_waits() -> None:
    settings = '[tool.towncrier]\ndirectory = "news"\nsingle_file = false\nfilename = "docs/news/{version}.rst"\n'
    files = {"pyproject.toml": settings.encode(), "docs/news/1.0.0.rst": b"x", "docs/news/1.1.0.rst": b"x"}
    book = find_book(files, files)
    assert isinstance(book, Changelog)
    assert isinstance(book.keeper, Towncrier)
    sections = '[tool.towncrier]\ndirectory = "news"\n[[tool.towncrier.section]]\nname = "Core"\npath = "core"\n[[tool.towncrier.section]]\nname = "API"\npath = "api"\n'
    files = {"pyproject.toml": sections.encode(), "news/README.md": b"x", "CHANGES.md": _LISTS}
    book = find_book(files, files)
    assert isinstance(book, Changelog)
    assert isinstance(book.keeper, Towncrier)

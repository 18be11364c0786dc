"""Which file of a project is its changelog."""

import pytest

from bot.changelog import Changelog, NoChangelog, find_changelog, read_changelog


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
        (["src/widget/CHANGELOG.md", "CHANGELOG", "changelog.d/1.md", "CHANGELOG.md/x", "news.html"], None),
        ([], None),
    ],
)
def test_the_changelog_is_found_by_its_name(tree: list[str], found: str | None) -> None:
    assert find_changelog(tree) == found
    assert find_changelog(reversed(tree)) == found


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (["CHANGELOG.md", "libs/core/CHANGES.md", "libs/core/docs/CHANGELOG.md"], "libs/core/CHANGES.md"),
        (["CHANGELOG.md", "libs/core2/CHANGELOG.md", "libs/core/src/CHANGELOG.md"], None),
    ],
)
def test_a_package_has_its_changelog_in_its_own_folder(tree: list[str], found: str | None) -> None:
    assert find_changelog(tree, "libs/core") == found


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

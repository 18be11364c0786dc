"""What an open pull request will add, as far as its files tell."""

from __future__ import annotations

import pytest

from bot.changelog import Changelog, NoChangelog, Style, Weighed, Why, find_book
from bot.changelog.changes import Level, Skipped, Source
from bot.release.preview import Untold, find_place, find_untold, is_needed, list_added, list_concerned

TEXT = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Spin.\n\n## [1.0.0] - 2026-03-02\n\n### Fixed\n\n- Names\n  are short.\n"
PLAIN = Changelog("CHANGELOG.md", TEXT)
STAMPED = Changelog("CHANGELOG.md", TEXT.replace("### Added\n\n- Spin.\n\n", ""))
TOML = b'[tool.towncrier]\ndirectory = "news"\nfilename = "NEWS.rst"\n'
FILES = {"towncrier.toml": TOML, "NEWS.rst": b"News\n====\n", "news/1.feature": b"Old.\n"}
OWN = (Weighed(None, Level.PATCH, Why(Source.DEFAULT), None, "Float"),)
KEPT_OUT = (Weighed(None, Level.PATCH, Why(Source.DEFAULT), None, "Float", Skipped.LABEL),)


def towncrier() -> Changelog:
    book = find_book(tuple(FILES), FILES)
    assert isinstance(book, Changelog)
    return book


def test_only_what_is_new_in_a_changelog_was_added() -> None:
    # The branch is from before the release: what was released since is no news.
    text = TEXT.replace("- Spin.", "- Spin.\n- Float.\n- Names are short.").encode()
    assert [one.text for one in list_added(PLAIN, {"CHANGELOG.md": text})] == ["Float."]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\n" * 200_000])
def test_a_changelog_that_cannot_be_read_adds_nothing(content: bytes) -> None:
    assert list_added(PLAIN, {"CHANGELOG.md": content}) == ()
    assert list_added(PLAIN, {}) == ()


def test_only_its_own_fragments_were_added() -> None:
    book = towncrier()
    changed = ["news/2.bugfix", "news/README.md", "newsy/3.feature", "NEWS.rst", "widget.py"]
    assert list_concerned(book, changed) == ["NEWS.rst", "news/2.bugfix"]
    assert [one.text for one in list_added(book, {"news/2.bugfix": b"New.\n", "NEWS.rst": b"x"})] == ["New."]
    assert (find_place(book), is_needed(book)) == ("news", True)


@pytest.mark.parametrize(
    ("book", "own", "added", "is_first", "why"),
    [
        (STAMPED, OWN, (), False, None),
        (STAMPED, OWN, (), True, Untold.FIRST),
        (STAMPED, KEPT_OUT, (), False, Untold.KEPT_OUT),
        (PLAIN, OWN, (), False, Untold.OTHERS_WROTE),
        (PLAIN, OWN, OWN, True, None),
        (Changelog("CHANGELOG.md", TEXT, style=Style.GENERATE), OWN, (), False, None),
        (Changelog("CHANGELOG.md", TEXT, style=Style.BY_HAND), OWN, (), False, Untold.BY_HAND),
        (towncrier(), OWN, (), False, Untold.NO_FRAGMENT),
        (NoChangelog(), OWN, (), False, None),
        (NoChangelog(), OWN, (), True, Untold.FIRST),
    ],
)
def test_why_nothing_of_it_will_be_read(
    book: Changelog | NoChangelog,
    own: tuple[Weighed, ...],
    added: tuple[Weighed, ...],
    is_first: bool,
    why: Untold | None,
) -> None:
    assert find_untold(book, own, added, is_first=is_first) is why


def test_an_entry_is_needed_only_where_people_write_them() -> None:
    assert not is_needed(PLAIN)
    assert not is_needed(NoChangelog("CHANGELOG.md", "is not UTF-8 text"))
    assert is_needed(Changelog("CHANGELOG.md", TEXT, style=Style.BY_HAND))

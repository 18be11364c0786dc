"""Stamping turns what is unreleased into a release, and changes the intended lines alone."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.changelog import (
    AlreadyStamped,
    Entry,
    NothingUnreleased,
    NoUnreleasedSection,
    Stamped,
    StampResult,
    entries,
    section,
    stamp,
)
from bot.changelog.document import Markup

CLASSIC = """\
# Changelog

All notable changes to this project are documented in this file.
The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## [Unreleased]

### Added

- Gears, see [the guide][guide].
- Wheels
  with spokes.

### Fixed

- A *squeak* ([#12]).

## [1.1.0] - 2026-01-02

### Added

- Doors.

## [1.0.0] - 2025-12-01

- First release.

[guide]: https://example.org/guide
[#12]: https://github.com/acme/widget/issues/12
[unreleased]: https://github.com/acme/widget/compare/v1.1.0...HEAD
[1.1.0]: https://github.com/acme/widget/compare/v1.0.0...v1.1.0
[1.0.0]: https://github.com/acme/widget/releases/tag/v1.0.0
"""


def release(
    text: str, version: str = "1.2.0", base: str | None = "v1.1.0", markup: Markup = Markup.MARKDOWN
) -> StampResult:
    return stamp(
        text,
        version=version,
        day=date(2026, 11, 20),
        tag=f"v{version}",
        base_tag=base,
        repository_url="https://github.com/acme/widget",
        markup=markup,
    )


def stamped(text: str, version: str = "1.2.0", base: str | None = "v1.1.0", markup: Markup = Markup.MARKDOWN) -> str:
    result = release(text, version, base, markup)
    assert isinstance(result, Stamped), result
    return result.text


def test_the_classic_form() -> None:
    result = release(CLASSIC)
    assert isinstance(result, Stamped)
    assert result.text == CLASSIC.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.2.0] - 2026-11-20\n").replace(
        "compare/v1.1.0...HEAD\n",
        "compare/v1.2.0...HEAD\n[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...v1.2.0\n",
    )
    assert result.entries == (
        Entry("Added", "Gears, see [the guide][guide]."),
        Entry("Added", "Wheels\nwith spokes."),
        Entry("Fixed", "A *squeak* ([#12])."),
    )
    assert result.notes == (
        "### Added\n\n- Gears, see [the guide][guide].\n- Wheels\n  with spokes.\n\n### Fixed\n\n- A *squeak* ([#12]).\n\n"
        "[guide]: https://example.org/guide\n[#12]: https://github.com/acme/widget/issues/12"
    )


def test_a_second_stamp_is_recognised() -> None:
    again = release(stamped(CLASSIC))
    assert isinstance(again, AlreadyStamped)
    assert again.line == 8
    assert again.notes.startswith("### Added\n\n- Gears")


def test_another_spelling_of_the_version_is_recognised_too() -> None:
    assert isinstance(release(CLASSIC, "1.1"), AlreadyStamped)


def test_the_next_release_finds_nothing_until_somebody_writes_something() -> None:
    once = stamped(CLASSIC)
    assert release(once, "1.3.0", "v1.2.0") == NothingUnreleased(6)
    twice = stamped(once.replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n"), "1.3.0", "v1.2.0")
    assert "## [Unreleased]\n\n## [1.3.0] - 2026-11-20\n\n- More.\n\n## [1.2.0] - 2026-11-20\n" in twice
    assert "[unreleased]: https://github.com/acme/widget/compare/v1.3.0...HEAD\n[1.3.0]: " in twice


@pytest.mark.parametrize(
    ("unreleased", "earlier", "heading"),
    [
        ("## [Unreleased]", "## [1.1.0] - 2026-01-02", "## [1.2.0] - 2026-11-20"),
        ("## Unreleased", "## 1.1.0 - 2026-01-02", "## 1.2.0 - 2026-11-20"),
        ("# [Unreleased]", "# [1.1.0] 2026-01-02", "# [1.2.0] 2026-11-20"),
        ("## Unreleased", "## 1.1.0 (2026-01-02)", "## 1.2.0 (2026-11-20)"),
        ("## Unreleased", "## v1.1.0", "## v1.2.0"),
        ("## Unreleased", "## [v1.1.0] - 2026-01-02", "## [v1.2.0] - 2026-11-20"),
        ("## UNRELEASED", "## Version 1.1.0, January 2, 2026", "## Version 1.2.0, November 20, 2026"),
        ("## Unreleased changes", "## Release v1.1.0 (02.01.2026)", "## Release v1.2.0 (20.11.2026)"),
        ("## Upcoming", "## 1.1.0 / 2026-01-02", "## 1.2.0 / 2026-11-20"),
        ("## Next release", "## widget 1.1.0 (2026-01-02)", "## widget 1.2.0 (2026-11-20)"),
        ("## Development version", "## 1.1.0 — 2026/01/02", "## 1.2.0 — 2026/11/20"),
        ("## [Unreleased] - ReleaseDate", "## [1.1.0] - 2026-01-02", "## [1.2.0] - 2026-11-20"),
        ("## [Unreleased]", "## [1.1.0] - 2026-01-02 [YANKED]", "## [1.2.0] - 2026-11-20"),
        ("## [Unreleased] ##", "## [1.1.0] - 2026-01-02 ##", "## [1.2.0] - 2026-11-20 ##"),
        ("## [Unreleased]", "## 1.1", "## 1.2.0"),
        ("## Dev", "## 1.1.0 (2026-01-02)", "## 1.2.0 (2026-11-20)"),
        ("## Unreleased", "## Stable 1.1.0", "## Stable 1.2.0"),
        ("## Unreleased changes in master branch", "## Version 1.1.0", "## Version 1.2.0"),
        ("## *Unreleased*", "## 1.1.0", "## 1.2.0"),
        ("Pending\n-------", "1.1.0 (2026-01-02)\n------------------", "1.2.0 (2026-11-20)\n------------------"),
        ("## [Unreleased]", "Nothing released yet.", "## [1.2.0] - 2026-11-20"),
        ("## Unreleased", "Nothing released yet.", "## 1.2.0 - 2026-11-20"),
        ("Unreleased\n----------", "1.1.0 (2026-01-02)\n------------------", "1.2.0 (2026-11-20)\n------------------"),
        ("Unreleased\n==========", "v1.1\n====", "v1.2.0\n======"),
    ],
)
def test_the_heading_takes_the_style_of_the_file(unreleased: str, earlier: str, heading: str) -> None:
    text = f"Changes\n\n{unreleased}\n\n- One.\n\n{earlier}\n\n- Old.\n"
    after = stamped(text)
    assert after == f"Changes\n\n{unreleased}\n\n{heading}\n\n- One.\n\n{earlier}\n\n- Old.\n"
    assert (section(after, "1.2.0") or "").startswith("- One.")
    assert isinstance(release(after), AlreadyStamped)


@pytest.mark.parametrize(
    ("pending", "dated"),
    [
        ("## 1.2.0 (unreleased)", "## 1.2.0 (2026-11-20)"),
        ("## [1.2.0] - Unreleased", "## [1.2.0] - 2026-11-20"),
        ("## [1.2.0] - TBD", "## [1.2.0] - 2026-11-20"),
        ("## v1.2.0 - in development", "## v1.2.0 - 2026-11-20"),
        ("## 1.3.0 (unreleased)", "## 1.2.0 (2026-11-20)"),
        ("## [1.2.0] - YYYY-MM-DD", "## [1.2.0] - 2026-11-20"),
        ("## [1.2.0] (2026-11-??)", "## [1.2.0] (2026-11-20)"),
        ("1.2 (unreleased)\n----------------", "1.2.0 (2026-11-20)\n------------------"),
    ],
)
def test_a_pending_version_gets_its_date_in_place(pending: str, dated: str) -> None:
    text = f"{pending}\n\n- One.\n\n## 1.1.0 (2026-01-02)\n\n- Old.\n"
    assert stamped(text) == f"{dated}\n\n- One.\n\n## 1.1.0 (2026-01-02)\n\n- Old.\n"
    assert isinstance(release(stamped(text)), AlreadyStamped)


def test_a_pending_version_takes_the_date_format_of_the_others() -> None:
    text = "## 1.2.0 (unreleased)\n\n- One.\n\n## 1.1.0 (January 2, 2026)\n"
    assert stamped(text).startswith("## 1.2.0 (November 20, 2026)\n")


def test_a_pending_versions_link_is_settled_on_its_tag() -> None:
    text = "## [1.2.0] - Unreleased\n\n- One.\n\n[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...main\n"
    assert stamped(text).endswith("[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...v1.2.0\n")


def test_headings_that_link_by_themselves() -> None:
    text = (
        "## [Unreleased](https://github.com/acme/widget/compare/v1.1.0...HEAD)\n\n- One.\n\n"
        "## [1.1.0](https://github.com/acme/widget/compare/v1.0.0...v1.1.0) (2026-01-02)\n"
    )
    assert stamped(text) == (
        "## [Unreleased](https://github.com/acme/widget/compare/v1.2.0...HEAD)\n\n"
        "## [1.2.0](https://github.com/acme/widget/compare/v1.1.0...v1.2.0) (2026-11-20)\n\n- One.\n\n"
        "## [1.1.0](https://github.com/acme/widget/compare/v1.0.0...v1.1.0) (2026-01-02)\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The order of the file is kept, oldest first too.
        (
            "[1.0.0]: https://x/o/r/compare/v0.9...v1.0.0\n[1.1.0]: https://x/o/r/compare/v1.0.0...v1.1.0\n[Unreleased]: https://x/o/r/compare/v1.1.0...HEAD\n",
            "[1.0.0]: https://x/o/r/compare/v0.9...v1.0.0\n[1.1.0]: https://x/o/r/compare/v1.0.0...v1.1.0\n[1.2.0]: https://x/o/r/compare/v1.1.0...v1.2.0\n[Unreleased]: https://x/o/r/compare/v1.2.0...HEAD\n",
        ),
        # Other hosts compare elsewhere.
        (
            "[Unreleased]: https://gitlab.com/o/r/-/compare/v1.1.0...main\n",
            "[Unreleased]: https://gitlab.com/o/r/-/compare/v1.2.0...main\n[1.2.0]: https://gitlab.com/o/r/-/compare/v1.1.0...v1.2.0\n",
        ),
        # What is no comparison stays.
        (
            "[Unreleased]: https://x/o/r/commits/main\n[1.1.0]: https://x/o/r/compare/v1.0.0...v1.1.0\n",
            "[Unreleased]: https://x/o/r/commits/main\n[1.2.0]: https://x/o/r/compare/v1.1.0...v1.2.0\n[1.1.0]: https://x/o/r/compare/v1.0.0...v1.1.0\n",
        ),
        # No unreleased one: above the newest.
        (
            "[1.1.0]: https://github.com/acme/widget/releases/tag/v1.1.0\n",
            "[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...v1.2.0\n[1.1.0]: https://github.com/acme/widget/releases/tag/v1.1.0\n",
        ),
        # Indentation, blanks, angle brackets and a title are kept.
        (
            " [unreleased]:\t<https://x/o/r/compare/v1.1.0...HEAD> 'now'\n",
            " [unreleased]:\t<https://x/o/r/compare/v1.2.0...HEAD> 'now'\n [1.2.0]:\t<https://x/o/r/compare/v1.1.0...v1.2.0>\n",
        ),
        # No final line end.
        (
            "[unreleased]: https://x/o/r/compare/v1.1.0...HEAD",
            "[unreleased]: https://x/o/r/compare/v1.2.0...HEAD\n[1.2.0]: https://x/o/r/compare/v1.1.0...v1.2.0",
        ),
        # A definition that is there already is not repeated.
        (
            "[unreleased]: https://x/o/r/compare/v1.1.0...HEAD\n[1.2.0]: https://x/mine\n",
            "[unreleased]: https://x/o/r/compare/v1.2.0...HEAD\n[1.2.0]: https://x/mine\n",
        ),
        # Definitions of other things alone are no style to follow.
        ("[guide]: https://x/guide\n", "[guide]: https://x/guide\n"),
        ("", ""),
    ],
)  # fmt: skip
def test_link_definitions_follow_in_the_style_of_the_file(before: str, after: str) -> None:
    head, stamp_ = "## [Unreleased]\n\n- One.\n\n", "## [Unreleased]\n\n## [1.2.0] - 2026-11-20\n\n- One.\n\n"
    assert stamped(head + before) == stamp_ + after
    assert section(stamp_ + after, "1.2.0") == "- One."


def test_the_first_release_links_to_its_tag() -> None:
    text = "## [Unreleased]\n\n- One.\n\n[unreleased]: https://github.com/acme/widget/commits/main\n"
    assert stamped(text, base=None).endswith("\n[1.2.0]: https://github.com/acme/widget/releases/tag/v1.2.0\n")


def test_the_label_is_that_of_the_heading() -> None:
    text = "## [Unreleased]\n\n- One.\n\n## [v1.1.0] - 2026-01-02\n\n[v1.1.0]: https://x/compare/v1.0.0...v1.1.0\n"
    assert "\n[v1.2.0]: https://x/compare/v1.1.0...v1.2.0\n[v1.1.0]" in stamped(text)


@pytest.mark.parametrize("prefix", ["", "v"])
def test_versions_that_are_defined_but_not_linked_in_headings_get_a_definition_too(prefix: str) -> None:
    earlier = f"[{prefix}1.1.0]: https://x/compare/v1.0.0...v1.1.0\n"
    text = f"## Unreleased\n\n- One.\n\n## 1.1.0\n\nSee [{prefix}1.1.0].\n\n{earlier}"
    assert stamped(text).endswith(f"\n[{prefix}1.2.0]: https://x/compare/v1.1.0...v1.2.0\n{earlier}")


def test_a_heading_that_links_by_itself_needs_no_definition() -> None:
    unreleased = "\n[unreleased]: https://x/compare/v1.1.0...HEAD\n"
    text = f"## [Unreleased]\n\n- One.\n\n## [1.1.0](https://x/compare/v1.0.0...v1.1.0)\n{unreleased}"
    assert stamped(text) == (
        "## [Unreleased]\n\n## [1.2.0](https://x/compare/v1.1.0...v1.2.0)\n\n- One.\n\n"
        "## [1.1.0](https://x/compare/v1.0.0...v1.1.0)\n" + unreleased.replace("v1.1.0...", "v1.2.0...")
    )


def test_a_pending_heading_that_links_by_itself_is_settled_in_place() -> None:
    unreleased = "\n[unreleased]: https://x/commits/main\n"
    text = f"## [1.2.0](https://x/compare/v1.1.0...HEAD) - TBD\n\n- One.\n{unreleased}"
    assert stamped(text) == f"## [1.2.0](https://x/compare/v1.1.0...v1.2.0) - 2026-11-20\n\n- One.\n{unreleased}"


def test_tags_are_quoted_in_links() -> None:
    text = "## [Unreleased]\n\n- One.\n\n[unreleased]: https://x/compare/a#1...HEAD\n"
    result = stamp(text, version="2", day=date(2026, 1, 1), tag="a#2", base_tag="a#1", repository_url="https://x")
    assert isinstance(result, Stamped)
    assert "compare/a%232...HEAD" in result.text
    assert "compare/a%231...a%232" in result.text


def test_distance_between_sections_is_kept() -> None:
    text = "## Unreleased\n\n- One.\n\n\n## 1.1.0\n\n- Old.\n"
    assert stamped(text) == "## Unreleased\n\n\n## 1.2.0\n\n- One.\n\n\n## 1.1.0\n\n- Old.\n"


def test_any_distance_becomes_one_or_two_blank_lines() -> None:
    assert "## Unreleased\n\n\n## 1.2.0\n" in stamped("## Unreleased\n\n- One.\n\n\n\n\n## 1.1.0\n")


def test_a_pending_versions_missing_definition_is_added_under_its_label() -> None:
    text = "## [v1.2.0] - TBD\n\n- One.\n\n[v1.1.0]: https://x/compare/v1.0.0...v1.1.0\n"
    assert "\n[v1.2.0]: https://x/compare/v1.1.0...v1.2.0\n[v1.1.0]" in stamped(text)


def test_entries_right_below_the_heading() -> None:
    assert (
        stamped("## Unreleased\n- One.\n## 1.1.0\n- Old.\n") == "## Unreleased\n\n## 1.2.0\n- One.\n## 1.1.0\n- Old.\n"
    )


def test_a_comment_for_contributors_stays_with_the_unreleased_heading() -> None:
    text = "## [Unreleased]\n<!-- Add yours\n\nbelow. -->\n\n- One.\n"
    assert stamped(text) == "## [Unreleased]\n<!-- Add yours\n\nbelow. -->\n\n## [1.2.0] - 2026-11-20\n\n- One.\n"
    assert entries(text) == (Entry(None, "One."),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # Groups that nobody filled in wait for the next release, and the comments in them with them.
            (
                "## Unreleased\n\n<!-- With the number, please. -->\n\n### Added\n\n<!-- What is new -->\n\n- One.\n- Two.\n\n"
                "### Fixed\n\n<!-- What was\n     wrong -->\n\n### Removed\n\n<!-- What went -->\n\n- Three.\n\n## 1.1.0\n\n- x\n"
            ),
            (
                "## Unreleased\n\n<!-- With the number, please. -->\n\n### Added\n\n<!-- What is new -->\n\n"
                "### Fixed\n\n<!-- What was\n     wrong -->\n\n### Removed\n\n<!-- What went -->\n\n## 1.2.0\n\n"
                "### Added\n\n- One.\n- Two.\n\n### Removed\n\n- Three.\n\n## 1.1.0\n\n- x\n"
            ),
        ),
        (
            "## Unreleased\n\n### Added\n### Changed\n- One.\n### Removed\n\n## 1.1.0\n\n- x\n",
            "## Unreleased\n\n### Added\n### Changed\n### Removed\n\n## 1.2.0\n\n### Changed\n- One.\n\n## 1.1.0\n\n- x\n",
        ),
        (  # What stands above the groups is written; the last line may be broken off.
            "## Unreleased\n\nIn short.\n\n### Added\n\n### Removed\n\n### Fixed\n\n- One.\n\n#### Deeper\n\n- Two.",
            (
                "## Unreleased\n\n### Added\n\n### Removed\n\n### Fixed\n\n"
                "## 1.2.0 - 2026-11-20\n\nIn short.\n\n### Fixed\n\n- One.\n\n#### Deeper\n\n- Two."
            ),
        ),
        (  # One alone may have been left by accident, and goes along.
            "## Unreleased\n\n### Added\n\n- One.\n\n### Removed\n\n## 1.1.0\n\n- x\n",
            "## Unreleased\n\n## 1.2.0\n\n### Added\n\n- One.\n\n### Removed\n\n## 1.1.0\n\n- x\n",
        ),
    ],
)
def test_groups_that_wait_to_be_filled_in_stay_with_the_unreleased_heading(before: str, after: str) -> None:
    assert stamped(before) == after
    assert stamped(before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")
    assert entries(after) == ()
    more = release(after, "1.3.0")
    assert isinstance(more, NothingUnreleased)


@pytest.mark.parametrize(
    "below",
    [
        # What reads like an entry is no group that waits, and is released.
        "### Widgets can be spun (#12)\n\n### Dropped Python 3.8 (#13)\n\n### Faster parser (#14)\n\nIt takes half.\n\n",
        # Groups of groups, and definitions among them, are left as they are.
        "### Core\n\n#### Added\n\n#### Fixed\n\n- One\n\n### Added\n\n### Fixed\n\n- x\n\n",
        "[x]: https://x/y\n\n### Added\n\n### Changed\n\n- One.\n\n### Removed\n\n",
    ],
)
def test_what_is_no_outline_is_released_as_a_whole(below: str) -> None:
    rest = "## 1.1.0\n\n### Colours (#3)\n\n### Shapes\n\nNew.\n"
    assert stamped(f"## Unreleased\n\n{below}{rest}") == f"## Unreleased\n\n## 1.2.0\n\n{below}{rest}"


def test_a_definition_within_the_section_moves_where_it_stands() -> None:
    url = "https://x/compare/v1.1.0...HEAD"
    text = f"## [Unreleased]\n\n[Unreleased]: {url}\n\n### Added\n\n### Changed\n\n- One.\n\n### Removed\n\n## [1.1.0]\n\n- x\n"
    after = stamped(text)
    assert "[Unreleased]: https://x/compare/v1.2.0...HEAD\n" in after
    assert url not in after
    assert after.count("- One.") == after.count("### Changed") == 1


def test_an_outline_keeps_every_line_end_and_what_stands_behind_a_comment() -> None:
    entry = "<!-- #12 --> - One.\r\n- Two.\n"
    text = f"## Unreleased\r\n\r\n### Added\n\n{entry}\n### Fixed\n\n### Security\n\n## 1.1.0\n\n- x\n"
    assert stamped(text) == (
        "## Unreleased\r\n\r\n### Added\n\n### Fixed\n\n### Security\n\r\n## 1.2.0\r\n\r\n"
        f"### Added\n\n{entry}\n## 1.1.0\n\n- x\n"
    )


def test_an_outline_of_restructured_text_keeps_its_headings_apart() -> None:
    text = (
        "Unreleased\n----------\n\nAdded\n~~~~~\n\n.. What is new\n\n- One.\n\nFixed\n~~~~~\n\n"
        "1.1.0\n-----\n\nAdded\n~~~~~\n\n- x\n\nFixed\n~~~~~\n\n- y\n"
    )
    assert stamped(text, markup=Markup.RESTRUCTURED).startswith(
        "Unreleased\n----------\n\nAdded\n~~~~~\n\n.. What is new\n\nFixed\n~~~~~\n\n"
        "1.2.0\n-----\n\nAdded\n~~~~~\n\n- One.\n\n1.1.0\n-----\n"
    )


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("## [Unreleased]\n\n## [2.0.0] - TBD\n\n- Drop all.\n\n## [1.1.0] - 2026-01-01\n\n- x\n", "1.1.1"),
        ("## Unreleased\n\n## 2.0.0\n\n- x\n\n## 1.2.0 (unreleased)\n\n- y\n", "1.2.0"),
    ],
)
def test_a_version_that_is_planned_is_not_released_under_another_number(text: str, version: str) -> None:
    assert isinstance(release(text, version), NothingUnreleased)


def test_a_group_that_is_in_progress_is_no_version_on_its_way() -> None:
    text = "## Unreleased\n\n### API\n\n#### 2.0 (in progress)\n\n- part\n\n## 1.1.0\n\n- x\n"
    assert isinstance(release(text), NothingUnreleased)
    more = text.replace("### API\n", "### API\n\n- One.\n")
    assert stamped(more) == more.replace("## Unreleased\n", "## Unreleased\n\n## 1.2.0\n")


def test_what_people_wrote_above_an_empty_version_is_released_with_it() -> None:
    text = "## [Unreleased]\n\n- Fix A.\n\n## [1.2.0] - Unreleased\n\n## [1.1.0] - 2026-01-01\n\n- x\n"
    assert "## [1.2.0] - 2026-11-20\n\n- Fix A.\n" in stamped(text)


@pytest.mark.parametrize("title", ["# Dev\n\nIn short.", "# Pending\n\nIn short.", "## Dev\n\n### 1.0.0\n\n- y"])
def test_a_title_is_not_what_is_unreleased(title: str) -> None:
    assert isinstance(release(f"{title}\n\n### 1.1.0\n\n- x\n"), NoUnreleasedSection)


def test_a_version_on_its_way_below_the_unreleased_heading_is_the_one_that_is_released() -> None:
    pending = "## [Unreleased]\n\n## [1.2.0] - Unreleased\n\n- One.\n\n## [1.1.0] - 2026-01-02\n\n- x\n"
    dated = pending.replace("[1.2.0] - Unreleased", "[1.2.0] - 2026-11-20")
    assert entries(pending) == (Entry(None, "One."),)
    assert stamped(pending) == dated
    links = "\n[unreleased]: https://x/compare/v1.1.0...HEAD\n[1.2.0]: https://x/compare/v1.1.0...HEAD\n"
    settled = "\n[unreleased]: https://x/compare/v1.2.0...HEAD\n[1.2.0]: https://x/compare/v1.1.0...v1.2.0\n"
    assert stamped(pending + links) == dated + settled
    more = pending.replace("## [Unreleased]\n", "## [Unreleased]\n\n- Later.\n")
    assert stamped(more) == more.replace("[1.2.0] - Unreleased", "[1.2.0] - 2026-11-20")
    assert entries(more) == (Entry(None, "Later."),)
    assert "## [1.3.0] - 2026-11-20\n\n- Later.\n" in stamped(more, "1.3.0")


@pytest.mark.parametrize("markup", [Markup.RESTRUCTURED, Markup.MARKDOWN])
def test_versions_in_bold_letters_count_where_none_has_a_heading(markup: Markup) -> None:
    title = "Version history\n===============\n\nThis **library** follows\n\n**semantic versioning**\n\n"
    below = "- One.\n\n  **2.0.0**\n- Two, **1.5.0** and\n**9.9.9**\n\n**1.1.0**\n\n- Old.\n"
    text = f"{title}**UNRELEASED**\n\n{below}"
    result = release(text, markup=markup)
    assert isinstance(result, Stamped)
    assert result.text == f"{title}**UNRELEASED**\n\n**1.2.0**\n\n{below}"
    assert section(result.text, "1.1.0", markup) == "- Old."
    assert "Two" in (section(result.text, "1.2.0", markup) or "")
    headed = text.replace("**1.1.0**", "1.1.0 (2026-01-02)\n------------------")
    other = release(headed, markup=markup)
    assert isinstance(other, NoUnreleasedSection)


@pytest.mark.parametrize(
    "text",
    [
        "# Changelog\n\n**Unreleased**\n\n### Added\n\n- people wrote\n\n**1.1.0**\n\n### Added\n\n- a\n",
        "# My changes\n\nIntro\n\n**Upcoming**\n\nWe plan x.\n\n## Version One (first)\n\n- x\n",
        "# Notes\n\n**2.0**\n\nis the version of HTTP.\n\n## Migration\n\n- x\n",
        "## March 2024\n\n**1.1.0**\n\n- a\n\n## January 2024\n\n**1.0.0**\n\n- b\n",
        "# Changelog\n\n**Unreleased**\n\n- alone\n",
    ],
)
def test_bold_letters_among_headings_are_none(text: str) -> None:
    assert isinstance(release(text), NoUnreleasedSection)


def test_a_bold_heading_stands_alone() -> None:
    text = "# Changelog\n\n**Unreleased**\n\n<!-- add below -->\n- people wrote\n\n**1.1.0**\n\n- a\n"
    after = stamped(text)
    assert "<!-- add below -->\n\n**1.2.0**\n\n- people wrote\n" in after
    assert isinstance(release(after), AlreadyStamped)


@pytest.mark.parametrize("markup", [Markup.RESTRUCTURED, Markup.MARKDOWN])
def test_versions_on_lines_of_their_own_count_in_a_text_without_headings(markup: Markup) -> None:
    text = "1.2.0\n - enh: more\n - fix: less\n1.1.0 (2026-01-02)\n - old\n   1.0.5\n1.0\n- first\n"
    assert section(text, "1.2.0", markup) == " - enh: more\n - fix: less"
    assert isinstance(release(text, markup=markup), AlreadyStamped)
    assert section(text, "1.0.5", markup) is None
    assert section("1.2.0\n - enh: more\n", "1.2.0", markup) is None
    assert section(f"# Notes\n\n{text}", "1.2.0", Markup.MARKDOWN) is None


def test_the_number_of_an_issue_is_no_version_that_is_linked() -> None:
    text = "Unreleased\n----------\n\n- One.\n\n1.1.0 (2026-01-02)\n------------------\n\n- x\n\n.. _88054: https://x/88054\n"
    result = stamped(text, markup=Markup.RESTRUCTURED)
    assert "_1.2.0:" not in result
    assert "1.2.0 (2026-11-20)\n------------------\n" in result


@pytest.mark.parametrize("dots", [".", "-", "_"])
def test_names_to_link_by_follow_whatever_stands_for_the_dots(dots: str) -> None:
    text = ("Unreleased\n----------\n\n- One.\n\n.. _changes_1.1.0:\n\nVersion 1.1.0\n-------------\n\n- x\n").replace(
        "_1.1.0:", f"_1{dots}1{dots}0:"
    )
    assert f".. _changes_1{dots}2{dots}0:\n\nVersion 1.2.0\n-------------\n" in stamped(
        text, markup=Markup.RESTRUCTURED
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_are_kept(newline: str, bom: str) -> None:
    before, after = (bom + text.replace("\n", newline) for text in (CLASSIC, stamped(CLASSIC)))
    assert stamped(before) == after
    assert section(after, "1.2.0") == section(stamped(CLASSIC), "1.2.0")


@pytest.mark.parametrize(
    "decoy",
    [
        "```\n## [Unreleased]\n\n- In code.\n```\n",
        "~~~~\n## 1.2.0\n~~~~\n",
        "<!--\n## [Unreleased]\n\n## [1.2.0]\n-->\n",
        "    ## [1.2.0]\n",
        "Say `## [1.2.0]` here.\n",
        "- `<!--` opens a comment.\n",
        "> ## [1.2.0]\n",
    ],
)
def test_what_only_looks_like_a_heading_is_left_alone(decoy: str) -> None:
    text = f"# Changes\n\n{decoy}\n## [Unreleased]\n\n- One.\n\n{decoy}\n## [1.1.0] - 2026-01-02\n"
    expected = f"# Changes\n\n{decoy}\n## [Unreleased]\n\n## [1.2.0] - 2026-11-20\n\n- One.\n\n{decoy}\n## [1.1.0] - 2026-01-02\n"
    assert stamped(text) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "### Added\n\n### Fixed\n",
        "<!-- nothing -->\n",
        "Nothing yet.\n",
        "- _No changes yet._\n",
        "### Added\n\n- N/A\n",
    ],
)
def test_without_entries_there_is_nothing_to_stamp(body: str) -> None:
    text = f"# Changes\n\n## [Unreleased]\n\n{body}\n## [1.1.0] - 2026-01-02\n\n- Old.\n"
    assert entries(text) == ()
    assert release(text) == NothingUnreleased(3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Changelog\n",
        "# Changelog\n\n## [1.1.0] - 2026-01-02\n\n- Old.\n",
        "## 1.1.0\n\n### Unreleased\n\n- x\n",
        "Unreleased\n\n- x\n",
        "\ufeff",
        "\x00",
        "[unreleased]: https://x/compare/a...HEAD",
    ],
)
def test_without_an_unreleased_section_nothing_is_touched(text: str) -> None:
    assert entries(text) == ()
    assert release(text) == NoUnreleasedSection()


def test_unreleased_headings_below_the_top_of_a_section_do_not_end_it_early() -> None:
    text = "## [Unreleased]\n\n### Python 3.12\n\n- One.\n\n### 3.12\n\n- Two.\n\n## [1.1.0] - 2026-01-02\n"
    assert [entry.text for entry in entries(text)] == ["One.", "Two."]


def test_versions_on_changing_levels_end_a_section() -> None:
    text = "# [1.1.0](https://x) (2026-01-02)\n\n- New.\n\n## [1.0.1](https://x) (2026-01-01)\n\n- Fix.\n"
    assert section(text, "1.1.0") == "- New."
    assert section(text, "1.0.1") == "- Fix."


def test_a_section_is_rendered_without_empty_groups_comments_and_far_blanks() -> None:
    text = "## 1.0\n\n<!-- c -->\n\n### Added\n\n### Changed\n\n- One.\n\n\n\n#### Deep\n\n### Removed\n\n## 0.9\n"
    assert section(text, "1.0") == "### Changed\n\n- One."


def test_code_in_notes_keeps_its_blank_lines() -> None:
    text = "## 1.0\n\n- One.\n\n  ```python\n  a\n\n\n\n  # b\n  ```\n"
    assert section(text, "1.0") == "- One.\n\n  ```python\n  a\n\n\n\n  # b\n  ```"


def test_a_section_that_is_not_there_is_none_and_an_empty_one_is_empty() -> None:
    assert section(CLASSIC, "9.9") is None
    assert section(CLASSIC, "Changelog") is None
    assert section("## 1.0\n\n### Added\n\n## 0.9\n\n- x\n", "1.0") == ""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("- a\n- b\n", ["a", "b"]),
        ("* a\n\n* b\n", ["a", "b"]),
        ("1. a\n2) b\n", ["a", "b"]),
        ("- a\n  - nested\n- b\n", ["a\n- nested", "b"]),
        ("-   a\n    more\n\n    and more\n- b\n", ["a\nmore\n\nand more", "b"]),
        ("- a\nlazy\n- b\n", ["a\nlazy", "b"]),
        ("A paragraph\nof two lines.\n\nAnother.\n", ["A paragraph\nof two lines.", "Another."]),
        ("Intro:\n- a\n", ["Intro:", "a"]),
        ("- a\n  ```\n  - code\n\n  # code\n  ```\n- b\n", ["a\n```\n- code\n\n# code\n```", "b"]),
        ("- a\n\t- nested\n", ["a\n  - nested"]),
        ("   Indented words.\n", ["Indented words."]),
        ("```\n  x = 1\n```\n", ["```\n  x = 1\n```"]),
        ("- **None** of it\n- None.\n", ["**None** of it"]),
    ],
)
def test_entries_are_bullets_with_all_that_belongs_to_them_or_paragraphs(body: str, found: list[str]) -> None:
    assert [entry.text for entry in entries(f"## Unreleased\n\n{body}\n## 1.0\n\n- old\n")] == found


def test_entries_know_their_group() -> None:
    text = "## Unreleased\n\n- a\n\n### Added\n\n- b\n\nFixed\n-----\n"
    assert entries(text) == (Entry(None, "a"), Entry("Added", "b"))


bullets = st.lists(
    st.sampled_from(
        [
            "- A change.",
            "- Two\n  lines.",
            "### Added",
            "",
            "```\n## [9.9.9]\n```",
            "Some words.",
            "- [x]: no link",
            "  - deep",
        ]
    ),
    max_size=6,
)
styles = st.sampled_from(["## [{}] - 2026-01-02", "## v{}", "# {} (January 2, 2026)", "{} (2026-01-02)\n----------"])


@given(bullets, styles, st.booleans(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_stamping_only_inserts_and_reads_back(
    body: list[str], style: str, links: bool, newline: str, final: bool
) -> None:
    lines = ["# Changes", "", "## [Unreleased]", "", *body, "", style.format("1.1.0"), "", "- Old.", ""]
    lines += (
        ["[unreleased]: https://x/compare/v1.1.0...HEAD", "[1.1.0]: https://x/compare/v1.0.0...v1.1.0"] if links else []
    )
    text = "\n".join(lines).replace("\n", newline) + (newline if final else "")
    result, listed = release(text), entries(text)
    if not listed:
        assert result == NothingUnreleased(3)
        return
    assert isinstance(result, Stamped)
    assert result.entries == listed
    assert entries(result.text) == ()
    assert section(result.text, "1.2.0") == result.notes
    assert isinstance(release(result.text), AlreadyStamped)
    after = iter(result.text.replace("v1.2.0...HEAD", "v1.1.0...HEAD").splitlines(keepends=True))
    # An outline of empty groups stays above, so that the headings of groups may stand in another place.
    untouched = [line for line in text.splitlines(keepends=True) if line.strip() and line.strip() != "### Added"]
    assert all(any(line.rstrip() == other.rstrip() for other in after) for line in untouched)
    assert result.text.count("### Added") >= text.count("### Added")
    assert ("\r\n" in result.text) is (newline == "\r\n")
    assert "\n" not in result.text.replace(newline, "")


@given(
    st.sampled_from(["", "## [Unreleased]\n\n- One.\n", "1.2.0 - TBD\n===\n\nx\n"]),
    st.text("#[]()-v1.20 \n`<!->unreleasd:*=", max_size=120),
)
def test_no_text_makes_it_stumble(head: str, text: str) -> None:
    result = release(head + text)
    if isinstance(result, Stamped):
        assert isinstance(release(result.text), AlreadyStamped)


@pytest.mark.parametrize(
    "filler",
    [
        "- x\n",
        "### Added\n\n",
        "## 1.",
        "[a]: b\n",
        "a\n-\n\n",
        "# [",
        "```\n",
        "- " * 50 + "\n",
        " \n",
        "## [0.1](",
        "x" * 99,
        "<!--\n",
        "\n**1.0**\n\n",
        "# Dev\n",
        "### Pending\n## Dev\n",
        "1.0.0\n- x\n",
        "\n**UNRELEASED**\n\n",
    ],
)
def test_hostile_files_take_time_in_proportion(filler: str) -> None:
    text = "## [Unreleased]\n\n- One.\n" + filler * (300_000 // len(filler))
    started = time.process_time()
    release(text)
    assert time.process_time() - started < 20

"""The section of a maintenance release comes into the other branch's changelog, and nothing else changes."""

from __future__ import annotations

import difflib

import pytest

from bot.changelog import carry, section, stamp
from bot.changelog.document import Markup

MD = Markup.MARKDOWN
SOURCE = """\
# Changelog

## [Unreleased]

## [1.1.3] - 2026-11-20

### Fixed

- A widget that was turned twice.

## [1.1.2] - 2026-10-01

- Older.

[Unreleased]: https://github.com/acme/widget/compare/v1.1.3...1.1.x
[1.1.3]: https://github.com/acme/widget/compare/v1.1.2...v1.1.3
[1.1.2]: https://github.com/acme/widget/compare/v1.1.1...v1.1.2
"""
TARGET = """\
# Changelog

## [Unreleased]

- Not out yet.

## [1.2.0] - 2026-11-01

- New.

## [1.1.2] - 2026-10-01

- Older.

[Unreleased]: https://github.com/acme/widget/compare/v1.2.0...HEAD
[1.2.0]: https://github.com/acme/widget/compare/v1.1.2...v1.2.0
[1.1.2]: https://github.com/acme/widget/compare/v1.1.1...v1.1.2
"""


def added(before: str, after: str | None) -> list[str]:
    """The lines that came in; nothing went away."""
    assert after is not None
    found = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert not [line for line in found if line.startswith("- ")]
    return [line[2:] for line in found if line.startswith("+ ")]


def test_it_stands_between_its_neighbours_with_its_link() -> None:
    after = carry(SOURCE, TARGET, "1.1.3", MD)
    assert added(TARGET, after) == [
        "## [1.1.3] - 2026-11-20",
        "",
        "### Fixed",
        "",
        "- A widget that was turned twice.",
        "",
        "[1.1.3]: https://github.com/acme/widget/compare/v1.1.2...v1.1.3",
    ]
    assert after is not None
    assert after.index("## [1.2.0]") < after.index("## [1.1.3]") < after.index("## [1.1.2]")
    assert after.index("\n[1.2.0]:") < after.index("\n[1.1.3]:") < after.index("\n[1.1.2]:")
    assert section(after, "1.1.3") == section(SOURCE, "1.1.3")


def test_a_second_time_changes_nothing() -> None:
    after = carry(SOURCE, TARGET, "1.1.3", MD)
    assert after is not None
    assert carry(SOURCE, after, "v1.1.3.0", MD) is None
    assert carry(SOURCE, TARGET, "1.1.9", MD) is None
    assert carry(SOURCE, TARGET, "no version", MD) is None


def test_below_all_others_when_it_is_the_oldest() -> None:
    target = "# Changelog\n\n## 2.0\n\n- Two.\n"
    after = carry("# Changelog\n\n## 1.5\n\n- Mended.\n", target, "1.5", MD)
    assert after == "# Changelog\n\n## 2.0\n\n- Two.\n\n## 1.5\n\n- Mended.\n"


def test_above_all_others_where_the_newest_version_is_lower() -> None:
    target = "# Changelog\n\n## Unreleased\n\n- Soon.\n\n## 1.0\n\n- One.\n"
    after = carry("# Changelog\n\n## 1.0.1\n\n- Mended.\n\n## 1.0\n\n- One.\n", target, "1.0.1", MD)
    assert added(target, after) == ["## 1.0.1", "", "- Mended.", ""]
    assert after is not None
    assert after.index("Soon") < after.index("1.0.1") < after.index("## 1.0\n")


def test_in_a_file_that_begins_with_the_oldest() -> None:
    target = "# History\n\n## 1.0.0\n\n- One.\n\n## 2.0.0\n\n- Two.\n"
    after = carry("# History\n\n## 1.0.0\n\n- One.\n\n## 1.0.1\n\n- Mended.\n", target, "1.0.1", MD)
    assert after is not None
    assert after.index("## 1.0.0") < after.index("## 1.0.1") < after.index("## 2.0.0")


def test_a_changelog_without_any_version_is_left_alone() -> None:
    assert carry(SOURCE, "# Changelog\n\nSee the releases.\n", "1.1.3", MD) is None


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_the_line_ends_are_those_of_the_target(newline: str) -> None:
    target = TARGET.replace("\n", newline)
    after = carry(SOURCE, target, "1.1.3", MD)
    assert after is not None
    assert after.count("\n") == after.count(newline)


def test_in_restructured_text() -> None:
    source = "Changes\n=======\n\n1.1.3 (2026-11-20)\n------------------\n\n* Mended.\n\n1.1.2 (2026-10-01)\n------------------\n\n* Older.\n"
    target = "Changes\n=======\n\n1.2.0 (2026-11-01)\n------------------\n\n* New.\n\n1.1.2 (2026-10-01)\n------------------\n\n* Older.\n"
    after = carry(source, target, "1.1.3", Markup.RESTRUCTURED)
    assert added(target, after) == ["1.1.3 (2026-11-20)", "------------------", "", "* Mended.", ""]


def test_the_next_release_by_hand_or_by_us_goes_on_from_there() -> None:
    from datetime import date  # noqa: PLC0415

    after = carry(SOURCE, TARGET, "1.1.3", MD)
    assert after is not None
    stamped = stamp(
        after,
        version="1.3.0",
        day=date(2026, 12, 1),
        tag="v1.3.0",
        base_tag="v1.2.0",
        repository_url="https://github.com/acme/widget",
    )
    assert "## [1.3.0] - 2026-12-01" in getattr(stamped, "text", "")

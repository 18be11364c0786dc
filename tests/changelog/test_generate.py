"""A section made of what was merged looks like the file's other sections, and changes nothing beside it."""

import difflib
import importlib
import io
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.changelog import AlreadyStamped, NothingUnreleased, NoUnreleasedSection, Stamped, StampResult
from bot.changelog.document import Markup
from bot.changelog.generate import find_unmentioned, list_entries_of
from bot.changelog.keepachangelog import section, stamp
from bot.changelog.reading import read_document
from bot.changelog.results import Listed
from bot.changelog.weigh import weigh
from tests.changelog.test_weigh import change

MD, RST = Markup.MARKDOWN, Markup.RESTRUCTURED
WHEELS = Listed("Added", "Wheels", 41)
DOORS = Listed("Fixed", "Doors close", 42)
REST = Listed(None, "Tidy", None)
ALL = (WHEELS, DOORS, REST)


def release(
    text: str,
    listed: tuple[Listed, ...] = ALL,
    markup: Markup = MD,
    version: str = "1.2.0",
    base: str | None = "v1.1.0",
) -> StampResult:
    return stamp(
        text,
        version=version,
        day=date(2026, 11, 26),
        tag=f"v{version}",
        base_tag=base,
        repository_url="https://github.com/acme/widget",
        markup=markup,
        listed=listed,
    )


def added(text: str, listed: tuple[Listed, ...] = ALL, markup: Markup = MD) -> str:
    """What comes in; nothing may go, but what ``removed`` shows."""
    return "".join(line[2:] for line in compare(text, listed, markup) if line.startswith("+ ")).strip("\n")


def removed(text: str, listed: tuple[Listed, ...] = ALL, markup: Markup = MD) -> str:
    return "".join(line[2:] for line in compare(text, listed, markup) if line.startswith("- ")).strip("\n")


def compare(text: str, listed: tuple[Listed, ...], markup: Markup) -> list[str]:
    result = release(text, listed, markup)
    assert isinstance(result, Stamped)
    assert result.generated
    assert isinstance(release(result.text, listed, markup), AlreadyStamped)
    return list(difflib.ndiff(text.splitlines(keepends=True), result.text.splitlines(keepends=True)))


CLASSIC = """\
# Changelog

## [Unreleased]

## [1.1.0] - 2026-01-02

### Added

- Doors (#3).

### Fixed

- A squeak (#2).

[Unreleased]: https://github.com/acme/widget/compare/v1.1.0...HEAD
[1.1.0]: https://github.com/acme/widget/compare/v1.0.0...v1.1.0
"""


def test_keep_a_changelog_should_get_its_groups_and_links() -> None:
    assert (
        added(CLASSIC)
        == """\
## [1.2.0] - 2026-11-26

### Added

- Wheels (#41)

### Fixed

- Doors close (#42)

### Changed

- Tidy
[Unreleased]: https://github.com/acme/widget/compare/v1.2.0...HEAD
[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...v1.2.0"""
    )
    assert removed(CLASSIC) == "[Unreleased]: https://github.com/acme/widget/compare/v1.1.0...HEAD"


def test_what_people_wrote_should_stay_as_it_is_and_what_they_left_out_be_told() -> None:
    text = CLASSIC.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- Round wheels (#41).\n")
    result = release(text)
    assert isinstance(result, Stamped)
    assert (result.generated, result.unmentioned) == (False, (DOORS, REST))
    assert "Doors close" not in result.text
    assert result.notes == "### Added\n\n- Round wheels (#41)."


def test_a_file_without_unreleased_changes_should_get_the_section_above_the_newest() -> None:
    text = CLASSIC.replace("## [Unreleased]\n\n", "").replace(
        "[Unreleased]: https://github.com/acme/widget/compare/v1.1.0...HEAD\n", ""
    )
    assert removed(text) == ""
    assert added(text).startswith("## [1.2.0] - 2026-11-26\n\n### Added\n")
    assert added(text).endswith("[1.2.0]: https://github.com/acme/widget/compare/v1.1.0...v1.2.0")


def test_empty_groups_of_a_template_should_stay_above() -> None:
    text = CLASSIC.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n### Fixed\n")
    result = release(text)
    assert isinstance(result, Stamped)
    head, _, _ = result.text.partition("## [1.2.0]")
    assert head.endswith("## [Unreleased]\n\n### Added\n\n### Fixed\n\n")


FLAT = """\
# History

## v1.1 (Jan 2, 2026)
* Doors by @ada in https://github.com/acme/widget/pull/3
* Bars by @ada in https://github.com/acme/widget/pull/4
* Locks

## v1.0 (Dec 1, 2025)
* All
"""


def test_a_flat_list_should_stay_flat_with_its_bullets_and_date() -> None:
    assert added(FLAT) == "## v1.2.0 (Nov 26, 2026)\n* Wheels\n* Doors close\n* Tidy"
    assert removed(FLAT) == ""


SETEXT = """\
Changes
=======

1.1.0 / 2026-01-02
------------------

 - Doors. [#3]
 - Bars. [#4]

1.0.0 / 2025-01-02
------------------

 - All. [#1]

[#1]: https://github.com/acme/widget/pull/1
"""


def test_underlined_headings_and_labelled_numbers_should_be_followed() -> None:
    assert (
        added(SETEXT, (WHEELS,))
        == """\
1.2.0 / 2026-11-26
------------------

 - Wheels [#41]

[#41]: https://github.com/acme/widget/pull/41"""
    )


LINKED = """\
# Changelog

## [1.1.0](https://github.com/acme/widget/compare/v1.0.0...v1.1.0) (2026-01-02)


### Features

* doors ([#3](https://github.com/acme/widget/issues/3))


### Bug Fixes

* squeak ([#2](https://github.com/acme/widget/issues/2))

## [1.0.0](https://github.com/acme/widget/releases/tag/v1.0.0) (2025-01-02)


### Features

* all ([#1](https://github.com/acme/widget/issues/1))
"""


def test_the_form_of_release_please_should_go_on_after_a_project_moved() -> None:
    assert (
        added(LINKED, (WHEELS, DOORS))
        == """\
## [1.2.0](https://github.com/acme/widget/compare/v1.1.0...v1.2.0) (2026-11-26)


### Features

* Wheels ([#41](https://github.com/acme/widget/pull/41))


### Bug Fixes

* Doors close ([#42](https://github.com/acme/widget/pull/42))"""
    )


def test_the_oldest_first_should_get_the_newest_last() -> None:
    text = "# Changes\n\n## 1.0.0\n\n- All\n\n## 1.1.0\n\n- Doors\n"
    assert added(text, (WHEELS,)) == "## 1.2.0\n\n- Wheels (#41)"
    assert added(text.rstrip("\n"), (WHEELS,)).endswith("## 1.2.0\n\n- Wheels (#41)")


def test_line_ends_should_be_kept() -> None:
    text = "\ufeff" + CLASSIC.replace("\n", "\r\n")
    result = release(text)
    assert isinstance(result, Stamped)
    assert result.text.count("\n") == result.text.count("\r\n")
    assert result.text.startswith("\ufeff# Changelog\r\n")


PENDING = "# Changes\n\n## 1.2.0 (unreleased)\n\n- Nothing yet.\n\n## 1.1.0 (2026-01-02)\n\n- Doors (#3)\n"


def test_a_pending_version_without_changes_should_be_filled_and_dated() -> None:
    text = PENDING.replace("- Nothing yet.\n\n", "")
    assert added(text, (WHEELS,)) == "## 1.2.0 (2026-11-26)\n\n- Wheels (#41)"
    assert removed(text, (WHEELS,)) == "## 1.2.0 (unreleased)"


def test_a_title_alone_should_be_the_beginning() -> None:
    assert added("# Changelog\n", (WHEELS,)) == "## 1.2.0 - 2026-11-26\n\n### Added\n\n- Wheels (#41)"
    rst = "Changelog\n=========\n"
    assert added(rst, (WHEELS,), RST) == "1.2.0 - 2026-11-26\n------------------\n\nAdded\n~~~~~\n\n- Wheels (#41)"


@pytest.mark.parametrize("text", ["See the website.\n", "# Changes\n\n## Then\n\nThings.\n\n## Now\n\nMore.\n", ""])
def test_a_file_of_another_form_should_be_left(text: str) -> None:
    assert isinstance(release(text), NoUnreleasedSection)


def test_nothing_to_list_should_change_nothing() -> None:
    assert isinstance(release(CLASSIC, ()), NothingUnreleased)
    assert isinstance(release(FLAT, ()), NoUnreleasedSection)


PALLETS = """\
.. currentmodule:: widget

Version 1.2.0
-------------

Unreleased

Version 1.1.0
-------------

Released 2026-01-02

-   Doors can be opened from the inside as well as from the outside, which is
    what people expect. :pr:`3`
-   Bars. :issue:`4`


Version 1.0.0
-------------

Released 2025-01-02

-   All.
"""

DATED = PALLETS.replace("Version 1.2.0\n-------------\n\nUnreleased\n\n", "")

HISTORY = """\
.. :changelog:

Release history
===============

.. _v1.1.0:

1.1.0 (2026-01-02)
++++++++++++++++++

**Bugfixes**

* Doors (`#3 <https://github.com/acme/widget/issues/3>`_)

**Features**

* Bars (`#4 <https://github.com/acme/widget/issues/4>`_)

1.0.0 (2025-01-02)
++++++++++++++++++

* All
"""

OVERLINED = """\
=========
Changelog
=========

v1.1.0, 2026-01-02
==================

Fixed
-----

* Doors.
  Really.

* Bars.

* Locks.

v1.0.0, 2025-01-02
==================

* All.
"""

RST_LINKS = """\
Changelog
=========

`Unreleased`_
-------------

`1.1.0`_ - 2026-01-02
---------------------

Added
~~~~~

- Doors (#3)

.. _Unreleased: https://github.com/acme/widget/compare/v1.1.0...HEAD
.. _1.1.0: https://github.com/acme/widget/compare/v1.0.0...v1.1.0
"""


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (PALLETS, "Released 2026-11-26\n\n-   Wheels :pr:`41`\n-   Doors close :pr:`42`\n-   Tidy\n"),
        (
            DATED,
            (
                "Version 1.2.0\n-------------\n\nReleased 2026-11-26\n\n"
                "-   Wheels :pr:`41`\n-   Doors close :pr:`42`\n-   Tidy\n\n"
            ),
        ),
        (
            HISTORY,
            (
                ".. _v1.2.0:\n\n1.2.0 (2026-11-26)\n++++++++++++++++++\n\n"
                "**Bugfixes**\n\n* Doors close (`#42 <https://github.com/acme/widget/pull/42>`__)\n\n"
                "**Features**\n\n* Wheels (`#41 <https://github.com/acme/widget/pull/41>`__)\n\n**Changed**\n\n* Tidy\n\n"
            ),
        ),
        (
            OVERLINED,
            (
                "v1.2.0, 2026-11-26\n==================\n\nFixed\n-----\n\n* Doors close\n\nAdded\n-----\n\n* Wheels\n\n"
                "Changed\n-------\n\n* Tidy\n\n"
            ),
        ),
        (
            RST_LINKS,
            (
                "`1.2.0`_ - 2026-11-26\n---------------------\n\nAdded\n~~~~~\n\n- Wheels (#41)\n\nChanged\n~~~~~~~\n\n- Tidy\n\n"
                "Fixed\n~~~~~\n\n- Doors close (#42)\n\n"
                ".. _Unreleased: https://github.com/acme/widget/compare/v1.2.0...HEAD\n"
                ".. _1.2.0: https://github.com/acme/widget/compare/v1.1.0...v1.2.0\n"
            ),
        ),
    ],
    ids=["pending by a line", "dated by a line", "bold groups", "overlined", "links"],
)
def test_restructured_text_should_get_a_section_like_its_others(text: str, new: str) -> None:
    got = added(text, ALL, RST)
    assert sorted(filter(None, got.splitlines())) == sorted(filter(None, new.splitlines()))
    gone = removed(text, ALL, RST)
    assert gone in ("", "Unreleased", ".. _Unreleased: https://github.com/acme/widget/compare/v1.1.0...HEAD")
    result = release(text, ALL, RST)
    assert isinstance(result, Stamped)
    assert find_rst_problems(result.text) == find_rst_problems(text)


def find_rst_problems(text: str) -> list[str]:
    """What docutils says of ``text``; roles and directives of Sphinx apart."""
    core = importlib.import_module("docutils.core")
    said = io.StringIO()
    settings_ = {"warning_stream": said, "report_level": 2, "halt_level": 5, "file_insertion_enabled": False}
    core.publish_doctree(text, settings_overrides=settings_)
    lines = [line.partition(") ")[2] for line in said.getvalue().splitlines() if line.startswith("<string>")]
    return [line for line in lines if "Unknown interpreted" not in line and "No role entry" not in line]


def test_an_unreleased_section_in_restructured_text_should_be_stamped() -> None:
    text = RST_LINKS.replace(
        "-------------\n\n`1.1", "-------------\n\nAdded\n~~~~~\n\n- Wheels, see :func:`~a.b`\n\n`1.1", 1
    )
    result = release(text, (), RST)
    assert isinstance(result, Stamped)
    assert "`Unreleased`_\n-------------\n\n`1.2.0`_ - 2026-11-26\n---------------------\n\nAdded\n" in result.text
    assert result.notes == "### Added\n\n- Wheels, see `b`"
    assert isinstance(release(result.text, (), RST), AlreadyStamped)


@pytest.mark.parametrize(
    ("text", "markup"),
    [(CLASSIC, MD), (FLAT, MD), (SETEXT, MD), (LINKED, MD), (PALLETS, RST), (HISTORY, RST), (OVERLINED, RST)],
)
def test_the_next_release_by_hand_should_still_parse(text: str, markup: Markup) -> None:
    first = release(text, ALL, markup)
    assert isinstance(first, Stamped)
    again = release(first.text, (Listed(None, "Later", 50),), markup, version="1.3.0", base="v1.2.0")
    assert isinstance(again, Stamped)
    assert "Later" in (section(again.text, "1.3.0", markup) or "")
    assert section(again.text, "1.2.0", markup) == section(first.text, "1.2.0", markup)
    assert section(again.text, "1.0.0", markup) == section(text, "1.0.0", markup)


def test_long_entries_should_be_wrapped_where_the_file_wraps() -> None:
    long = Listed(None, "word " * 40, 41)
    lines = added(DATED, (long,), RST).splitlines()
    assert max(map(len, lines)) <= 78
    assert all(line.startswith(("-   ", "    ")) for line in lines if "word" in line)
    assert any(len(line) > 150 for line in added(FLAT, (long,)).splitlines())


HOSTILE = [
    "## [9.9.9] - 2020-01-01",
    "x\n\n## [9.9.9] - 2020-01-01\n",
    "9.9.9\n=====",
    "```\nopen",
    "<!-- open",
    "<details>",
    "[1.1.0]: https://evil.example",
    ".. _1.1.0: https://evil.example",
    ".. include:: /etc/passwd",
    "`open",
    "*open",
    "foo_ bar__ |x|",
    "- a\n- b\n  - c",
    "a\r\rb\x00\u2028## 9.9.9 - 2020-01-01",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(("file", "markup"), [(CLASSIC, MD), (DATED, RST), (OVERLINED, RST)])
def test_a_hostile_title_should_stay_an_entry(text: str, file: str, markup: Markup) -> None:
    for written in (False, True):
        result = release(file, (Listed(None, text, 41, written), WHEELS), markup)
        assert isinstance(result, Stamped)
        before, after = read_document(file, markup), read_document(result.text, markup)
        new = {heading.text for heading in after.headings} - {heading.text for heading in before.headings}
        assert all("9.9.9" not in heading for heading in new)
        assert [one.url for one in after.definitions if "evil" in one.url] == []
        assert section(result.text, "1.1.0", markup) == section(file, "1.1.0", markup)
        if markup is RST:
            assert find_rst_problems(result.text) == find_rst_problems(file)


ANY = st.text(st.sampled_from("a1.#-=_`*[]()<>:|\\ \n\t~+"), max_size=60)


@settings(max_examples=150)
@given(
    st.lists(ANY, min_size=1, max_size=4), st.sampled_from([(CLASSIC, MD), (DATED, RST), (FLAT, MD), (HISTORY, RST)])
)
def test_whatever_is_listed_should_change_nothing_beside_the_section(
    texts: list[str], file: tuple[str, Markup]
) -> None:
    text, markup = file
    listed = tuple(Listed(None, words, 41, index % 2 == 0) for index, words in enumerate(texts))
    result = release(text, listed, markup)
    assert isinstance(result, Stamped)
    assert section(result.text, "1.1", markup) == section(text, "1.1", markup)
    assert section(result.text, "1.0", markup) == section(text, "1.0", markup)
    assert isinstance(release(result.text, listed, markup), AlreadyStamped)


@pytest.mark.parametrize(
    "piece",
    [
        "## 1.0.0\n\n- a\n\n",
        "1.0.0\n-----\n\n",
        ".. _a:\n",
        "- a\n",
        "[#1]: x\n",
        "a\n=\n",
        "`a <",
        "**a**\n",
        ":pr:`1`\n",
        "\n",
    ],
)
@pytest.mark.parametrize("markup", list(Markup))
def test_a_huge_file_should_take_time_in_proportion(piece: str, markup: Markup) -> None:
    text = "# x\n\n" + piece * (200_000 // len(piece))
    start = time.process_time()
    release(text, ALL, markup)
    assert time.process_time() - start < 8


def test_an_issue_that_was_closed_should_stand_for_the_pull_request() -> None:
    weighed = weigh([change("Wheels", 41, description="Text.\n\nFixes #12, closes: #13 and mentions #14.")])
    (listed,) = list_entries_of(weighed)
    assert listed.closes == (12, 13)
    assert find_unmentioned("round ones (#13)", [listed]) == ()
    assert find_unmentioned("round ones (#14)", [listed]) == (listed,)


def test_entries_should_come_from_what_was_weighed() -> None:
    weighed = weigh([change("feat: wheels", 41), change("chore: x", 42), change("Doors", 43), change("Doors", 43)])
    listed = list_entries_of(weighed)
    assert listed == (Listed("Added", "Wheels", 41), Listed(None, "Doors", 43))
    assert find_unmentioned("wheels are #410 and (#43)", listed) == ()
    assert find_unmentioned("nothing", listed) == listed

"""Versions by date."""

from datetime import date

import pytest

from bot.versions import VersionCode, VersionProblem, check_calver, infer_calver, next_calver

DAY = date(2026, 3, 7)


@pytest.mark.parametrize(
    ("pattern", "released", "following"),
    [
        ("YYYY.MM.MICRO", [], "2026.3.0"),
        ("YYYY.MM.MICRO", ["2026.3.0"], "2026.3.1"),
        ("YYYY.MM.MICRO", ["2026.2.9"], "2026.3.1"),
        ("YYYY.MM.MICRO", ["2026.2.0", "2026.2.9"], "2026.3.0"),
        ("YYYY.0M.0D", ["2026.02.25"], "2026.03.07"),
        ("YY.0M", [], "26.03"),
        ("YY.MM.MICRO", ["26.3.4", "26.3"], "26.3.5"),
        ("0Y.0M.0D", [], "26.03.07"),
        ("YYYY.0W", [], "2026.10"),
        ("YYYY.MINOR.MICRO", ["2026.3.1", "2026.2.9"], "2026.3.2"),
        ("YYYY.MINOR.MICRO", ["2025.1.0", "2025.2.0"], "2026.1.0"),
        ("YYYY.MM.MICRO", ["2026.3.0", "2026.3.1rc1"], "2026.3.1"),
    ],
)
def test_the_date_is_written_as_the_pattern_says(pattern: str, released: list[str], following: str) -> None:
    assert next_calver(pattern, DAY, released).spelling == following


def test_two_releases_a_day_need_a_counter() -> None:
    with pytest.raises(VersionProblem) as refused:
        next_calver("YYYY.0M.0D", DAY, ["2026.03.07"])
    assert (refused.value.code, refused.value.suggestion) == (VersionCode.TAKEN, "2026.03.07.post1")


@pytest.mark.parametrize("pattern", ["", "x", "MM.YYYY", "YYYY.MM.MM", "YYYY..MM", "MICRO", "YYYY.MM.é", "YYYY." * 50])
def test_other_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(VersionProblem) as refused:
        check_calver(pattern)
    assert refused.value.code is VersionCode.BAD_CALVER_PATTERN


@pytest.mark.parametrize(
    ("released", "pattern"),
    [
        (["2026.07.22", "2026.06.17", "2026.05.20"], "YYYY.0M.0D"),
        (["2026.6.3", "2026.6.2", "2025.12.1"], "YYYY.MM.MICRO"),
        (["2026.10.0", "2026.09.0"], "YYYY.0M.MICRO"),
        (["2026.1", "2025.11"], "YYYY.MM"),
        (["26.1", "25.3"], None),
        (["1.2.0", "1.1.0"], None),
        (["2026.1.0"], None),
        (["2026.1.0", "1.0.0"], None),
        ([], None),
    ],
)
def test_the_pattern_shows_in_whole_years(released: list[str], pattern: str | None) -> None:
    assert infer_calver(released) == pattern

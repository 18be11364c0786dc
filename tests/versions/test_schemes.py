"""Words such as ``minor`` under the project's own scheme."""

from datetime import date

import pytest

from bot.versions import VersionProblem, VersionStep, check_versioning, find_maintenance_line, follow

DAY = date(2026, 3, 7)
MONTHLY = ["2026.2.0", "2026.2.1", "2025.12.0"]
PADDED = ["2026.02.25", "2026.01.04", "2025.11.12"]


@pytest.mark.parametrize(
    ("versioning", "released", "word", "following"),
    [
        (None, ["1.1.0", "1.0.0"], "minor", "1.2.0"),
        (None, ["0.4.1"], "major", "1.0.0"),
        ("semver:0.x", ["0.4.1"], "major", "0.5.0"),
        ("semver:0.x", ["0.4.1"], "minor", "0.4.2"),
        ("semver:0.x", ["1.4.1"], "major", "2.0.0"),
        (None, MONTHLY, "minor", "2026.3.0"),
        (None, MONTHLY, "patch", "2026.3.0"),
        ("semver", MONTHLY, "patch", "2026.2.2"),
        (None, [*MONTHLY, "2026.3.0"], "major", "2026.3.1"),
        (None, MONTHLY, "rc", "2026.3.0rc1"),
        (None, MONTHLY, "dev", "2026.3.0.dev0"),
        (None, [*MONTHLY, "2026.3.0rc1"], "rc", "2026.3.0rc2"),
        (None, [*MONTHLY, "2026.3.0rc1"], "final", "2026.3.0"),
        (None, [*MONTHLY, "2026.3.0rc1"], "minor", "2026.3.0"),
        (None, MONTHLY, "post", "2026.2.1.post1"),
        (None, PADDED, "minor", "2026.03.07"),
        (None, PADDED, "a", "2026.03.07a1"),
        (None, PADDED, "post", "2026.02.25.post1"),
        ("calver:YY.MM", ["26.1", "25.3"], "minor", "26.3"),
        ("calver:YYYY.MINOR.MICRO", ["2026.3.1"], "minor", "2026.4.0"),
        ("calver:YYYY.MINOR.MICRO", ["2026.3.1"], "patch", "2026.3.2"),
        ("calver:YYYY.MINOR.MICRO", ["2025.3.1", "2025.3.0"], "patch", "2026.1.0"),
        ("calver:YYYY.MM.MICRO", [], "minor", "2026.3.0"),
    ],
)
def test_a_word_leads_where_the_projects_versions_go(
    versioning: str | None, released: list[str], word: str, following: str
) -> None:
    version = follow(VersionStep(word), versioning, stated=(released or ["0"])[0], released=released, day=DAY)
    assert version.spelling == following


def test_two_releases_a_day_by_a_pattern_without_a_counter_are_refused() -> None:
    with pytest.raises(VersionProblem):
        follow(VersionStep.MINOR, None, stated="2026.03.07", released=["2026.03.07", *PADDED], day=DAY)


def test_a_date_outside_the_line_is_refused() -> None:
    line = find_maintenance_line("2025.x")
    with pytest.raises(VersionProblem, match=r"outside the line 2025\.x"):
        follow(VersionStep.PATCH, None, stated="2025.12.0", released=MONTHLY, day=DAY, line=line)


@pytest.mark.parametrize("versioning", ["", "SemVer", "calver", "calver:", "calver:MM.YYYY", "date:YYYY"])
def test_what_is_no_scheme_is_refused(versioning: str) -> None:
    with pytest.raises(VersionProblem):
        check_versioning(versioning)

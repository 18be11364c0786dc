"""What a release brings along of settings: told key by key, and never in anybody's favour."""

from __future__ import annotations

import pytest

from bot.release.brought import find_thawed, lifts_self, without_brought
from tests.release.making import settings

HOLIDAYS = "freeze = [{from = 2026-12-24, until = 2026-12-27}]"
WEEKENDS = 'freeze = [{days = ["sat", "sun"]}]'
BOTH = 'freeze = [{from = 2026-12-24, until = 2026-12-27}, {days = ["sat", "sun"]}]'


@pytest.mark.rule(21)
@pytest.mark.parametrize(
    ("before", "after", "now", "expected"),
    [
        ("approval.role = 'admin'", "", "", "approval.role = 'admin'"),
        ("", "approval.role = 'write'", "approval.role = 'write'", ""),
        ("", "approval.role = 'admin'", "approval.role = 'admin'", "approval.role = 'admin'"),
        ("approval.role = 'admin'", "", "approval.role = 'write'", "approval.role = 'write'"),
        ("", "approval.teams = ['friends']", "approval.teams = ['friends']", ""),
        (
            "approval.teams = ['a', 'b']",
            "approval.teams = ['b', 'c']",
            "approval.teams = ['b', 'c']",
            "approval.teams = ['b']",
        ),
        ("", "", "approval.teams = ['friends']", "approval.teams = ['friends']"),
        ("approval.required = 2", "approval.required = 1", "approval.required = 1", "approval.required = 2"),
        ("approval.required = 1", "", "", "approval.required = 1"),
        ("", "approval.required = 0", "approval.required = 0", ""),
        ("", "approval.required = 1", "approval.required = 1", "approval.required = 1"),
        ("approval.required = 1", "approval.required = 2", "approval.required = 2", "approval.required = 2"),
        ("approval.required = 3", "approval.required = 1", "approval.required = 2", "approval.required = 2"),
        ("release.role = 'maintain'", "", "", "release.role = 'maintain'"),
        ("", "release.role = 'admin'", "release.role = 'admin'", "release.role = 'admin'"),
        ("release.role = 'admin'", "", "release.role = 'maintain'", "release.role = 'maintain'"),
    ],
)
def test_what_a_release_makes_milder_does_not_count_for_it(before: str, after: str, now: str, expected: str) -> None:
    given = without_brought(settings(now), settings(before), settings(after))
    assert (given.approval, given.release) == (settings(expected).approval, settings(expected).release)


@pytest.mark.rule(21)
@pytest.mark.parametrize(
    ("before", "after", "now", "thawed"),
    [
        (HOLIDAYS, "", "", HOLIDAYS),
        (BOTH, WEEKENDS, WEEKENDS, HOLIDAYS),
        (WEEKENDS, BOTH, BOTH, ""),
        (HOLIDAYS, "", WEEKENDS, ""),
        (HOLIDAYS, HOLIDAYS, "", ""),
    ],
)
def test_a_window_that_a_release_takes_out_holds_it(before: str, after: str, now: str, thawed: str) -> None:
    assert find_thawed(settings(now), settings(before), settings(after)) == settings(thawed).freeze


@pytest.mark.parametrize(
    ("before", "after", "now", "lifted"),
    [(False, True, True, True), (True, True, True, False), (False, False, True, False), (False, True, False, False)],
)
def test_whether_it_is_the_release_that_lets_people_approve_it(
    before: bool, after: bool, now: bool, lifted: bool
) -> None:
    texts = (f"approval.self = {'true' if said else 'false'}" for said in (now, before, after))
    assert lifts_self(*map(settings, texts)) is lifted

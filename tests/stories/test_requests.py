"""A release costs no more requests than it has to: every phase has a price, and nobody raises it by accident."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.sandbox.acme_files import Trigger
from tests.stories.auto_phases import AUTO_PHASES, Way, count_following
from tests.stories.phases import PHASES, Phase, count_cold_and_warm
from tests.stories.tag_phases import TAG_PHASES, count_tagging

PRICES: dict[Trigger, tuple[int, ...]] = {
    "release-published": (11, 6, 11, 28, 2),
    "tag-push": (11, 4, 11, 36, 2),
    "dispatch": (11, 5, 14, 36, 2),
}
"""The requests of each phase, with the tokens at hand; one of that which makes the GitHub Release asks who made
what is in it, and one who pushed it, where it does not start publication."""

MOST_POINTS = 9
"""Of GraphQL's rate limit, which gives 5,000 in an hour."""

COLD = 10
"""Five tokens, one for each task and one to look for the owner's defaults, what our bot is called, and whether there are any;
and the first listing of the repository and its files, which then come along in the document that is asked for anyway."""


@pytest.mark.parametrize("trigger", PRICES)
async def test_no_phase_of_a_release_has_become_dearer(trigger: Trigger) -> None:
    cold, warm = await count_cold_and_warm(trigger)
    assert [phase.name for phase in warm] == list(PHASES)
    dearer = [phase for phase, price in zip(warm, PRICES[trigger], strict=True) if phase.requests > price]
    assert not dearer
    assert not [phase for phase in warm if phase.tokens or phase.points > MOST_POINTS]
    assert _sum(cold) <= _sum(warm) + COLD


def _sum(phases: list[Phase]) -> int:
    return sum(phase.requests for phase in phases)


TAGGING: dict[Trigger, tuple[int, ...]] = {
    "release-published": (19, 9, 28, 1),
    "tag-push": (17, 9, 36, 1),
    "dispatch": (19, 9, 36, 1),
}
"""The requests of each phase of a release without a pull request, with the tokens at hand."""

MOST_TAG_POINTS = 12
"""The newest commits are looked through for other releases, and what was merged is told; half a percent of an hour's."""


@pytest.mark.parametrize("trigger", TAGGING)
async def test_no_phase_of_a_release_without_a_pull_request_has_become_dearer(trigger: Trigger) -> None:
    phases = await count_tagging(trigger)
    assert [phase.name for phase in phases] == list(TAG_PHASES)
    dearer = [phase for phase, price in zip(phases, TAGGING[trigger], strict=True) if phase.requests > price]
    assert not dearer
    assert not [phase for phase in phases if phase.tokens or phase.points > MOST_TAG_POINTS]


FOLLOWING: dict[int, tuple[int, ...]] = {10: (12, 3, 8, 4), 150: (13, 3, 8, 4), 510: (17, 4, 9, 5)}
"""The requests of each phase of keeping a release pull request up to date, by the number of commits since the last tag.

Only whoever reads them first asks once more for every further hundred. The 510 files that so many commits have made are
listed in a request of their own.
"""


@pytest.mark.parametrize(
    ("commits", "way"),
    [(number, way) for number in FOLLOWING for way in get_args(Way) if number < 500 or way == "direct"],
)
async def test_following_what_is_merged_has_become_no_dearer(commits: int, way: Way) -> None:
    phases = await count_following(commits, way)
    assert [phase.name for phase in phases] == list(AUTO_PHASES)
    dearer = [
        phase for phase, price in zip(phases, FOLLOWING[commits], strict=True) if phase.requests - phase.tokens > price
    ]
    assert not dearer

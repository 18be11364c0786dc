"""When a request is repeated."""

from datetime import timedelta

import pytest

from bot.github.errors import Conflict, Forbidden, GitHubError, RateLimited, Unavailable
from bot.github.patience import Patience

UNAVAILABLE = Unavailable("x")
AMBIGUOUS = Unavailable("x", ambiguous=True)


def limited(seconds: float) -> RateLimited:
    return RateLimited("x", retry_after=timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("error", "attempt", "repeatable", "pause"),
    [
        (UNAVAILABLE, 1, True, 0.5),
        (UNAVAILABLE, 2, True, 1.0),
        (UNAVAILABLE, 3, True, 2.0),
        (UNAVAILABLE, 6, True, 5.0),
        (UNAVAILABLE, 7, True, None),
        (UNAVAILABLE, 1, False, 0.5),
        (AMBIGUOUS, 1, False, None),
        (AMBIGUOUS, 1, True, 0.5),
        # However short: waiting gives the lane back.
        (limited(1), 1, False, None),
        (limited(1), 1, True, None),
        (Conflict("x"), 1, False, 0.5),
        (Forbidden("x"), 1, True, None),
    ],
)
def test_the_pause(error: GitHubError, attempt: int, repeatable: bool, pause: float | None) -> None:
    patience = Patience(attempts=7, dice=lambda: 0.5)
    assert patience.find_pause(error, attempt, repeatable=repeatable) == pause


def test_pauses_differ_from_caller_to_caller() -> None:
    pauses = {Patience().find_pause(UNAVAILABLE, 1, repeatable=True) for _ in range(50)}
    assert len(pauses) > 40
    assert all(pause is not None and 0.25 <= pause <= 0.75 for pause in pauses)

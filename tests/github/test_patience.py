"""When a request is repeated."""

from datetime import timedelta

import pytest

from bot.github.errors import Conflict, Forbidden, GitHubError, RateLimited, Unavailable
from bot.github.limits import Limits
from bot.github.patience import Patience
from tests.github.scripted import Clock

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
        (limited(5), 1, False, 5.25),
        (limited(5.1), 1, True, None),
        (limited(5), 7, True, None),
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


def test_a_limit_is_remembered_until_it_is_over(clock: Clock) -> None:
    limits = Limits(clock)
    assert limits.find_pause(7, "core") is None
    limits.note(7, "core", timedelta(seconds=30))
    limits.note(7, "core", timedelta(seconds=10))  # An earlier end does not shorten what was said before.
    clock.move(seconds=20)
    assert limits.find_pause(7, "core") == timedelta(seconds=10)
    assert limits.find_pause(7, "graphql") is None
    assert limits.find_pause(8, "core") is None
    assert limits.find_pause(None, "core") is None
    clock.move(seconds=10)
    assert limits.find_pause(7, "core") is None


def test_a_secondary_limit_is_for_everything(clock: Clock) -> None:
    limits = Limits(clock)
    limits.note(7, "", timedelta(seconds=30))
    assert limits.find_pause(7, "graphql") == limits.find_pause(7, "core") == timedelta(seconds=30)

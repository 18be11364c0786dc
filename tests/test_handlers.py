"""How long a lane is left alone."""

from __future__ import annotations

from datetime import timedelta

from bot.github.facts import RepositoryRef
from bot.handlers import spread

A_MINUTE = timedelta(minutes=1)


def repository(number: int) -> RepositoryRef:
    return RepositoryRef(7, number, f"acme/r{number}")


def test_a_repository_always_comes_back_at_its_own_moment() -> None:
    for number in range(100):
        pause = spread(A_MINUTE, repository(number))
        assert pause == spread(A_MINUTE, repository(number))
        assert A_MINUTE <= pause < timedelta(seconds=75)


def test_many_repositories_come_back_all_over_the_time() -> None:
    quarters = [int((spread(A_MINUTE, repository(number)) - A_MINUTE).total_seconds() / 3.75) for number in range(400)]
    assert all(60 < quarters.count(quarter) < 140 for quarter in range(4))


def test_a_long_pause_is_spread_over_a_minute_and_a_short_one_over_moments() -> None:
    hours = [spread(timedelta(hours=1), repository(number)) for number in range(100)]
    assert max(hours) < timedelta(hours=1, minutes=1)
    assert max(hours) - min(hours) > timedelta(seconds=45)
    assert spread(timedelta(0), repository(1)) == timedelta(0)

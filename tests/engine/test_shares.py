"""Who runs now, and who is told to come again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine.shares import PLACES, SHARE, Shares


class Moment:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def full(shares: Shares, installation: int = 7) -> None:
    for _ in range(SHARE):
        assert shares.take("wake-up", installation) is None


def test_several_owners_have_to_be_busy_at_once_to_fill_the_house() -> None:
    assert PLACES // SHARE >= 4


def test_each_owner_and_each_kind_of_work_has_a_share() -> None:
    shares = Shares(Moment())
    full(shares)
    assert shares.take("wake-up", 7) is not None
    assert shares.take("delivery", 7) is None
    assert shares.take("wake-up", 8) is None


@pytest.mark.parametrize(("replicas", "most"), [(1, 8), (2, 4), (3, 2), (8, 1), (20, 1)])
def test_replicas_divide_the_share_and_keep_one_each(replicas: int, most: int) -> None:
    shares = Shares(Moment(), lambda: replicas)
    for _ in range(most):
        assert shares.take("wake-up", 7) is None
    turns = [shares.take("wake-up", 7) for _ in range(2)]
    assert turns == [timedelta(seconds=1), timedelta(seconds=1 + 1 / most)]


def test_the_share_of_a_replica_that_died_is_taken_at_once() -> None:
    replicas = 2
    shares = Shares(Moment(), lambda: replicas)
    for _ in range(4):
        shares.take("wake-up", 7)
    assert shares.take("wake-up", 7) is not None
    replicas = 1
    assert shares.take("wake-up", 7) is None


def test_those_too_many_come_again_one_after_the_other() -> None:
    shares = Shares(Moment())
    full(shares)
    turns = [shares.take("wake-up", 7) for _ in range(300)]
    assert turns[:3] == [timedelta(seconds=1), timedelta(seconds=1.125), timedelta(seconds=1.25)]
    assert turns[-1] == timedelta(seconds=1 + 299 / 8)


def test_a_place_that_is_given_back_is_free() -> None:
    moment = Moment()
    shares = Shares(moment)
    full(shares)
    shares.give_back("wake-up", 7)
    assert shares.take("wake-up", 7) is None
    assert shares.take("wake-up", 7) == timedelta(seconds=1)
    moment.seconds += 60
    # Turns that are past hold nobody up.
    assert shares.take("wake-up", 7) == timedelta(seconds=1)


def test_nothing_is_remembered_of_whoever_is_through() -> None:
    shares = Shares(Moment())
    for installation in range(100):
        full(shares, installation)
        shares.take("wake-up", installation)
        for _ in range(SHARE):
            shares.give_back("wake-up", installation)
    assert not shares._running
    assert not shares._turns

"""How long a lane is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.protocol import Backoff, Delivery
from bot.github.errors import NotFound, RateLimited, Unavailable
from bot.github.facts import Person, RepositoryRef
from bot.github.limits import is_asked_for
from bot.handlers import LaneHandlers, spread
from bot.intake.command import CommandDelivery

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


class Engine:
    def __init__(self) -> None:
        self.woken: list[timedelta] = []

    async def wake(self, _: RepositoryRef, *, after: timedelta) -> None:
        self.woken.append(after)


class Handlers(LaneHandlers):
    """Handlers whose work ends as a test says."""

    def __init__(self, outcome: Exception | timedelta | None) -> None:
        self.engine = Engine()
        super().__init__(self.engine, None, None, None)  # type: ignore[arg-type]
        self.outcome = outcome
        self.asked: list[bool] = []

    async def _go_round(self, _: RepositoryRef) -> timedelta | None:
        return self._end()

    async def _carry_out(self, _: CommandDelivery, __: str) -> timedelta | None:
        return self._end()

    def _end(self) -> timedelta | None:
        self.asked.append(is_asked_for())
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def command() -> Delivery:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    where = repository(3)
    said = CommandDelivery(where, "comment", 1, "IC_1", 2, True, Person(1, "mona"), now, "/release 1.2.0", "")
    return Delivery("g-1", where, now, said.to_content())


async def pause_of(handlers: Handlers, work: str) -> timedelta:
    with pytest.raises(Backoff) as backoff:
        await (handlers.reconcile(repository(3)) if work == "lane" else handlers.handle_delivery(command()))
    return backoff.value.after


async def test_a_limit_keeps_a_lane_away_for_its_time_and_commands_come_first() -> None:
    handlers = Handlers(RateLimited("x", retry_after=A_MINUTE))
    assert await pause_of(handlers, "lane") == spread(A_MINUTE, repository(3)) > A_MINUTE
    assert await pause_of(handlers, "command") == A_MINUTE
    assert handlers.asked == [False, True]


@pytest.mark.parametrize(("work", "seconds"), [("lane", [30, 60, 120, 240, 240]), ("command", [30, 60, 60, 60, 60])])
async def test_github_that_does_not_answer_is_asked_less_and_less_often(work: str, seconds: list[int]) -> None:
    handlers = Handlers(Unavailable("x"))
    wanted = [spread(timedelta(seconds=each), repository(3)) for each in seconds]
    assert [await pause_of(handlers, work) for _ in seconds] == wanted
    # Whatever else comes of it: GitHub has answered.
    handlers.outcome = NotFound("x")
    with pytest.raises(NotFound):
        await (handlers.reconcile(repository(3)) if work == "lane" else handlers.handle_delivery(command()))
    handlers.outcome = Unavailable("x")
    assert await pause_of(handlers, work) == wanted[0]


async def test_when_to_look_again_is_spread_as_well() -> None:
    handlers = Handlers(timedelta(minutes=10))
    await handlers.reconcile(repository(3))
    assert handlers.engine.woken == [spread(timedelta(minutes=10), repository(3))]

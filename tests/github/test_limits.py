"""What is remembered of limits, and what is spent of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from bot.github.limits import Limits, asked_by_a_person, work_for
from bot.github.pace import Ask
from bot.sandbox.limits import SecondaryLimits
from tests.github.scripted import Clock

READ, WRITE = Ask("core"), Ask("core", changes=1, content=1)
QUERY, MUTATION = Ask("graphql"), Ask("graphql", changes=1, content=1)
TOKEN = Ask("core", changes=1)


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock)


@pytest.fixture
def urgent() -> Iterator[None]:
    with asked_by_a_person():
        yield


def spend(limits: Limits, ask: Ask, installation: int | None = 7) -> int:
    """Ask until it is refused; how often it was not."""
    for count in range(10_000):
        if limits.admit(installation, ask) is not None:
            return count
    raise AssertionError("nothing was ever refused")


class TestSaid:
    """By GitHub."""

    def test_a_limit_is_remembered_until_it_is_over(self, limits: Limits, clock: Clock) -> None:
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

    def test_nobody_who_has_to_wait_is_told_to_come_back_at_once(self, limits: Limits, clock: Clock) -> None:
        # The seconds of a date are a float that tells fractions of a microsecond; a timedelta does not.
        for micro in range(1, 2000):
            limits.note(7, "core", timedelta(microseconds=micro))
            clock.move(seconds=micro / 1_000_000)
            pause = limits.find_pause(7, "core")
            assert pause is None or pause >= timedelta(milliseconds=1)
            clock.move(seconds=1)

    def test_a_secondary_limit_is_for_everything_and_everybody(self, limits: Limits) -> None:
        limits.note(7, "", timedelta(seconds=30))
        for ask in (READ, QUERY, TOKEN):
            assert limits.admit(7, ask) == timedelta(seconds=30)
        with asked_by_a_person():
            assert limits.admit(7, READ) == timedelta(seconds=30)
        assert limits.admit(8, READ) is None

    def test_without_a_time_it_is_twice_as_long_each_time(self, limits: Limits, clock: Clock) -> None:
        waits = []
        for _ in range(8):
            wait = limits.note_unstated(7, "")
            waits.append(wait.total_seconds())
            clock.move(seconds=wait.total_seconds() + 5)
        assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        clock.move(seconds=3 * 3600)
        assert limits.note_unstated(7, "") == timedelta(minutes=1)

    def test_what_was_under_way_when_it_came_does_not_count_again(self, limits: Limits, clock: Clock) -> None:
        assert limits.note_unstated(7, "") == timedelta(seconds=60)
        clock.move(seconds=1)
        assert limits.note_unstated(7, "") == timedelta(seconds=59)
        assert limits.find_pause(7, "core") == timedelta(seconds=59)
        clock.move(seconds=60)
        assert limits.note_unstated(7, "") == timedelta(seconds=120)
        assert limits.note_unstated(8, "") == timedelta(seconds=60)

    def test_the_last_of_an_hour_is_for_what_people_ask(self, limits: Limits, clock: Clock) -> None:
        soon = timedelta(minutes=20)
        limits.note_left(7, "core", left=501, limit=5000, reset=soon)
        assert limits.admit(7, READ) is None
        limits.note_left(7, "core", left=500, limit=5000, reset=soon)
        assert limits.admit(7, READ) == limits.admit(7, QUERY) == soon
        assert limits.admit(8, READ) is None
        with asked_by_a_person():
            assert limits.admit(7, READ) is None
            limits.note_left(7, "core", left=0, limit=5000, reset=soon)
            assert limits.admit(7, READ) == soon
            assert limits.admit(7, QUERY) is None
        clock.move(seconds=20 * 60)
        assert limits.admit(7, READ) is None

    def test_a_server_that_sets_no_limit_has_no_last(self, limits: Limits) -> None:
        limits.note_left(7, "core", left=3, limit=None, reset=timedelta(minutes=1))
        assert limits.admit(7, READ) is None


class TestSpent:
    """By us."""

    @pytest.mark.parametrize(
        ("ask", "most"), [(READ, 630), (TOKEN, 126), (QUERY, 1400), (WRITE, 56), (MUTATION, 56)], ids=str
    )
    def test_what_nobody_waits_for_leaves_something(self, limits: Limits, ask: Ask, most: int) -> None:
        assert spend(limits, ask) == most

    @pytest.mark.parametrize(
        ("ask", "most"), [(READ, 810), (TOKEN, 162), (QUERY, 1800), (WRITE, 72), (MUTATION, 72)], ids=str
    )
    @pytest.mark.usefixtures("urgent")
    def test_what_people_ask_for_stays_below_what_github_allows(self, limits: Limits, ask: Ask, most: int) -> None:
        assert spend(limits, ask) == most

    def test_a_command_finds_something_left(self, limits: Limits) -> None:
        spend(limits, WRITE)
        assert limits.admit(7, READ) is not None, "one lane that is refused speaks for all"
        with asked_by_a_person():
            assert [limits.admit(7, WRITE) for _ in range(10)] == [None] * 10

    def test_what_people_used_up_is_used_up_for_the_rest(self, limits: Limits) -> None:
        with asked_by_a_person():
            spend(limits, READ)
        assert limits.admit(7, READ) is not None

    def test_whoever_was_refused_comes_back_to_more_than_a_crumb(self, limits: Limits, clock: Clock) -> None:
        for _ in range(56):
            assert limits.admit(7, WRITE) is None
            clock.move(seconds=1)
        wait = limits.admit(7, WRITE)
        assert wait is not None
        # At the very next second one would fit.
        assert wait.total_seconds() == pytest.approx(4 + 6)
        clock.move(seconds=wait.total_seconds())
        assert spend(limits, WRITE) >= 7

    def test_an_hour_is_longer_than_a_minute(self, limits: Limits, clock: Clock) -> None:
        made = 0
        for _ in range(59):
            made += spend(limits, WRITE)
            clock.move(seconds=60)
        assert made == 350
        wait = limits.admit(7, WRITE)
        assert wait is not None
        assert wait.total_seconds() <= 60

    def test_installations_and_the_app_itself_have_limits_of_their_own(self, limits: Limits) -> None:
        spend(limits, WRITE)
        assert limits.admit(8, WRITE) is None
        assert limits.admit(None, TOKEN) is None

    def test_graphql_and_rest_are_counted_apart(self, limits: Limits) -> None:
        for _ in range(600):
            assert limits.admit(7, READ) is None
        assert limits.admit(7, QUERY) is None

    @pytest.mark.parametrize("ask", [READ, TOKEN, QUERY, WRITE, MUTATION], ids=str)
    @pytest.mark.parametrize("replicas", [2, 3, 8])
    def test_replicas_together_spend_no_more_than_one_alone(self, clock: Clock, ask: Ask, replicas: int) -> None:
        alone = spend(Limits(clock), ask)
        together = sum(spend(Limits(clock, lambda: replicas), ask) for _ in range(replicas))
        assert alone - replicas <= together <= alone

    def test_a_replica_that_dies_gives_its_share_back(self, clock: Clock) -> None:
        replicas = 2
        limits = Limits(clock, lambda: replicas)
        wait = next(wait for _ in range(400) if (wait := limits.admit(7, READ)))
        replicas = 1
        clock.move(seconds=wait.total_seconds())
        assert spend(limits, READ) == 630

    def test_one_of_very_many_replicas_gets_a_request_through_at_last(self, clock: Clock) -> None:
        limits = Limits(clock, lambda: 10_000)
        for _ in range(3):
            assert limits.admit(7, WRITE) is None
            wait = limits.admit(7, WRITE)
            assert wait is not None
            clock.move(seconds=3600)

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("replicas", [1, 3])
    def test_github_never_has_to_refuse(self, clock: Clock, replicas: int, seed: int) -> None:
        """Held against the sandbox's count, at any mixture and speed, for hours."""
        each = [Limits(clock, lambda: replicas) for _ in range(replicas)]
        dice, github = Random(seed), SecondaryLimits()
        caller, sent = _Caller(), 0
        for _ in range(10_000):
            ask = dice.choice([READ, READ, READ, QUERY, WRITE, MUTATION])
            clock.move(seconds=dice.choice([0, 0, 0, 0.01, 0.05, 1]))
            if dice.random() < 0.001:
                clock.move(seconds=dice.choice([30, 600]))
            limits = dice.choice(each)
            if dice.random() < 0.5:
                pause = limits.admit(7, ask)
            else:
                with asked_by_a_person():
                    pause = limits.admit(7, ask)
            if pause is None:
                sent += 1
                github.spend(caller, ask.resource, clock.now(), changes=ask.changes)  # type: ignore[arg-type]
            elif dice.random() < 0.02:
                clock.move(seconds=pause.total_seconds())
        assert sent > 1000


class TestShared:
    """By the repositories of an installation."""

    def test_a_busy_repository_leaves_half_of_an_hours_content_to_the_others(
        self, limits: Limits, clock: Clock
    ) -> None:
        with work_for(1):
            made = _write_for_an_hour(limits, clock)
        assert made == 175
        with work_for(2):
            assert limits.admit(7, WRITE) is None
        with work_for(1):
            pause = limits.admit(7, WRITE)
            assert pause is not None
            assert limits.admit(7, READ) is None
            assert limits.admit(8, WRITE) is None
            with asked_by_a_person():
                assert limits.admit(7, WRITE) is None
            clock.move(seconds=pause.total_seconds())
            assert limits.admit(7, WRITE) is None

    def test_many_repositories_together_keep_to_what_the_installation_may(self, limits: Limits, clock: Clock) -> None:
        made = 0
        for _ in range(59):
            for repository in range(8):
                with work_for(repository):
                    made += limits.admit(7, WRITE) is None
            clock.move(minutes=1)
        assert made == 350


def _write_for_an_hour(limits: Limits, clock: Clock) -> int:
    made = 0
    for _ in range(59):
        made += sum(limits.admit(7, WRITE) is None for _ in range(8))
        clock.move(minutes=1)
    return made


class _Caller:
    """An installation, as far as the sandbox's count needs one."""

    class installation:  # noqa: N801
        id = 7

"""Failed deliveries: which are asked for again, when, and what that costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise

import pytest

from bot.github.deliveries import HookDelivery
from bot.intake.failed_deliveries import NOTE, Failing, note_attempts
from bot.sandbox.faults import When, secondary_limit, server_error
from bot.sandbox.http import Request
from tests.intake.estate import Estate, open_estate

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LIST = "GET /app/hook/deliveries"
AGAIN = "POST /app/hook/deliveries/{delivery_id}/attempts"


@pytest.fixture
async def estate() -> AsyncIterator[Estate]:
    async with open_estate() as opened:
        await opened.act()
        yield opened


def attempt(number: int, guid: str, *, ok: bool = False, event: str = "issue_comment", minute: int = 0) -> HookDelivery:
    return HookDelivery(number, guid, event, NOON + timedelta(minutes=minute), ok)


class TestAttempts:
    def test_one_success_is_enough_before_or_after_the_failure(self) -> None:
        assert note_attempts({}, [attempt(2, "a", ok=True), attempt(1, "a")]) == {}
        assert note_attempts({}, [attempt(2, "a"), attempt(1, "a", ok=True)]) == {}
        known = note_attempts({}, [attempt(1, "a")])
        assert note_attempts(known, [attempt(2, "a", ok=True)]) == {}

    def test_attempts_are_counted_once_however_often_they_are_listed(self) -> None:
        listed = [attempt(9, "a", minute=5), attempt(3, "a")]
        once = note_attempts({}, listed)
        assert once == note_attempts(once, listed)
        assert (once["a"].id, once["a"].seen) == (9, 2)
        assert (once["a"].first, once["a"].last) == (NOON, NOON + timedelta(minutes=5))

    def test_events_that_mean_nothing_to_us_are_left_alone(self) -> None:
        assert note_attempts({}, [attempt(1, "a", event="star"), attempt(2, "b", event="check_suite")]) == {}


@pytest.mark.parametrize(
    ("seen", "asked", "pause"),
    [(1, 0, 0), (2, 0, 10), (1, 1, 10), (2, 1, 10), (3, 2, 20), (4, 0, 40), (7, 3, 320), (8, 7, 360), (99, 99, 360)],
)
def test_what_keeps_failing_is_asked_for_ever_more_rarely(seen: int, asked: int, pause: int) -> None:
    failing = Failing("a", 1, seen, asked, NOON, NOON)
    assert failing.due == NOON + timedelta(minutes=pause)


async def test_a_failed_delivery_is_made_again_under_its_guid(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    (lost,) = estate.lose_webhooks("Invalid HTTP Response: 503", 503)
    assert (await estate.act())[AGAIN] == 1
    (again,) = estate.deliver_webhooks()
    assert (again.guid, again.redelivery) == (lost.guid, True)
    assert (await estate.act())[AGAIN] == 0
    note = await estate.engine.notes().find(NOTE)
    assert note is not None
    assert note.value["failing"] == {}


async def test_a_time_out_is_found_although_no_filter_shows_it(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.lose_webhooks("timed out", 0)
    assert (await estate.act())[AGAIN] == 1


async def test_what_reached_us_is_left_alone(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.deliver_webhooks()
    assert (await estate.act())[AGAIN] == 0


async def test_without_deliveries_a_sweep_costs_one_request(estate: Estate) -> None:
    for _ in range(5):
        await estate.clock.advance(timedelta(minutes=5))
        assert await estate.act() == {LIST: 1}


async def test_reading_stops_at_what_was_read_before(estate: Estate) -> None:
    for number in range(250):
        estate.acme.mona.comment(1, f"{number}")
    estate.deliver_webhooks()
    await estate.clock.advance(timedelta(minutes=3))
    assert (await estate.act())[LIST] == 3
    await estate.clock.advance(timedelta(minutes=2))
    assert (await estate.act())[LIST] == 1


async def test_one_sweep_asks_for_so_many_and_the_next_for_the_rest(estate: Estate) -> None:
    for number in range(70):
        estate.acme.mona.comment(1, f"/release 1.{number}")
    lost = [one.guid for one in estate.lose_webhooks()]
    again = []
    for _ in range(4):
        await estate.act()
        again.append([one.guid for one in estate.deliver_webhooks()])
        await estate.clock.advance(timedelta(minutes=5))
    assert [len(guids) for guids in again] == [30, 30, 10, 0]
    assert list(chain.from_iterable(again)) == lost, "the oldest come first"


async def test_what_fails_again_and_again_is_not_asked_for_at_every_sweep(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.lose_webhooks()
    asked = []
    for minute in range(0, 24 * 60, 5):
        if (await estate.act())[AGAIN]:
            asked.append(minute)
        estate.lose_webhooks("Invalid HTTP Response: 400", 400)
        await estate.clock.advance(timedelta(minutes=5))
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == [10, 20, 40, 80, 160, 320, 360, 360]


async def test_what_github_keeps_no_longer_is_given_up(estate: Estate) -> None:
    estate.acme.mona.comment(1, "/release 1.2.0")
    estate.lose_webhooks()
    when = When(method="POST", path=r"/attempts$")
    fault = estate.sandbox.faults.add(when, server_error(500), times=None)
    await estate.act()
    assert fault.struck > 0
    estate.sandbox.faults.clear()
    await estate.clock.advance(timedelta(days=3, minutes=5))
    assert not any("attempts" in asked for asked in await estate.act())
    note = await estate.engine.notes().find(NOTE)
    assert note is not None
    assert note.value["failing"] == {}


async def test_a_limit_in_the_middle_loses_nothing(estate: Estate) -> None:
    for number in range(5):
        estate.acme.mona.comment(1, f"/release 1.{number}")
    lost = {one.guid for one in estate.lose_webhooks()}
    asked: list[Request] = []

    def limit_the_third(request: Request) -> None:
        if not request.path.endswith("/attempts"):
            return
        asked.append(request)
        if len(asked) == 3:
            estate.sandbox.faults.add(When(method="POST", path=r"/attempts$"), secondary_limit(retry_after=120))

    estate.before = limit_the_third
    await estate.act()
    first = {one.guid for one in estate.deliver_webhooks()}
    assert len(first) == 2
    await estate.clock.advance(timedelta(minutes=5))
    await estate.act()
    assert {one.guid for one in estate.deliver_webhooks()} == lost - first

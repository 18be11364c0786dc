"""How many commands of a stranger are looked at, and what is remembered of them."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import VirtualClock
from bot.conversation import strangers
from bot.conversation.strangers import MOST, WITHIN, Strangers

STAN, ROSA, WIDGET, GADGET = 1, 2, 101, 102


def make(clock: VirtualClock | None = None) -> Strangers:
    found = Strangers(clock or VirtualClock())
    for comment in range(MOST):
        assert not found.are_too_many(WIDGET, STAN, comment)
        found.note(WIDGET, STAN, comment)
    return found


def test_one_more_is_too_many_but_only_for_this_person_and_repository() -> None:
    found = make()
    assert found.are_too_many(WIDGET, STAN, "another")
    assert not found.are_too_many(WIDGET, ROSA, "another")
    assert not found.are_too_many(GADGET, STAN, "another")


def test_one_that_was_looked_at_may_be_looked_at_again_and_counts_once() -> None:
    found = Strangers(VirtualClock())
    for _ in range(MOST + 3):
        found.note(WIDGET, STAN, "the same")
    assert not found.are_too_many(WIDGET, STAN, "another")
    found = make()
    assert not found.are_too_many(WIDGET, STAN, 0)


async def test_each_counts_for_an_hour_from_its_first_look() -> None:
    clock = VirtualClock()
    found = make(clock)
    await clock.advance(WITHIN - timedelta(seconds=1))
    found.note(WIDGET, STAN, 0)
    assert found.are_too_many(WIDGET, STAN, "another")
    await clock.advance(timedelta(seconds=1))
    assert not found.are_too_many(WIDGET, STAN, "another")


async def test_is_news_once_an_hour() -> None:
    clock = VirtualClock()
    found = make(clock)
    assert [found.is_news(WIDGET, STAN) for _ in range(3)] == [True, False, False]
    assert found.is_news(WIDGET, ROSA)
    await clock.advance(WITHIN)
    assert found.is_news(WIDGET, STAN)


def test_forgets_rather_than_growing() -> None:
    found = Strangers(VirtualClock())
    for person in range(strangers._MOST_PEOPLE + 10):
        for comment in range(MOST + 2):
            if not found.are_too_many(WIDGET, person, comment):
                found.note(WIDGET, person, comment)
        found.is_news(WIDGET, person)
    assert len(found._unheard) == len(found._told) == strangers._MOST_PEOPLE
    assert max(len(comments) for comments in found._unheard.values()) == MOST

"""What every engine promises. Each test runs on the engine in memory, and on the durable one at both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.engine import Backoff, Delivery, Engine, EngineUnavailableError
from bot.engine.retries import RetryPolicy
from bot.engine.shares import SHARE
from bot.github.facts import RepositoryRef
from tests.engine.support import ELSEWHERE, GADGET, WIDGET, Bench, Recorder, Starter, decision, delivery


@pytest.fixture
def bench(on_all: Bench) -> Bench:
    return on_all


async def test_hands_a_delivery_to_the_handler_as_it_was_accepted(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    sent = delivery("g-1", body="/release 1.2.0 \N{GREEN HEART} \ud83d", numbers=[1, None, True])
    assert await engine.accept(sent)
    await engine.idle()
    assert seen.deliveries == [sent]


async def test_handles_a_guid_once_however_often_it_is_delivered(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    answers = await asyncio.gather(*(engine.accept(delivery("g-1")) for _ in range(20)))
    await engine.idle()
    assert not await engine.accept(delivery("g-1"))
    await engine.idle()
    assert answers.count(True) == 1
    assert seen.guids == ["g-1"]


async def test_handles_a_key_once_whatever_the_guids(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    told = [delivery(f"g-{number}", key="comment:7", told=number) for number in range(6)]
    # What has no GUID of GitHub's is known by its key alone.
    told.append(delivery("comment:7", told="without"))
    answers = await asyncio.gather(*(engine.accept(one) for one in told))
    await engine.idle()
    assert not await engine.accept(delivery("g-9", key="comment:7"))
    assert not await engine.accept(delivery("comment:7"))
    assert await engine.accept(delivery("g-0", key="comment:8")) == (not answers[0])
    assert await engine.accept(delivery("g-10", key="comment:9"))
    await engine.idle()
    assert answers.count(True) == 1
    assert seen.deliveries[0] == told[answers.index(True)]
    assert len(seen.deliveries) == 2 + (not answers[0])


async def test_a_dead_letter_is_taken_up_again_by_its_key(start: Starter, seen: Recorder) -> None:
    async def fail(_: Delivery) -> None:
        raise RuntimeError("boom")

    seen.on_delivery = fail
    engine = await start(seen, RetryPolicy(pauses=()))
    await engine.accept(delivery("g-1", key="comment:7"))
    await engine.idle()
    assert [letter.id for letter in await engine.list_dead_letters()] == ["g-1"]
    seen.on_delivery = None
    assert await engine.accept(delivery("g-2", key="comment:7"))
    await engine.idle()
    assert seen.guids == ["g-1", "g-1"]
    assert await engine.list_dead_letters() == []


async def test_notes_belong_to_no_repository(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.notes().record("swept", {"until": "today"})
    await engine.notes().record("swept", {"until": "tomorrow"})
    await engine.purge(WIDGET.installation_id)
    await engine.stop()
    engine = await start(seen)
    note = await engine.notes().find("swept")
    assert note is not None
    assert note.value == {"until": "tomorrow"}
    assert [one.key for one in await engine.notes().list()] == ["swept"]
    assert await engine.intents(WIDGET).list() == []
    assert await engine.list_repositories("swept") == []


async def test_a_note_written_by_two_at_once_is_no_error(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await asyncio.gather(*(engine.notes().record("swept", {"by": number}) for number in range(8)))
    assert len(await engine.notes().list()) == 1


async def test_keeps_a_row_of_the_audit_as_it_was_written_first(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    first, second = decision("comment:7:0:allowed"), decision("comment:7:1:refused", decision="refused")
    assert await engine.write_audit(first)
    assert await engine.write_audit(second)
    # A crash came between writing and answering: the same is decided again, later.
    again = decision("comment:7:0:allowed", decided_at=bench.now(), delivery="g-2")
    assert not await engine.write_audit(again)
    await engine.stop()
    engine = await start(seen)
    assert not await engine.write_audit(again)
    assert bench.read_audit() == [first, second]


async def test_the_same_row_written_by_many_at_once_is_one(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    new = await asyncio.gather(*(engine.write_audit(decision("comment:7:0:allowed")) for _ in range(8)))
    assert new.count(True) == 1
    assert len(bench.read_audit()) == 1


async def test_an_uninstalled_app_leaves_its_audit(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.idle()
    await engine.write_audit(decision("comment:7:0:allowed"))
    await engine.purge(WIDGET.installation_id)
    assert await engine.accept(delivery("g-1"))
    await engine.idle()
    assert len(bench.read_audit()) == 1


async def test_an_engine_that_is_stopped_writes_no_audit(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.stop()
    with pytest.raises(EngineUnavailableError):
        await engine.write_audit(decision("comment:7:0:allowed"))
    assert bench.read_audit() == []


def test_an_engine_has_no_way_to_read_the_audit() -> None:
    """Whoever holds the engine can decide by what it tells; of the audit it tells nothing."""
    assert [name for name in dir(Engine) if "audit" in name] == ["write_audit"]


async def test_lists_the_repositories_with_an_intent_of_a_kind(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    renamed = RepositoryRef(WIDGET.installation_id, WIDGET.id, "acme/renamed")
    for repository in (WIDGET, GADGET, ELSEWHERE, renamed):
        await engine.wake(repository)
    await engine.intents(WIDGET).record("line:main", {})
    await engine.intents(WIDGET).record("line:1.x", {})
    await engine.intents(GADGET).record("outline:main", {})
    await engine.intents(ELSEWHERE).record("line:main", {})
    assert await engine.list_repositories("line:") == [renamed, ELSEWHERE]
    assert await engine.list_repositories("line:1") == [renamed]
    await engine.intents(WIDGET).forget("line:main")
    await engine.intents(WIDGET).forget("line:1.x")
    await engine.purge(ELSEWHERE.installation_id)
    assert await engine.list_repositories("line:") == []
    assert await engine.list_repositories("lin_:") == []


async def test_knows_a_guid_after_a_restart(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.idle()
    await engine.stop()
    engine = await start(seen)
    assert not await engine.accept(delivery("g-1"))
    await engine.idle()
    assert seen.guids == ["g-1"]


async def test_keeps_the_order_of_deliveries_of_one_repository(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    names = [f"g-{number}" for number in range(12)]
    for name in reversed(names):
        await engine.accept(delivery(name))
    await engine.idle()
    assert seen.guids == names[::-1]


async def test_never_overlaps_in_one_lane_but_runs_lanes_side_by_side(start: Starter, seen: Recorder) -> None:
    both = asyncio.Event()

    async def wait_for_the_other_lane(_: object) -> None:
        if seen.together == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 5)

    seen.on_delivery = seen.on_reconcile = wait_for_the_other_lane
    engine = await start(seen, RetryPolicy(pauses=()))
    for repository in (WIDGET, GADGET):
        for number in range(3):
            await engine.accept(delivery(f"{repository.full_name}-{number}", repository))
        await engine.wake(repository)
    await engine.idle()
    assert seen.overlaps == 0
    assert seen.together == 2
    assert len(seen.deliveries) == 6
    assert sorted(seen.reconciled, key=lambda ref: ref.id) == [WIDGET, GADGET]


async def test_coalesces_wake_ups_that_come_before_a_run_begins(start: Starter, seen: Recorder) -> None:
    gate = asyncio.Event()

    async def wait(_: Delivery) -> None:
        await gate.wait()

    seen.on_delivery = wait
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await asyncio.gather(*(engine.wake(WIDGET) for _ in range(20)))
    gate.set()
    await engine.idle()
    assert seen.reconciled == [WIDGET]


async def test_runs_again_when_woken_during_a_run(start: Starter, seen: Recorder) -> None:
    woken = asyncio.Event()
    running = asyncio.Event()

    async def wait_until_woken(_: RepositoryRef) -> None:
        running.set()
        await woken.wait()

    seen.on_reconcile = wait_until_woken
    engine = await start(seen)
    await engine.wake(WIDGET)
    await running.wait()
    for _ in range(5):
        await engine.wake(WIDGET)
    woken.set()
    await engine.idle()
    assert seen.reconciled == [WIDGET, WIDGET]


async def test_wakes_later_and_not_before(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    second, rounding = timedelta(seconds=1), timedelta(milliseconds=10)
    asked_at = bench.now()
    await engine.wake(WIDGET, after=second)
    promised_at = bench.now()
    await engine.idle()
    assert seen.reconciled == []
    due = await engine.next_due()
    assert due is not None
    assert asked_at + second - rounding <= due <= promised_at + second + rounding
    await bench.settle(engine)
    assert seen.reconciled == [WIDGET]
    assert await engine.next_due() is None


async def test_something_is_due_while_a_lane_works(bench: Bench, start: Starter, seen: Recorder) -> None:
    working, done = asyncio.Event(), asyncio.Event()

    async def work(_: Delivery) -> None:
        working.set()
        await done.wait()

    seen.on_delivery = work
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await working.wait()
    due = await engine.next_due()
    assert due is not None
    assert due <= bench.now()
    done.set()
    await engine.idle()
    assert await engine.next_due() is None


async def test_a_timer_survives_a_restart(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.wake(WIDGET, after=timedelta(seconds=1))
    await engine.stop()
    engine = await start(seen)
    assert seen.reconciled == []
    await bench.settle(engine)
    assert seen.reconciled == [WIDGET]


async def test_an_earlier_wake_up_is_not_held_back_by_a_later_timer(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    engine = await start(seen)
    await engine.wake(WIDGET, after=timedelta(hours=1))
    await engine.wake(WIDGET)
    await engine.idle()
    assert seen.reconciled == [WIDGET]


async def test_one_run_keeps_the_promise_of_every_timer_set_before_it(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    engine = await start(seen)
    await engine.wake(WIDGET, after=timedelta(seconds=1))
    await engine.wake(WIDGET, after=timedelta(seconds=2))
    await engine.wake(WIDGET)
    await engine.idle()
    assert await engine.next_due() is None
    await bench.pass_time(2.5)
    await engine.idle()
    assert seen.reconciled == [WIDGET]


async def test_a_run_can_ask_for_its_own_repetition(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine: Engine

    async def ask_again(repository: RepositoryRef) -> None:
        if len(seen.reconciled) < 3:
            await engine.wake(repository, after=timedelta(milliseconds=100))

    seen.on_reconcile = ask_again
    engine = await start(seen)
    await engine.wake(WIDGET)
    await bench.settle(engine)
    assert seen.reconciled == [WIDGET] * 3


async def test_backing_off_leaves_the_lane_free(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def back_off_once(handled: Delivery) -> None:
        if handled.guid == "patient" and seen.guids.count("patient") == 1:
            raise Backoff(timedelta(seconds=1), "rate limit")

    seen.on_delivery = back_off_once
    engine = await start(seen)
    await engine.accept(delivery("patient"))
    await engine.accept(delivery("urgent"))
    await engine.idle()
    assert seen.guids == ["patient", "urgent"]
    await bench.settle(engine)
    assert seen.guids == ["patient", "urgent", "patient"]
    assert await engine.list_dead_letters() == []


async def test_backing_off_of_a_reconciliation_leaves_the_lane_free(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    async def back_off_once(_: RepositoryRef) -> None:
        if len(seen.reconciled) == 1:
            raise Backoff(timedelta(seconds=1), "rate limit")

    seen.on_reconcile = back_off_once
    engine = await start(seen)
    await engine.wake(WIDGET)
    await engine.idle()
    await engine.accept(delivery("urgent"))
    await engine.idle()
    assert (seen.guids, len(seen.reconciled)) == (["urgent"], 1)
    await bench.settle(engine)
    assert len(seen.reconciled) == 2


async def test_backing_off_is_never_counted_as_a_failure(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def back_off_often(_: Delivery) -> None:
        if len(seen.deliveries) < 6:
            raise Backoff(timedelta(milliseconds=10), "GitHub is down")

    seen.on_delivery = back_off_often
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await bench.settle(engine)
    assert len(seen.deliveries) == 6
    assert await engine.list_dead_letters() == []


async def test_tries_again_after_an_error(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def fail_twice(_: object) -> None:
        if len(seen.deliveries) + len(seen.reconciled) < 3:
            raise RuntimeError("flaky")

    seen.on_delivery = fail_twice
    engine = await start(seen)
    await engine.accept(delivery("g-1", x=1))
    await bench.settle(engine)
    assert seen.deliveries == [delivery("g-1", x=1)] * 3
    assert await engine.list_dead_letters() == []


async def test_failed_attempts_are_counted_across_restarts(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def fail(_: Delivery) -> None:
        raise RuntimeError("boom")

    policy = RetryPolicy(pauses=(timedelta(seconds=1),))
    seen.on_delivery = fail
    engine = await start(seen, policy)
    await engine.accept(delivery("g-1"))
    await engine.idle()
    await engine.stop()
    engine = await start(seen, policy)
    await bench.settle(engine)
    # Attempts that began anew with each process would never end in a dead letter.
    assert [letter.attempts for letter in await engine.list_dead_letters()] == [2]
    assert len(seen.deliveries) == 2


async def test_waiting_for_another_attempt_leaves_the_lane_free(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def fail_once(handled: Delivery) -> None:
        if handled.guid == "flaky" and seen.guids.count("flaky") == 1:
            raise RuntimeError("boom")

    seen.on_delivery = fail_once
    engine = await start(seen, RetryPolicy(pauses=(timedelta(seconds=1),)))
    await engine.accept(delivery("flaky"))
    await engine.accept(delivery("urgent"))
    await engine.idle()
    assert seen.guids == ["flaky", "urgent"]
    await bench.settle(engine)
    assert seen.guids == ["flaky", "urgent", "flaky"]


async def test_a_delivery_that_keeps_failing_is_a_dead_letter_and_harms_nobody(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    async def fail(handled: Delivery) -> None:
        if handled.guid == "poison":
            raise RuntimeError("boom ghs_" + "a" * 40)

    seen.on_delivery = fail
    engine = await start(seen)
    await engine.accept(delivery("poison"))
    await engine.accept(delivery("good"))
    await bench.settle(engine)
    [letter] = await engine.list_dead_letters()
    assert (letter.id, letter.kind, letter.repository, letter.attempts) == ("poison", "delivery", WIDGET, 3)
    assert letter.error == "RuntimeError: boom ***"
    assert seen.guids.count("poison") == 3
    assert seen.guids.count("good") == 1
    # Whoever waits for it is told once, and that this failed as well harms nobody.
    assert [given_up.guid for given_up in seen.given_up] == ["poison"]


async def test_a_redelivered_dead_letter_runs_again_with_all_its_attempts(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    async def fail_four_times(_: Delivery) -> None:
        if len(seen.deliveries) <= 4:
            raise RuntimeError("boom")

    seen.on_delivery = fail_four_times
    engine = await start(seen)
    await engine.accept(delivery("g-1", x=1))
    await bench.settle(engine)
    assert len(await engine.list_dead_letters()) == 1
    assert await engine.accept(delivery("g-1", x=1))
    await bench.settle(engine)
    assert seen.deliveries == [delivery("g-1", x=1)] * 5
    assert await engine.list_dead_letters() == []


async def test_dead_letters_survive_a_restart_and_can_be_retried(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def fail(_: Delivery) -> None:
        if len(seen.deliveries) <= 3:
            raise RuntimeError("boom")

    seen.on_delivery = fail
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await bench.settle(engine)
    await engine.stop()
    engine = await start(seen)
    assert [letter.id for letter in await engine.list_dead_letters()] == ["g-1"]
    assert await engine.retry_dead_letter("g-1")
    assert not await engine.retry_dead_letter("g-1")
    await bench.settle(engine)
    assert await engine.list_dead_letters() == []
    assert len(seen.deliveries) == 4


async def test_a_lane_that_keeps_failing_is_a_dead_letter_until_a_run_goes_well(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    broken = True

    async def fail(_: RepositoryRef) -> None:
        if broken:
            raise RuntimeError("boom")

    seen.on_reconcile = fail
    engine = await start(seen)
    await engine.wake(WIDGET)
    await bench.settle(engine)
    [letter] = await engine.list_dead_letters()
    assert (letter.id, letter.kind, letter.attempts) == ("wake-up:101", "wake-up", 3)
    assert len(seen.reconciled) == 3
    broken = False
    await engine.wake(WIDGET)
    await bench.settle(engine)
    assert await engine.list_dead_letters() == []


async def test_a_handler_that_hangs_frees_its_lane(bench: Bench, start: Starter, seen: Recorder) -> None:
    async def hang(handled: Delivery) -> None:
        if handled.guid == "stuck":
            await asyncio.Event().wait()

    seen.on_delivery = hang
    engine = await start(seen, RetryPolicy(pauses=(), longest_run=timedelta(milliseconds=50)))
    await engine.accept(delivery("stuck"))
    await engine.accept(delivery("next"))
    await bench.settle(engine)
    assert seen.guids == ["stuck", "next"]
    assert [letter.error for letter in await engine.list_dead_letters()] == ["TimeoutError:"]


async def test_uses_what_the_repository_is_called_now(start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    await engine.wake(WIDGET)
    await engine.idle()
    renamed = RepositoryRef(9, WIDGET.id, "acme/renamed")
    await engine.wake(renamed)
    await engine.idle()
    assert seen.reconciled == [WIDGET, renamed]


async def test_intents_are_durable_and_belong_to_one_repository(bench: Bench, start: Starter, seen: Recorder) -> None:
    engine = await start(seen)
    before = bench.now()
    written = await engine.intents(WIDGET).record("comment:prompt", {"run": 5, "text": "caf\N{LATIN SMALL LETTER E}"})
    await engine.intents(WIDGET).record("a", {})
    assert await engine.intents(GADGET).find("comment:prompt") is None
    await engine.stop()
    engine = await start(seen)
    mine = engine.intents(WIDGET)
    assert await mine.find("comment:prompt") == written
    assert before - timedelta(milliseconds=1) <= written.recorded_at <= bench.now()
    assert [intent.key for intent in await mine.list()] == ["a", "comment:prompt"]
    newer = await mine.record("comment:prompt", {"run": 6})
    assert (await mine.find("comment:prompt")) == newer
    await mine.forget("comment:prompt")
    await mine.forget("comment:prompt")
    assert await mine.find("comment:prompt") is None


async def test_purging_an_installation_forgets_its_repositories_only(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.wake(WIDGET)
    await engine.idle()
    seen.reconciled.clear()
    for repository in (WIDGET, ELSEWHERE):
        await engine.intents(repository).record("k", {})
        await engine.wake(repository, after=timedelta(milliseconds=100))
    await engine.purge(WIDGET.installation_id)
    await bench.settle(engine)
    assert await engine.intents(WIDGET).list() == []
    assert len(await engine.intents(ELSEWHERE).list()) == 1
    assert seen.reconciled == [ELSEWHERE]
    # Once it is installed again, everything works as on the first day.
    assert await engine.accept(delivery("g-1"))
    await engine.wake(WIDGET)
    await engine.idle()
    assert seen.reconciled == [ELSEWHERE, WIDGET]
    assert seen.guids == ["g-1", "g-1"]


async def test_takes_nothing_before_start_and_after_stop(bench: Bench, seen: Recorder) -> None:
    engine = bench.create()
    assert not engine.accepting
    with pytest.raises(EngineUnavailableError):
        await engine.accept(delivery("g-1"))
    await engine.start(seen)
    assert engine.accepting
    await engine.probe()
    await engine.stop()
    assert not engine.accepting
    for refused in (engine.accept(delivery("g-1")), engine.wake(WIDGET), engine.probe()):
        with pytest.raises(EngineUnavailableError):
            await refused
    await engine.stop()


async def test_work_that_is_finished_while_draining_can_still_leave_word(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    running, stopping = asyncio.Event(), asyncio.Event()
    engine: Engine

    async def finish_while_draining(_: Delivery) -> None:
        running.set()
        await stopping.wait()
        await engine.wake(WIDGET)
        await engine.intents(WIDGET).record("k", {"left": True})

    seen.on_delivery = finish_while_draining
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await running.wait()
    stop = asyncio.create_task(engine.stop())
    await asyncio.sleep(0.05)
    assert not engine.accepting
    stopping.set()
    await stop
    assert seen.reconciled == []
    engine = await start(seen)
    await engine.idle()
    assert seen.reconciled == [WIDGET]
    assert seen.guids == ["g-1"]
    assert await engine.intents(WIDGET).find("k") is not None


async def test_nothing_new_begins_while_draining(start: Starter, seen: Recorder) -> None:
    running = asyncio.Event()
    engine: Engine

    async def wake_another(_: Delivery) -> None:
        running.set()
        await asyncio.sleep(0.1)
        await engine.wake(GADGET)
        await asyncio.sleep(0.4)

    seen.on_delivery = wake_another
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await running.wait()
    await engine.stop()
    assert (seen.guids, seen.reconciled) == (["g-1"], [])
    engine = await start(seen)
    await engine.idle()
    assert (seen.guids, seen.reconciled) == (["g-1"], [GADGET])


async def test_stopping_waits_for_what_runs_and_leaves_the_rest_to_the_next_start(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    running = asyncio.Event()
    ended: list[str] = []

    async def take_a_while(handled: Delivery) -> None:
        running.set()
        await asyncio.sleep(0.3)
        ended.append(handled.guid)

    seen.on_delivery = take_a_while
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.accept(delivery("g-2"))
    await running.wait()
    await engine.stop()
    assert ended == ["g-1"]
    engine = await start(seen)
    await engine.idle()
    assert ended == ["g-1", "g-2"]
    assert seen.guids == ["g-1", "g-2"]


async def test_work_cut_off_by_stopping_runs_again(bench: Bench, start: Starter, seen: Recorder) -> None:
    running = asyncio.Semaphore(0)

    async def hang_at_first(_: object) -> None:
        running.release()
        if len(seen.deliveries) + len(seen.reconciled) <= 2:
            await asyncio.Event().wait()

    seen.on_delivery = seen.on_reconcile = hang_at_first
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.wake(GADGET)
    await running.acquire()
    await running.acquire()
    await engine.stop(drain=timedelta(milliseconds=50))
    engine = await start(seen)
    await engine.idle()
    assert seen.guids == ["g-1", "g-1"]
    assert seen.reconciled == [GADGET, GADGET]


async def test_idle_says_what_is_still_going_on(start: Starter, seen: Recorder) -> None:
    gate = asyncio.Event()

    async def wait(_: object) -> None:
        await gate.wait()

    seen.on_reconcile = wait
    engine = await start(seen)
    await engine.wake(WIDGET)
    with pytest.raises(TimeoutError, match=r"still busy: .*101"):
        await engine.idle(timedelta(milliseconds=100))
    gate.set()
    await engine.idle()


@pytest.mark.parametrize("period", [timedelta(0), timedelta(seconds=90), timedelta(minutes=7), timedelta(hours=5)])
async def test_refuses_a_period_no_crontab_can_say(bench: Bench, period: timedelta) -> None:
    with pytest.raises(ValueError, match="period"):
        bench.create().every("sweep", period, lambda: asyncio.sleep(0))


async def test_refuses_the_same_periodic_work_twice(bench: Bench) -> None:
    engine = bench.create()
    engine.every("sweep", timedelta(minutes=10), lambda: asyncio.sleep(0))
    with pytest.raises(ValueError, match="exists already"):
        engine.every("sweep", timedelta(minutes=5), lambda: asyncio.sleep(0))


def many(count: int, installation: int = WIDGET.installation_id) -> list[RepositoryRef]:
    return [RepositoryRef(installation, 1000 + number, f"acme/r{number}") for number in range(count)]


async def test_a_busy_owner_leaves_places_to_another_owner_and_to_its_own_commands(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    busy, done = many(40), asyncio.Event()

    async def hang(repository: RepositoryRef) -> None:
        if repository.installation_id == WIDGET.installation_id:
            await done.wait()

    seen.on_reconcile = hang
    engine = await start(seen)
    for repository in busy:
        await engine.wake(repository)
    await _until(lambda: len(seen.reconciled) >= SHARE)
    await engine.accept(delivery("theirs", ELSEWHERE))
    await engine.wake(ELSEWHERE)
    await engine.accept(delivery("mine", busy[-1] if busy[-1] not in seen.reconciled else GADGET))
    await _until(lambda: len(seen.guids) == 2 and ELSEWHERE in seen.reconciled)
    # Nobody has gone on meanwhile, and no more of them have begun than the owner's share.
    assert len(set(seen.reconciled) - {ELSEWHERE}) == SHARE
    assert sum(seen.running.values()) == SHARE
    done.set()
    await bench.settle(engine)
    while set(busy) - set(seen.reconciled):
        await bench.pass_time(1)
        await bench.settle(engine)
    assert sorted(seen.reconciled, key=lambda ref: ref.id) == [ELSEWHERE, *busy], "each of them once"
    assert seen.overlaps == 0
    assert await engine.list_dead_letters() == []


async def test_a_flood_of_one_owners_commands_leaves_places_as_well(
    bench: Bench, start: Starter, seen: Recorder
) -> None:
    busy, done = many(20), asyncio.Event()

    async def hang(handled: Delivery) -> None:
        if handled.repository.installation_id == WIDGET.installation_id:
            await done.wait()

    seen.on_delivery = hang
    engine = await start(seen)
    for repository in busy:
        await engine.accept(delivery(f"g-{repository.id}", repository))
    await _until(lambda: len(seen.guids) >= SHARE)
    await engine.accept(delivery("theirs", ELSEWHERE))
    await _until(lambda: "theirs" in seen.guids)
    assert len(seen.guids) == SHARE + 1
    done.set()
    while len(seen.guids) < 21:
        await bench.pass_time(1)
        await bench.settle(engine)
    assert sorted(seen.guids) == sorted(["theirs", *(f"g-{repository.id}" for repository in busy)])
    assert await engine.list_dead_letters() == []


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 (what the engines do in between raises no event)
            await asyncio.sleep(0.01)

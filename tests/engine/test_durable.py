"""What only the durable engine can get wrong: the database and DBOS's habits."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import Backoff, Delivery, EngineUnavailableError
from bot.engine.durable import DurableEngine
from bot.engine.jobs import Jobs, was_kept
from bot.engine.queued import Queued
from bot.github.facts import RepositoryRef
from tests.engine.support import GADGET, DatabaseBench, Recorder, Starter, delivery


@pytest.fixture
def bench(sqlite: str) -> DatabaseBench:
    return DatabaseBench(sqlite)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "engine.db"


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/at/all/x.db", "folder"),
        ("sqlite://", "must be a file"),
        ("mysql://host/x", "no engine for"),
        ("rubbish", "not a URL"),
    ],
)
async def test_says_why_a_database_cannot_be_opened(url: str, reason: str) -> None:
    with pytest.raises(EngineUnavailableError, match=reason):
        await DurableEngine(url).start(Recorder())


@pytest.fixture
def damaged(file: Path) -> Path:
    file.write_bytes(b"this is not a database, not at all" * 100)
    return file


async def test_a_file_that_is_no_database_is_refused_and_a_start_on_another_works(damaged: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="not a database"):
        await DurableEngine(f"sqlite:///{damaged}").start(Recorder())
    engine = DurableEngine(f"sqlite:///{damaged}.new")
    await engine.start(Recorder())
    await engine.stop()


async def test_the_content_of_a_handled_delivery_is_gone_from_the_file(
    bench: DatabaseBench, start: Starter, file: Path
) -> None:
    engine = await start(Recorder())
    await engine.accept(delivery("g-1", body="a private thought"))
    await engine.idle()
    assert rows(file, "select content, state from aweigh_deliveries") == [("{}", "handled")]
    assert rows(file, "select count(*) from workflow_input where inputs like '%private thought%'") == [(0,)]
    await engine.stop()


async def test_work_cancelled_from_outside_is_taken_up_at_the_next_start(
    bench: DatabaseBench, start: Starter, file: Path
) -> None:
    engine = await start(Recorder())
    await engine.stop()
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "insert into aweigh_deliveries values"
            " ('g-1', '101', 7, 'acme/widget', 0, '{}', 'waiting', 'delivery:1:g-1', 0, '', null, null)"
        )
        db.execute("insert into aweigh_lanes values ('102', 7, 'acme/gadget', 5, 'run:102:5', 0, '', null)")
        for job, name in (("delivery:1:g-1", "delivery"), ("run:102:5", "run")):
            db.execute(
                "insert into workflow_status (workflow_uuid, status, name, created_at, updated_at)"
                " values (?, 'ERROR', ?, 1, 1)",
                (job, name),
            )
        db.commit()
    seen = Recorder()
    engine = await start(seen)
    await engine.idle()
    assert (seen.guids, seen.reconciled) == (["g-1"], [GADGET])
    await engine.stop()


async def test_a_job_that_was_replaced_does_nothing_when_it_is_recovered(
    bench: DatabaseBench, start: Starter, file: Path
) -> None:
    async def back_off(_: Delivery) -> None:
        raise Backoff(timedelta(hours=1), "rate limit")

    seen = Recorder(on_delivery=back_off)
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await engine.idle()
    # As after a crash between our commit and DBOS's: the first job runs again although a later one has its work.
    with closing(sqlite3.connect(file)) as db:
        db.execute("update workflow_status set status = 'ENQUEUED', owner_xid = null where status = 'SUCCESS'")
        db.commit()
    await engine.idle()
    assert seen.guids == ["g-1"]
    assert rows(file, "select state, attempts from aweigh_deliveries") == [("waiting", 0)]


async def test_upkeep_deletes_what_ended_long_ago_and_keeps_the_rest(
    bench: DatabaseBench, start: Starter, file: Path
) -> None:
    engine = await start(Recorder())
    for guid in ("old", "new"):
        await engine.accept(delivery(guid))
    await engine.wake(GADGET, after=timedelta(hours=2))
    await engine.idle()
    with closing(sqlite3.connect(file)) as db:
        db.execute("update aweigh_deliveries set ended_at = 1 where guid = 'old'")
        db.execute("update workflow_status set completed_at = 1 where workflow_uuid like '%:old'")
        db.commit()
    assert isinstance(engine, DurableEngine)
    await engine._keep_up()
    assert rows(file, "select guid from aweigh_deliveries") == [("new",)]
    assert rows(file, "select count(*) from workflow_status where name = 'delivery'") == [(1,)]
    assert rows(file, "select status from workflow_status where name = 'run'") == [("DELAYED",)]
    assert await engine.accept(delivery("old"))
    assert not await engine.accept(delivery("new"))
    await engine.stop()


async def test_periodic_work_is_written_to_the_schedule_and_old_names_are_dropped(
    bench: DatabaseBench, start: Starter, file: Path
) -> None:
    for name in ("sweep-a", "sweep-b"):
        engine = bench.create()
        engine.every(name, timedelta(minutes=10), lambda: asyncio.sleep(0))
        await engine.start(Recorder())
        await engine.stop()
    assert sorted(rows(file, "select schedule_name, schedule from workflow_schedules")) == [
        ("sweep-b", "*/10 * * * *"),
        ("upkeep", "*/10 * * * *"),
    ]


@pytest.mark.slow
async def test_periodic_work_runs_and_its_errors_stop_nothing(bench: DatabaseBench, start: Starter) -> None:
    ran: list[float] = []
    ended: list[float] = []

    async def act() -> None:
        ran.append(time.monotonic())
        await asyncio.sleep(0.5)
        ended.append(time.monotonic())
        raise RuntimeError("boom")

    engine = bench.create()
    engine.every("often", timedelta(minutes=1), act)
    await engine.start(Recorder())
    for _ in range(750):
        if ran:
            break
        await asyncio.sleep(0.1)
    await engine.idle()
    assert len(ended) == len(ran) > 0
    await engine.stop()


async def test_many_lanes_and_writers_lose_nothing(bench: DatabaseBench, start: Starter) -> None:
    seen = Recorder()
    engine = await start(seen)
    repositories = [RepositoryRef(7, 200 + number, f"acme/r{number}") for number in range(20)]
    await asyncio.gather(
        *(engine.accept(delivery(f"{ref.id}-{number}", ref)) for ref in repositories for number in range(5)),
        *(engine.wake(ref) for ref in repositories for _ in range(5)),
    )
    await engine.idle(timedelta(seconds=60))
    await engine.stop()
    assert len(seen.guids) == len(set(seen.guids)) == 100
    assert {ref.id for ref in seen.reconciled} == {ref.id for ref in repositories}
    assert seen.overlaps == 0


def test_tells_a_promise_that_was_kept() -> None:
    assert was_kept("run:101:5", 5)
    assert was_kept("run:101:5:1767225600", 6)
    assert not was_kept("run:101:5", 4)
    assert not was_kept("run:101:5", None)
    assert not was_kept(Jobs.name_delivery("g-1"), 10**20)


def test_names_of_jobs_sort_by_time() -> None:
    names = [Jobs.name_delivery(guid) for guid in ("b", "a")]
    assert names == sorted(names)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the runs that were put into the queue; a negative one here makes the next fail."""
    runs: list[int] = []
    put_run = Jobs.put_run

    def watched(jobs: Jobs, db: sa.Connection, lane: str, run: int, after: timedelta = timedelta(0)) -> None:
        put_run(jobs, db, lane, run, after)
        runs.append(run)
        if runs[0] < 0:
            del runs[0]
            raise RuntimeError("the transaction fails")

    monkeypatch.setattr(Jobs, "put_run", watched)
    return runs


async def test_a_burst_of_wake_ups_should_queue_each_run_once(
    bench: DatabaseBench, start: Starter, put: list[int]
) -> None:
    running, over = asyncio.Event(), asyncio.Event()

    async def wait(_: RepositoryRef) -> None:
        running.set()
        await over.wait()

    seen = Recorder(on_reconcile=wait)
    engine = await start(seen)
    await engine.wake(GADGET)
    await running.wait()
    for _ in range(5):
        await engine.wake(GADGET)
    first, *others = put
    assert others == [first + 1]
    over.set()
    await engine.idle()
    assert seen.reconciled == [GADGET, GADGET]


async def test_a_wake_up_should_not_rely_on_one_that_was_not_committed(
    bench: DatabaseBench, start: Starter, put: list[int]
) -> None:
    seen = Recorder()
    engine = await start(seen)
    await engine.wake(GADGET)
    await engine.idle()
    put.insert(0, -1)
    with pytest.raises(RuntimeError):
        await engine.wake(GADGET)
    await engine.wake(GADGET)
    await engine.idle()
    assert seen.reconciled == [GADGET, GADGET]


def test_a_queued_run_should_be_relied_on_for_a_minute_and_by_its_number() -> None:
    moments = [0.0]
    queued = Queued(lambda: moments[0])
    queued.note("101", 5)
    assert queued.holds("101", 5)
    assert not queued.holds("101", 6)
    assert not queued.holds("102", 5)
    moments[0] = 61.0
    assert not queued.holds("101", 5)

"""Every known way in which DBOS or a database does otherwise than one would think: a test for each counter-measure.

More of them, by where they show: order, timers, hanging handlers and coalescing in ``test_contract``; processes that die
again and again in ``test_processes``; jobs of dead replicas and half-open connections in ``test_replicas``; retention in
``test_durable``.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import EngineUnavailableError
from bot.engine.database import close_database, open_database
from bot.engine.durable import DurableEngine
from tests.engine.support import WIDGET, DatabaseBench, Recorder, Starter, delivery


@pytest.fixture
def bench(on_both: DatabaseBench) -> DatabaseBench:
    return on_both


def rows(bench: DatabaseBench, query: str) -> list[tuple[object, ...]]:
    database = open_database(bench.url)
    if database.dialect.name == "postgresql":
        query = query.replace(" workflow_", " dbos.workflow_")
    with database.connect() as db:
        found = [tuple(row) for row in db.execute(sa.text(query))]
    close_database(database)
    return found


async def test_pitfall_dbos_names_its_version_after_the_source_and_strands_older_jobs(
    bench: DatabaseBench, start: Starter
) -> None:
    engine = await start(Recorder())
    await engine.wake(WIDGET, after=timedelta(hours=1))
    await engine.accept(delivery("g-1"))
    await engine.idle()
    # Also of jobs that it starts by itself.
    assert set(rows(bench, "select distinct application_version from workflow_status")) == {("1",)}


async def test_pitfall_dbos_pickles_what_it_stores(bench: DatabaseBench, start: Starter) -> None:
    engine = await start(Recorder())
    await engine.accept(delivery("g-1"))
    await engine.idle()
    stored = rows(bench, "select distinct serialization from workflow_status where queue_name = 'lanes'")
    assert stored == [("portable_json",)]


async def test_pitfall_dbos_looks_for_jobs_once_a_second(bench: DatabaseBench) -> None:
    seen = Recorder()
    # With the settings of production: a lane takes one job at each look.
    engine = DurableEngine(bench.url)
    await engine.start(seen)
    for number in range(6):
        await engine.accept(delivery(f"g-{number}"))
    began = time.monotonic()
    await engine.idle()
    assert time.monotonic() - began < 5, "six looks at a second each take longer"
    assert len(seen.guids) == 6
    await engine.stop()


async def test_pitfall_dbos_takes_the_loops_threads_with_it_when_it_stops(start: Starter) -> None:
    engine = await start(Recorder())
    await engine.accept(delivery("g-1"))
    await engine.idle()
    await engine.stop()
    # Closing connections may resolve names, which needs them.
    assert await asyncio.to_thread(lambda: "there") == "there"


async def test_pitfall_dbos_advertises_in_the_log(start: Starter, caplog: pytest.LogCaptureFixture) -> None:
    # As in a process in which no engine has run yet, and with a new database, whose tables it makes.
    logging.getLogger("dbos").setLevel(logging.NOTSET)
    with caplog.at_level(logging.INFO):
        engine = await start(Recorder())
        await engine.accept(delivery("g-1"))
        await engine.idle()
        await engine.stop()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("dbos")] == []


async def test_pitfall_a_cut_off_job_is_no_reason_for_a_warning(
    start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    running = asyncio.Event()

    async def hang(_: object) -> None:
        running.set()
        await asyncio.Event().wait()

    engine = await start(Recorder(on_delivery=hang))
    await engine.accept(delivery("g-1"))
    await running.wait()
    with caplog.at_level(logging.WARNING):
        await engine.stop(timedelta(0))
    assert [record.getMessage() for record in caplog.records] == []


async def test_pitfall_an_engine_must_not_open_a_port(start: Starter) -> None:
    before = listening()
    await start(Recorder())
    assert listening() == before


def listening() -> set[str]:
    """The ports on which any process of this machine listens for connections that this process holds open."""
    mine = {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in mine}


async def test_pitfall_dbos_is_a_singleton_a_second_engine_is_refused_and_does_no_harm(
    start: Starter, tmp_path: Path
) -> None:
    seen = Recorder()
    engine = await start(seen)
    with pytest.raises(EngineUnavailableError, match="singleton"):
        await DurableEngine(f"sqlite:///{tmp_path / 'other.db'}").start(Recorder())
    await engine.wake(WIDGET)
    await engine.idle()
    assert seen.reconciled == [WIDGET]


class TestSqlite:
    """What SQLite would do if it were left alone."""

    @pytest.fixture
    def bench(self, sqlite: str) -> DatabaseBench:
        return DatabaseBench(sqlite)

    def test_pitfall_a_rollback_journal_syncs_four_times_for_a_commit(self, sqlite: str) -> None:
        database = open_database(sqlite)
        with database.connect() as db:
            assert db.execute(sa.text("pragma journal_mode")).scalar() == "wal"
        close_database(database)

    def test_pitfall_a_write_ahead_log_may_forget_commits_in_a_power_cut(self, sqlite: str) -> None:
        database = open_database(sqlite)
        with database.connect() as db:
            assert db.execute(sa.text("pragma synchronous")).scalar() == 2, "FULL"
        close_database(database)

    def test_pitfall_many_connections_fight_for_the_write_lock(self, sqlite: str) -> None:
        database = open_database(sqlite)
        with closing(database.raw_connection()), closing(database.raw_connection()):
            assert "Current Overflow: 0" in database.pool.status()
            assert "Pool size: 2" in database.pool.status()
        close_database(database)

    def test_pitfall_a_writer_fails_at_once_while_another_writes(self, sqlite: str) -> None:
        database = open_database(sqlite)
        with database.begin() as db:
            db.execute(sa.text("create table notes (word text)"))
        with database.begin() as one:
            one.execute(sa.text("insert into notes values ('one')"))
            # It waits for the lock instead of failing at once; nobody else is there to give it up.
            with closing(database.raw_connection()) as two:
                assert two.cursor().execute("pragma busy_timeout").fetchone() == (30_000,)
        close_database(database)

    async def test_pitfall_sqlite_of_debian_12_knows_no_fractions_of_a_second(
        self, bench: DatabaseBench, start: Starter
    ) -> None:
        engine = await start(Recorder())
        before = time.time()
        await engine.accept(delivery("g-1"))
        await engine.idle()
        [(created, started)] = rows(
            bench, "select created_at, started_at_epoch_ms from workflow_status where name = 'delivery'"
        )
        assert isinstance(created, int | float)
        assert isinstance(started, int)
        # Whole seconds, which is what an unhelped SQLite gives, would lie outside as good as always.
        assert before - 0.002 <= created / 1000 <= (started + 1) / 1000 <= time.time() + 0.002

    def test_pitfall_a_connection_given_back_after_the_end_stays_open(self, sqlite: str) -> None:
        database = open_database(sqlite)
        straggler = database.connect()
        kept = straggler.connection.driver_connection
        close_database(database)
        straggler.close()
        with pytest.raises(Exception, match="closed database"):
            kept.execute("select 1")  # type: ignore[union-attr]

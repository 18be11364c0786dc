"""Several processes on one PostgreSQL database: they share the lanes, and take over from each other."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import Delivery
from bot.engine.database import close_database, open_database
from bot.engine.durable import DurableEngine
from bot.engine.presence import SharedPresence
from tests.engine.postgresql import execute, new_database
from tests.engine.processes import Spawn, kill, list_handled, read_line
from tests.engine.support import GADGET, WIDGET, DatabaseBench, Recorder, Starter, delivery


@pytest.fixture
def bench(postgresql: str) -> DatabaseBench:
    return DatabaseBench(postgresql)


@pytest.mark.slow
async def test_a_dead_replica_is_taken_over_within_ten_seconds(spawn: Spawn, postgresql: str, tmp_path: Path) -> None:
    dying = await spawn(postgresql, tmp_path / "handled", "hang")
    assert await read_line(dying) == "running"
    seen = Recorder()
    # As in production: nothing here is made quicker.
    engine = DurableEngine(postgresql)
    await engine.start(seen)
    try:
        await asyncio.sleep(5)
        assert seen.guids == [], "the other process is alive: its work is its own"
        assert engine.replicas == 2
        await kill(dying)
        killed = time.monotonic()
        await engine.idle(timedelta(seconds=20))
        print(f"taken over in {time.monotonic() - killed:.1f} s")
        assert time.monotonic() - killed < 10
        assert seen.guids == ["hanging"]
        assert seen.reconciled == [WIDGET]
        assert engine.replicas == 1, "the dead give their share back"
    finally:
        await engine.stop()


@pytest.mark.slow
async def test_replicas_never_overlap_in_a_lane_and_handle_a_guid_once(
    spawn: Spawn, postgresql: str, tmp_path: Path
) -> None:
    journals = [tmp_path / "one", tmp_path / "two"]
    processes = [await spawn(postgresql, journal, "share") for journal in journals]
    accepted = [int(await read_line(process)) for process in processes]
    assert sum(accepted) == 40
    deadline = time.monotonic() + 30
    while sum(len(list_handled(journal)) for journal in journals) < 40:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    for process in processes:
        await kill(process)
    handled = [line.split() for journal in journals for line in journal.read_text().splitlines()]
    assert Counter(guid for guid, *_ in handled) == Counter(f"g-{number}" for number in range(40))
    assert all(list_handled(journal) for journal in journals), "both replicas work"
    for lane in {lane for _, lane, *_ in handled}:
        spans = sorted((float(began), float(ended)) for _, of, began, ended in handled if of == lane)
        assert all(ended <= began for (_, ended), (began, _) in pairwise(spans))


@pytest.mark.slow
async def test_wake_ups_coalesce_across_replicas(spawn: Spawn, start: Starter, postgresql: str, tmp_path: Path) -> None:
    running, gate = asyncio.Event(), asyncio.Event()

    async def wait(_: Delivery) -> None:
        running.set()
        await gate.wait()

    seen = Recorder(on_delivery=wait)
    engine = await start(seen)
    await engine.accept(delivery("g-1"))
    await running.wait()
    journal = tmp_path / "handled"
    other = await spawn(postgresql, journal, "wake")
    assert await read_line(other) == "woken"
    await asyncio.gather(*(engine.wake(WIDGET) for _ in range(20)))
    gate.set()
    await engine.idle()
    await kill(other)
    assert len(list_handled(journal)) + len(seen.reconciled) == 1


async def test_a_guid_accepted_by_two_replicas_at_once_is_new_to_one(postgresql: str) -> None:
    engine = DurableEngine(postgresql)
    await engine.start(Recorder())
    database = open_database(postgresql)
    # The other replica has written the GUID and not committed yet: we wait for it, and do not fail.
    with database.connect() as other:
        other.execute(
            sa.text(
                "insert into aweigh_deliveries (guid, lane, installation, full_name, received_at, content, state, job,"
                " attempts, error) values ('g-1', '101', 7, 'acme/widget', 0, '{}', 'handled', '', 0, '')"
            )
        )
        ours = asyncio.create_task(engine.accept(delivery("g-1")))
        await asyncio.sleep(0.3)
        assert not ours.done()
        other.commit()
    assert await ours is False
    close_database(database)
    await engine.stop()


async def test_a_replica_whose_connections_are_cut_goes_on_and_loses_nothing(
    bench: DatabaseBench, start: Starter, postgresql: str
) -> None:
    async def cut_while_running(handled: Delivery) -> None:
        if handled.guid == "g-3" and seen.guids.count("g-3") == 1:
            cut(postgresql)

    seen = Recorder(on_delivery=cut_while_running)
    engine = await start(seen)
    for number in range(6):
        await engine.accept(delivery(f"g-{number}", (WIDGET, GADGET)[number % 2]))
    deadline = time.monotonic() + 30
    while set(seen.guids) != {f"g-{number}" for number in range(6)}:
        assert time.monotonic() < deadline, f"lost: {seen.guids}"
        await asyncio.sleep(0.1)
    await asyncio.to_thread(wait_for_locks, postgresql, 1)


def count_locks(url: str) -> int:
    """How many processes show on this database that they live; the server lists the locks of all its databases."""
    [(count,)] = execute(
        url,
        "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 2"
        " and database = (select oid from pg_database where datname = current_database())",
    )
    assert isinstance(count, int)
    return count


def wait_for_locks(url: str, count: int) -> None:
    """A process that leaves has closed its connection, one whose connection was cut has to notice: both take a moment."""
    deadline = time.monotonic() + 20
    while count_locks(url) != count:
        assert time.monotonic() < deadline, f"{count_locks(url)} locks, not {count}"
        time.sleep(0.02)


def cut(url: str) -> None:
    """Close every connection of the database, as a restart of the server does."""
    execute(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()",
    )


@contextmanager
def closing_presence(url: str) -> Iterator[SharedPresence]:
    database = open_database(url)
    presence = SharedPresence(database)
    try:
        yield presence
    finally:
        presence.leave()
        close_database(database)


def fail(owner: str) -> None:
    raise AssertionError(f"{owner} lives")


class TestPresence:
    """Who is held to be dead, and when."""

    @pytest.fixture
    def pair(self, postgresql: str) -> Iterator[tuple[SharedPresence, SharedPresence]]:
        with closing_presence(postgresql) as one, closing_presence(postgresql) as two:
            yield one, two

    def test_the_living_are_left_alone(self, pair: tuple[SharedPresence, SharedPresence], postgresql: str) -> None:
        one, two = pair
        one.announce()
        two.announce()
        taken: list[str] = []
        for _ in range(3):
            one.look_after(lambda: {one.owner, two.owner}, taken.append)
        assert taken == []
        two.leave()
        wait_for_locks(postgresql, 1)
        one.look_after(lambda: {one.owner, two.owner}, taken.append)
        assert taken == [], "a lock that was free once may be one that is just being taken again"
        one.look_after(lambda: {one.owner, two.owner}, taken.append)
        assert taken == [two.owner]

    def test_each_knows_how_many_share_the_work(
        self, pair: tuple[SharedPresence, SharedPresence], postgresql: str
    ) -> None:
        one, two = pair
        one.announce()
        # Whoever is just starting counts for nobody yet, nor do the processes of other databases.
        with one.starting(), new_database() as elsewhere, closing_presence(elsewhere) as stranger:
            stranger.announce()
            assert (one.living, stranger.living) == (1, 1)
            one.look_after(set, fail)
            assert one.living == 1
        two.announce()
        assert two.living == 2
        one.look_after(set, fail)
        assert one.living == 2
        two.leave()
        wait_for_locks(postgresql, 1)
        one.look_after(set, fail)
        assert one.living == 1, "at the first look, long before anybody takes over"

    def test_a_restart_of_the_server_makes_nobody_dead(
        self, pair: tuple[SharedPresence, SharedPresence], postgresql: str
    ) -> None:
        one, two = pair
        one.announce()
        two.announce()
        taken: list[str] = []
        cut(postgresql)
        # The first notices that its own lock is gone, and looks at nobody that time.
        assert one.look_after(lambda: {two.owner}, taken.append)
        assert not one.look_after(lambda: {two.owner}, taken.append)
        assert two.look_after(lambda: {one.owner}, taken.append)
        assert not one.look_after(lambda: {two.owner}, taken.append)
        assert not two.look_after(lambda: {one.owner}, taken.append)
        assert taken == []

    def test_the_server_asks_a_silent_client_whether_it_lives(self, postgresql: str) -> None:
        database = open_database(postgresql)
        with database.connect() as connection:
            shown = [
                connection.execute(sa.text(f"show {name}")).scalar()
                for name in (
                    "tcp_keepalives_idle",
                    "tcp_keepalives_interval",
                    "tcp_keepalives_count",
                    "idle_in_transaction_session_timeout",
                )
            ]
        close_database(database)
        assert shown == ["5", "2", "2", "1min"]

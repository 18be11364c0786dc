"""Versions of our tables: brought up to date once, by one process, and never by an older program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.engine import EngineUnavailableError, tables
from bot.engine.database import close_database, open_database
from bot.engine.schema import MIGRATIONS, check_schema, ensure_schema
from tests.engine.support import DatabaseBench, Recorder, delivery


@pytest.fixture
def database(on_both: DatabaseBench) -> Iterator[sa.Engine]:
    engine = open_database(on_both.url)
    yield engine
    close_database(engine)


NEWEST = len(MIGRATIONS) + 1


def add_colour(db: sa.Connection) -> None:
    db.execute(sa.text("alter table aweigh_lanes add column colour text"))


def find_version(database: sa.Engine) -> object:
    with database.connect() as db:
        return db.execute(sa.text("select version from aweigh_schema")).scalar()


def test_tables_are_made_once_and_have_a_version(database: sa.Engine) -> None:
    ensure_schema(database)
    ensure_schema(database)
    assert find_version(database) == NEWEST
    check_schema(database)


def test_older_tables_are_brought_up_to_date_once(database: sa.Engine) -> None:
    ensure_schema(database)
    for _ in range(2):
        ensure_schema(database, [*MIGRATIONS, add_colour])
    assert find_version(database) == NEWEST + 1
    with database.connect() as db:
        assert db.execute(sa.text("select colour from aweigh_lanes")).all() == []


def test_a_migration_that_fails_leaves_the_version_as_it_was(database: sa.Engine) -> None:
    def fail(_: sa.Connection) -> None:
        raise RuntimeError("boom")

    ensure_schema(database)
    with pytest.raises(RuntimeError):
        ensure_schema(database, [*MIGRATIONS, add_colour, fail])
    assert find_version(database) == NEWEST
    assert "colour" not in [column["name"] for column in sa.inspect(database).get_columns("aweigh_lanes")]


def test_tables_of_a_newer_program_are_left_alone(database: sa.Engine) -> None:
    ensure_schema(database, [*MIGRATIONS, add_colour])
    for refuse in (ensure_schema, check_schema):
        with pytest.raises(EngineUnavailableError, match="newer version of this program"):
            refuse(database)


async def test_an_engine_does_not_start_on_them(on_both: DatabaseBench, database: sa.Engine) -> None:
    ensure_schema(database, [*MIGRATIONS, add_colour])
    with pytest.raises(EngineUnavailableError, match="newer version of this program"):
        await on_both.create().start(Recorder())


async def test_deliveries_of_version_1_are_known_by_their_guid_still(
    on_both: DatabaseBench, database: sa.Engine
) -> None:
    ensure_schema(database)
    with database.begin() as db:
        tables.insert_delivery(db, delivery("g-1"), "a job")
        tables.finish_delivery(db, "g-1")
        # As the program before made them, and still does on the replicas that are not replaced yet.
        if db.dialect.name == "postgresql":
            db.exec_driver_sql("ALTER TABLE aweigh_deliveries DROP CONSTRAINT aweigh_deliveries_key_key")
            db.exec_driver_sql("ALTER TABLE aweigh_deliveries DROP COLUMN key")
        else:
            columns = "guid, lane, installation, full_name, received_at, content, state, job, attempts, error, ended_at"
            db.exec_driver_sql(f"CREATE TABLE old AS SELECT {columns} FROM aweigh_deliveries")
            db.exec_driver_sql("DROP TABLE aweigh_deliveries")
            db.exec_driver_sql("ALTER TABLE old RENAME TO aweigh_deliveries")
            db.exec_driver_sql("CREATE UNIQUE INDEX old_guid ON aweigh_deliveries (guid)")
        db.exec_driver_sql("UPDATE aweigh_schema SET version = 1")
    seen = Recorder()
    engine = on_both.create()
    await engine.start(seen)
    try:
        assert find_version(database) == NEWEST
        assert not await engine.accept(delivery("g-1", key="comment:7"))
        assert await engine.accept(delivery("g-2", key="comment:8"))
        assert not await engine.accept(delivery("g-3", key="comment:8"))
        await engine.idle()
    finally:
        await engine.stop()
    assert seen.guids == ["g-2"]

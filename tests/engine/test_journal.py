"""Group commit: many callers, one transaction, and nobody's mistake is another's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import EngineUnavailableError
from bot.engine.database import close_database, open_database
from bot.engine.journal import Journal


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as db:
        db.execute(sa.text("create table notes (word text primary key)"))
    yield engine
    close_database(engine)


@pytest.fixture
async def journal(database: sa.Engine) -> AsyncIterator[Journal]:
    journal = Journal(database)
    yield journal
    await journal.close()


def write(db: sa.Connection, word: str) -> str:
    db.execute(sa.text("insert into notes values (:word)"), {"word": word})
    return word


def words(database: sa.Engine) -> list[str]:
    with database.begin() as db:
        return list(db.execute(sa.text("select word from notes order by word")).scalars())


async def test_many_writes_share_few_commits(database: sa.Engine, journal: Journal) -> None:
    commits: list[None] = []
    sa.event.listen(database, "commit", lambda _: commits.append(None))
    names = [f"w{number:03}" for number in range(100)]
    assert await asyncio.gather(*(journal.transact(partial(write, word=name)) for name in names)) == names
    assert words(database) == names
    # The first goes alone, since nobody waits yet; all others wait for it and go together.
    assert len(commits) <= 3


async def test_a_bad_write_fails_alone(database: sa.Engine, journal: Journal) -> None:
    def fail(_: sa.Connection) -> str:
        raise RuntimeError("mistake")

    results = await asyncio.gather(
        journal.transact(lambda db: write(db, "a")),
        journal.transact(lambda db: write(db, "b")),
        journal.transact(fail),
        journal.transact(lambda db: write(db, "b")),
        journal.transact(lambda db: write(db, "c")),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == [
        "str",
        "str",
        "RuntimeError",
        "EngineUnavailableError",
        "str",
    ]
    assert words(database) == ["a", "b", "c"]


async def test_what_was_to_be_written_is_not_in_the_error(journal: Journal) -> None:
    await journal.transact(lambda db: write(db, "a private thought"))
    with pytest.raises(EngineUnavailableError) as caught:
        await journal.transact(lambda db: write(db, "a private thought"))
    assert "private" not in str(caught.value)


async def test_what_is_the_same_is_done_once_for_all_who_wait(database: sa.Engine, journal: Journal) -> None:
    written: list[str] = []

    def write_once(db: sa.Connection) -> str:
        written.append(write(db, "a"))
        return "a"

    callers = [asyncio.create_task(journal.transact(write_once, same_as="a")) for _ in range(10)]
    await asyncio.sleep(0)
    callers[0].cancel()
    assert await asyncio.gather(*callers[1:]) == ["a"] * 9
    assert written == ["a"]


async def test_what_has_begun_is_not_shared_with_who_comes_later(journal: Journal) -> None:
    began, go_on = threading.Event(), threading.Event()
    runs: list[None] = []

    def look(_: sa.Connection) -> None:
        runs.append(None)
        began.set()
        go_on.wait(5)

    first = asyncio.create_task(journal.transact(look, same_as="look"))
    await asyncio.to_thread(began.wait, 5)
    # The first one may have looked already at what the second one asks about.
    second = asyncio.create_task(journal.transact(look, same_as="look"))
    await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(first, second)
    assert len(runs) == 2


async def test_a_caller_who_gave_up_disturbs_nobody(database: sa.Engine, journal: Journal) -> None:
    impatient = asyncio.create_task(journal.transact(lambda db: write(db, "a")))
    patient = asyncio.create_task(journal.transact(lambda db: write(db, "b")))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == "b"
    assert words(database) == ["a", "b"]


async def test_nobody_waits_for_a_journal_that_is_closed(journal: Journal) -> None:
    await journal.close()
    with pytest.raises((EngineUnavailableError, RuntimeError)):
        await asyncio.wait_for(journal.transact(lambda db: write(db, "a")), 5)


async def test_a_database_that_is_gone_is_named(database: sa.Engine, journal: Journal) -> None:
    def look() -> None:
        with database.connect() as connection:
            connection.execute(sa.text("select * from nowhere"))

    with pytest.raises(EngineUnavailableError, match="no such table: nowhere"):
        await journal.transact(lambda db: db.execute(sa.text("select * from nowhere")).all())
    with pytest.raises(EngineUnavailableError, match="no such table: nowhere"):
        await journal.run(look)

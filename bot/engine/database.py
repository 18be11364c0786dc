"""Opening the engine's database: SQLAlchemy engines that DBOS and our own tables share."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bot.engine.protocol import EngineUnavailableError

_SQLITE_CONNECTIONS: Final = 2
_POSTGRESQL_CONNECTIONS: Final = 10

_POSTGRESQL_SESSION: Final = (
    # A transaction of a machine that dropped off the network must not hold its row locks until somebody notices.
    "SET idle_in_transaction_session_timeout = '60s'",
    # The server asks a silent client after 5 s whether it is alive, and lets its locks go 4 s later. Keepalives of the
    # client's side would not do: it is the server that holds the advisory locks by which replicas know each other.
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 2",
)


def open_database(url: str) -> sa.Engine:
    """An engine for ``sqlite:///file`` or ``postgresql://...``.

    Raises:
        EngineUnavailableError: the URL names neither, or the folder of the file does not exist.
    """
    try:
        parsed = sa.make_url(url.replace("postgres://", "postgresql://", 1))
    except sa.exc.ArgumentError:
        raise EngineUnavailableError("the database URL is not a URL") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    raise EngineUnavailableError(f"no engine for a {parsed.get_backend_name()} database")


def close_database(database: sa.Engine) -> None:
    """Close every connection: those of the pool now, those still in use by a thread as soon as it gives them back."""
    # A pool that was disposed of would take a straggler's connection and leave it open to the garbage collector.
    sa.event.listen(database, "checkin", _close_connection)
    database.dispose()


def _close_connection(_connection: Any, record: Any) -> None:
    record.invalidate()


def _open_postgresql(url: sa.URL) -> sa.Engine:
    # Parameters are hidden from error messages throughout: they may be what somebody wrote in a comment.
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=_POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 10},
    )
    sa.event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL_SESSION:
            cursor.execute(statement)
    # The pool rolls back what comes back to it, and a setting of an open transaction with it.
    connection.commit()


def _open_sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise EngineUnavailableError("a SQLite database must be a file: what was accepted has to survive a crash")
    if not Path(url.database).absolute().parent.is_dir():
        raise EngineUnavailableError(f"the folder of the database does not exist: {Path(url.database).parent}")
    # Two connections do best: SQLite has one writer, and a larger pool only fights for its lock.
    engine = sa.create_engine(url, pool_size=_SQLITE_CONNECTIONS, max_overflow=0, pool_timeout=60, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions take the write lock when they begin, so that two of them wait instead of failing half-way.
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA foreign_keys=ON")
    # A write-ahead log needs one fsync per commit instead of four; FULL makes a commit survive a power cut too.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    _teach_milliseconds(connection)


def _teach_milliseconds(connection: sqlite3.Connection) -> None:
    """Give SQLite before 3.42 the clock that DBOS asks for.

    DBOS stamps rows with ``unixepoch('subsec')``, which is NULL there (and breaks its start), or on Python 3.11 with
    ``strftime('%s','now')``, whose whole seconds leave the order of jobs within one second to chance. Fractions of a
    millisecond are kept on purpose: they keep the order of jobs that were queued together.
    """
    connection.create_function("unixepoch", 1, lambda _modifier: time.time())
    connection.create_function("strftime", 2, lambda _format, _moment: time.time())

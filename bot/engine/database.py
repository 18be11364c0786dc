"""Opening the engine's database: SQLAlchemy engines that DBOS and our own tables share."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import IO, Any, Final

import sqlalchemy as sa

from bot.engine.protocol import EngineUnavailableError

_SQLITE_CONNECTIONS: Final = 2
_POSTGRESQL_CONNECTIONS: Final = 10
_LOCK: Final = 0x61776569676800
"""Number of our advisory lock: the letters of our name."""


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
        parsed = parsed.set(drivername="postgresql+psycopg")
        # Parameters are hidden from error messages throughout: they may be what somebody wrote in a comment.
        return sa.create_engine(
            parsed, pool_size=_POSTGRESQL_CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True
        )
    raise EngineUnavailableError(f"no engine for a {parsed.get_backend_name()} database")


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


class SoleUse:
    """Keeps a second process away from a database: each would take the other's running jobs for its own lost ones.

    A SQLite file is guarded by a lock file, PostgreSQL by an advisory lock; both end with the process, however it dies.
    """

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._held: IO[str] | sa.Connection | None = None

    def take(self) -> None:
        """Take the lock. Raises EngineUnavailableError when another process holds it."""
        taken = self._lock_file() if self._database.dialect.name == "sqlite" else self._lock_on_server()
        if not taken:
            self.release()
            raise EngineUnavailableError("another process works on this database")

    def release(self) -> None:
        """Give the lock up; harmless when it was not taken."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _lock_file(self) -> bool:
        try:
            import fcntl  # noqa: PLC0415 (absent on Windows, where the port the server binds is the only guard)
        except ImportError:
            return True
        self._held = file = Path(f"{self._database.url.database}.lock").open("a")  # noqa: SIM115 (held until released)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _lock_on_server(self) -> bool:
        self._held = connection = self._database.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Taken out of the pool, which would keep the connection, and the lock with it, beyond our release.
        connection.detach()
        return bool(connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LOCK))).scalar())

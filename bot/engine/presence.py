"""How processes that share a database know of each other: each holds a lock for as long as it lives.

A job that is marked as running belongs to one process, its *owner*, and blocks its lane until the owner ends it. An owner
whose lock is free is gone, and somebody must take its jobs over. Locks end with their process, however it dies.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Final, Protocol

import sqlalchemy as sa
import structlog

from bot.engine.protocol import EngineUnavailableError

_OURS: Final = 0x61776568
"""The first half of our advisory locks' names, so that they meet nobody else's in a shared database."""
_STARTING: Final = 0
_LONGEST_WAIT: Final = "60s"

# The server lists the locks of all its databases, and spells the two halves of ours as the oids they are not.
_LIVING: Final = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND classid = :ours AND objid <> :starting"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

log = structlog.get_logger(__name__)


class Presence(Protocol):
    """This process on a database. Every method blocks: call them from a thread, and from one at a time."""

    @property
    def owner(self) -> str:
        """The name under which this process runs jobs."""
        ...

    @property
    def living(self) -> int:
        """How many processes worked on this database when we last looked, this one included; may be read anywhere."""
        ...

    def announce(self) -> None:
        """Take the lock that says we live. Raises EngineUnavailableError when this database allows one process only."""
        ...

    def starting(self) -> AbstractContextManager[None]:
        """Keeps others from creating or changing tables at the same time."""
        ...

    def look_after(self, list_owners: Callable[[], Collection[str]], take_over: Callable[[str], None]) -> bool:
        """Call ``take_over`` for each owner that is gone; True if our own lock was lost meanwhile and taken again."""
        ...

    def leave(self) -> None:
        """Let the lock go; harmless when it is not held."""
        ...


def find_presence(database: sa.Engine) -> Presence:
    """One process on a SQLite file; as many as you like on PostgreSQL."""
    return SolePresence(database) if database.dialect.name == "sqlite" else SharedPresence(database)


class SolePresence:
    """The only process on a SQLite file, guarded by a lock file: two would take each other's jobs for lost ones."""

    # The same name at every start: DBOS then recovers by itself what the process before us left.
    owner: Final = "local"
    living: Final = 1

    def __init__(self, database: sa.Engine) -> None:
        self._path = Path(f"{database.url.database}.lock")
        self._held: IO[str] | None = None

    def announce(self) -> None:
        """Lock the file, or refuse."""
        try:
            import fcntl  # noqa: PLC0415 (absent on Windows, where the port the server binds is the only guard)
        except ImportError:
            return
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise EngineUnavailableError("another process works on this database") from None
        self._held = file

    def starting(self) -> AbstractContextManager[None]:
        """Nobody else is there."""
        return nullcontext()

    def look_after(self, _: Callable[[], Collection[str]], __: Callable[[str], None]) -> bool:
        """Nobody else is there."""
        return False

    def leave(self) -> None:
        """Unlock the file."""
        if self._held is not None:
            self._held.close()
            self._held = None


class SharedPresence:
    """One of several processes on PostgreSQL, each known by an advisory lock on a connection of its own.

    It must reach the server itself or through a pool that keeps sessions: advisory locks belong to a session.
    """

    def __init__(self, database: sa.Engine) -> None:
        self.owner = uuid.uuid4().hex
        self.living = 1
        self._database = database
        self._connection: sa.Connection | None = None
        self._suspects: set[str] = set()

    def announce(self) -> None:
        """Take our lock; nobody else wants it longer than for a look."""
        self.leave()
        connection = self._database.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Out of the pool, which would keep the connection, and the lock with it, beyond our leaving.
        connection.detach()
        try:
            connection.execute(sa.text(f"SET lock_timeout = '{_LONGEST_WAIT}'"))
            connection.execute(sa.select(sa.func.pg_advisory_lock(_OURS, sa.func.hashtext(self.owner))))
            self.living = _count_living(connection)
        except sa.exc.SQLAlchemyError:
            connection.close()
            raise
        self._connection = connection

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Replicas that are started together go one after the other."""
        connection = self._connection
        if connection is None:
            raise EngineUnavailableError("this process has not announced itself")
        connection.execute(sa.select(sa.func.pg_advisory_lock(_OURS, _STARTING)))
        try:
            yield
        finally:
            with suppress(sa.exc.SQLAlchemyError):
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_OURS, _STARTING)))

    def look_after(self, list_owners: Callable[[], Collection[str]], take_over: Callable[[str], None]) -> bool:
        """An owner is gone when its lock was free twice in a row.

        Once is not enough: a restart of the server frees every lock, and each process needs a moment to take its own
        again. Our own comes first, and after that we look at nobody until the next call, for the same reason.
        """
        if self._connection is not None:
            try:
                self._find_gone(self._connection, list_owners, take_over)
            except sa.exc.OperationalError:
                log.warning("the connection that shows we live was lost", owner=self.owner)
            else:
                return False
        self._suspects = set()
        self.announce()
        return True

    def leave(self) -> None:
        """Close the connection; the server lets its locks go."""
        if self._connection is not None:
            with suppress(sa.exc.SQLAlchemyError):
                self._connection.close()
            self._connection = None

    def _find_gone(
        self, connection: sa.Connection, list_owners: Callable[[], Collection[str]], take_over: Callable[[str], None]
    ) -> None:
        # Asked even when there is nobody to look after: a lock that was lost shows only when its connection is used.
        self.living = _count_living(connection)
        free = set()
        for owner in set(list_owners()) - {self.owner}:
            lock = (_OURS, sa.func.hashtext(owner))
            if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(*lock))).scalar():
                continue
            free.add(owner)
            try:
                # Under the lock of the dead, so that no other replica does the same at the same time.
                if owner in self._suspects:
                    log.warning("taking over the work of a process that is gone", owner=owner)
                    take_over(owner)
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(*lock)))
        self._suspects = free


def _count_living(connection: sa.Connection) -> int:
    """How many processes hold the lock that says they live. One that looks after the dead counts twice for a moment."""
    living: int = connection.execute(_LIVING, {"ours": _OURS, "starting": _STARTING}).scalar_one()
    return living

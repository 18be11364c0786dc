"""Dead letters: listed, read and put back by whoever can open the database, with or without a running engine.

Putting one back is a row and a job in one transaction, which needs no executor: whichever process works on the database
takes the job up. That is why the command line needs no port of the running bot, and starts no second executor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from bot.engine import tables
from bot.engine.beside import open_beside
from bot.engine.jobs import Jobs
from bot.engine.protocol import DeadLetter, lane_of, wake_up_id


class DeadLetters:
    """The dead letters of a database. Every method blocks, and raises SQLAlchemyError when the database does not answer."""

    def __init__(self, database: sa.Engine, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def list(self) -> Sequence[DeadLetter]:
        """What failed too often, and what took the process with it too often; oldest first."""
        crashed = self._jobs.list_crashed()
        with self._database.connect() as db:
            return tables.list_dead(db, crashed)

    def find_content(self, guid: str) -> Mapping[str, Any] | None:
        """What a delivery carries, if there is one of this GUID."""
        with self._database.connect() as db:
            kept = tables.find_delivery(db, guid)
        return None if kept is None else kept.delivery.content

    def retry(self, letter_id: str) -> bool:
        """Put a dead letter back into its lane with all its attempts; False if there is none with this id."""
        crashed = self._jobs.list_crashed()
        with self._database.begin() as db:
            lane = letter_id.removeprefix(wake_up_id(""))
            if lane != letter_id:
                return self._retry_lane(db, lane, crashed)
            return self._retry_delivery(db, letter_id, crashed)

    def _retry_delivery(self, db: sa.Connection, guid: str, crashed: Sequence[str]) -> bool:
        job = self._jobs.name_delivery(guid)
        if not tables.revive_delivery(db, guid, job, crashed):
            return False
        kept = tables.get_delivery(db, guid)
        self._jobs.put_delivery(db, lane_of(kept.delivery.repository), guid, job)
        return True

    def _retry_lane(self, db: sa.Connection, lane: str, crashed: Sequence[str]) -> bool:
        repository = tables.revive_lane(db, lane, crashed)
        if repository is None:
            return False
        self._jobs.put_run(db, lane, tables.ensure_lane(db, repository) + 1)
        return True


@contextmanager
def open_dead_letters(url: str) -> Iterator[DeadLetters]:
    """The dead letters of the database at this URL; it is neither created nor changed in its structure.

    Raises:
        EngineUnavailableError: there is no such database, or it is of another version, or it does not answer.
    """
    with open_beside(url) as database:
        jobs = Jobs(database)
        try:
            yield DeadLetters(database, jobs)
        finally:
            jobs.close()

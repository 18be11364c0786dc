"""Opening the database of a bot that may be running, for the command line: nothing is created, and no executor started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bot.engine.database import close_database, open_database
from bot.engine.protocol import EngineUnavailableError
from bot.engine.retries import describe
from bot.engine.schema import check_schema


@contextmanager
def open_beside(url: str) -> Iterator[sa.Engine]:
    """The database at this URL; it is neither created nor changed in its structure.

    Raises:
        EngineUnavailableError: there is no such database, or it is of another version, or it does not answer.
    """
    database = open_database(url)
    try:
        # Opening a SQLite file that is not there would create it.
        if database.dialect.name == "sqlite" and not Path(database.url.database or "").exists():
            raise EngineUnavailableError(f"there is no database at {database.url.database}")
        check_schema(database)
        yield database
    except sa.exc.SQLAlchemyError as error:
        raise EngineUnavailableError(f"the database cannot be used: {describe(error)}") from error
    finally:
        close_database(database)

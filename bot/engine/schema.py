"""Which version of our tables a database has, and how an older one is brought up to date.

A newer program must leave its tables usable for the one before it: while replicas are replaced one by one, both work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from bot.engine import audit_table, tables
from bot.engine.protocol import EngineUnavailableError

Migration = Callable[[sa.Connection], None]


def _add_keys(db: sa.Connection) -> None:
    """Version 2: a delivery is known by what it tells of as well, not by its GUID alone."""
    db.exec_driver_sql("ALTER TABLE aweigh_deliveries ADD COLUMN key VARCHAR(64)")
    db.exec_driver_sql("CREATE UNIQUE INDEX aweigh_deliveries_key ON aweigh_deliveries (key)")


MIGRATIONS: Final[Sequence[Migration]] = (_add_keys,)
"""The first one leads from version 1 to version 2, and so on; each runs in the transaction that writes its version."""

versions = sa.Table("aweigh_schema", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))


def ensure_schema(database: sa.Engine, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Create our tables, or bring those of an older program up to date.

    Raises:
        EngineUnavailableError: a newer program has changed them.
    """
    newest = len(migrations) + 1
    with database.begin() as db:
        if db.dialect.name == "sqlite":
            # Otherwise Python would begin a transaction at the first row only, and change tables outside of it.
            db.exec_driver_sql("BEGIN IMMEDIATE")
        for metadata in (tables.metadata, audit_table.metadata):
            # A table that is missing altogether is no new version: an older program does not know it, and works on.
            metadata.create_all(db)
        versions.create(db, checkfirst=True)
        found = _find_version(db)
        if found is None:
            db.execute(versions.insert().values(version=newest))
            return
        _refuse_newer(found, newest)
        for version, migrate in enumerate(migrations[found - 1 :], found + 1):
            migrate(db)
            db.execute(versions.update().values(version=version))


def check_schema(database: sa.Engine) -> None:
    """Make sure that the tables are there and ours, changing nothing.

    Raises:
        EngineUnavailableError: they are missing, or of another version.
    """
    newest = len(MIGRATIONS) + 1
    if not sa.inspect(database).has_table(versions.name):
        raise EngineUnavailableError("the database has no tables of this bot: has it been started with it?")
    with database.connect() as db:
        found = _find_version(db) or newest
    _refuse_newer(found, newest)
    if found < newest:
        raise EngineUnavailableError(f"the database has tables of version {found}, not {newest}: start the bot first")


def _find_version(db: sa.Connection) -> int | None:
    return db.execute(sa.select(versions.c.version)).scalar()


def _refuse_newer(found: int, newest: int) -> None:
    if found > newest:
        raise EngineUnavailableError(
            f"a newer version of this program has worked on the database: its tables are of version {found},"
            f" this one knows {newest}. Run the newer program, or give this one another database"
        )

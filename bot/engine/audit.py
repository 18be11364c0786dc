"""The audit, read by whoever can open the database, with or without a running engine.

For the command line alone: no decision reads it, and an import contract keeps every other room from this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.engine.audit_table import Wanted, list_rows, rows
from bot.engine.beside import open_beside
from bot.engine.protocol import AuditRow, EngineUnavailableError

__all__ = ["Wanted", "read_audit"]


def read_audit(url: str, wanted: Wanted) -> Sequence[AuditRow]:
    """The rows that are wanted from the database at this URL, oldest first.

    Raises:
        EngineUnavailableError: there is no such database, or no audit in it yet, or it does not answer.
    """
    with open_beside(url) as database:
        # The table came later than the others, without a new version: an older program works beside it.
        if not sa.inspect(database).has_table(rows.name):
            raise EngineUnavailableError("the database has no audit yet: start the bot first")
        with database.connect() as db:
            return list_rows(db, wanted)

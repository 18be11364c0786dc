"""The table of the audit: rows are added and listed, and nothing here changes or deletes one.

It stands apart from the tables that the engine works with: no row of it is pruned, purged, or looked at when work is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.engine.protocol import AuditRow
from bot.engine.tables import from_micros, to_micros
from bot.github.facts import RepositoryRef

metadata = sa.MetaData()

rows = sa.Table(
    "aweigh_audit",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("decided_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("installation", sa.BigInteger, nullable=False),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    # As it was called then: a row tells what happened, and a rename does not change that.
    sa.Column("full_name", sa.String(255), nullable=False),
    sa.Column("delivery", sa.String(64), nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("actor_id", sa.BigInteger, nullable=False),
    sa.Column("actor_login", sa.String(100), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("command", sa.String(20), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("sha", sa.String(64), nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
)

# The two dialects spell it alike, but SQLAlchemy has no common word for it.
_INSERT_UNLESS_KNOWN: Final[Mapping[str, sa.Executable]] = {
    dialect: insert(rows).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows somebody wants to see: the newest ``limit`` of those that fit everything that is given.

    ``repository`` is a full name and ``actor`` a login, in any letters; an actor may be named by number as well.
    """

    repository: str | None = None
    actor: str | None = None
    since: datetime | None = None
    limit: int = 100


def insert_row(db: sa.Connection, row: AuditRow) -> bool:
    """Add a row; False when there is one of its key. In one statement: another replica may do the same at this moment."""
    values = {
        "key": row.key,
        "decided_at": to_micros(row.decided_at),
        "installation": row.repository.installation_id,
        "repository_id": row.repository.id,
        "full_name": row.repository.full_name,
        "delivery": row.delivery,
        "link": row.link,
        "actor_id": row.actor_id,
        "actor_login": row.actor_login,
        "role": row.role,
        "command": row.command,
        "version": row.version,
        "sha": row.sha,
        "decision": row.decision,
        "reason": row.reason,
    }
    return db.execute(_INSERT_UNLESS_KNOWN[db.dialect.name], values).rowcount > 0


def list_rows(db: sa.Connection, wanted: Wanted) -> Sequence[AuditRow]:
    """The rows that are wanted, oldest first."""
    found = rows.select().order_by(rows.c.decided_at.desc(), rows.c.key.desc()).limit(wanted.limit)
    if wanted.repository is not None:
        found = found.where(sa.func.lower(rows.c.full_name) == wanted.repository.lower())
    if wanted.actor is not None:
        found = found.where(_is_actor(wanted.actor))
    if wanted.since is not None:
        found = found.where(rows.c.decided_at >= to_micros(wanted.since))
    return [_read(row) for row in db.execute(found)][::-1]


def _is_actor(actor: str) -> sa.ColumnElement[bool]:
    named = sa.func.lower(rows.c.actor_login) == actor.lower()
    # A login may consist of digits alone. Beyond the range of a column there is no account.
    numbered = actor.isascii() and actor.isdigit() and len(actor) <= 18
    return sa.or_(named, rows.c.actor_id == int(actor)) if numbered else named


def _read(row: sa.Row[Any]) -> AuditRow:
    return AuditRow(
        key=row.key,
        decided_at=from_micros(row.decided_at),
        repository=RepositoryRef(row.installation, row.repository_id, row.full_name),
        delivery=row.delivery,
        link=row.link,
        actor_id=row.actor_id,
        actor_login=row.actor_login,
        role=row.role,
        command=row.command,
        version=row.version,
        sha=row.sha,
        decision=row.decision,
        reason=row.reason,
    )

"""What lies in the engine's database beside DBOS's own tables, and the statements on it.

Times are whole microseconds since 1970 in UTC. A delivery's row outlives its content: its GUID is what a redelivery
is recognised by.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.engine.protocol import DeadLetter, Delivery, Intent, JsonObject, lane_of, wake_up_id
from bot.github.facts import RepositoryRef

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WAITING: Final = "waiting"
HANDLED: Final = "handled"
DEAD: Final = "dead"

metadata = sa.MetaData()

deliveries = sa.Table(
    "aweigh_deliveries",
    metadata,
    sa.Column("guid", sa.String(64), primary_key=True),
    sa.Column("lane", sa.String(20), nullable=False),
    sa.Column("installation", sa.BigInteger, nullable=False, index=True),
    sa.Column("full_name", sa.String(255), nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("job", sa.String(100), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    # Null in rows of a program that did not know keys.
    sa.Column("key", sa.String(64), unique=True),
)

lanes = sa.Table(
    "aweigh_lanes",
    metadata,
    sa.Column("lane", sa.String(20), primary_key=True),
    sa.Column("installation", sa.BigInteger, nullable=False, index=True),
    sa.Column("full_name", sa.String(255), nullable=False),
    sa.Column("run", sa.BigInteger, nullable=False),
    sa.Column("job", sa.String(100), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("failed_at", sa.BigInteger),
)

intents = sa.Table(
    "aweigh_intents",
    metadata,
    sa.Column("lane", sa.String(20), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("installation", sa.BigInteger, nullable=False, index=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)

probes = sa.Table(
    "aweigh_probes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)


# Statements of the way in and through are built once: SQLAlchemy takes longer to build one than SQLite to execute it.
_GUID: Final[sa.BindParameter[str]] = sa.bindparam("the_guid")
_LANE: Final[sa.BindParameter[str]] = sa.bindparam("the_lane")
_KEY: Final[sa.BindParameter[str]] = sa.bindparam("the_key")
_FIND_GUIDS: Final = sa.select(deliveries.c.guid).where(sa.or_(deliveries.c.guid == _GUID, deliveries.c.key == _KEY))
_FIND_DELIVERY: Final = deliveries.select().where(deliveries.c.guid == _GUID)
_FINISH_DELIVERY: Final = deliveries.update().where(deliveries.c.guid == _GUID).values(state=HANDLED, content="{}")
_FIND_LANE: Final = lanes.select().where(lanes.c.lane == _LANE)
# The two dialects spell it alike, but SQLAlchemy has no common word for it.
_INSERT_UNLESS_KNOWN: Final = {
    (dialect, table.name): insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    for table in (deliveries, lanes)
}
_INSERT_INTENT: Final[Mapping[str, sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert(intents),
    "postgresql": postgresql.insert(intents),
}


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """A delivery as it stands in the table; ``job`` is the job that may handle it now."""

    delivery: Delivery
    state: str
    job: str
    attempts: int


def insert_delivery(db: sa.Connection, delivery: Delivery, job: str) -> bool:
    """Keep a delivery; False when its GUID or its key is known."""
    return _insert_unless_known(
        db,
        deliveries,
        guid=delivery.guid,
        key=delivery.natural_key,
        **_repository_values(delivery.repository),
        received_at=to_micros(delivery.received_at),
        content=json.dumps(delivery.content),
        state=WAITING,
        job=job,
        attempts=0,
        error="",
    )


def find_delivery(db: sa.Connection, guid: str) -> KeptDelivery | None:
    """The delivery of this GUID, as long as its row is kept."""
    row = db.execute(_FIND_DELIVERY, {"the_guid": guid}).first()
    return None if row is None else _kept(row)


def find_guid(db: sa.Connection, delivery: Delivery) -> str | None:
    """The GUID under which this delivery is kept: its own, or that of another with its key."""
    guids = db.execute(_FIND_GUIDS, {"the_guid": delivery.guid, "the_key": delivery.natural_key}).scalars().all()
    return delivery.guid if delivery.guid in guids else next(iter(guids), None)


def get_delivery(db: sa.Connection, guid: str) -> KeptDelivery:
    """The delivery of this GUID. Raises LookupError."""
    kept = find_delivery(db, guid)
    if kept is None:
        raise LookupError(f"no delivery {guid}")
    return kept


def list_waiting(db: sa.Connection, jobs: Collection[str]) -> Sequence[KeptDelivery]:
    """Deliveries still to be handled whose job is one of these."""
    waiting = deliveries.select().where(deliveries.c.state == WAITING)
    return [_kept(row) for row in db.execute(waiting) if row.job in jobs]


def finish_delivery(db: sa.Connection, guid: str) -> None:
    """The delivery was handled: keep its GUID, drop its content."""
    db.execute(_FINISH_DELIVERY, {"the_guid": guid, "ended_at": now_micros()})


def revive_delivery(db: sa.Connection, guid: str, job: str, crashed: Collection[str]) -> bool:
    """Let another job handle a dead letter; False when it is none, or somebody else was quicker."""
    values = {"state": WAITING, "job": job, "attempts": 0, "error": "", "ended_at": None}
    dead = sa.and_(deliveries.c.guid == guid, _is_dead(crashed))
    return db.execute(deliveries.update().where(dead).values(values)).rowcount > 0


def postpone_delivery(db: sa.Connection, guid: str, job: str, attempts: int) -> None:
    """Another job will handle the delivery, after so many failed attempts."""
    values = {"state": WAITING, "job": job, "attempts": attempts, "ended_at": None}
    db.execute(deliveries.update().where(deliveries.c.guid == guid).values(values))


def park_delivery(db: sa.Connection, guid: str, attempts: int, error: str) -> None:
    """The delivery failed too often."""
    values = {"state": DEAD, "attempts": attempts, "error": error, "ended_at": now_micros()}
    db.execute(deliveries.update().where(deliveries.c.guid == guid).values(values))


def ensure_lane(db: sa.Connection, repository: RepositoryRef) -> int:
    """Keep what the repository is called now; the number of the run that began last in its lane."""
    lane = {"the_lane": lane_of(repository)}
    row = db.execute(_FIND_LANE, lane).first()
    if row is None:
        # Numbers start at the present moment so that they never repeat, not even after an installation came back.
        values = {"run": now_micros(), "job": "", "attempts": 0, "error": ""}
        _insert_unless_known(db, lanes, **_repository_values(repository), **values)
        # Another replica may have been quicker.
        row = db.execute(_FIND_LANE, lane).one()
    if (row.installation, row.full_name) != (repository.installation_id, repository.full_name):
        values = {"installation": repository.installation_id, "full_name": repository.full_name}
        db.execute(lanes.update().where(lanes.c.lane == row.lane).values(values))
    return int(row.run)


def begin_run(db: sa.Connection, lane: str, run: int, job: str) -> RepositoryRef | None:
    """Begin this run of the lane; None when another job began it, or a later one, and kept its promise."""
    began = db.execute(
        lanes.update()
        .where(lanes.c.lane == lane, sa.or_(lanes.c.run < run, lanes.c.job == job))
        .values(run=run, job=job)
    )
    if began.rowcount == 0:
        return None
    return _repository(db.execute(_FIND_LANE, {"the_lane": lane}).one())


def list_runs(db: sa.Connection) -> dict[str, int]:
    """The number of the run that began last, by lane."""
    return {row.lane: row.run for row in db.execute(sa.select(lanes.c.lane, lanes.c.run))}


def list_lanes(db: sa.Connection, jobs: Collection[str]) -> Sequence[RepositoryRef]:
    """The repositories whose last run was begun by one of these jobs."""
    return [_repository(row) for row in db.execute(lanes.select()) if row.job in jobs]


def revive_lane(db: sa.Connection, lane: str, crashed: Collection[str]) -> RepositoryRef | None:
    """Take a lane off the dead letters; None when it is none of them."""
    dead = sa.and_(lanes.c.lane == lane, _has_failed(crashed))
    values = {"job": "", "attempts": 0, "error": "", "failed_at": None}
    if db.execute(lanes.update().where(dead).values(values)).rowcount == 0:
        return None
    return _repository(db.execute(lanes.select().where(lanes.c.lane == lane)).one())


def clear_failures(db: sa.Connection, lane: str) -> None:
    """The lane's last run went well."""
    failed = sa.or_(lanes.c.attempts > 0, lanes.c.failed_at.is_not(None))
    db.execute(lanes.update().where(lanes.c.lane == lane, failed).values(attempts=0, error="", failed_at=None))


def count_failure(db: sa.Connection, lane: str) -> int:
    """Count one more failed run of the lane; how many there were in a row."""
    db.execute(lanes.update().where(lanes.c.lane == lane).values(attempts=lanes.c.attempts + 1))
    return db.execute(sa.select(lanes.c.attempts).where(lanes.c.lane == lane)).scalar() or 0


def park_lane(db: sa.Connection, lane: str, error: str) -> None:
    """The lane failed too often; its next wake-up tries again all the same."""
    db.execute(lanes.update().where(lanes.c.lane == lane).values(error=error, failed_at=now_micros()))


def list_dead(db: sa.Connection, crashed: Collection[str]) -> list[DeadLetter]:
    """Dead letters, oldest first; ``crashed`` are jobs that ended with their process once too often."""
    letters = [
        DeadLetter(row.guid, "delivery", _repository(row), row.error or _CRASHED, row.attempts, _ended(row.ended_at))
        for row in db.execute(deliveries.select().where(_is_dead(crashed)))
    ]
    letters += [
        DeadLetter(
            wake_up_id(row.lane),
            "wake-up",
            _repository(row),
            row.error or _CRASHED,
            row.attempts,
            _ended(row.failed_at),
        )
        for row in db.execute(lanes.select().where(_has_failed(crashed)))
    ]
    return sorted(letters, key=lambda letter: letter.failed_at)


def record_intent(db: sa.Connection, repository: RepositoryRef, key: str, value: JsonObject) -> Intent:
    """Write an intent over whatever was there, in one statement: another replica may do the same at this moment."""
    moment = now_micros()
    written = {
        "installation": repository.installation_id,
        "value": json.dumps(value),
        "recorded_at": moment,
    }
    insert = _INSERT_INTENT[db.dialect.name].values(lane=lane_of(repository), key=key, **written)
    db.execute(insert.on_conflict_do_update(index_elements=[intents.c.lane, intents.c.key], set_=written))
    return Intent(key, dict(value), from_micros(moment))


def forget_intent(db: sa.Connection, repository: RepositoryRef, key: str) -> None:
    """Delete an intent."""
    db.execute(intents.delete().where(intents.c.lane == lane_of(repository), intents.c.key == key))


def list_intents(db: sa.Connection, repository: RepositoryRef) -> list[Intent]:
    """All intents of a repository, by key."""
    rows = db.execute(intents.select().where(intents.c.lane == lane_of(repository)).order_by(intents.c.key))
    return [Intent(row.key, json.loads(row.value), from_micros(row.recorded_at)) for row in rows]


def list_repositories(db: sa.Connection, intent: str) -> list[RepositoryRef]:
    """The repositories that have a lane, and an intent whose key begins like this."""
    noting = sa.select(intents.c.lane).where(intents.c.key.startswith(intent, autoescape=True))
    return [
        _repository(row) for row in db.execute(lanes.select().where(lanes.c.lane.in_(noting)).order_by(lanes.c.lane))
    ]


def purge_installation(db: sa.Connection, installation_id: int) -> None:
    """Delete every row about an installation."""
    for table in (deliveries, lanes, intents):
        db.execute(table.delete().where(table.c.installation == installation_id))


def prune_deliveries(db: sa.Connection, handled: timedelta, dead: timedelta) -> None:
    """Forget deliveries that were handled, or became dead letters, longer ago than this."""
    for state, age in ((HANDLED, handled), (DEAD, dead)):
        oldest = now_micros() - age // timedelta(microseconds=1)
        db.execute(deliveries.delete().where(deliveries.c.state == state, deliveries.c.ended_at < oldest))


def write_probe(db: sa.Connection) -> None:
    """Write something, so that a full disk or a read-only file shows."""
    db.execute(probes.delete())
    db.execute(probes.insert().values(id=1, at=now_micros()))


def now_micros() -> int:
    """The present moment."""
    return time.time_ns() // 1000


def to_micros(moment: datetime) -> int:
    """A moment as the tables keep it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The moment that the tables keep as this number."""
    return _EPOCH + timedelta(microseconds=micros)


_CRASHED: Final = "the process ended in the middle of this work, again and again"


def _is_dead(crashed: Collection[str]) -> sa.ColumnElement[bool]:
    died = sa.and_(deliveries.c.state == WAITING, deliveries.c.job.in_(crashed))
    return sa.or_(deliveries.c.state == DEAD, died)


def _has_failed(crashed: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(lanes.c.failed_at.is_not(None), lanes.c.job.in_(crashed))


def _insert_unless_known(db: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless its key is there. In one statement, since another replica may do the same at this moment."""
    return db.execute(_INSERT_UNLESS_KNOWN[db.dialect.name, table.name], values).rowcount > 0


def _kept(row: sa.Row[Any]) -> KeptDelivery:
    key = None if row.key == row.guid else row.key
    delivery = Delivery(row.guid, _repository(row), from_micros(row.received_at), json.loads(row.content), key)
    return KeptDelivery(delivery, row.state, row.job, row.attempts)


def _ended(micros: int | None) -> datetime:
    return from_micros(micros if micros is not None else now_micros())


def _repository(row: sa.Row[Any]) -> RepositoryRef:
    return RepositoryRef(row.installation, int(row.lane), row.full_name)


def _repository_values(repository: RepositoryRef) -> dict[str, int | str]:
    return {
        "lane": lane_of(repository),
        "installation": repository.installation_id,
        "full_name": repository.full_name,
    }

"""``aweigh audit``: who told the bot what, and what came of it, from the database of a bot that may be running."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer

from bot.engine import AuditRow, EngineUnavailableError
from bot.settings.operator import OperatorSettingsError, read_database_settings
from bot.terminal import fail, printable

_AGO: Final = re.compile(r"(\d{1,5})([mhd])", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_HEADINGS: Final = (
    "TIME",
    "DELIVERY",
    "REPOSITORY",
    "LINK",
    "ACTOR",
    "LOGIN",
    "ROLE",
    "COMMAND",
    "VERSION",
    "SHA",
    "DECISION",
    "REASON",
)


def audit(
    repository: Annotated[str | None, typer.Option(help="Only of this one, as owner/name.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only by this login, or this numeric id.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only from then on: 2026-05-01T12:00 in UTC, or 90m, 24h, 7d.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest ones.", min=1)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what was decided about commands, oldest first: in the database of DATABASE_URL, which a bot may be using."""
    # Loading the engine's database takes longer than all else here, and no other command should wait for it.
    from bot.engine.audit import Wanted, read_audit  # noqa: PLC0415

    wanted = Wanted(repository, actor, _read_moment(since) if since else None, limit)
    try:
        found = read_audit(read_database_settings().database_url.reveal(), wanted)
    except OperatorSettingsError as error:
        fail(*error.lines)
    except EngineUnavailableError as unavailable:
        fail(str(unavailable))
    for line in _as_json(found) if as_json else _as_table(found):
        typer.echo(line)


def _read_moment(text: str) -> datetime:
    ago = _AGO.fullmatch(text)
    if ago:
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        fail("--since takes a moment such as 2026-05-01T12:00, or a time such as 90m, 24h or 7d")


def _as_json(rows: Sequence[AuditRow]) -> list[str]:
    # Everything beyond ASCII is escaped, so that no text can play tricks with the terminal.
    return [json.dumps(_describe(row)) for row in rows]


def _describe(row: AuditRow) -> dict[str, Any]:
    return {
        "time": row.decided_at.isoformat(),
        "delivery": row.delivery,
        "repository": row.repository.full_name,
        "repository_id": row.repository.id,
        "link": row.link,
        "actor": row.actor_id,
        "login": row.actor_login,
        "role": row.role,
        "command": row.command,
        "version": row.version,
        "sha": row.sha,
        "decision": row.decision,
        "reason": row.reason,
    }


def _as_table(rows: Sequence[AuditRow]) -> list[str]:
    if not rows:
        return []
    table = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def _cells(row: AuditRow) -> tuple[str, ...]:
    cells = (
        f"{row.decided_at:%Y-%m-%dT%H:%M:%SZ}",
        row.delivery,
        row.repository.full_name,
        row.link,
        str(row.actor_id),
        row.actor_login,
        row.role,
        row.command,
        row.version,
        row.sha[:12],
        row.decision,
        row.reason,
    )
    return tuple(printable(cell) or "-" for cell in cells)

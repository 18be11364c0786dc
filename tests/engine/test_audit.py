"""``aweigh audit`` beside a bot that is running."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import tables
from bot.engine.audit import Wanted, read_audit
from bot.engine.database import close_database, open_database
from bot.engine.durable import DurableEngine
from bot.engine.schema import check_schema
from tests.engine.support import ELSEWHERE, GADGET, WIDGET, DatabaseBench, Recorder, decision

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
COLUMNS = [
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
]


async def run(url: str, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "audit", *words),
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_lists_while_the_bot_runs_and_starts_no_second_one(on_both: DatabaseBench) -> None:
    seen = Recorder()
    engine = on_both.create()
    await engine.start(seen)
    await engine.write_audit(decision("a", decided_at=MOMENT))
    nobody = decision("b", decided_at=MOMENT + timedelta(seconds=1), version="", sha="", delivery="", role="")
    await engine.write_audit(nobody)

    status, out, _ = await run(on_both.url)
    heading, first, second = (line.split() for line in out.splitlines())
    assert (status, heading) == (0, COLUMNS)
    assert first == [
        "2026-05-01T12:00:00Z",
        "g-1",
        "acme/widget",
        "https://git.acme.example/acme/widget/pull/3#issuecomment-7",
        "501",
        "mona",
        "write",
        "hold",
        "1.2.0",
        "1a2b3c4",
        "allowed",
        "done",
    ]
    assert [name for name, cell in zip(COLUMNS, second, strict=True) if cell == "-"] == [
        "DELIVERY",
        "ROLE",
        "VERSION",
        "SHA",
    ]
    # Nothing that the running bot waits for was taken by the other process.
    await engine.wake(WIDGET)
    await engine.idle()
    assert seen.reconciled == [WIDGET]
    await engine.stop()


async def test_json_is_one_object_a_line(sqlite: str) -> None:
    await write(sqlite, decision("a", decided_at=MOMENT, actor_login="mona\N{RIGHT-TO-LEFT OVERRIDE}"), decision("b"))
    status, out, _ = await run(sqlite, "--json", "--limit", "1")
    assert (status, out.isascii()) == (0, True)
    assert [json.loads(line)["time"] for line in out.splitlines()] == ["2026-05-01T12:00:00.123456+00:00"]
    shown = json.loads((await run(sqlite, "--json"))[1].splitlines()[0])
    assert shown == {
        "time": "2026-05-01T12:00:00+00:00",
        "delivery": "g-1",
        "repository": "acme/widget",
        "repository_id": 101,
        "link": "https://git.acme.example/acme/widget/pull/3#issuecomment-7",
        "actor": 501,
        "login": "mona\N{RIGHT-TO-LEFT OVERRIDE}",
        "role": "write",
        "command": "hold",
        "version": "1.2.0",
        "sha": "1a2b3c4",
        "decision": "allowed",
        "reason": "done",
    }
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in (await run(sqlite))[1]


async def test_filters_narrow_and_the_newest_are_kept(on_both: DatabaseBench) -> None:
    rows = [
        decision("a", WIDGET, decided_at=MOMENT),
        decision("b", GADGET, decided_at=MOMENT + timedelta(hours=1)),
        decision("c", ELSEWHERE, decided_at=MOMENT + timedelta(hours=2), actor_id=502, actor_login="501"),
        decision("d", WIDGET, decided_at=MOMENT + timedelta(hours=3), actor_id=503, actor_login="Hugo"),
    ]
    await write(on_both.url, *rows)

    def keys(wanted: Wanted) -> str:
        return "".join(row.key for row in read_audit(on_both.url, wanted))

    assert keys(Wanted()) == "abcd"
    assert keys(Wanted(limit=2)) == "cd"
    assert keys(Wanted(repository="ACME/widget")) == "ad"
    assert keys(Wanted(repository="acme/wid%")) == ""
    assert keys(Wanted(actor="hugo")) == "d"
    # A number may be a login, too.
    assert keys(Wanted(actor="501")) == "abc"
    assert keys(Wanted(actor="9" * 30)) == ""
    assert keys(Wanted(since=MOMENT + timedelta(hours=2))) == "cd"
    assert keys(Wanted(repository="acme/widget", actor="503", since=MOMENT, limit=1)) == "d"


async def test_since_takes_a_moment_or_an_age(sqlite: str) -> None:
    now = datetime.now(UTC)
    await write(sqlite, decision("a", decided_at=now - timedelta(days=2)), decision("b", decided_at=now))
    for since, count in (
        ("24h", 1),
        ("3d", 2),
        ("5m", 1),
        (f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", 1),
        (f"{now - timedelta(days=3):%Y-%m-%d}", 2),
        (f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}+00:00", 1),
    ):
        _, out, _ = await run(sqlite, "--since", since, "--json")
        assert len(out.splitlines()) == count, since


@pytest.mark.parametrize("since", ["yesterday", "7 d", "-1d", "0001-01-01T00:00+14:00"])
async def test_any_other_since_is_refused(sqlite: str, since: str) -> None:
    status, out, said = await run(sqlite, f"--since={since}")
    assert (status, out) == (1, "")
    assert said == "aweigh: --since takes a moment such as 2026-05-01T12:00, or a time such as 90m, 24h or 7d\n"


async def test_never_makes_a_database(sqlite: str, tmp_path: Path) -> None:
    status, _, said = await run(sqlite)
    assert (status, said) == (1, f"aweigh: there is no database at {tmp_path / 'engine.db'}\n")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_database_of_before_the_audit_gets_it_at_the_next_start(on_both: DatabaseBench) -> None:
    engine = on_both.create()
    await engine.start(Recorder())
    await engine.stop()
    database = open_database(on_both.url)
    with database.begin() as db:
        db.execute(sa.text("drop table aweigh_audit"))
    # The program of before would still work on it: nothing of its own tables has changed.
    check_schema(database)
    assert "aweigh_audit" not in tables.metadata.tables
    status, _, said = await run(on_both.url)
    assert (status, said) == (1, "aweigh: the database has no audit yet: start the bot first\n")
    engine = on_both.create()
    await engine.start(Recorder())
    assert await engine.write_audit(decision("a"))
    await engine.stop()
    close_database(database)


async def test_rows_outlive_the_upkeep(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.durable.GUID_RETENTION", timedelta(0))
    engine = DurableEngine(sqlite)
    await engine.start(Recorder())
    await engine.write_audit(decision("a", decided_at=datetime(2020, 1, 1, tzinfo=UTC)))
    await engine._keep_up()
    await engine.stop()
    assert len(read_audit(sqlite, Wanted())) == 1


async def write(url: str, *rows: object) -> None:
    engine = DurableEngine(url)
    await engine.start(Recorder())
    for row in rows:
        await engine.write_audit(row)  # type: ignore[arg-type]
    await engine.stop()

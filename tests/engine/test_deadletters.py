"""``aweigh deadletters`` beside a bot that is running."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import Delivery
from bot.engine.durable import DurableEngine
from bot.engine.retries import RetryPolicy
from tests.engine.support import GADGET, WIDGET, DatabaseBench, Recorder, delivery

IMPATIENT = RetryPolicy(pauses=())


async def run(url: str, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "deadletters", *words),
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_lists_shows_and_retries_while_the_bot_runs(on_both: DatabaseBench) -> None:
    broken = True

    async def fail(_: object) -> None:
        if broken:
            raise RuntimeError("boom \x1b[31m")

    seen = Recorder(on_delivery=fail, on_reconcile=fail)
    engine = on_both.create(IMPATIENT)
    await engine.start(seen)
    await engine.accept(delivery("g-1", body="/release 1.2.0 \N{RIGHT-TO-LEFT OVERRIDE}"))
    await engine.wake(GADGET)
    await engine.idle()

    status, out, _ = await run(on_both.url, "list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["g-1", "wake-up:102"]
    assert "acme/widget  RuntimeError: boom" in out
    assert "\x1b" not in out

    status, out, _ = await run(on_both.url, "show", "g-1")
    shown = json.loads(out)
    assert (status, out.isascii()) == (0, True)
    assert (shown["repository"], shown["attempts"]) == (WIDGET.full_name, 1)
    assert shown["content"]["body"] == "/release 1.2.0 \N{RIGHT-TO-LEFT OVERRIDE}"

    broken = False
    assert await run(on_both.url, "retry", "g-1", "wake-up:102") == (0, "2 put back\n", "")
    # The bot never stopped, and takes them up by itself.
    await wait_until(lambda: len(seen.deliveries) == 2 and len(seen.reconciled) == 2)
    await engine.idle()
    assert await run(on_both.url, "list") == (0, "", "")
    assert await run(on_both.url, "retry", "g-1") == (1, "0 put back\n", "aweigh: there is no dead letter g-1\n")
    await engine.stop()


async def test_retries_everything_and_a_stopped_bot_takes_it_up_later(sqlite: str) -> None:
    async def fail(_: Delivery) -> None:
        if len(seen.deliveries) <= 2:
            raise RuntimeError("boom")

    seen = Recorder(on_delivery=fail)
    engine = DurableEngine(sqlite, retries=IMPATIENT)
    await engine.start(seen)
    for guid in ("g-1", "g-2"):
        await engine.accept(delivery(guid))
    await engine.idle()
    await engine.stop()
    assert await run(sqlite, "retry", "--all") == (0, "2 put back\n", "")
    engine = DurableEngine(sqlite, retries=IMPATIENT)
    await engine.start(seen)
    await engine.idle()
    assert seen.guids == ["g-1", "g-2", "g-1", "g-2"]
    await engine.stop()


@pytest.mark.parametrize("words", [["retry"], ["retry", "g-1", "--all"]])
async def test_asks_which_ones(sqlite: str, words: list[str]) -> None:
    assert await run(sqlite, *words) == (1, "", "aweigh: name dead letters, or say --all\n")


async def test_never_makes_a_database(sqlite: str, tmp_path: Path) -> None:
    status, _, said = await run(sqlite, "list")
    assert status == 1
    assert said == f"aweigh: there is no database at {tmp_path / 'engine.db'}\n"
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_leaves_the_database_of_another_program_alone(sqlite: str) -> None:
    database = sa.create_engine(sqlite)
    with database.begin() as db:
        db.execute(sa.text("create table theirs (x int)"))
    database.dispose()
    assert (await run(sqlite, "list"))[2] == (
        "aweigh: the database has no tables of this bot: has it been started with it?\n"
    )


async def test_refuses_the_database_of_a_newer_program(sqlite: str) -> None:
    engine = DurableEngine(sqlite)
    await engine.start(Recorder())
    await engine.stop()
    database = sa.create_engine(sqlite)
    with database.begin() as db:
        db.execute(sa.text("update aweigh_schema set version = 99"))
    database.dispose()
    status, _, said = await run(sqlite, "list")
    assert status == 1
    assert "a newer version of this program has worked on the database" in said


async def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")

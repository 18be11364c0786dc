"""Fixtures of the engine's tests; ``bench`` is the test module's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.engine import Engine
from bot.engine.durable import DurableEngine
from bot.engine.retries import RetryPolicy
from tests.engine.postgresql import new_database
from tests.engine.processes import Spawn, spawning
from tests.engine.support import QUICK, Bench, DatabaseBench, MemoryBench, Recorder, Starter


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    # DBOS looks once a second whether a timer is due; a test that waits for one need not.
    monkeypatch.setattr("dbos._workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC", 0.05)


@pytest.fixture
async def start(bench: Bench) -> AsyncIterator[Starter]:
    """Starts engines, one after the other, and stops whatever a test leaves running."""
    started: list[Engine] = []

    async def start(handlers: Recorder, retries: RetryPolicy = QUICK) -> Engine:
        engine = bench.create(retries)
        await engine.start(handlers)
        started.append(engine)
        return engine

    yield start
    for engine in started:
        await engine.stop()


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The name of a PostgreSQL database that has all tables: copying it is quicker than making them for every test."""
    with new_database() as url:
        asyncio.run(_start_once(url))
        yield make_url(url).database or ""


async def _start_once(url: str) -> None:
    engine = DurableEngine(url)
    await engine.start(Recorder())
    await engine.stop()


@pytest.fixture
def postgresql(template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database on which an engine has run, and nothing else."""
    with new_database(template) as url:
        yield url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'engine.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest) -> DatabaseBench:
    """A bench on each database in turn."""
    return DatabaseBench(request.getfixturevalue(request.param))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def on_all(request: pytest.FixtureRequest) -> Bench:
    """A bench on each kind of engine in turn."""
    return MemoryBench() if request.param == "memory" else DatabaseBench(request.getfixturevalue(request.param))


@pytest.fixture
async def spawn() -> AsyncIterator[Spawn]:
    """Starts processes with an engine, and kills those that a test leaves running."""
    async with spawning() as spawn:
        yield spawn


@pytest.fixture
def seen() -> Recorder:
    return Recorder()

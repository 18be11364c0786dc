"""Fixtures of the engine's tests; ``bench`` is the test module's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.engine import Engine
from bot.engine.retries import RetryPolicy
from tests.engine.support import QUICK, Bench, Recorder, Starter


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


@pytest.fixture
def seen() -> Recorder:
    return Recorder()

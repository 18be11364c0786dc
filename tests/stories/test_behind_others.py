"""A release that was merged and is not through goes on, however many pull requests came after its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.github.facts import RepositoryRef
from tests.stories.hours import MORNING
from tests.stories.theatre import open_theatre

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("database", ["kept", "deleted"])
async def test_behind_many_that_were_closed(tmp_path: Path, database: str) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, gate="none") as theatre:
        pull = await theatre.propose()
        # The index must say that the version is free before anything is tagged.
        theatre.sandbox.index.faults.unreachable = "connection"
        await theatre.merge(pull)
        await theatre.pass_time(MINUTE)
        assert "Waiting for the package index" in (theatre.check_runs(pull)[-1].output.title or "")
        for number in range(3, 9):
            newer = await theatre.propose(f"1.{number}.0")
            theatre.acme.mona.close_pull(newer.number)
            await theatre.pass_time(MINUTE)
        if database == "deleted":
            await theatre.leave()
            await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=clock))
        theatre.sandbox.index.faults.unreachable = None
        await theatre.pass_time(timedelta(hours=1))
        assert len(theatre.files("1.2.0")) == 2
        assert (theatre.check_runs(pull)[-1].output.title or "") == "Released"
        theatre.read_all()
        # Once it is through nothing is looked after any more.
        assert await theatre.engine.list_repositories("merged:") == []
        assert await theatre.engine.list_repositories("line:") == []


async def test_what_is_noted_and_gone_is_forgotten(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        acme = theatre.acme
        intents = theatre.engine.intents(
            RepositoryRef(acme.installation.id, acme.repository.id, acme.repository.full_name)
        )
        await intents.record("merged:77", {})
        pull = await theatre.propose()
        await intents.record(f"merged:{pull.number}", {})
        theatre.acme.mona.close_pull(pull.number)
        await theatre.pass_time(MINUTE)
        assert await theatre.engine.list_repositories("merged:") == []
        theatre.read_all()

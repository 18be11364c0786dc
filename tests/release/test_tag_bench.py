"""What was noted as begun a moment ago and does not show yet is waited for, in whichever thread it was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.engine.memory_store import MemoryIntents, MemoryStore
from bot.engine.protocol import Backoff
from bot.github.facts import RepositoryRef
from bot.release.lines import TagNote, note_tagged
from bot.release.snapshot import Line
from bot.release.tag_bench import TagBench
from tests.release import making as m

THREAD, ELSEWHERE = 7, 8


class Nothing:
    """GitHub shows no release without a pull request."""

    async def list_known(self, *_: Any) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("thread", "line"),
    [(THREAD, Line("main")), (ELSEWHERE, Line("main")), (THREAD, Line("main", "core"))],
    ids=["the same command", "another thread of the line", "another line in the thread"],
)
async def test_a_release_that_may_have_begun_is_waited_for(thread: int, line: Line) -> None:
    clock = VirtualClock(m.NOW)
    intents = MemoryIntents(MemoryStore(), RepositoryRef(1, 1, "acme/widget"), clock)
    nothing: Any = Nothing()
    bench = TagBench(nothing, nothing, nothing, intents, clock)
    await note_tagged(intents, TagNote(THREAD, m.MERGE, "v1.2.0", Line("main")))
    asked = m.request(thread=thread)
    with pytest.raises(Backoff):
        await bench.request(m.REPOSITORY, line, asked, nothing)

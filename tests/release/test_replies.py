"""How many answers are given in one thread: counted by what was begun, so that a crash changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.messages.markers import marker
from bot.messages.replies import reply_marker
from bot.release.speech import MOST_REPLIES, WITHIN, Speech
from tests.engine.support import WIDGET

THREAD = 3


class Voice(Speech):
    """Says nothing, and remembers what it would have said."""

    def __init__(self, engine: MemoryEngine) -> None:
        super().__init__(None, engine.intents(WIDGET), engine.clock, 1)  # type: ignore[arg-type]
        self.said: list[str] = []

    async def _find(self, *_: Any, **__: Any) -> None:
        return None

    async def _is_due(self, _key: str) -> bool:
        return True

    async def _say(self, drafts: Any, _reacting: Any) -> bool:
        self.said += [draft.mark for draft in drafts]
        return False


async def begin(engine: MemoryEngine, mark: str, number: int = THREAD) -> None:
    """As it is left before a comment is made."""
    await engine.intents(WIDGET).record(f"comment:{number}:{mark}", {})


@pytest.fixture
async def engine() -> MemoryEngine:
    engine = MemoryEngine(clock=VirtualClock())
    for comment in range(MOST_REPLIES):
        await begin(engine, reply_marker(comment))
    return engine


async def say(engine: MemoryEngine, comment: int, number: int = THREAD) -> bool:
    voice = Voice(engine)
    await voice.answer(number, "", reply_marker(comment), "body", None)
    return voice.said == [reply_marker(comment)]


async def test_one_more_is_not_given_and_one_that_was_begun_is_brought_to_its_end(engine: MemoryEngine) -> None:
    assert not await say(engine, 1000)
    assert await say(engine, MOST_REPLIES - 1)
    assert await say(engine, 0)


async def test_another_thread_has_its_own(engine: MemoryEngine) -> None:
    assert await say(engine, 1000, number=4)
    # Its number only begins alike.
    assert await say(engine, 1000, number=31)


async def test_an_hour_later_it_is_given(engine: MemoryEngine) -> None:
    clock = engine.clock
    assert isinstance(clock, VirtualClock)
    await clock.advance(WITHIN - timedelta(seconds=1))
    assert not await say(engine, 1000)
    await clock.advance(timedelta(seconds=1))
    assert await say(engine, 1000)


async def test_what_a_release_says_is_not_counted() -> None:
    engine = MemoryEngine(clock=VirtualClock())
    for number in range(MOST_REPLIES):
        await begin(engine, marker("prompt", f"run:{number}/1"))
        await begin(engine, marker("outcome", f"run:{number}"))
        await begin(engine, marker("replying", str(number)))
    assert await say(engine, 1000)

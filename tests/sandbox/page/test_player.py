"""The story at a visitor's pace."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from bot.sandbox.demo.story import Scene, StageFailedError
from bot.sandbox.page.player import Player


class ShortStory:
    """Three scenes that only count."""

    count = 3

    def __init__(self, breaks_at: int | None = None) -> None:
        self.played: list[int] = []
        self.breaks_at = breaks_at
        self.acme: Any = type("Acme", (), {"repository": type("Repository", (), {"issues": {}})})

    async def tell(self) -> AsyncGenerator[Scene, None]:
        for number in range(1, 4):
            yield Scene(f"scene {number}", f"/page/{number}")
            if number == self.breaks_at:
                raise StageFailedError("it rained")
            self.played.append(number)


def player(story: ShortStory, pace: float = 1000) -> Player:
    return Player(story, pace=pace)  # type: ignore[arg-type]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - the player tells nobody what it does
            await asyncio.sleep(0.001)


async def test_it_plays_to_the_end_by_itself() -> None:
    story = ShortStory()
    playing = player(story)
    playing.play()
    await until(lambda: playing.state == "done")
    assert story.played == [1, 2, 3]
    assert playing.watch is None


async def test_nothing_happens_before_somebody_asks() -> None:
    story = ShortStory()
    playing = player(story)
    await asyncio.sleep(0.02)
    assert (story.played, playing.state, playing.scene) == ([], "ready", None)


async def test_a_step_plays_one_scene_and_announces_the_next() -> None:
    story = ShortStory()
    playing = player(story)
    playing.step()
    await until(lambda: playing.number == 2)
    await asyncio.sleep(0.02)
    assert (story.played, playing.state, playing.busy) == ([1], "paused", False)
    assert playing.scene == Scene("scene 2", "/page/2")
    assert playing.watch == "/page/1"
    playing.play()
    await until(lambda: playing.state == "done")
    await playing.stop()


async def test_a_pause_holds_the_story_while_one_reads() -> None:
    story = ShortStory()
    playing = player(story, pace=10)  # A quarter of a second between scenes.
    playing.play()
    await until(lambda: playing.number == 2)
    playing.pause()
    await asyncio.sleep(0.5)
    assert story.played == [1]
    await playing.stop()


async def test_a_story_that_breaks_off_says_why() -> None:
    story = ShortStory(breaks_at=2)
    playing = player(story)
    playing.play()
    await until(lambda: playing.state == "failed")
    assert (playing.problem, playing.busy) == ("it rained", False)
    playing.play()
    assert playing.state == "failed"


async def test_stopping_ends_it_anywhere() -> None:
    playing = player(ShortStory(), pace=0.1)
    playing.play()
    await asyncio.sleep(0.01)
    await playing.stop()
    await player(ShortStory()).stop()

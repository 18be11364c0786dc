"""The story at a visitor's pace."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from bot.sandbox.demo.story import Scene, StageFailedError
from bot.sandbox.page.player import Player


class ShortStory:
    """Three scenes that only count."""

    count = 3

    def __init__(self, breaks_at: int | None = None, **more: Any) -> None:
        self.more = more
        self.played: list[int] = []
        self.breaks_at = breaks_at
        self.acme: Any = type("Acme", (), {"repository": type("Repository", (), {"issues": {}})})

    async def tell(self) -> AsyncGenerator[Scene, None]:
        for number in range(1, 4):
            yield Scene(f"scene {number}", f"/page/{number}", **self.more)
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


async def test_a_story_that_begins_unasked_leaves_time_to_say_no() -> None:
    story = ShortStory()
    playing = player(story, pace=40)  # A tenth of a second before the first scene.
    playing.open()
    await until(lambda: playing.number == 1)
    playing.pause()
    await asyncio.sleep(0.2)
    assert (story.played, playing.state, playing.busy) == ([], "paused", False)
    await playing.stop()


async def test_a_story_that_was_begun_is_not_opened_again() -> None:
    playing = player(ShortStory())
    playing.pause()
    playing.open()
    assert playing.state == "paused"
    await playing.stop()


async def test_a_window_goes_to_the_next_page_before_its_scene_and_looks_again_when_it_happens() -> None:
    story = ShortStory()
    said = type("Thread", (), {"body": "word " * 60, "comments": []})
    story.acme.repository.issues[1] = said
    playing = player(story, pace=10)  # A second to read what was said.
    playing.play()
    await until(lambda: playing.number == 2 and playing.watch == "/page/2")
    assert (playing.busy, playing.cue) == (False, 2)
    await until(lambda: playing.busy)
    assert (playing.watch, playing.cue) == ("/page/2", 3)
    await playing.stop()


async def test_whoever_narrates_hears_of_beginning_and_end() -> None:
    playing = player(ShortStory())
    begun = asyncio.create_task(playing.wait_for_beginning())
    await asyncio.sleep(0)
    assert not begun.done()
    playing.play()
    await asyncio.wait_for(begun, 5)
    await asyncio.wait_for(playing.wait_for_end(), 5)
    assert playing.state == "done"


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


async def test_what_happens_by_itself_waits_for_no_reader() -> None:
    said = type("Thread", (), {"body": "word " * 60, "comments": []})  # Ten seconds to read.
    story = ShortStory(by_itself=True)
    story.acme.repository.issues[1] = said
    playing = player(story, pace=50)
    playing.play()
    async with asyncio.timeout(1):  # Three scenes of at most four seconds each, fifty times as fast.
        await playing.wait_for_end()
    assert story.played == [1, 2, 3]


async def test_a_page_without_a_conversation_is_looked_at_for_a_while() -> None:
    story = ShortStory(look=8.0)
    playing = player(story, pace=20)
    playing.play()
    await until(lambda: playing.number == 2)
    await asyncio.sleep(0.2)  # As a scene without a look would have been over.
    assert (playing.busy, playing.watch) == (False, "/page/1")
    await until(lambda: playing.busy)
    await playing.stop()

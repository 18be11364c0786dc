"""The story, played at reading speed: it waits before each scene as long as one reads what the last one brought.

The visitor's window is taken along. Once a scene's outcome has been seen where it happened, the window goes to the page
of the next scene, so that most of the reading is done there: the text of the release pull request before it is merged.
"""

import asyncio
import contextlib
from typing import Literal

from bot.sandbox.demo.story import Scene, StageFailedError, Story
from bot.sandbox.http import HttpError
from bot.sandbox.people import NotAllowedError

State = Literal["ready", "playing", "paused", "done", "failed"]

_OPENING = 4.0
"""Seconds before the first scene of a story that begins by itself: enough to read where one is, and to say no."""
_LEAST, _MOST = 2.5, 14.0
"""Seconds to read before somebody acts. The least of them are spent where the last scene happened."""
_WORDS_PER_SECOND = 6.0
_CURTAIN = 1.2
"""Seconds between the moment the visitor is taken to a scene's page and the scene itself."""


class Player:
    """Plays one story once.

    Args:
        story: What is played.
        pace: How many times as fast as people read.

    Attributes:
        state: What the visitor wants: nothing yet, go on, or wait; then how it ended.
        scene: What happens next, or now if `busy`.
        number: The scene's number, from 1.
        watch: The path of the page, or of the place on it, where there is something to see now; None when there is nothing.
        cue: Grows whenever the visitor's window is to look again: at another page, or at what happens on this one.
        problem: Why the story broke off.
    """

    def __init__(self, story: Story, *, pace: float = 1.0) -> None:
        self.story = story
        self.pace = pace
        self.state: State = "ready"
        self.scene: Scene | None = None
        self.number = 0
        self.busy = False
        self.watch: str | None = None
        self.cue = 0
        self.problem = ""
        self._opening = 0.0
        self._steps = 0
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._words = 0
        self._look = 0.0

    @property
    def count(self) -> int:
        """How many scenes there are."""
        return self.story.count

    def play(self) -> None:
        """Go on by yourself."""
        self._turn_to("playing")

    def open(self) -> None:
        """Begin unasked, after a moment in which the visitor can still pause. Does nothing to a story that has begun."""
        if self.state == "ready":
            self._opening = _OPENING
            self.play()

    def pause(self) -> None:
        """Wait after the scene that is under way."""
        self._turn_to("paused")

    def step(self) -> None:
        """Play one scene now, then wait."""
        if self.state not in ("done", "failed") and not self.busy:
            self._steps = 1
        self._turn_to("paused")

    async def wait_for_beginning(self) -> None:
        """Return once somebody asked for the first scene."""
        await self._begun.wait()

    async def wait_for_end(self) -> None:
        """Return once the story that has begun is over, well or badly."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """End, wherever the story is."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _turn_to(self, state: State) -> None:
        if self.state in ("done", "failed"):
            return
        self.state = state
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="sandbox-story")
            self._begun.set()

    async def _run(self) -> None:
        try:
            async with contextlib.aclosing(self.story.tell()) as scenes:
                async for scene in scenes:
                    self.scene, self.busy, self.number = scene, False, self.number + 1
                    await self._wait_for(scene)
                    self.busy, self._look = True, scene.look
                    self._point_at(scene.page)
                    await asyncio.sleep(_CURTAIN / self.pace)
        except (StageFailedError, HttpError, NotAllowedError, LookupError) as error:
            # Most often the visitor did by hand what the story was about to do.
            self.state, self.problem = "failed", str(error)
        else:
            self.state = "done"
        self.busy, self.watch = False, None

    async def _wait_for(self, scene: Scene) -> None:
        """Return when ``scene`` may begin; on the way take the visitor to its page."""
        if self.number == 1:
            await self._wait(self._opening)
            return
        if await self._wait(max(_LEAST, self._look)):
            self._reading_seconds()  # Whoever steps on has read what was there.
            return
        if scene.page != self.watch:
            self._point_at(scene.page)
        if not scene.by_itself:  # What happens by itself waits for nobody; one reads all of it before the next act.
            await self._wait(self._reading_seconds() - _LEAST)

    async def _wait(self, seconds: float) -> bool:
        """Wait while the story is paused, and for ``seconds`` of playing; True when a step was asked for instead."""
        while True:
            self._changed.clear()
            if self._steps:
                self._steps = 0
                return True
            if self.state == "playing":
                try:
                    await asyncio.wait_for(self._changed.wait(), seconds / self.pace)
                except TimeoutError:
                    return False
            else:
                await self._changed.wait()

    def _point_at(self, page: str) -> None:
        self.watch, self.cue = page, self.cue + 1

    def _reading_seconds(self) -> float:
        """How long one reads what has been said since the last scene."""
        repository = self.story.acme.repository
        said = sum(
            len((thread.body or "").split()) + sum(len(comment.body.split()) for comment in thread.comments)
            for thread in repository.issues.values()
        )
        new, self._words = max(said - self._words, 0), said
        return min(max(_LEAST, new / _WORDS_PER_SECOND), _MOST)

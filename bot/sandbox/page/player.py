"""The story, played at reading speed: it waits before each scene as long as one reads what the last one brought."""

import asyncio
import contextlib
from typing import Literal

from bot.sandbox.demo.story import Scene, StageFailedError, Story
from bot.sandbox.http import HttpError
from bot.sandbox.people import NotAllowedError

State = Literal["ready", "playing", "paused", "done", "failed"]

_LEAST, _MOST = 2.5, 12.0
"""Seconds between two scenes."""
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
        watch: The path of the page on which the scene can be watched; set just before it happens, and kept until the next one.
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
        self.problem = ""
        self._steps = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._words = 0

    @property
    def count(self) -> int:
        """How many scenes there are."""
        return self.story.count

    def play(self) -> None:
        """Go on by yourself."""
        self._turn_to("playing")

    def pause(self) -> None:
        """Wait after the scene that is under way."""
        self._turn_to("paused")

    def step(self) -> None:
        """Play one scene now, then wait."""
        if self.state not in ("done", "failed") and not self.busy:
            self._steps = 1
        self._turn_to("paused")

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

    async def _run(self) -> None:
        try:
            async with contextlib.aclosing(self.story.tell()) as scenes:
                async for scene in scenes:
                    self.scene, self.busy, self.number = scene, False, self.number + 1
                    await self._wait()
                    self.busy, self.watch = True, scene.page
                    await asyncio.sleep(_CURTAIN / self.pace)
        except (StageFailedError, HttpError, NotAllowedError, LookupError) as error:
            # Most often the visitor did by hand what the story was about to do.
            self.state, self.problem = "failed", str(error)
        else:
            self.state = "done"
        self.busy, self.watch = False, None

    async def _wait(self) -> None:
        """Return when the next scene may begin."""
        reading = self._reading_seconds() / self.pace if self.number > 1 else 0.0
        while True:
            self._changed.clear()
            if self._steps:
                self._steps = 0
                return
            if self.state == "playing":
                try:
                    await asyncio.wait_for(self._changed.wait(), reading)
                except TimeoutError:
                    return
            else:
                await self._changed.wait()

    def _reading_seconds(self) -> float:
        """How long one reads what has been said since the last scene."""
        repository = self.story.acme.repository
        said = sum(
            len((thread.body or "").split()) + sum(len(comment.body.split()) for comment in thread.comments)
            for thread in repository.issues.values()
        )
        new, self._words = max(said - self._words, 0), said
        return min(max(_LEAST, new / _WORDS_PER_SECOND), _MOST)

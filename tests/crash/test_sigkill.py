"""A whole release by the real ``aweigh serve``, killed with SIGKILL at a sample of its requests.

``SIGKILLS`` in the environment says how many requests of each order are struck; they are spread evenly over the story.
Every other one is struck before GitHub does what was asked, the rest after.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from bot.sandbox.acme_files import Trigger
from tests.crash.matrix import ORDERS, differences
from tests.crash.served import Death, play_through, serving
from tests.crash.story import Stuck

SIGKILLS = int(os.environ.get("SIGKILLS", "3"))

_WORLDS = 9
"""How many worlds are played in at the same time: most of a run is waiting."""

_STARTING = 3
"""How many processes start at the same time: each keeps a processor busy for a second."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The story of one order as it goes when nobody is killed."""

    requests: int
    picture: str

    def choose(self, many: int) -> list[tuple[int, Death]]:
        """The requests to strike, spread evenly, and when."""
        deaths = list(Death)
        spread = [round((turn + 0.5) * self.requests / many) for turn in range(many)]
        return [(number, deaths[turn % 2]) for turn, number in enumerate(spread)]


class Playhouse:
    """Where stories are played, each in a world of its own, several at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worlds, self._starting = asyncio.Semaphore(_WORLDS), asyncio.Semaphore(_STARTING)

    def _make_folder(self) -> Path:
        return Path(mkdtemp(dir=self._folder))

    async def play(self, order: Trigger) -> Undisturbed:
        """Play the story undisturbed."""
        async with self._worlds, serving(order, self._make_folder(), self._starting) as served:
            picture = await play_through(served)
            return Undisturbed(served.asked, picture)

    async def strike(self, order: Trigger, number: int, death: Death, wanted: str) -> str | None:
        """What is wrong in the end when the process was killed at one request, or None."""
        async with self._worlds, serving(order, self._make_folder(), self._starting, number, death) as served:
            try:
                drawn = await play_through(served)
            except (Stuck, AssertionError) as error:
                return f"{order}:{number}:{death}\n{error}\n{differences(wanted, served.draw())}"
        if served.killed is None:
            # No two runs ask equally often in real time: this one was over some requests earlier.
            return await self.strike(order, served.asked - 1, death, wanted)
        return None if drawn == wanted else f"{order}:{number}:{death}\n{differences(wanted, drawn)}"


async def test_a_release_survives_the_kill_of_the_real_process(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    house, began = Playhouse(tmp_path), time.monotonic()
    undisturbed = dict(zip(ORDERS, await asyncio.gather(*(house.play(order) for order in ORDERS)), strict=True))
    runs = [
        house.strike(order, number, death, story.picture)
        for order, story in undisturbed.items()
        for number, death in story.choose(SIGKILLS)
    ]
    wrong = [problem for problem in await asyncio.gather(*runs) if problem]
    asked = {order: story.requests for order, story in undisturbed.items()}
    print(f"SIGKILL of aweigh serve: N = {asked}, {len(runs)} runs, {time.monotonic() - began:.0f} s")
    record_property("crash", "SIGKILL of aweigh serve, all orders together")
    record_property("requests", sum(asked.values()))
    record_property("runs", len(runs))
    assert not wrong, "\n\n".join(wrong)

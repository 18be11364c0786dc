"""A large estate under a burst of pushes: how long until every release pull request is right, and what it costs.

The whole sandbox and the whole bot share this process, joined by functions; the engine is the one in memory, so that hours
of waiting for GitHub's limits, all of which the sandbox counts, pass in no time. Requests take no virtual time either: pushes
coalesce less than they would.
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from tests.stories.burst import Burst, Size, open_burst
from tests.stories.town import list_refused


@dataclass(frozen=True, slots=True)
class Figures:
    """What a burst came to."""

    size: Size
    until_right: timedelta
    """From the first push until the last release pull request was right, on the clock of the world."""
    processor_seconds: float
    requests: int
    points: int
    refused: int
    looks_for_pushes: int
    dead_letters: int
    wrong: int
    others: tuple[timedelta, ...]
    busy: timedelta
    megabytes: tuple[float, float]
    """The most memory that this process ever had, before and after."""

    def describe(self) -> list[str]:
        """The figures, line by line."""
        size = self.size
        waits = f"others median {_clock(median_low(self.others))}, worst {_clock(max(self.others))}"
        return (
            f"{size.repositories} repositories of {size.owners} owners, {size.pushes} pushes over {size.touched} of them"
            f" within {_clock(size.within)}, {size.to_busy} to one; engine in memory, virtual time\n"
            f"  all release pull requests right  {_clock(self.until_right)} after the first push,"
            f" {self.processor_seconds:.1f} s of processor, sandbox and bot together\n"
            f"  from its last push to right      {waits}, the busy one {_clock(self.busy)}\n"
            f"  GitHub requests                  {self.requests}, {self.requests / size.pushes:.1f} for each push;"
            f" {self.points} GraphQL points; {self.refused} refused\n"
            f"  pushes                           {size.pushes - self.looks_for_pushes} coalesced with others;"
            f" {self.dead_letters} dead letters, {self.wrong} lost\n"
            f"  memory                           {self.megabytes[1]:.0f} MB at its peak, {self.megabytes[0]:.0f} MB before"
            " the first push\n"
        ).splitlines()


def size_of(repositories: int, owners: int) -> Size:
    """The burst that belongs to so many repositories: for a thousand, 2,000 pushes over 200, of which one gets 200."""
    return Size(
        repositories,
        pushes=2 * repositories,
        touched=max(2, repositories // 5),
        owners=owners,
        to_busy=repositories // 5,
    )


async def measure_burst(size: Size) -> Figures:
    """Build the estate, let the burst come, and count.

    Raises AssertionError when something is not right after half a day.
    """
    burst = await open_burst(size)
    before, began = _megabytes(), time.process_time()
    await burst.play()
    spent = time.process_time() - began
    figures = await _read(burst, spent, before)
    await burst.stage.stop()
    return figures


async def _read(burst: Burst, spent: float, before: float) -> Figures:
    requests, busy = burst.requests, burst.busy
    return Figures(
        burst.size,
        max(one.right_at - burst.began for one in burst.targets if one.right_at is not None),
        spent,
        len(requests),
        sum(one.points for one in requests if one.path.endswith("/graphql")),
        len(list_refused(requests)),
        burst.counting.looks_for_pushes,
        len(await burst.stage.process.engine.list_dead_letters()),
        len([one for one in burst.targets if not one.is_right()]),
        tuple(one.waited for one in burst.others),
        busy.waited if busy else timedelta(0),
        (before, _megabytes()),
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"

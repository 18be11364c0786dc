"""Which runs are known to be queued: a burst of wake-ups of one lane asks the database for its number alone.

Queueing a job costs several times what looking up a number does, and only to find that the job is there. A run is noted once
its job is committed, and its job leaves the queue only by beginning, which raises the number of its lane: whoever is told by
the database that the run has not begun, and by this note that its job was queued, may rely on it. What is cancelled from
outside is the exception, so nothing is relied on for long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_RELIED_ON: Final = 60.0


class Queued:
    """The run that was last queued to begin at once, by lane."""

    def __init__(self, now: Callable[[], float]) -> None:
        """``now`` is the present moment in seconds."""
        self._now = now
        self._runs: dict[str, tuple[int, float]] = {}

    def note(self, lane: str, run: int) -> None:
        """The job of this run is in the queue: it was committed, or another had queued it before."""
        self._runs[lane] = run, self._now() + _RELIED_ON

    def holds(self, lane: str, run: int) -> bool:
        """Whether the job of this run was queued lately. May be asked from another thread than ``note`` is called from."""
        noted = self._runs.get(lane)
        return noted is not None and noted[0] == run and self._now() < noted[1]

"""Fair shares of the lanes: however busy one owner's repositories are, another owner's lane finds a place.

DBOS takes jobs from the lanes in random order, as many as run at once; an owner with hundreds of busy repositories would
hold all those places, and a single command of somebody else would be drawn by chance. So only so many lanes of one
installation run at a time, of each kind of work: its commands do not wait for its own reconciliations either. A lane that
comes too many gives its place back at once and is told when to come again, one after the other, so that nobody is drawn
and refused over and over.

Counted per process, like the places themselves; processes that work on one database divide the share among themselves, so
that an installation is not worked for more when there are more of them: GitHub limits what it is asked at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Literal, TypeAlias

PLACES: Final = 32
"""How many lanes run at once in a process."""

SHARE: Final = 8
"""How many of them work for one installation, of each kind: four owners must be as busy at once to fill the house.

Of all replicas together, but at least one of each.
"""

_FIRST_PAUSE: Final = 1.0
_TURN: Final = 1.0
"""Seconds that a reconciliation takes, more or less: so long, divided by those that run at once, lies between two turns."""

Kind: TypeAlias = Literal["delivery", "wake-up"]


class Shares:
    """Who runs at the moment, and who was told to come again."""

    def __init__(self, now: Callable[[], float], replicas: Callable[[], int] = lambda: 1) -> None:
        """``now`` is the present moment in seconds, ``replicas`` how many processes divide the shares."""
        self._now, self._replicas = now, replicas
        self._running: Counter[tuple[Kind, int]] = Counter()
        self._turns: dict[tuple[Kind, int], float] = {}

    def take(self, kind: Kind, installation_id: int) -> timedelta | None:
        """Take a place, which must be given back; or when to come again, if the installation has its share."""
        key = kind, installation_id
        share = max(1, SHARE // self._replicas())
        if self._running[key] < share:
            self._running[key] += 1
            return None
        now = self._now()
        turn = max(now + _FIRST_PAUSE, self._turns.get(key, 0.0) + _TURN / share)
        self._turns[key] = turn
        return timedelta(seconds=turn - now)

    def give_back(self, kind: Kind, installation_id: int) -> None:
        """Give a place back that was taken."""
        key = kind, installation_id
        self._running[key] -= 1
        if self._running[key] <= 0:
            # Whoever was told to come again finds a place: nothing is left to remember.
            del self._running[key]
            self._turns.pop(key, None)

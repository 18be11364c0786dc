"""How fast GitHub may be asked: what an installation spent in the running minute and hour, held against what it may.

Source: docs.github.com, "Rate limits for the REST API", "About secondary rate limits", and its twin for GraphQL. A
request that reads costs a point, one that changes something five; what changes something counts as content as well. The
figures are per process: of several that work for the same installations, each uses an equal part of what GitHub allows.
What was spent before a process began it does not know; there GitHub's own answer has to do.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_POINTS: Final = {"core": 900, "graphql": 2000}
"""Points a minute, for each of the two ways to ask."""
_CONTENT: Final = ((80, _MINUTE), (500, _HOUR))
"""Requests that make or change content, a minute and an hour."""

SHARE: Final = 0.9
"""How much of what GitHub allows is used at all: its clock is not ours, and requests bunch up on their way."""

SHARE_UNASKED: Final = 0.7
"""How much of it work may use that no person waits for, so that a command finds something left."""

SHARE_OF_ONE: Final = 0.5
"""How much of that one repository may use of an hour's content: whatever happens in it, the others' find something left."""

_ROOM: Final = 0.125
"""How much must be free again, of what may be used, before whoever was refused comes back: else for a request or two."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as the limits see it: its bucket, how many things it changes, and how many of them are content.

    GitHub speaks of requests. A document with several mutations may well count as often, so it does here.
    """

    resource: str
    changes: int = 0
    content: int = 0

    @property
    def points(self) -> int:
        """What it costs."""
        return 5 * self.changes if self.changes else 1


class Window:
    """What was spent in the last ``seconds``."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def find_wait(self, cost: int, share: float, now: float) -> float:
        """Seconds until ``cost`` fits into ``share`` of what is allowed, and some more with it; 0 when it fits now."""
        self._forget(now)
        # However small the share, one request at a time must fit.
        most = max(self._most * share, cost)
        if self._total + cost <= most:
            return 0.0
        bound, left = most - max(cost, most * _ROOM), self._total
        for moment, points in self._spent:
            left -= points
            if left <= bound:
                return max(moment + self._seconds - now, 0.001)
        return self._seconds

    def spend(self, cost: int, now: float) -> None:
        """Note what is spent now."""
        self._spent.append((now, cost))
        self._total += cost

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] <= now - self._seconds:
            self._total -= self._spent.popleft()[1]


class Pace:
    """What one installation has spent of everything that is counted."""

    def __init__(self) -> None:
        self._points = {resource: Window(most, _MINUTE) for resource, most in _POINTS.items()}
        self._content = tuple(Window(most, seconds) for most, seconds in _CONTENT)

    def find_wait(self, ask: Ask, share: float, now: float) -> float:
        """Seconds until the request may be sent; 0 when it may be now."""
        return max(window.find_wait(cost, share, now) for window, cost in self._windows(ask))

    def spend(self, ask: Ask, now: float) -> None:
        """Note that the request is sent now."""
        for window, cost in self._windows(ask):
            window.spend(cost, now)

    @staticmethod
    def of_one() -> Window:
        """What one repository of an installation has spent of its hour's content."""
        return Window(*_CONTENT[-1])

    def _windows(self, ask: Ask) -> list[tuple[Window, int]]:
        windows = [(self._points.get(ask.resource, self._points["core"]), ask.points)]
        return windows + [(window, ask.content) for window in self._content] if ask.content else windows

"""Rate limits: what GitHub said is remembered, and what it would say is not waited for.

Whoever keeps asking while limited is limited for longer, or banned (docs: "Rate limits for the REST API"). So a limit
that one lane runs into keeps all lanes of the installation quiet, and what may be spent is counted here as GitHub
counts it, for each installation apart, as each has limits of its own. Nothing here waits: whoever is refused is told
for how long, and gives its lane back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cachetools import LRUCache, TLRUCache

from bot.clock import Clock
from bot.github.errors import A_MINUTE
from bot.github.pace import SHARE, SHARE_OF_ONE, SHARE_UNASKED, Ask, Pace, Window

AN_HOUR: Final = timedelta(hours=1)
"""The longest wait that a limit can ask for: GitHub's windows are an hour long."""

_SHORTEST: Final = timedelta(milliseconds=1)
"""Less would be rounded to nothing: who is refused and told to come back at once comes back, and is refused, for ever."""

_EVERYTHING: Final = ""
_MOST_PAUSES: Final = 4096
_KEPT_BACK: Final = 0.1
"""How much of an hour's requests is kept for what people ask for."""

_asked_for: ContextVar[bool] = ContextVar("asked_for", default=False)

Key = tuple[int | None, str]


@contextmanager
def asked_by_a_person() -> Iterator[None]:
    """What is asked of GitHub in here is for somebody who waits for an answer: it comes before all other work."""
    token = _asked_for.set(True)
    try:
        yield
    finally:
        _asked_for.reset(token)


def is_asked_for() -> bool:
    """Whether somebody waits for what is asked of GitHub here."""
    return _asked_for.get()


_work_for: ContextVar[int | None] = ContextVar("work_for", default=None)


@contextmanager
def work_for(repository_id: int) -> Iterator[None]:
    """What is asked of GitHub in here is for this repository, which must leave something of the limits to the others."""
    token = _work_for.set(repository_id)
    try:
        yield
    finally:
        _work_for.reset(token)


@dataclass(frozen=True, slots=True)
class _Strike:
    """A refusal that did not say for how long: how long we waited, and until when."""

    wait: float
    end: float


class Limits:
    """Who must not ask for what at the moment; ``None`` in place of an installation is the App itself."""

    def __init__(self, clock: Clock, replicas: Callable[[], int] = lambda: 1) -> None:
        """``replicas`` tells how many processes spend together what GitHub allows; each keeps to an equal part."""
        self._clock, self._replicas = clock, replicas
        self._ends: TLRUCache[Key, float] = TLRUCache(_MOST_PAUSES, ttu=lambda _key, end, _now: end, timer=self._moment)
        self._ends_unasked: TLRUCache[int | None, float] = TLRUCache(
            _MOST_PAUSES, ttu=lambda _key, end, _now: end, timer=self._moment
        )
        self._strikes: TLRUCache[int | None, _Strike] = TLRUCache(
            _MOST_PAUSES, ttu=lambda _key, strike, _now: strike.end + 2 * strike.wait, timer=self._moment
        )
        self._paces: LRUCache[int | None, Pace] = LRUCache(_MOST_PAUSES)
        self._own: LRUCache[tuple[int | None, int], Window] = LRUCache(_MOST_PAUSES)

    def admit(self, installation_id: int | None, ask: Ask) -> timedelta | None:
        """Count a request that is about to be sent; or how long it has to wait, and then it is not counted."""
        pause = self.find_pause(installation_id, ask.resource)
        if pause is not None:
            return pause
        pace = self._paces.get(installation_id)
        if pace is None:
            pace = self._paces[installation_id] = Pace()
        share = (SHARE if is_asked_for() else SHARE_UNASKED) / self._replicas()
        wait = pace.find_wait(ask, share, self._moment())
        if wait > 0:
            # One lane that is refused speaks for all: each would read what it cannot act on.
            self._hold(installation_id, timedelta(seconds=wait))
            return timedelta(seconds=wait)
        if (own := self._find_own(installation_id, ask)) is not None:
            wait = own.find_wait(ask.content, share * SHARE_OF_ONE, self._moment())
            if wait > 0:
                # Nobody else is held up: it is for them that this one waits.
                return timedelta(seconds=wait)
            own.spend(ask.content, self._moment())
        pace.spend(ask, self._moment())
        return None

    def _find_own(self, installation_id: int | None, ask: Ask) -> Window | None:
        """What the repository that is worked for has spent, if that counts: what people ask for does not."""
        repository = _work_for.get()
        if repository is None or not ask.content or is_asked_for():
            return None
        return self._own.setdefault((installation_id, repository), Pace.of_one())

    def note(self, installation_id: int | None, resource: str, wait: timedelta) -> None:
        """GitHub asks this installation to wait with ``resource``, or with everything if that is empty."""
        key = installation_id, resource
        self._ends[key] = max(self._moment() + wait.total_seconds(), self._ends.get(key, 0.0))

    def note_unstated(self, installation_id: int | None, resource: str) -> timedelta:
        """GitHub asks to wait and does not say for how long: a minute, and twice as long each time it comes again.

        Refusals that come while the pause lasts were sent before it began, and are part of the first.
        """
        now, before = self._moment(), self._strikes.get(installation_id)
        if before is not None and now < before.end:
            wait = before.end - now
        else:
            wait = min(2 * before.wait, AN_HOUR.total_seconds()) if before is not None else A_MINUTE.total_seconds()
            self._strikes[installation_id] = _Strike(wait, now + wait)
        pause = timedelta(seconds=wait)
        self.note(installation_id, resource, pause)
        return pause

    def note_left(
        self, installation_id: int | None, resource: str, *, left: int, limit: int | None, reset: timedelta
    ) -> None:
        """This much is left of the hour's requests, which begins anew after ``reset``."""
        if left == 0:
            # The last request of this hour: the next one would be refused, and counted against us.
            self.note(installation_id, resource, reset)
        elif limit is not None and left <= limit * _KEPT_BACK:
            self._ends_unasked[installation_id] = self._moment() + reset.total_seconds()

    def find_pause(self, installation_id: int | None, resource: str) -> timedelta | None:
        """How much longer a request for ``resource`` has to wait, if it has to."""
        keys = (installation_id, resource), (installation_id, _EVERYTHING)
        end = max(self._ends.get(key, 0.0) for key in keys)
        if not is_asked_for():
            end = max(end, self._ends_unasked.get(installation_id, 0.0))
        seconds = end - self._moment()
        return max(timedelta(seconds=seconds), _SHORTEST) if seconds > 0 else None

    def _hold(self, installation_id: int | None, wait: timedelta) -> None:
        if is_asked_for():
            self.note(installation_id, _EVERYTHING, wait)
        else:
            end = self._moment() + wait.total_seconds()
            self._ends_unasked[installation_id] = max(end, self._ends_unasked.get(installation_id, 0.0))

    def _moment(self) -> float:
        return self._clock.now().timestamp()

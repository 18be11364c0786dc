"""Rate limits, remembered: whoever keeps asking while limited is limited for longer, or banned.

The limits themselves are GitHub's and counted there (docs: "Rate limits for the REST API"); this only keeps quiet once
GitHub said so, for each installation apart, as each has limits of its own.
"""

from __future__ import annotations

from datetime import timedelta

from cachetools import TLRUCache

from bot.clock import Clock

_EVERYTHING = ""
_MOST_PAUSES = 4096


class Limits:
    """Until when an installation (``None``: the App itself) must not ask for anything of a resource."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: TLRUCache[tuple[int | None, str], float] = TLRUCache(
            _MOST_PAUSES, ttu=lambda _key, end, _now: end, timer=self._moment
        )

    def note(self, installation_id: int | None, resource: str, wait: timedelta) -> None:
        """GitHub asks this installation to wait with ``resource``, or with everything if that is empty."""
        key = installation_id, resource
        self._ends[key] = max(self._moment() + wait.total_seconds(), self._ends.get(key, 0.0))

    def find_pause(self, installation_id: int | None, resource: str) -> timedelta | None:
        """How much longer a request for ``resource`` has to wait, if it has to."""
        keys = (installation_id, resource), (installation_id, _EVERYTHING)
        seconds = max(self._ends.get(key, 0.0) for key in keys) - self._moment()
        return timedelta(seconds=seconds) if seconds > 0 else None

    def _moment(self) -> float:
        return self._clock.now().timestamp()

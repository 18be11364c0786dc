"""Deliveries that did not reach us: found in GitHub's own list, and asked for again.

GitHub never repeats a delivery by itself, but it keeps each for some days and makes it again when asked, under the same
GUID (docs: "Handling failed webhook deliveries"). So nothing can be handled twice: what did reach us is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.engine.protocol import Engine, Intent
from bot.github.client import GitHub, Session
from bot.github.deliveries import HookDelivery, kept_for, list_attempts, redeliver
from bot.intake.events import is_used

NOTE: Final = "sweep:deliveries"

_OVERLAP: Final = timedelta(minutes=2)
"""GitHub lists an attempt once it is over, and waits ten seconds for an answer, Enterprise Server thirty."""

_MOST_LISTED: Final = 3000
_MOST_ASKED_FOR: Final = 30
"""Redeliveries in one sweep: 150 of the 900 points that an App may spend in a minute, and no flood for ourselves."""

_MOST_KEPT: Final = 2000
_FIRST_PAUSE: Final = timedelta(minutes=10)
_LONGEST_PAUSE: Final = timedelta(hours=6)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failing:
    """A delivery none of whose attempts succeeded.

    ``id`` is that of the newest attempt seen. ``seen`` counts attempts that were listed, ``asked`` those that we asked
    for. ``last`` is when it was last made, or asked for.
    """

    guid: str
    id: int
    seen: int
    asked: int
    first: datetime
    last: datetime

    @property
    def due(self) -> datetime:
        """When it is to be asked for: at once the first time, then after ever longer pauses."""
        attempts = max(self.seen, 1 + self.asked)
        if attempts < 2:
            return self.last
        return self.last + min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(attempts - 2, 16)))

    def to_json(self) -> list[int | str]:
        """All but the GUID, as JSON values."""
        return [self.id, self.seen, self.asked, self.first.isoformat(), self.last.isoformat()]


def note_attempts(known: Mapping[str, Failing], listed: Iterable[HookDelivery]) -> dict[str, Failing]:
    """What fails still, after the attempts ``listed``; one that succeeded once is none of them."""
    failing = dict(known)
    listed = [one for one in listed if is_used(one.event)]
    succeeded = {one.guid for one in listed if one.succeeded}
    for one in sorted(listed, key=lambda attempt: attempt.id):
        before = failing.get(one.guid)
        if before is None:
            failing[one.guid] = Failing(one.guid, one.id, 1, 0, one.delivered_at, one.delivered_at)
        elif one.id > before.id:
            last = max(before.last, one.delivered_at)
            failing[one.guid] = replace(before, id=one.id, seen=before.seen + 1, last=last)
    return {guid: one for guid, one in failing.items() if guid not in succeeded}


class FailedDeliveries:
    """Has failed deliveries made again, a few at a time."""

    def __init__(self, engine: Engine, github: GitHub, clock: Clock) -> None:
        self._engine, self._github, self._clock = engine, github, clock

    async def sweep(self) -> None:
        """Look at what was delivered since the last sweep, and ask for what failed and is due.

        The last sweep's moment is noted, so that an hour without deliveries costs one request each time.
        Raises GitHubError; what was asked for before stays noted.
        """
        notes, app, began = self._engine.notes(), self._github.app_session(), self._clock.now()
        oldest = began - kept_for(self._github.addresses)
        until, known = _read(await notes.find(NOTE))
        horizon = oldest if until is None else max(until - _OVERLAP, oldest)
        failing = note_attempts(known, await _list_since(app, horizon))
        failing = _keep_newest({guid: one for guid, one in failing.items() if one.first > oldest})
        try:
            await self._ask_for(app, failing)
        finally:
            state = {"until": began.isoformat(), "failing": {guid: one.to_json() for guid, one in failing.items()}}
            await notes.record(NOTE, state)

    async def _ask_for(self, app: Session, failing: dict[str, Failing]) -> None:
        due = [one for one in failing.values() if one.due <= self._clock.now()]
        # The oldest first: of two commands the later one may need what the earlier did.
        for one in sorted(due, key=lambda found: found.first)[:_MOST_ASKED_FOR]:
            if await redeliver(app, one.id):
                failing[one.guid] = replace(one, asked=one.asked + 1, last=self._clock.now())
                log.info("redelivery asked for", delivery=one.guid, attempts=one.seen)
            else:
                del failing[one.guid]
                log.warning("delivery is lost", delivery=one.guid, attempts=one.seen)


async def _list_since(app: Session, horizon: datetime) -> list[HookDelivery]:
    found: list[HookDelivery] = []
    async for one in list_attempts(app, limit=_MOST_LISTED):
        if one.delivered_at < horizon:
            return found
        found.append(one)
    if len(found) == _MOST_LISTED:
        # What the rest was about, the recovery sweep finds by looking at the repositories.
        log.warning("more deliveries than are looked through", listed=len(found), oldest=found[-1].delivered_at)
    return found


def _read(note: Intent | None) -> tuple[datetime | None, dict[str, Failing]]:
    if note is None:
        return None, {}
    kept: Mapping[str, list[int | str]] = note.value["failing"]
    failing = {
        guid: Failing(guid, int(id_), int(seen), int(asked), _moment(first), _moment(last))
        for guid, (id_, seen, asked, first, last) in kept.items()
    }
    return _moment(note.value["until"]), failing


def _keep_newest(failing: dict[str, Failing]) -> dict[str, Failing]:
    if len(failing) <= _MOST_KEPT:
        return failing
    log.warning("more failed deliveries than are kept", failed=len(failing))
    newest = sorted(failing.values(), key=lambda one: one.first)[-_MOST_KEPT:]
    return {one.guid: one for one in newest}


def _moment(text: int | str) -> datetime:
    return datetime.fromisoformat(str(text))

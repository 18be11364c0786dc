"""One thing that goes wrong at one request: the columns of the crash matrix."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot.sandbox.faults import CutDocument, StaleReads, When, server_error
from bot.sandbox.http import Response
from bot.sandbox.world import World
from tests.crash.asking import Asked, Killed, NoAnswer
from tests.crash.stage import Stage

HIDDEN_READS = 12
HIDDEN_FOR = timedelta(seconds=25)
"""How long older copies of the world are served at most: less than what the bot waits for."""


class Fault(StrEnum):
    """What may happen at a request."""

    REFUSED = "refused"
    """500, and nothing was done."""
    LOST = "lost"
    """It was done, and no answer comes."""
    KILLED_BEFORE = "killed before"
    """The process ends before the request leaves."""
    KILLED_AFTER = "killed after"
    """It was done, and the process ends before it hears of it. Webhooks that come meanwhile are lost."""
    STALE = "stale"
    """A read sees the world as it was before the last change; after a change the next reads do."""
    KILLED_STALE = "killed, then stale"
    """It was done, the process ends, and what the next one reads is out of date."""
    CUT = "cut"
    """Of several mutations in one document only the first ones were done, and no answer comes."""


class Strike:
    """Lets ``fault`` strike the request with this number, once.

    ``before`` is the number of the last change before that request (0: what was done at the beginning of the act), for
    a read cannot be out of date in any other way.
    """

    def __init__(self, stage: Stage, fault: Fault, number: int, *, before: int, cut_after: int = 1) -> None:
        self._stage, self._fault, self._number, self._before = stage, fault, number, before
        self._cut_after = cut_after
        self._old: World | None = stage.sandbox.world.copy() if before == 0 and self._needs_past() else None
        self.struck = False

    async def before(self, asked: Asked) -> Response | None:
        """See ``Mischief``."""
        if asked.number == self._before and self._needs_past():
            self._old = self._stage.sandbox.world.copy()
        if asked.number != self._number:
            return None
        self.struck = True
        match self._fault:
            case Fault.REFUSED:
                return server_error().response if asked.to == "github" else Response(503)
            case Fault.KILLED_BEFORE:
                raise Killed
            case Fault.STALE if asked.to == "index":
                self._hide_files()
            case Fault.STALE if asked.changes:
                self._remember(self._stage.sandbox.world, HIDDEN_READS)
            case Fault.STALE:
                self._remember(self._old, 1)
            case Fault.CUT:
                self._stage.sandbox.github.faults.add(When(), CutDocument(self._cut_after))
            case Fault.KILLED_STALE if asked.changes:
                self._old = self._stage.sandbox.world.copy()
            case _:
                pass
        return None

    async def after(self, asked: Asked, response: Response) -> Response:
        """See ``Mischief``."""
        if asked.number != self._number:
            return response
        match self._fault:
            case Fault.LOST:
                raise NoAnswer
            case Fault.KILLED_AFTER:
                self._stage.lose_webhooks()
                raise Killed
            case Fault.KILLED_STALE:
                if asked.to == "index":
                    self._hide_files()
                self._remember(self._old, HIDDEN_READS)
                raise Killed
            case _:
                return response

    def _needs_past(self) -> bool:
        return self._fault in (Fault.STALE, Fault.KILLED_STALE)

    def _remember(self, world: World | None, reads: int) -> None:
        if world is not None:
            stale = StaleReads(reads, lasting=HIDDEN_FOR)
            self._stage.sandbox.github.faults.remember(world, stale, self._stage.clock.now())

    def _hide_files(self) -> None:
        for project in self._stage.sandbox.index.state.projects.values():
            for file in project.files.values():
                if str(file.version) == "1.2.0":
                    file.hidden_reads = 1

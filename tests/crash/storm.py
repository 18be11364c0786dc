"""Bad weather for hours: a seeded dice decides what happens to each request and to each webhook."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot.sandbox.faults import (
    StaleReads,
    bad_gateway,
    primary_limit,
    secondary_limit,
    server_error,
    unicorn,
)
from bot.sandbox.http import Response, reply
from bot.sandbox.state.deliveries import Delivery
from tests.crash.asking import Asked, Killed, NoAnswer
from tests.crash.mischief import HIDDEN_FOR, HIDDEN_READS
from tests.crash.stage import Stage

_KINDS = {
    "5xx": 6,
    "limit": 2,
    "conflict": 1,
    "never left": 1,
    "no answer": 3,
    "answer lost": 3,
    "stale": 4,
    "killed before": 2,
    "killed after": 2,
    "outage": 0.2,
}
_PLACES = (None, None, r"/graphql", r"/pulls", r"/check-runs", r"/git/", r"/actions/", r"/releases", r"/comments")
"""What an old replica may serve: everything, or what lies below one path."""


@dataclass
class Storm:
    """Harms requests. ``rate`` is how many of them, from 0 to 1."""

    stage: Stage
    dice: Random
    rate: float
    over: bool = False
    _outage_until: datetime | None = None
    _after: dict[int, str] = field(default_factory=dict)

    async def before(self, asked: Asked) -> Response | None:
        """See ``Mischief``."""
        now = self.stage.clock.now()
        if self.over:
            return None
        if self._outage_until is not None and now < self._outage_until:
            return unicorn().response
        if self.dice.random() >= self.rate:
            return None
        (kind,) = self.dice.choices(list(_KINDS), list(_KINDS.values()))
        return self._strike(kind, asked)

    async def after(self, asked: Asked, response: Response) -> Response:
        """See ``Mischief``."""
        match self._after.pop(asked.number, None):
            case "answer lost":
                raise NoAnswer
            case "killed after":
                if self.dice.random() < 0.5:
                    self.stage.lose_webhooks()
                raise Killed
            case _:
                return response

    def _strike(self, kind: str, asked: Asked) -> Response | None:
        now, dice = self.stage.clock.now(), self.dice
        match kind:
            case "5xx":
                return dice.choice([server_error(500), bad_gateway(), unicorn()]).response
            case "limit" if asked.to == "github":
                return self._limit()
            case "conflict" if asked.to == "github" and asked.changes and not asked.mutations:
                return reply(409, {"message": "Conflict", "status": "409"})
            case "never left":
                raise NoAnswer(sent=False)
            case "no answer":
                raise NoAnswer
            case "killed before":
                raise Killed
            case "stale" if asked.to == "github":
                stale = StaleReads(dice.randint(1, HIDDEN_READS), dice.choice(_PLACES), HIDDEN_FOR)
                self.stage.sandbox.github.faults.remember(self.stage.sandbox.world, stale, now)
            case "outage":
                self._outage_until = now + timedelta(seconds=dice.randint(30, 900))
            case "answer lost" | "killed after":
                self._after[asked.number] = kind
            case _:
                pass
        return None

    def _limit(self) -> Response:
        wait = self.dice.randint(1, 90)
        reset = int(self.stage.clock.now().timestamp()) + wait
        limits = [secondary_limit(retry_after=wait), secondary_limit(status=429, retry_after=wait)]
        limits += [secondary_limit(retry_after=None), primary_limit(reset=reset)]
        return self.dice.choice(limits).response


@dataclass
class Post:
    """Carries webhooks badly: drops, doubles, delays and shuffles them. GitHub promises no order."""

    dice: Random
    rate: float
    late: list[tuple[datetime, Delivery]] = field(default_factory=list)

    async def __call__(self, stage: Stage, webhook: Delivery) -> None:
        """Carry one webhook, and whatever is due of the late ones."""
        harm = self.dice.choice(["drop", "double", "delay"]) if self.dice.random() < self.rate else None
        if harm == "drop":
            stage.lose(webhook)
        elif harm == "delay":
            due = stage.clock.now() + timedelta(seconds=self.dice.choice([0, 0, 5, 60, 600]))
            self.late.append((due, webhook))
        else:
            await stage.deliver(webhook)
            if harm == "double":
                await stage.deliver(webhook)
        await self.deliver_late(stage, everything=False)

    async def deliver_late(self, stage: Stage, *, everything: bool) -> None:
        """Deliver what was held back long enough, in any order."""
        due = [one for one in self.late if everything or (one[0] <= stage.clock.now() and self.dice.random() < 0.7)]
        self.dice.shuffle(due)
        for one in due:
            self.late.remove(one)
            await stage.deliver(one[1])

"""Rate limits, counted as GitHub counts them: per installation and hour, REST and GraphQL apart."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.http import Caller, ForbiddenError

TOO_FAST = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
_WINDOW = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Bucket:
    """What one caller has used of one resource in the running hour."""

    limit: int
    resets_at: datetime
    used: int = 0

    def facts(self, resource: str) -> dict[str, int | str]:
        """The bucket as ``GET /rate_limit`` shows it."""
        left = max(self.limit - self.used, 0)
        reset = int(self.resets_at.timestamp())
        return {"limit": self.limit, "used": self.used, "remaining": left, "reset": reset, "resource": resource}

    def headers(self, resource: str) -> dict[str, str]:
        """The ``x-ratelimit-*`` headers."""
        return {f"x-ratelimit-{name}": str(value) for name, value in self.facts(resource).items()}


@dataclass(slots=True)
class SecondaryLimits:
    """The limits on how fast an installation may ask: in points per minute, in changes per minute and hour, at once.

    A request that reads costs a point, one that changes something five. What an App asks for as itself (tokens,
    redeliveries) costs points and is no content. Source: "Rate limits for the REST API", "About secondary rate limits",
    and its twin for GraphQL.
    """

    rest_points: int = 900
    graphql_points: int = 2000
    changes: int = 80
    changes_per_hour: int = 500
    at_once: int = 100
    """Requests under way at the same time, REST and GraphQL together."""
    _spent: list[tuple[datetime, str, str, int]] = field(default_factory=list)
    """When, by whom, of which resource, and how many points; what is older than an hour is forgotten."""
    most_at_once: int = 0
    """The most requests of one caller that were ever under way together."""
    _under_way: Counter[str] = field(default_factory=Counter)

    def spend(self, caller: Caller, resource: str, now: datetime, *, changes: int) -> None:
        """Count a request that makes so many changes. Raises ForbiddenError (403) with ``retry-after`` when it comes too fast."""
        owner, points = _owner(caller), 5 * changes if changes else 1
        self._spent = [one for one in self._spent if now - one[0] < _WINDOW]
        mine = [one for one in self._spent if one[1] == owner]
        recent = [one for one in mine if now - one[0] < _MINUTE]
        most = self.graphql_points if resource == "graphql" else self.rest_points
        made = [one for one in mine if one[3] > 1]
        content = changes and caller.installation is not None
        too_fast = (
            sum(one[3] for one in recent if one[2] == resource) + points > most
            or (content and sum(one[3] > 1 for one in recent) + changes > self.changes)
            or (content and len(made) + changes > self.changes_per_hour)
        )
        if too_fast:
            raise ForbiddenError(TOO_FAST, headers={"retry-after": str(int(_MINUTE.total_seconds()))})
        # Of a document with several mutations GitHub does not say that it counts as one change.
        self._spent += [(now, owner, resource, 5)] * changes or [(now, owner, resource, 1)]

    @contextmanager
    def under_way(self, caller: Caller) -> Iterator[None]:
        """While a request is being served. Raises ForbiddenError (403) when too many are."""
        owner = _owner(caller)
        if self._under_way[owner] >= self.at_once:
            raise ForbiddenError(TOO_FAST, headers={"retry-after": str(int(_MINUTE.total_seconds()))})
        self._under_way[owner] += 1
        self.most_at_once = max(self.most_at_once, self._under_way[owner])
        try:
            yield
        finally:
            self._under_way[owner] -= 1


class RateLimits:
    """The buckets of all callers; ``limit`` is per hour and may be changed at any time for new hours."""

    def __init__(self, limit: int = 5000) -> None:
        self.limit = limit
        self.secondary: SecondaryLimits | None = None
        """Counted only where somebody asks for it: the clocks of most tests stand still."""
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def bucket(self, caller: Caller, resource: str, now: datetime) -> Bucket:
        """The caller's bucket for ``core`` or ``graphql`` in this hour."""
        key = (_owner(caller), resource)
        bucket = self._buckets.get(key)
        if bucket is None or bucket.resets_at <= now:
            limit = self.limit if caller.app or caller.token else 60
            bucket = self._buckets[key] = Bucket(limit, now + _WINDOW)
        return bucket

    def pace(self, caller: Caller, resource: str, now: datetime, *, changes: int) -> None:
        """Count a request against the secondary limits, where they are counted. Raises ForbiddenError (403)."""
        if self.secondary is not None:
            self.secondary.spend(caller, resource, now, changes=changes)

    def under_way(self, caller: Caller) -> AbstractContextManager[None]:
        """While a request is being served, where that is counted. Raises ForbiddenError (403) for one too many."""
        return nullcontext() if self.secondary is None else self.secondary.under_way(caller)

    def spend(self, caller: Caller, resource: str, points: int, now: datetime) -> Bucket:
        """Take points from the bucket. Raises ForbiddenError (403) when too few are left."""
        bucket = self.bucket(caller, resource, now)
        if bucket.used + points > bucket.limit:
            who = f"installation ID {caller.installation.id}" if caller.installation else _owner(caller)
            raise ForbiddenError(f"API rate limit exceeded for {who}.", headers=bucket.headers(resource))
        bucket.used += points
        return bucket


def _owner(caller: Caller) -> str:
    if caller.installation is not None:
        return f"installation {caller.installation.id}"
    return f"app {caller.app.slug}" if caller.app else "anonymous"

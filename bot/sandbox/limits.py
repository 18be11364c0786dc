"""Rate limits, counted as GitHub counts them: per installation and hour, REST and GraphQL apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.http import Caller, ForbiddenError

_WINDOW = timedelta(hours=1)


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


class RateLimits:
    """The buckets of all callers; ``limit`` is per hour and may be changed at any time for new hours."""

    def __init__(self, limit: int = 5000) -> None:
        self.limit = limit
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def bucket(self, caller: Caller, resource: str, now: datetime) -> Bucket:
        """The caller's bucket for ``core`` or ``graphql`` in this hour."""
        key = (_owner(caller), resource)
        bucket = self._buckets.get(key)
        if bucket is None or bucket.resets_at <= now:
            limit = self.limit if caller.app or caller.token else 60
            bucket = self._buckets[key] = Bucket(limit, now + _WINDOW)
        return bucket

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

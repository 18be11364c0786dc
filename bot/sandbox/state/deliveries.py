"""Webhook deliveries and the log of requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.state.accounts import App, Installation


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happened in a repository, before anybody is told about it."""

    name: str
    payload: Mapping[str, Any]
    """What is said about the event itself: without repository, organization, installation and sender."""
    starts_workflows: bool = True

    @property
    def action(self) -> str | None:
        """The payload's ``action``; push, create, delete and others have none."""
        action = self.payload.get("action")
        return action if isinstance(action, str) else None


@dataclass(slots=True, eq=False)
class Delivery:
    """One webhook request to one App: to be posted while ``delivered_at`` is None, a record afterwards."""

    id: int
    guid: str
    app: App
    installation: Installation | None
    repository_id: int | None
    event: str
    action: str | None
    body: bytes
    """The exact bytes that are signed and posted."""
    created_at: datetime
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration: float = 0.0
    """Seconds until the answer."""
    status: str = ""
    """GitHub's word for how it went: ``OK``, ``Invalid HTTP Response: 500``, ``timed out`` and so on."""
    status_code: int = 0
    url: str = ""
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as the sandbox saw it; the benchmarks and the fault switches count these."""

    index: int
    """The first request of a world has index 1."""
    method: str
    path: str
    query: str
    route: str | None
    status: int
    identity: str
    """Who asked: ``anonymous``, ``app:<slug>`` or ``installation:<id>:<end of the token's fingerprint>``."""
    at: datetime
    points: int
    """What it costs of the rate limit; GraphQL points for a GraphQL request."""
    body: bytes = b""
    fault: str | None = None

"""Numbers for the operator, in Prometheus's format. Labels hold only words of ours, never what somebody sent."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Exchange(Protocol):
    """One request that left the process: what the adapters' hooks report."""

    @property
    def method(self) -> str:
        """The HTTP method."""
        ...

    @property
    def path(self) -> str:
        """The path as a template, so that names and numbers do not make series of their own."""
        ...

    @property
    def status(self) -> int:
        """The answer's status, 0 when none came."""
        ...

    @property
    def seconds(self) -> float:
        """How long it took."""
        ...

    @property
    def resource(self) -> str:
        """The rate limit it counts against."""
        ...

    @property
    def remaining(self) -> int | None:
        """What is left of that limit, where the answer said so."""
        ...


class Metrics:
    """The figures of one bot; each has its own registry, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "aweigh_deliveries", "Webhook deliveries.", ["event", "outcome"], registry=self.registry
        )
        # Deliveries are counted most often by far, and finding a counter takes longer than raising it.
        self._find_deliveries = cache(self._deliveries.labels)
        self._jobs = Counter("aweigh_jobs", "Runs in lanes.", ["kind", "outcome"], registry=self.registry)
        self._job_seconds = Histogram("aweigh_job_seconds", "Time of a run.", ["kind"], registry=self.registry)
        self._requests = Counter(
            "aweigh_github_requests", "Requests to GitHub.", ["method", "path", "status"], registry=self.registry
        )
        self._request_seconds = Histogram(
            "aweigh_github_request_seconds", "Time of a request to GitHub.", registry=self.registry
        )
        self._remaining = Gauge(
            "aweigh_github_rate_limit_remaining", "Least seen lately.", ["resource"], registry=self.registry
        )
        self._commands = Counter(
            "aweigh_commands",
            "Decisions about commands.",
            ["command", "decision", "reason"],
            registry=self.registry,
        )
        self._dead_letters = Gauge("aweigh_dead_letters", "Work that waits for a human.", registry=self.registry)

    def count_delivery(self, event: str, outcome: str) -> None:
        """A delivery was answered. ``event`` must be one of ours, or ``other``."""
        self._find_deliveries(event, outcome).inc()

    def count_job(self, kind: str, outcome: str, seconds: float) -> None:
        """A run in a lane ended: ``done``, ``later`` or ``failed``."""
        self._jobs.labels(kind, outcome).inc()
        self._job_seconds.labels(kind).observe(seconds)

    def count_exchange(self, exchange: Exchange) -> None:
        """A request was sent to GitHub."""
        self._requests.labels(exchange.method, exchange.path, str(exchange.status)).inc()
        self._request_seconds.observe(exchange.seconds)
        if exchange.remaining is not None:
            self._remaining.labels(exchange.resource).set(exchange.remaining)

    def count_command(self, command: str, decision: str, reason: str) -> None:
        """Something was decided about a command. Each must be a word of ours: a registered command, and closed sets."""
        self._commands.labels(command, decision, reason).inc()

    def set_dead_letters(self, number: int) -> None:
        """So many dead letters there are now."""
        self._dead_letters.set(number)

    def render(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self.registry)

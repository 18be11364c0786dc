"""What the rest of the bot may ask of the engine: lanes, deliveries, wake-ups, intents and dead letters.

Everything about one repository happens in one *lane*, one thing after the other. Two kinds of work enter a lane: a
*delivery* (one command, handled once) and a *wake-up* (look at the repository again). What was accepted survives a
crash of the process; nothing else of the bot is stored.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeAlias

from bot.github.facts import RepositoryRef

JsonObject: TypeAlias = Mapping[str, Any]
JobObserver: TypeAlias = Callable[[str, str, float], None]
"""Told of each run: its kind (`delivery`, `wake-up`), its outcome (`done`, `later`, `failed`) and its seconds."""
NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One accepted webhook delivery that must be handled exactly as often as GitHub's GUID is new: once.

    `content` is the small part of the payload that the handler needs (JSON values only); it is deleted once handled.
    `key` names what the delivery tells of, whoever tells it (at most 64 characters): two deliveries of one key are the
    same work, although their GUIDs differ. Without one the GUID stands for it.
    """

    guid: str
    repository: RepositoryRef
    received_at: datetime
    content: JsonObject
    key: str | None = None

    @property
    def natural_key(self) -> str:
        """What no two deliveries that are handled share."""
        return self.key or self.guid


@dataclass(frozen=True, slots=True)
class Intent:
    """A note left before an effect that GitHub cannot deduplicate, so that a restart knows it may have happened."""

    key: str
    value: JsonObject
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Work that failed too often and now waits for a human. `id` is the GUID, or `wake-up:<repository id>`."""

    id: str
    kind: Literal["delivery", "wake-up"]
    repository: RepositoryRef
    error: str
    attempts: int
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One decision about one command, as it is kept for people to read; nothing of the bot ever reads it.

    ``key`` names the decision (at most 200 characters): written again, it is the same row. ``delivery`` is the GUID it
    came with, empty for what was decided when the repository was looked at. The texts are short, and printable; the
    texts of comments are not among them.
    """

    key: str
    decided_at: datetime
    repository: RepositoryRef
    delivery: str
    link: str
    actor_id: int
    actor_login: str
    role: str
    command: str
    version: str
    sha: str
    decision: str
    reason: str


class EngineUnavailableError(Exception):
    """Nothing can be made durable right now: the engine is starting, draining, or its database does not answer."""


NO_REPOSITORY = RepositoryRef(0, 0, "")
"""Whose intents the notes are: GitHub numbers from 1."""


def lane_of(repository: RepositoryRef) -> str:
    """The key of a repository's lane: its id, which survives renames and transfers."""
    return str(repository.id)


def wake_up_id(lane: str) -> str:
    """The id of a lane's wake-ups as a dead letter."""
    return f"wake-up:{lane}"


class Backoff(Exception):  # noqa: N818 (it is a request to wait, not an error)
    """Raised by a handler that cannot go on yet: run the same work again after this time, with the lane free until then.

    It is not a failure: however often it is raised, it never makes a dead letter.
    """

    def __init__(self, after: timedelta, reason: str) -> None:
        super().__init__(f"{reason}; again in {after.total_seconds():.0f} s")
        self.after = after
        self.reason = reason


class Handlers(Protocol):
    """What happens in a lane. The first two must be idempotent: after a crash the same work is run again from its start."""

    async def handle_delivery(self, delivery: Delivery) -> None:
        """Carry out one accepted delivery. Raises Backoff to be run later; any other error is retried, then parked."""
        ...

    async def reconcile(self, repository: RepositoryRef) -> None:
        """Observe the repository and take its releases as far as they go. Errors as for `handle_delivery`."""
        ...

    async def give_up(self, delivery: Delivery) -> None:
        """This delivery has become a dead letter: tell whoever waits for it. Called once at most; errors are logged only."""
        ...


class Intents(Protocol):
    """The durable intents of one repository."""

    async def record(self, key: str, value: JsonObject) -> Intent:
        """Write the intent, with the present moment; an older one of the same key is replaced. Durable on return."""
        ...

    async def find(self, key: str) -> Intent | None:
        """The intent of this key, if it was recorded and not forgotten."""
        ...

    async def forget(self, key: str) -> None:
        """Delete the intent; forgetting what is not there is no error."""
        ...

    async def list(self) -> Sequence[Intent]:
        """All intents of the repository, by key."""
        ...


class Engine(Protocol):
    """Durable lanes, one per repository."""

    @property
    def accepting(self) -> bool:
        """Whether deliveries are taken now: started, and not draining."""
        ...

    @property
    def replicas(self) -> int:
        """How many processes share this engine's work, this one included, as far as is known; 1 or more.

        What they may do together, each may do that many times less of.
        """
        ...

    def every(self, name: str, period: timedelta, act: Callable[[], Awaitable[None]]) -> None:
        """Run `act` once per period, on one replica, in no lane. Only before `start`.

        The period is a whole number of minutes that divides an hour, or of hours that divides a day.
        Raises ValueError for any other, or a name already used.
        """
        ...

    async def start(self, handlers: Handlers) -> None:
        """Open the database, take up what an earlier process left, and begin to work.

        Raises EngineUnavailableError when the database cannot be opened.
        """
        ...

    async def stop(self, drain: timedelta = timedelta(seconds=20)) -> None:
        """Accept nothing more, let what runs now finish within `drain`, leave the rest for the next start."""
        ...

    async def accept(self, delivery: Delivery) -> bool:
        """Make the delivery durable; True if it is new, False if its GUID or key is known (then nothing else happens).

        One that became a dead letter is taken up again, under its old GUID, and counts as new.
        Raises EngineUnavailableError when it could not be made durable.
        """
        ...

    async def wake(self, repository: RepositoryRef, *, after: timedelta = NOW) -> None:
        """Promise that a `reconcile` of this repository begins after this call and no later than `after` from now.

        Only so many lanes of one installation run at a time (``bot.engine.shares``); a lane that comes too many runs a
        little later. Durable on return. Wake-ups coalesce: one run keeps every promise made before it began, so a caller who still
        waits for something at the end of its run asks again. Possible while draining, too: work that is being finished
        must be able to leave word for the next start. Raises EngineUnavailableError.
        """
        ...

    def intents(self, repository: RepositoryRef) -> Intents:
        """The intents of this repository."""
        ...

    def notes(self) -> Intents:
        """The intents that belong to no repository: how far the bot's periodic work has come. No purge reaches them."""
        ...

    async def write_audit(self, row: AuditRow) -> bool:
        """Keep a row of history for good; False when its key is there (then nothing is changed). Durable on return.

        There is no way to read it here, so that no decision can: ``bot.engine.audit`` is for the command line alone.
        Raises EngineUnavailableError.
        """
        ...

    async def list_repositories(self, intent: str) -> Sequence[RepositoryRef]:
        """The repositories with an intent whose key begins with `intent`, under the name they were last woken by."""
        ...

    async def purge(self, installation_id: int) -> None:
        """Delete whatever is stored about the repositories of an installation that is gone, but for the audit rows.

        Those hold nothing of what people wrote, and whoever could uninstall the App must not be able to erase with it
        who let what be published.
        """
        ...

    async def list_dead_letters(self) -> Sequence[DeadLetter]:
        """What failed too often, oldest first."""
        ...

    async def retry_dead_letter(self, letter_id: str) -> bool:
        """Put a dead letter back into its lane with all its attempts; False if there is none with this id."""
        ...

    async def probe(self) -> None:
        """Write to the database. Raises EngineUnavailableError when that fails or the engine is not accepting."""
        ...

    async def idle(self, timeout: timedelta = timedelta(seconds=30)) -> None:  # noqa: ASYNC109 (ends in a report, not a cancellation)
        """Return when nothing is queued, due or running in any lane, and no periodic work runs. Later does not count.

        Raises TimeoutError, naming what is still going on.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the earliest timer or retry of any lane falls due, if there is one; no later than now while a lane works."""
        ...

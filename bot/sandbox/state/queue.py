"""The merge queue: which pull requests wait, and on which commit each is tested."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest


@dataclass(slots=True, eq=False)
class QueueEntry:
    """A pull request in the queue of a branch."""

    id: int
    pull: PullRequest
    actor: User
    base: str
    at: datetime
    head: str = field(init=False)
    """The head that was put into the queue: with another one it leaves."""
    group: str | None = None
    """The commit on which it is tested, with everything before it."""
    stands_on: str | None = None
    """What that commit stands on: the base, or the group before it."""
    branch: str = ""
    """The full name of the ref of the group."""

    def __post_init__(self) -> None:
        """Remember the head."""
        self.head = self.pull.head_sha

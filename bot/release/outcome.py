"""What came of carrying out a step. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.github.facts import CheckRun, PullRequest, ReleaseRef, TagRef
from bot.github.listing import Tree
from bot.release.reasons import Because
from bot.release.record import Asked, Confirmed, Held, Milestone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step, for those parts that have no natural key: the next observation may not show them yet."""

    pull: PullRequest | None = None
    check: CheckRun | None = None
    """Our check run on the head of a pull request that was made just now, and by us: nothing can have come of it yet."""
    made: Tree | None = None
    """What our bump commit lists."""
    tag: TagRef | None = None
    """A tag that was made just now, and by us."""
    release: ReleaseRef | None = None
    """The release that is published now."""
    asked: Asked | None = None
    failed: str | None = None
    milestone: Milestone | None = None
    confirmed: Confirmed | None = None
    held: Held | None = None
    notes: int | None = None
    lifted: bool = False
    """Whether a hold was lifted."""
    followed: PullRequest | None = None
    """The pull request that follows the release: back to development, or with its section of the changelog."""
    unfollowed: Because | None = None
    """Why there is none: the release is out all the same, and is announced without it."""


class StandsError(Exception):
    """The effect cannot be had: a person has to look. ``reason`` says why."""

    def __init__(self, reason: Because) -> None:
        super().__init__(reason.code)
        self.reason = reason

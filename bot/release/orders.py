"""What people may tell a release that is under way to do, beside asking for another version. Pure.

An order is no fact about the world: it is one command while it is carried out. ``heed`` says what it comes to in this
state of the world; once that is done the same order changes nothing any more, so that it may be carried out again after
a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.github.facts import Person


@dataclass(frozen=True, slots=True)
class _Order:
    """Who gave it, and the comment it was given with."""

    by: Person
    comment_id: int
    url: str


@dataclass(frozen=True, slots=True)
class Hold(_Order):
    """Nothing shall be merged, tagged or published."""


@dataclass(frozen=True, slots=True)
class Unhold(_Order):
    """The hold is over."""


@dataclass(frozen=True, slots=True)
class Cancel(_Order):
    """The release pull request shall be closed."""


@dataclass(frozen=True, slots=True)
class Merge(_Order):
    """The release pull request shall be merged as it was at that moment: nobody has looked at what came later."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reject(_Order):
    """The waiting publication of ``version`` shall be turned away, for ``reason`` (anybody's text, on one line)."""

    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetNotes(_Order):
    """The text below the command in its comment shall be the notes of the release."""


Order: TypeAlias = Hold | Unhold | Cancel | Merge | Reject | SetNotes

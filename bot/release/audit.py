"""What was decided about commands: one line in the log, one row for good, and one more in the figures.

Everything here is written and nothing read: ``Audit`` gives nothing back, so that no decision can hang on it. A decision
that is made again after a crash has the same key, and is the same row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import structlog

from bot.clock import Clock
from bot.engine.protocol import AuditRow
from bot.github.facts import Person, RepositoryRef, Role
from bot.release.reasons import Reason

UNKNOWN: Final = "unknown"
"""Stands for the command of a line that is none."""

_LONGEST_KEY, _LONGEST_LINK, _LONGEST_LOGIN, _LONGEST_WORD, _LONGEST_NAME = 200, 500, 100, 64, 255

log = structlog.get_logger(__name__)


class Decision(StrEnum):
    """What became of a command."""

    ALLOWED = "allowed"
    """It was carried out, or found done already."""
    REFUSED = "refused"
    MISUNDERSTOOD = "misunderstood"
    VOIDED = "voided"
    """It was not tried, since another line of its comment was refused or not understood."""
    UNHEARD = "unheard"
    """Whoever gave it is below triage."""
    IGNORED = "ignored"
    """Nothing at all was done: not even a reaction."""
    COUNTED = "counted"
    """An approval with which the release went on: written just before it did."""


class Cause(StrEnum):
    """Why, where it is no ``Reason``, which are those to stop for."""

    DONE = "done"
    NOT_UNDERSTOOD = "not-understood"
    MISPLACED = "misplaced"
    COMMENT_GONE = "comment-gone"
    ANOTHER_LINE = "another-line"
    TOO_MANY = "too-many"
    GATE_OPENED = "gate-opened"
    WENT_ON = "went-on"


Code: TypeAlias = Reason | Cause
"""The closed set of reason codes."""

CommandCounter: TypeAlias = Callable[[str, str, str], None]
"""Told of each decision: the command, the decision and the reason code, each a word of ours."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision. ``key`` tells it from every other one; ``link`` leads to what was typed.

    ``command`` is a registered name, with hyphens for blanks, or ``UNKNOWN``. ``version`` and ``sha`` are what the command was about, as far as
    that was known.
    """

    key: str
    decision: Decision
    code: Code
    command: str
    by: Person
    link: str
    role: Role | None = None
    version: str = ""
    sha: str = ""


class Audit:
    """Writes down what is decided about one repository while one delivery is handled, or while it is looked at."""

    def __init__(
        self,
        write: Callable[[AuditRow], Awaitable[bool]],
        repository: RepositoryRef,
        delivery: str,
        clock: Clock,
        count: CommandCounter,
    ) -> None:
        """``write`` makes a row durable and says whether it is new; ``delivery`` is empty when none is handled."""
        self._write, self._repository, self._delivery = write, repository, delivery
        self._clock, self._count = clock, count

    async def note(self, decided: Decided) -> None:
        """Write a decision down, once. Raises EngineUnavailableError: then nothing has been answered yet either."""
        row = self._row(decided)
        if await self._write(row):
            self._count(decided.command, decided.decision, decided.code)
            log.info(
                "command decided",
                command=row.command,
                decision=row.decision,
                reason=row.reason,
                actor=row.actor_id,
                login=row.actor_login,
                role=row.role,
                version=row.version,
                sha=row.sha,
                link=row.link,
            )

    def count(self, decided: Decided) -> None:
        """Count a decision that is no news: a row for each of them would be a way to fill the database."""
        self._count(decided.command, decided.decision, decided.code)

    def _row(self, decided: Decided) -> AuditRow:
        repository = self._repository
        return AuditRow(
            key=_plain(decided.key, _LONGEST_KEY),
            decided_at=self._clock.now(),
            repository=RepositoryRef(
                repository.installation_id, repository.id, _plain(repository.full_name, _LONGEST_NAME)
            ),
            delivery=_plain(self._delivery, _LONGEST_WORD),
            link=_plain(decided.link, _LONGEST_LINK),
            actor_id=decided.by.id,
            actor_login=_plain(decided.by.login, _LONGEST_LOGIN),
            role=decided.role.value if decided.role else "",
            command=decided.command,
            version=_plain(decided.version, _LONGEST_WORD),
            sha=_plain(decided.sha, _LONGEST_WORD),
            decision=decided.decision.value,
            reason=decided.code.value,
        )


def _plain(text: str, most: int) -> str:
    """``text`` without what no name, number or link has, and a database or a terminal might choke on."""
    return "".join(character for character in text if character.isprintable())[:most]

"""The minutes of one comment: for each of its command lines one decision is handed to the audit, and never read back."""

from __future__ import annotations

import re
from typing import Final

from bot.conversation.grammar import Invocation
from bot.conversation.registry import AUTO, Command, Name, Option
from bot.conversation.talk import Answer
from bot.conversation.understanding import understand
from bot.github.comments import Reaction
from bot.github.facts import Person, Role
from bot.release.audit import UNKNOWN, Audit, Cause, Code, Decided, Decision
from bot.release.reasons import Reason
from bot.release.snapshot import Snapshot
from bot.versions import VersionStep

_MEANING: Final[dict[Reaction, tuple[Decision, Code]]] = {
    "rocket": (Decision.ALLOWED, Cause.DONE),
    "confused": (Decision.MISUNDERSTOOD, Cause.NOT_UNDERSTOOD),
    "-1": (Decision.REFUSED, Reason.REFUSED_BY_GITHUB),
}
"""What an answer's reaction says about the decision, and the code of one that names no other."""

_VERSION: Final = re.compile(r"[\w.!+-]{1,64}", re.ASCII)
_SHA: Final = re.compile(r"[0-9a-f]{7,64}", re.ASCII | re.IGNORECASE)
_WITH_VERSION: Final = frozenset({Name.RELEASE, Name.APPROVE, Name.REJECT})


class Minutes:
    """Writes down what is decided about the lines of one comment, each once."""

    def __init__(
        self,
        audit: Audit,
        key: str,
        by: Person,
        link: str,
        invocations: tuple[Invocation, ...],
        below: Invocation | None = None,
    ) -> None:
        """``key`` tells this comment, and the occasion on which it is carried out, from every other one.

        ``below`` is a line that only earns a hint.
        """
        self._audit, self._key, self._by, self._link = audit, key, by, link
        self._open = list(range(len(invocations)))
        self._invocations = (*invocations, *((below,) if below else ()))
        self.role: Role | None = None
        """The role of whoever wrote it, once GitHub was asked."""

    async def answered(self, index: int, answer: Answer, seen: Snapshot | None = None) -> Answer:
        """The line of this number was tried, and this is the answer, given back; ``seen`` is its release as it was seen last."""
        decision, code = _MEANING[answer.reaction]
        await self._note(index, decision, answer.code or code, seen)
        return answer

    async def rest(self, decision: Decision, code: Code) -> None:
        """Of all lines about which nothing was decided yet this is decided."""
        for index in list(self._open):
            await self._note(index, decision, code)

    async def hinted(self) -> None:
        """It was said that the line below is not read there."""
        await self._note(len(self._invocations) - 1, Decision.MISUNDERSTOOD, Cause.MISPLACED)

    async def comment(self, decision: Decision, code: Code) -> None:
        """This is decided about the comment as a whole, for whoever wrote it or where it stands: one row, whatever its lines."""
        await self._note(0, decision, code)

    def count(self, decision: Decision, code: Code) -> None:
        """As ``comment``, for what is no news and only counted."""
        self._audit.count(self._decided(0, decision, code))

    async def _note(self, index: int, decision: Decision, code: Code, seen: Snapshot | None = None) -> None:
        await self._audit.note(self._decided(index, decision, code, seen))
        if index in self._open:
            self._open.remove(index)

    def _decided(self, index: int, decision: Decision, code: Code, seen: Snapshot | None = None) -> Decided:
        meant = understand(self._invocations[index])
        command = meant if isinstance(meant, Command) else None
        return Decided(
            key=f"{self._key}:{index}:{decision}",
            decision=decision,
            code=code,
            command=command.entry.name.replace(" ", "-") if command else UNKNOWN,
            by=self._by,
            link=self._link,
            role=self.role,
            version=_find_version(command, seen),
            sha=_find_sha(command, seen),
        )


def _find_version(command: Command | None, seen: Snapshot | None) -> str:
    """The version that was typed; that of the release it was about where a word, or nothing, was typed."""
    typed = command.arguments[0] if command and command.entry.name in _WITH_VERSION else ""
    known = seen.record.version if seen and seen.record else ""
    return known if known and typed in {"", AUTO, *VersionStep} else _only(_VERSION, typed)


def _find_sha(command: Command | None, seen: Snapshot | None) -> str:
    """The commit that was typed; else the merge commit of the release it was about, or the head of its pull request."""
    typed = command.find(Option.FROM) if command else None
    if command and command.entry.name is Name.APPROVE and len(command.arguments) > 1:
        typed = command.arguments[1]
    pull = seen.pull if seen else None
    known = (pull.merge_commit or pull.head_sha) if pull else ""
    return _only(_SHA, typed) if typed else known


def _only(shape: re.Pattern[str], typed: str) -> str:
    """What was typed where it has the shape of what it should be: the audit keeps no other text of a comment."""
    return typed if shape.fullmatch(typed) else ""

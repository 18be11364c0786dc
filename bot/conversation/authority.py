"""Who may: asked of GitHub when a command is carried out, and failing closed."""

from __future__ import annotations

from bot.conversation.registry import Command
from bot.github.facts import Role
from bot.release.reasons import Because, Reason, because

HEARD_FROM = Role.TRIAGE
"""Below this role a command costs one reaction and is never answered in words."""


def is_heard(role: Role) -> bool:
    """Whether somebody with ``role`` gets an answer in words."""
    return role.reaches(HEARD_FROM)


def objection(command: Command, role: Role) -> Because | None:
    """Why ``role`` is not enough for the command, or None when it is."""
    needed = command.entry.who.value
    if role.reaches(needed):
        return None
    return because(Reason.ROLE_TOO_LOW, needed=needed, actual=role, line=command.line)

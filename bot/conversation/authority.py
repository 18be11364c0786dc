"""Who may: asked of GitHub when a command is carried out, and failing closed."""

from __future__ import annotations

from bot.conversation.registry import Command, Entry, Name, Who
from bot.github.facts import Membership, Role
from bot.release.approvals import role_too_low
from bot.release.reasons import Because, Reason, because
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings

_HARMLESS = frozenset({Name.APPROVE, Name.HOLD, Name.CANCEL, Name.REJECT})
"""What publishes nothing while the settings cannot be read: possible although nobody can tell who else may.

An approval counts once they can be read again; the release itself stands still until then, and says so.
"""

HEARD_FROM = Role.TRIAGE
"""Below this role a command costs one reaction and is never answered in words."""


def is_heard(role: Role) -> bool:
    """Whether somebody with ``role`` gets an answer in words."""
    return role.reaches(HEARD_FROM)


def needed_role(entry: Entry, settings: RepositorySettings) -> Role:
    """The least role for a command, by the settings of the repository."""
    match entry.who:
        case Who.ASK:
            return HEARD_FROM
        case Who.RELEASE:
            return settings.release.role
        case Who.APPROVE:
            return settings.approval.role


def objection(
    command: Command,
    role: Role,
    settings: RepositorySettings | SettingsProblem,
    membership: Membership = Membership.NONE,
) -> Because | None:
    """Why somebody with ``role`` and ``membership`` of an approving team may not do this, or None when they may."""
    entry = command.entry
    if isinstance(settings, SettingsProblem):
        if entry.who is not Who.ASK and entry.name not in _HARMLESS:
            return because(Reason.SETTINGS_INVALID, path=settings.path, detail=settings.detail)
        settings = RepositorySettings()
    needed = needed_role(entry, settings)
    if role.reaches(needed) or (entry.who is Who.APPROVE and membership is Membership.MEMBER):
        return None
    return role_too_low(needed, role, settings if entry.who is Who.APPROVE else None, membership, command.line)

"""Adapters: who somebody is in a repository."""

from __future__ import annotations

from bot.github.client import Session
from bot.github.facts import Role

_FOLDED = {"admin": Role.ADMIN, "write": Role.WRITE, "read": Role.READ, "none": Role.NONE}


async def get_role(session: Session, login: str, person_id: int) -> Role:
    """The role of a person, asked now.

    ``role_name`` is read first, since ``permission`` folds *maintain* into *write* and *triage* into *read*; a custom
    role counts as the base role it is folded into. ``author_association`` is never used: it is wrong for concealed
    members of an organisation. A login that belongs to another id by now has no role.
    """
    data = await session.find("/repos/{repository}/collaborators/{login}/permission", login=login)
    if data is None or int((data.get("user") or {}).get("id", 0)) != person_id:
        return Role.NONE
    name = str(data.get("role_name") or "")
    if name in set(Role):
        return Role(name)
    return _FOLDED.get(str(data.get("permission")), Role.NONE)

"""Adapters: who somebody is in a repository."""

from __future__ import annotations

from collections.abc import Iterable

from bot.github.client import Session
from bot.github.errors import PermissionMissing
from bot.github.facts import Membership, Role

_FOLDED = {"admin": Role.ADMIN, "write": Role.WRITE, "read": Role.READ, "none": Role.NONE}


async def find_membership(session: Session, owner: str, teams: Iterable[str], login: str) -> Membership:
    """Whether ``login`` is an active member of one of ``teams`` of the organisation ``owner``; fails closed.

    Source: REST API, "Get team membership for a user". An invitation that is pending counts for nothing.
    """
    for team in teams:
        try:
            data = await session.find(
                "/orgs/{owner}/teams/{team}/memberships/{login}", owner=owner, team=team, login=login
            )
        except PermissionMissing:
            return Membership.UNKNOWN
        if data is not None and data.get("state") == "active":
            return Membership.MEMBER
    return Membership.NONE


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

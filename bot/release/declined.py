"""Why GitHub declined, as a reason that people can act on."""

from __future__ import annotations

from collections.abc import Mapping

from bot.github.errors import (
    Conflict,
    Forbidden,
    GitHubError,
    Gone,
    GraphQLError,
    NotFound,
    PermissionMissing,
    Unprocessable,
    describe,
)
from bot.release.reasons import Because, Reason, because

DECLINED = (Conflict, Forbidden, Gone, GraphQLError, NotFound, Unprocessable)
"""What GitHub says after it understood: asking again changes nothing until somebody has looked."""


def declined_because(error: GitHubError) -> Because:
    """The reason for one of ``DECLINED``; a permission that the installation was not granted is named."""
    lacking = _list_lacking(error)
    if lacking:
        return because(Reason.PERMISSION_MISSING, permissions=" ".join(lacking), detail=describe(error))
    if isinstance(error, PermissionMissing):
        return because(Reason.PERMISSION_MISSING, detail=describe(error))
    return because(Reason.REFUSED_BY_GITHUB, detail=describe(error))


def _list_lacking(error: GitHubError) -> list[str]:
    match error:
        case PermissionMissing(wanted=wanted):
            # Of several alternatives the first is the one that we ask for.
            return list(wanted[0]) if wanted else []
        case NotFound(wanted=wanted) if _names(wanted, "workflows"):
            # A tag on a commit that changes workflow files is "not found" without it, says GitHub's documentation.
            return ["workflows"]
        case _:
            return []


def _names(wanted: tuple[Mapping[str, str], ...], name: str) -> bool:
    return any(name in permissions for permissions in wanted)

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


def release_refused_because(error: GitHubError, tag: str) -> Because:
    """The reason for which GitHub did not make a release, which somebody else may make in our place."""
    if isinstance(error, NotFound | PermissionMissing) and _list_lacking(error) == ["workflows"]:
        return because(Reason.TAG_REFUSED, why="workflows", tag=tag, release="yes", detail=describe(error))
    return declined_because(error)


def tag_refused_because(error: GitHubError, tag: str, commit: str, version: str) -> Because:
    """The reason for which GitHub did not make a tag, which somebody else may make in our place."""
    match error:
        case Unprocessable(against_a_rule=True):
            why = "rule"
        case PermissionMissing(wanted=wanted) | NotFound(wanted=wanted) if _is_about_workflows(error, wanted):
            why = "workflows"
        case _:
            return declined_because(error)
    return because(Reason.TAG_REFUSED, why=why, tag=tag, commit=commit, version=version, detail=describe(error))


def _is_about_workflows(error: GitHubError, wanted: tuple[Mapping[str, str], ...]) -> bool:
    """Whether a ref may not be made for want of that permission: the object of its tag is there, so that we may write."""
    return error.path.endswith("/git/refs") and _names(wanted, "workflows")


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

"""Installations of the App, seen as the App itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.github.errors import GitHubError, NotFound, PermissionMissing, Unavailable, Unprocessable
from bot.github.session import Session
from bot.github.tokens import Level, Scope

_RANK = {"read": 1, "write": 2, "admin": 3}


async def mint_token(app: Session, scope: Scope) -> Mapping[str, Any]:
    """GitHub's answer to a request for a token of this scope, made as the App.

    When the installation was not granted all of it, the token is one of what was granted: its ``permissions`` say what
    that is, so that whatever does not need the rest still works, and what does is refused by GitHub itself.

    Raises:
        PermissionMissing: nothing of the scope was granted; ``wanted`` names what is lacking.
        NotFound: the installation is gone, or does not cover the repository.
    """
    try:
        return await _mint(app, scope, dict(sorted(scope.permissions)))
    except Unprocessable as refusal:
        granted = await _list_granted(app, scope)
        within = {name: level for name, level in granted.items() if level is not None}
        if not within or within == dict(scope.permissions):
            raise _explain(scope, granted, refusal) from refusal
        try:
            return await _mint(app, scope, within)
        except Unprocessable as again:
            raise _explain(scope, granted, again) from again


async def _mint(app: Session, scope: Scope, permissions: Mapping[str, Level]) -> Mapping[str, Any]:
    body: dict[str, Any] = {"permissions": permissions}
    if scope.repository_id is not None:
        body["repository_ids"] = [scope.repository_id]
    # A second token does no harm, so that a lost answer is not worth a failure.
    path = "/app/installations/{installation}/access_tokens"
    answer = await app.post(path, body, repeatable=True, installation=scope.installation_id)
    if not isinstance(answer, dict):
        raise Unavailable("the answer holds no token")
    return answer


async def _list_granted(app: Session, scope: Scope) -> dict[str, Level | None]:
    """How much of each permission of the scope the installation was granted: GitHub refuses without saying which."""
    installation = await app.get("/app/installations/{installation}", installation=scope.installation_id)
    held = installation.get("permissions") if isinstance(installation, dict) else None
    if not isinstance(held, dict):
        return dict(scope.permissions)
    return {name: _lesser(level, str(held.get(name))) for name, level in sorted(scope.permissions)}


def _lesser(wanted: Level, held: str) -> Level | None:
    if _RANK.get(held, 0) >= _RANK[wanted]:
        return wanted
    return "read" if held == "read" else None


def _explain(scope: Scope, granted: Mapping[str, Level | None], refusal: Unprocessable) -> GitHubError:
    lacking = {name: level for name, level in sorted(scope.permissions) if granted[name] != level}
    if lacking:
        asked = refusal.status, refusal.method, refusal.path
        return PermissionMissing("the installation was not granted a permission", *asked, wanted=(lacking,))
    if refusal.says("repositor"):
        message = "the App's installation does not cover this repository"
        return NotFound(message, refusal.status, refusal.method, refusal.path)
    return refusal

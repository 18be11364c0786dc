"""Installations of the App, seen as the App itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.github.errors import GitHubError, NotFound, PermissionMissing, Unavailable, Unprocessable
from bot.github.session import Session
from bot.github.tokens import Scope

_RANK = {"read": 1, "write": 2, "admin": 3}


async def mint_token(app: Session, scope: Scope) -> Mapping[str, Any]:
    """GitHub's answer to a request for a token of this scope, made as the App.

    Raises:
        PermissionMissing: the installation was not granted a permission of the scope; ``wanted`` names those.
        NotFound: the installation is gone, or does not cover the repository.
    """
    body: dict[str, Any] = {"permissions": dict(sorted(scope.permissions))}
    if scope.repository_id is not None:
        body["repository_ids"] = [scope.repository_id]
    try:
        # A second token does no harm, so that a lost answer is not worth a failure.
        answer = await app.post(
            "/app/installations/{installation}/access_tokens",
            body,
            repeatable=True,
            installation=scope.installation_id,
        )
    except Unprocessable as refusal:
        raise await _explain(app, scope, refusal) from refusal
    if not isinstance(answer, dict):
        raise Unavailable("the answer holds no token")
    return answer


async def _explain(app: Session, scope: Scope, refusal: Unprocessable) -> GitHubError:
    # GitHub says that a permission was not granted, but not which one.
    installation = await app.get("/app/installations/{installation}", installation=scope.installation_id)
    granted = installation.get("permissions") if isinstance(installation, dict) else None
    if isinstance(granted, dict):
        lacking = {
            name: level
            for name, level in sorted(scope.permissions)
            if _RANK.get(str(granted.get(name)), 0) < _RANK[level]
        }
        if lacking:
            asked = refusal.status, refusal.method, refusal.path
            return PermissionMissing("the installation was not granted a permission", *asked, wanted=(lacking,))
    if refusal.says("repositor"):
        message = "the App's installation does not cover this repository"
        return NotFound(message, refusal.status, refusal.method, refusal.path)
    return refusal

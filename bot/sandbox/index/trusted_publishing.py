"""Trusted Publishing: an OIDC token of a workflow run is exchanged for a short-lived upload token."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn, Protocol

from bot.sandbox.http import Request, Response, reply
from bot.sandbox.index.state import IndexState, Publisher, UploadToken

_LIFETIME = timedelta(minutes=15)
_JOB_WORKFLOW_FILE = re.compile(r".+/\.github/workflows/(?P<file>[^/@]+\.ya?ml)@.+")


class TokenVerifier(Protocol):
    """Checks an OIDC token's signature, issuer, lifetime and audience."""

    def verify(self, token: str, audience: str) -> Mapping[str, Any]:
        """The token's claims. Raises ValueError for a token that is not good."""
        ...


class MintRefusedError(Exception):
    """The exchange failed; `code` and the message are what the uploader prints."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


def audience(name: str, *, disabled: bool) -> Response:
    """The answer to `/_/oidc/audience`."""
    if disabled:
        return reply(403, {"message": "Trusted publishing functionality not enabled"})
    return reply(200, {"audience": name})


def mint_token(
    state: IndexState, request: Request, verifier: TokenVerifier, *, audience_name: str, now: datetime, disabled: bool
) -> Response:
    """The answer to `POST /_/oidc/mint-token`: 200 with a token for the publisher's projects, or 422 with the reason."""
    try:
        if disabled:
            _refuse("not-enabled", "trusted publishing functionality not enabled")
        claims = _verified_claims(request, verifier, audience_name)
        publisher, projects = _find_publisher(state, claims)
        _use_once(state, str(claims["jti"]))
    except MintRefusedError as error:
        errors = [{"code": error.code, "description": str(error)}]
        return reply(422, {"message": "Token request failed", "errors": errors})
    minted = f"pypi-{secrets.token_urlsafe(48)}"
    expires = now + _LIFETIME
    state.tokens[minted] = UploadToken(frozenset(projects), expires, publisher, dict(claims))
    return reply(200, {"success": True, "token": minted, "expires": int(expires.timestamp())})


def _refuse(code: str, description: str) -> NoReturn:
    raise MintRefusedError(code, description)


def _refuse_publisher(reason: str) -> NoReturn:
    _refuse("invalid-publisher", f"valid token, but no corresponding publisher ({reason})")


def _verified_claims(request: Request, verifier: TokenVerifier, audience_name: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(request.body)
    except ValueError:
        payload = None
    token = payload.get("token") if isinstance(payload, dict) else None
    if not isinstance(token, str):
        _refuse("invalid-payload", "1 validation error for TokenPayload")
    try:
        claims = verifier.verify(token, audience_name)
    except ValueError:
        _refuse("invalid-token", "malformed or invalid token")
    if claims.get("event_name") == "pull_request_target":
        _refuse_publisher("Publishing from a workflow invoked via 'pull_request_target' is not supported.")
    return claims


def _use_once(state: IndexState, identity: str) -> None:
    """An OIDC token buys one upload token."""
    if identity in state.used_identities:
        _refuse("invalid-reuse-token", "invalid token: already used")
    state.used_identities.add(identity)


def _find_publisher(state: IndexState, claims: Mapping[str, Any]) -> tuple[Publisher, list[str]]:
    """The publisher these claims match, and the projects that trust it; a pending one gets its project now.

    Repository and workflow file match exactly, environments ignore case, and a publisher that names the run's
    environment goes before one that takes any. Raises MintRefusedError.
    """
    active = [(name, p) for name, project in state.projects.items() for p in project.publishers]
    pending = [(name, p) for name, listed in state.pending_publishers.items() for p in listed]
    for candidates in (active, pending):
        found = _best_match(candidates, claims)
        if found is None:
            continue
        _check_job_workflow_ref(found, claims)
        names = [name for name, publisher in candidates if publisher == found]
        for name in names:
            _promote(state, name)
        return found, names
    _refuse_publisher("Publisher with matching claims was not found")


def _best_match(candidates: list[tuple[str, Publisher]], claims: Mapping[str, Any]) -> Publisher | None:
    matching = [publisher for _, publisher in candidates if _matches(publisher, claims)]
    # True sorts first here: a publisher bound to the environment is the more specific one.
    return min(matching, key=lambda publisher: publisher.environment is None, default=None)


def _matches(publisher: Publisher, claims: Mapping[str, Any]) -> bool:
    file = _JOB_WORKFLOW_FILE.fullmatch(str(claims.get("job_workflow_ref")))
    environment = str(claims.get("environment") or "").casefold()
    return (
        publisher.repository == claims.get("repository")
        and str(publisher.owner_id) == claims.get("repository_owner_id")
        and file is not None
        and publisher.workflow == file["file"]
        and (not publisher.environment or publisher.environment.casefold() == environment)
    )


def _check_job_workflow_ref(publisher: Publisher, claims: Mapping[str, Any]) -> None:
    """The workflow must be the repository's own, at the run's own ref or commit: no reusable one from elsewhere."""
    path = f"{publisher.repository}/.github/workflows/{publisher.workflow}"
    expected = [f"{path}@{claims.get(name)}" for name in ("ref", "sha") if claims.get(name)]
    got = claims.get("job_workflow_ref")
    if got not in expected:
        _refuse_publisher(f"The job_workflow_ref claim does not match, expecting one of {expected}, got '{got}'")


def _promote(state: IndexState, name: str) -> None:
    """A pending publisher's first token creates the project."""
    for publisher in state.pending_publishers.pop(name, []):
        project = state.ensure_project(name)
        project.publishers.append(publisher)
        state.touch(project)

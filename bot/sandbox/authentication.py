"""Who sends a request: reading JSON Web Tokens and installation tokens, and handing the latter out.

The texts are GitHub's own, because the bot may have to tell them apart.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt

from bot.sandbox.http import Caller, ForbiddenError, NotFoundError, Request, UnauthorizedError, UnprocessableError
from bot.sandbox.state.accounts import ACCESS_LEVELS, App, Installation, Token
from bot.sandbox.world import World

_LIFETIME = timedelta(hours=1)
_LONGEST_JWT = 600
"""Seconds."""


def identify(world: World, request: Request) -> Caller:
    """Who sends this request.

    Raises:
        UnauthorizedError: 401 for credentials that are malformed, unknown or no longer valid.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    credentials = credentials.strip()
    if not scheme:
        return Caller()
    if scheme.lower() not in ("bearer", "token") or not credentials:
        raise UnauthorizedError
    token = world.tokens.get(credentials)
    if token is not None:
        return Caller(token=_checked_token(world, token))
    if scheme.lower() == "bearer" and credentials.count(".") == 2 and not credentials.startswith("ghs_"):
        return Caller(app=_checked_app(world, credentials))
    raise UnauthorizedError


def issue_token(
    world: World,
    installation: Installation,
    *,
    permissions: Mapping[str, str] | None = None,
    repository_ids: frozenset[int] | None = None,
) -> Token:
    """A new token for an installation, narrowed to some of its permissions and repositories, good for an hour.

    Raises:
        ForbiddenError: 403, the installation is suspended.
        UnprocessableError: 422, more was asked for than was granted.
    """
    if installation.suspended_at is not None:
        raise ForbiddenError("This installation has been suspended")
    # Asking for no permission by name means all of them: PyGithub sends an empty object for that.
    wanted = dict(permissions or installation.permissions)
    for permission, access in wanted.items():
        held = installation.permissions.get(permission, "none")
        if access not in ACCESS_LEVELS or ACCESS_LEVELS.index(access) > ACCESS_LEVELS.index(held):
            raise UnprocessableError(
                "The permissions requested are not granted to this installation.",
            )
    for repository_id in repository_ids or ():
        repository = world.repositories.get(repository_id)
        if repository is None or not installation.covers(repository.id, repository.owner.id):
            raise UnprocessableError(
                "There is at least one repository that does not exist or is not accessible to the parent installation."
            )
    wanted.setdefault("metadata", "read")
    token = Token(_spell(world, installation), installation, wanted, repository_ids, world.now() + _LIFETIME)
    world.tokens[token.value] = token
    return token


def _spell(world: World, installation: Installation) -> str:
    """A token as GitHub makes them since 2026: stateless-looking, with two dots and about 520 characters long."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    claims = {"iss": "sandbox", "sub": installation.id, "iat": int(world.now().timestamp()), "jti": world.ids.next()}
    body = part(json.dumps(claims).encode()), part(secrets.token_bytes(256))
    return f"ghs_{installation.app.id}_{part(json.dumps({'alg': 'RS256', 'typ': 'JWT'}).encode())}.{body[0]}.{body[1]}"


def _checked_token(world: World, token: Token) -> Token:
    if token.expires_at <= world.now() or token.installation.id not in world.installations:
        raise UnauthorizedError
    if token.installation.suspended_at is not None:
        raise ForbiddenError("This installation has been suspended")
    return token


def _checked_app(world: World, credentials: str) -> App:
    try:
        issuer, algorithm = _read_unverified(credentials)
    except jwt.PyJWTError:
        raise UnauthorizedError("A JSON web token could not be decoded") from None
    app = next((a for a in world.apps.values() if issuer in (str(a.id), a.client_id)), None)
    if app is None:
        raise NotFoundError("Integration not found")
    claims = _verified_claims(tuple(app.public_keys), credentials) if algorithm == "RS256" else None
    if claims is None:
        raise UnauthorizedError("A JSON web token could not be decoded")
    _check_times(world, claims)
    return app


@lru_cache(maxsize=64)  # As below.
def _read_unverified(credentials: str) -> tuple[str, Any]:
    issuer = str(jwt.decode(credentials, options={"verify_signature": False}).get("iss", ""))
    return issuer, jwt.get_unverified_header(credentials).get("alg")


@lru_cache(maxsize=64)  # An App shows the same web token for some minutes.
def _verified_claims(public_keys: tuple[str, ...], credentials: str) -> dict[str, Any] | None:
    for key in public_keys:
        try:
            return jwt.decode(
                credentials,
                key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_iss": False},
            )
        except jwt.PyJWTError:
            continue
    return None


def _check_times(world: World, claims: Mapping[str, Any]) -> None:
    now = world.now().timestamp()
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or issued > now:
        raise UnauthorizedError(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if not isinstance(expires, int | float) or expires <= now:
        raise UnauthorizedError(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
            "assertion expires"
        )
    if expires > now + _LONGEST_JWT:
        raise UnauthorizedError("'Expiration time' claim ('exp') is too far in the future")

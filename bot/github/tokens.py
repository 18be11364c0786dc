"""Who we are to GitHub: the App itself (a JWT), or its installation narrowed to one repository and one task.

The private key is read here and nowhere else; whatever authorises is wrapped, so that it cannot be printed by accident.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import jwt
from cachetools import TLRUCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.clock import Clock
from bot.github.errors import Unavailable

Level = Literal["read", "write"]

_SPARE = timedelta(minutes=5)  # A token used to its last second expires on the way.
_CLOCK_DRIFT = timedelta(minutes=1)  # GitHub refuses a JWT from the future, its own docs advise to back-date it.
_JWT_LIFE = timedelta(minutes=9)  # Ten minutes are the most that GitHub takes.
_JWT_REUSE = timedelta(minutes=7)
_MOST_TOKENS = 4096
_LACKING_KEPT = timedelta(minutes=1)  # The owner may grant the rest at any moment, and nobody tells us.
_RANK = {"read": 1, "write": 2, "admin": 3}


class Secret:
    """A string that is shown as ``***``; ``reveal`` belongs next to the request that carries it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> str:
        # Not into a database row or another process by way of a pickled object either.
        raise TypeError("a secret is not stored")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request carries: ``bearer`` for the App's JWT, ``token`` for an installation's token."""

    scheme: Literal["bearer", "token"]
    secret: Secret
    lacking: tuple[tuple[str, Level], ...] = ()
    """The permissions of its scope that it was not given, because the installation was not granted them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token is good for; two tokens of one scope are interchangeable, all others share nothing.

    Without ``repository_id`` a token reaches all repositories of the installation: for listing them, and nothing else.
    """

    installation_id: int
    repository_id: int | None
    permissions: frozenset[tuple[str, Level]]


class Credentials(Protocol):
    """Where a session's credential comes from."""

    @property
    def scope(self) -> Scope | None:
        """What the credential is good for; ``None`` for the App itself."""
        ...

    async def get(self) -> Credential:
        """A credential that is valid for some minutes at least."""
        ...

    def drop(self, credential: Credential) -> bool:
        """Forget a credential that was refused, and say whether another one may be better."""
        ...


class AppCredentials:
    """The App itself, by JWTs signed with its private key."""

    scope = None

    def __init__(self, app_id: str, private_key: str, clock: Clock) -> None:
        """``app_id`` is the numeric id or the client id.

        Raises:
            ValueError: the private key is not an RSA key in PEM.
        """
        self._key = _read_key(private_key)
        self._app_id = app_id
        self._clock = clock
        self._current: tuple[Credential, datetime] | None = None

    async def get(self) -> Credential:
        """See ``Credentials``."""
        now = self._clock.now()
        # A clock that was set back gets a new JWT as well: the old one would be from the future.
        if self._current is None or not timedelta() <= now - self._current[1] < _JWT_REUSE:
            self._current = self._sign(now), now
        return self._current[0]

    def drop(self, credential: Credential) -> bool:
        """See ``Credentials``; a JWT that is refused will be refused again."""
        self._current = None
        return False

    def _sign(self, now: datetime) -> Credential:
        # gidgethub's get_jwt reads the machine's clock, which need not be ours.
        issued = math.floor((now - _CLOCK_DRIFT).timestamp())
        claims = {"iat": issued, "exp": issued + int(_JWT_LIFE.total_seconds()), "iss": self._app_id}
        return Credential("bearer", Secret(jwt.encode(claims, self._key, algorithm="RS256")))


def _read_key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        # Without the parser's own words: they may quote the key.
        raise ValueError("the App's private key is not an RSA key in PEM")  # noqa: TRY004 - it is malformed
    return key


@dataclass(frozen=True, slots=True)
class _Token:
    credential: Credential
    kept_until: datetime


class InstallationTokens:
    """Installation tokens by scope, each kept until five minutes before it expires and asked for once at a time."""

    def __init__(self, mint: Callable[[Scope], Awaitable[Mapping[str, Any]]], clock: Clock) -> None:
        """``mint`` asks GitHub for a token and gives back the answer."""
        self._mint = mint
        self._tokens: TLRUCache[Scope, _Token] = TLRUCache(
            _MOST_TOKENS,
            ttu=lambda _scope, token, _now: token.kept_until.timestamp(),
            timer=lambda: clock.now().timestamp(),
        )
        self._clock = clock
        self._under_way: dict[Scope, asyncio.Task[_Token]] = {}

    async def get(self, scope: Scope) -> Credential:
        """A token for this scope, or for what of it the installation was granted: its ``lacking`` names the rest.

        Raises:
            PermissionMissing: the installation was granted nothing of the scope.
            NotFound: the App is not installed there.
            GitHubError: GitHub could not be asked.
        """
        token = self._tokens.get(scope)
        if token is None:
            # Shielded: whoever gives up waiting must not take the token from the others who wait for it.
            token = await asyncio.shield(self._get_task(scope))
        return token.credential

    def drop(self, scope: Scope, credential: Credential) -> None:
        """Forget this token, unless somebody has replaced it meanwhile."""
        token = self._tokens.get(scope)
        if token is not None and token.credential is credential:
            del self._tokens[scope]

    def _get_task(self, scope: Scope) -> asyncio.Task[_Token]:
        task = self._under_way.get(scope)
        if task is None:
            task = self._under_way[scope] = asyncio.create_task(self._fetch(scope))
            task.add_done_callback(lambda done: self._finish(scope, done))
        return task

    def _finish(self, scope: Scope, task: asyncio.Task[_Token]) -> None:
        self._under_way.pop(scope, None)
        if not task.cancelled():
            task.exception()  # Seen, even if nobody waits for it any more.

    async def _fetch(self, scope: Scope) -> _Token:
        token = _read_token(await self._mint(scope), scope, self._clock.now())
        self._tokens[scope] = token
        return token


@dataclass(frozen=True, slots=True)
class InstallationCredentials:
    """One scope's tokens, as a session uses them."""

    tokens: InstallationTokens
    scope: Scope

    async def get(self) -> Credential:
        """See ``Credentials``."""
        return await self.tokens.get(self.scope)

    def drop(self, credential: Credential) -> bool:
        """See ``Credentials``; a token can be revoked before its time, and the next one be valid."""
        self.tokens.drop(self.scope, credential)
        return True


def _read_token(answer: Mapping[str, Any], scope: Scope, now: datetime) -> _Token:
    value, expires_at = answer.get("token"), answer.get("expires_at")
    try:
        expiry = datetime.fromisoformat(str(expires_at))
    except ValueError:
        expiry = None
    if not isinstance(value, str) or not value or expiry is None or expiry.tzinfo is None:
        raise Unavailable("the answer holds no token")
    lacking = _list_lacking(answer.get("permissions"), scope)
    kept_until = expiry - _SPARE
    return _Token(
        Credential("token", Secret(value), lacking), min(kept_until, now + _LACKING_KEPT) if lacking else kept_until
    )


def _list_lacking(given: object, scope: Scope) -> tuple[tuple[str, Level], ...]:
    if not isinstance(given, dict):
        return ()
    held = {name: _RANK.get(str(level), 0) for name, level in given.items()}
    return tuple((name, level) for name, level in sorted(scope.permissions) if held.get(name, 0) < _RANK[level])

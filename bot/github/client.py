"""GitHub and our App there: the way to sessions, each narrowed to one repository and the permissions of one task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.clock import Clock
from bot.github.addresses import Addresses
from bot.github.exchange import Exchange, Wire
from bot.github.installations import mint_token
from bot.github.patience import Patience
from bot.github.session import Session
from bot.github.tokens import (
    AppCredentials,
    Credentials,
    InstallationCredentials,
    InstallationTokens,
    Level,
    Scope,
)
from bot.github.transport import Transport

__all__ = ["Exchange", "GitHub", "Level", "Session"]


class GitHub:
    """One GitHub (github.com, an Enterprise Server, any server that speaks like it) and our App there."""

    def __init__(
        self,
        app_id: str | int,
        private_key: str,
        api_base: str,
        transport: Transport,
        *,
        user_agent: str,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        upload_base: str | None = None,
        patience: Patience | None = None,
        replicas: Callable[[], int] = lambda: 1,
    ) -> None:
        """``app_id`` is the App's numeric id or its client id; ``sleep`` is the clock's own unless given.

        ``on_exchange`` is told of every request that was sent, repeated ones and tokens included. ``replicas`` tells how
        many processes ask this GitHub as the App, which then share what it allows.

        Raises:
            ValueError: the private key or an address cannot be used.
        """
        self.addresses = Addresses.of(api_base, upload_base)
        self._wire = Wire(transport, user_agent=user_agent, clock=clock, on_exchange=on_exchange, replicas=replicas)
        self._clock = clock
        self._sleep = sleep or clock.sleep
        self._patience = patience or Patience()
        self._app = AppCredentials(str(app_id), private_key, clock)
        app = self.app_session()
        self._tokens = InstallationTokens(lambda scope: mint_token(app, scope), clock)

    def app_session(self) -> Session:
        """A session of the App itself, for ``/app`` and what lies below it."""
        return self._get_session(self._app, None)

    def session(
        self,
        installation_id: int,
        repository_id: int | None,
        permissions: Mapping[str, Level],
        *,
        repository: str | None = None,
    ) -> Session:
        """A session of an installation; ``repository`` is the full name that ``{repository}`` stands for in paths.

        No request is made: a permission that was not granted shows at the first one. Without ``repository_id`` the
        session reaches every repository of the installation, which only looking over all of them needs.

        Raises:
            ValueError: no permissions were named; GitHub would take that for all of them.
            Refused: ``repository`` is not a full name.
        """
        if not permissions:
            raise ValueError("a session without permissions would have all of them")
        scope = Scope(installation_id, repository_id, frozenset(permissions.items()))
        return self._get_session(InstallationCredentials(self._tokens, scope), repository)

    def _get_session(self, credentials: Credentials, repository: str | None) -> Session:
        return Session(
            self._wire,
            self.addresses,
            credentials,
            clock=self._clock,
            sleep=self._sleep,
            patience=self._patience,
            repository=repository,
        )

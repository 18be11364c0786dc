"""How a job reaches the package index."""

from collections.abc import Mapping
from typing import Protocol

import aiohttp

from bot.sandbox.http import Request, Response
from bot.sandbox.index import PackageIndex

_TIMEOUT = aiohttp.ClientTimeout(total=30)


class IndexTransport(Protocol):
    """Carries requests to one package index."""

    @property
    def base(self) -> str:
        """The index's address without a trailing slash, as the log names it."""
        ...

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Send one request to a path of the index. Raises ConnectionError when there is no answer."""
        ...


class DirectTransport:
    """Calls the index as a function: for tests, without a socket."""

    def __init__(self, index: PackageIndex) -> None:
        self._index = index

    @property
    def base(self) -> str:
        """The index's own address."""
        return self._index.base

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Send one request. Raises ConnectionError when the index is switched off."""
        return self._index.handle(Request.of(method, path, headers, body))


class HttpTransport:
    """Real HTTP, with a connection of its own for each request, as from a runner somewhere else."""

    def __init__(self, index: PackageIndex) -> None:
        self._index = index

    @property
    def base(self) -> str:
        """The index's own address."""
        return self._index.base

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Send one request. Raises ConnectionError when there is no answer."""
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(method, self.base + path, headers=headers, data=body, allow_redirects=False) as answer,
            ):
                lowered = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, lowered, await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error

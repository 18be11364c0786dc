"""How one HTTP request leaves the process: a seam with one function, so that tests and other worlds can stand behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

_MEBIBYTE = 1024 * 1024
_MOST_CONNECTIONS = 50  # GitHub takes 100 requests at once, of all our processes together.


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete HTTP answer; the keys of ``headers`` are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportError(Exception):
    """No complete answer came back.

    ``sent`` is the fact that matters for writes: ``False`` promises that the request never left (no address, no
    connection), so that it may be sent again; ``True`` means that its effect is unknown.
    """

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message, sent)
        self.message = message
        self.sent = sent

    def __str__(self) -> str:
        return self.message


class AnswerTooLargeError(TransportError):
    """The answer is larger than we are willing to hold; asking again would not make it smaller."""


class Transport(Protocol):
    """Sends one request and returns its answer, whatever its status; it never follows a redirect or repeats a request."""

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request.

        Raises:
            TransportError: no complete answer came back.
        """
        ...


def open_session() -> aiohttp.ClientSession:
    """The session that suits ``AiohttpTransport``: cookies would tie requests of different tokens together.

    It has to be made within a running loop, and closed.
    """
    connector = aiohttp.TCPConnector(limit=_MOST_CONNECTIONS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


class AiohttpTransport:
    """The transport over the network."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        total_seconds: float = 60,
        connect_seconds: float = 5,
        silence_seconds: float = 20,
        most_bytes: int = 64 * _MEBIBYTE,
    ) -> None:
        """``silence_seconds`` is the longest pause within an answer: GitHub itself gives up after 10 seconds."""
        self._session = session
        self._timeout = aiohttp.ClientTimeout(
            total=total_seconds, connect=connect_seconds, sock_connect=connect_seconds, sock_read=silence_seconds
        )
        self._most_bytes = most_bytes

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """See ``Transport``."""
        try:
            async with self._session.request(
                method,
                # The URL is complete and quoted: quoting it again would turn %2F into another path.
                URL(url, encoded=True),
                headers=headers,
                data=body or None,
                allow_redirects=False,
                timeout=self._timeout,
                middlewares=(_send_once,),
            ) as response:
                content = await self._read(response)
                return Answer(
                    response.status, {name.lower(): value for name, value in response.headers.items()}, content
                )
        except TimeoutError as error:
            raise TransportError(
                "no answer in time", sent=not isinstance(error, aiohttp.ConnectionTimeoutError)
            ) from error
        except aiohttp.ClientError as error:
            raise TransportError(f"the connection failed ({type(error).__name__})", sent=_may_be_sent(error)) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        # Counted after decompression: a small answer may unfold into a large one.
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > self._most_bytes:
                raise AnswerTooLargeError(f"the answer is larger than {self._most_bytes // _MEBIBYTE} MiB")
        return bytes(content)


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating requests.

    It sends PUT and DELETE a second time when a connection breaks, as they should be idempotent; but a repeated merge
    answers "not mergeable" although the first one merged. An error of our own is not one that it repeats after.
    """
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        if not _may_be_sent(error):
            raise
        raise TransportError(f"the connection broke ({type(error).__name__})", sent=True) from error


def _may_be_sent(error: aiohttp.ClientError) -> bool:
    never_connected = (aiohttp.ClientConnectorError, aiohttp.ClientConnectorCertificateError, aiohttp.InvalidURL)
    return not isinstance(error, never_connected)

"""How one request to a package index leaves the process: one function, so that tests can stand behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

MOST_BYTES = 32 * 1024 * 1024
"""Largest answer that is read, after decompression: twice the longest file list of a real project."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete HTTP answer; the keys of ``headers`` are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(Exception):
    """No complete answer came back; the message is one plain clause saying why."""


class Transport(Protocol):
    """Sends one request and returns its answer, whatever its status; it follows no redirect and repeats nothing."""

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request.

        Raises:
            NoAnswerError: no complete answer came back.
        """
        ...


class AiohttpTransport:
    """The transport over the network."""

    def __init__(
        self, session: aiohttp.ClientSession, *, total_seconds: float = 60, silence_seconds: float = 15
    ) -> None:
        """``silence_seconds`` bounds the connection and each pause within an answer."""
        self._session = session
        self._timeout = aiohttp.ClientTimeout(
            total=total_seconds, connect=silence_seconds, sock_connect=silence_seconds, sock_read=silence_seconds
        )

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """See ``Transport``."""
        try:
            # The address is complete and quoted; quoting it again would make it another one.
            address = URL(url, encoded=True)
            async with self._session.request(
                method, address, headers=headers, data=body or None, allow_redirects=False, timeout=self._timeout
            ) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, received, await _read(response))
        except TimeoutError as error:
            raise NoAnswerError("it did not answer in time") from error
        except aiohttp.ClientError as error:
            raise NoAnswerError(f"the connection failed ({type(error).__name__})") from error
        except ValueError as error:
            raise NoAnswerError("its address is malformed") from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            raise NoAnswerError(f"its answer is larger than {MOST_BYTES // 1024**2} MiB")
    return bytes(content)

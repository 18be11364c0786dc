"""A client that costs next to nothing, so that on a small machine the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench.payloads import GUID_HEADER


@dataclass
class Load:
    """What was sent and answered."""

    seconds: float = 0.0
    processor: float = 0.0
    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor time for each answer."""
        return 1e6 * self.processor / len(self.waits) if self.waits else 0.0

    def wait(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def add(self, other: Load) -> None:
        """Count another load as part of this one."""
        self.seconds += other.seconds
        self.processor += other.processor
        self.waits += other.waits
        self.statuses += other.statuses


class _Sender(asyncio.Protocol):
    """One connection: sends a request, waits for the answer, sends the next."""

    def __init__(self, requests: Iterator[bytes], load: Load, until: float, remember: Callable[[str], None]) -> None:
        self._requests, self._load, self._until, self._remember = requests, load, until, remember
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        now = time.perf_counter()
        self._load.waits.append(now - self._sent)
        status = int(head[9:12])
        self._load.statuses[status] += 1
        if status == 202:
            self._remember(self._guid)
        self._answer = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        request = next(self._requests)
        at = request.index(GUID_HEADER) + len(GUID_HEADER)
        self._guid = request[at : at + 36].decode()
        self._sent = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


async def send(
    port: int,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    *,
    remember: Callable[[str], None] = lambda guid: None,
) -> Load:
    """Keep this many connections busy for this long; ``remember`` is told each GUID that was answered with 202."""
    load = Load()
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    senders = []
    for _ in range(connections):
        _, sender = await loop.create_connection(
            lambda: _Sender(requests, load, began + seconds, remember), "127.0.0.1", port
        )
        senders.append(sender.done)
    await asyncio.gather(*senders)
    load.seconds = time.perf_counter() - began
    return load

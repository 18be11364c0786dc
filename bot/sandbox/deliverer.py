"""Posting webhooks, as GitHub does: signed, once, with ten seconds to answer.

GitHub never repeats a delivery by itself and promises no order. `DeliveryFaults` are the switches for what else may
happen to them on the way.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.world import World

TIMEOUT = 10.0
"""Seconds a receiver has to answer."""

Harm = Literal["drop", "duplicate", "delay", "hold"]


@dataclass(slots=True)
class DeliveryFault:
    """What happens to the next ``times`` deliveries that fit (None: to all).

    ``drop`` loses them, ``duplicate`` posts them twice under one GUID, ``delay`` posts them ``seconds`` later, and
    ``hold`` keeps them back until another delivery has been posted, which turns the order around.
    """

    harm: Harm
    event: str | None = None
    action: str | None = None
    times: int | None = 1
    seconds: float = 1.0

    def fits(self, delivery: Delivery) -> bool:
        """Whether this delivery is meant."""
        return self.event in (None, delivery.event) and self.action in (None, delivery.action)


@dataclass(slots=True)
class DeliveryFaults:
    """The faults that wait for a delivery."""

    waiting: list[DeliveryFault] = field(default_factory=list)

    def add(self, harm: Harm, *, event: str | None = None, action: str | None = None, times: int | None = 1,
            seconds: float = 1.0) -> None:  # fmt: skip
        """Let something happen to deliveries."""
        self.waiting.append(DeliveryFault(harm, event, action, times, seconds))

    def strike(self, delivery: Delivery) -> DeliveryFault | None:
        """What happens to this delivery, if anything."""
        for fault in self.waiting:
            if fault.fits(delivery):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.waiting.remove(fault)
                return fault
        return None


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The two signature headers: SHA-256 for today, SHA-1 for those who never changed."""
    key = secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def render_headers(delivery: Delivery, *, enterprise_host: str = "") -> dict[str, str]:
    """All headers of a delivery, as GitHub, or an Enterprise server of that name, sends them."""
    enterprise = {"X-GitHub-Enterprise-Host": enterprise_host, "X-GitHub-Enterprise-Version": "3.19.0"}
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(delivery.guid.encode()).hexdigest()[:7]}",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(delivery.app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(delivery.app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        **(enterprise if enterprise_host else {}),
        **sign(delivery.app.webhook_secret, delivery.body),
    }


class Deliverer:
    """Takes deliveries out of a world's outbox and posts them, one after the other.

    Use it as an asynchronous context manager, or call `start` and `stop`.
    """

    def __init__(self, world: World, *, timeout: float = TIMEOUT) -> None:
        self.world = world
        self.timeout = timeout
        self.faults = DeliveryFaults()
        self.posted: list[Callable[[Delivery], None]] = []
        """Called after each attempt, for the demo's display."""
        self._ready = asyncio.Event()
        self._idle = asyncio.Event()
        self._held: deque[Delivery] = deque()
        self._late: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Begin to post."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout))
        self.world.wakers.append(self._ready.set)
        self._ready.set()
        self._task = asyncio.create_task(self._run(), name="sandbox-deliverer")

    async def stop(self) -> None:
        """Stop posting; what is left stays in the outbox."""
        self.world.wakers.remove(self._ready.set)
        for task in [self._task, *self._late]:
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> "Deliverer":
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def drain(self) -> None:
        """Wait until everything in the outbox, late deliveries included, has been posted."""
        while self.world.outbox or self._late or not self._idle.is_set():
            await self._idle.wait()
            if self._late:
                await asyncio.wait(self._late)
            await asyncio.sleep(0)

    async def _run(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            self._idle.clear()
            while self.world.outbox:
                await self._handle(self.world.outbox.popleft())
            while self._held:
                await self.post(self._held.popleft())
            self._idle.set()

    async def _handle(self, delivery: Delivery) -> None:
        fault = self.faults.strike(delivery)
        harm = fault.harm if fault else None
        if harm == "drop":
            self._close(delivery, 0, "failed to connect to host", 0.0)
        elif harm == "hold":
            self._held.append(delivery)
        elif harm == "delay" and fault is not None:
            task = asyncio.create_task(self._post_later(delivery, fault.seconds))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        else:
            await self.post(delivery)
            if harm == "duplicate":
                await self.post(delivery)
            if self._held:
                await self.post(self._held.popleft())

    async def _post_later(self, delivery: Delivery, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.post(delivery)

    async def post(self, delivery: Delivery) -> None:
        """Post one delivery now and keep the record of how it went."""
        url = delivery.app.webhook_url
        if url is None or self._session is None:
            self._close(delivery, 0, "failed to connect to host", 0.0)
            return
        delivery.url = url
        delivery.request_headers = render_headers(delivery, enterprise_host=self.world.links.enterprise_host)
        began = time.monotonic()
        try:
            async with self._session.post(url, data=delivery.body, headers=delivery.request_headers) as answer:
                text = (await answer.content.read(65536)).decode(errors="replace")
                status = "OK" if answer.status < 400 else f"Invalid HTTP Response: {answer.status}"
                headers = dict(answer.headers)
                self._close(delivery, answer.status, status, time.monotonic() - began, headers=headers, text=text)
        except TimeoutError:
            self._close(delivery, 0, "timed out", time.monotonic() - began)
        except aiohttp.ClientError:
            self._close(delivery, 0, "failed to connect to host", time.monotonic() - began)

    def _close(self, delivery: Delivery, code: int, status: str, duration: float, *,
               headers: Mapping[str, str] | None = None, text: str = "") -> None:  # fmt: skip
        delivery.status_code, delivery.status, delivery.duration = code, status, duration
        delivery.delivered_at = self.world.now()
        delivery.response_headers, delivery.response_body = dict(headers or {}), text
        for tell in self.posted:
            tell(delivery)


def read_payload(delivery: Delivery) -> dict[str, object]:
    """What a delivery says."""
    payload: dict[str, object] = json.loads(delivery.body)
    return payload

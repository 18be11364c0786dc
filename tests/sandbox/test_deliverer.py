"""Posting webhooks over real HTTP."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.sandbox.acme import WEBHOOK_SECRET
from bot.sandbox.deliverer import Deliverer
from tests.sandbox.conftest import Desk


@dataclass
class Receiver:
    """A webhook receiver that notes what comes in."""

    status: int = 202
    pause: float = 0.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.pause)
        return web.Response(status=self.status, text="noted")

    @property
    def events(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.got]


@pytest.fixture
async def receiver(desk: Desk) -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/webhook", found.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    desk.acme.app.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield found
    await runner.cleanup()


async def test_a_delivery_is_signed_over_its_bytes(desk: Desk, receiver: Receiver) -> None:
    async with Deliverer(desk.world) as deliverer:
        desk.acme.mona.comment(1, "grüße")
        await deliverer.drain()
    ((headers, body),) = receiver.got
    key = WEBHOOK_SECRET.encode()
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature"] == "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()
    record = desk.world.deliveries[-1]
    assert headers["X-GitHub-Delivery"] == record.guid
    assert headers["X-GitHub-Event"] == "issue_comment"
    assert headers["X-GitHub-Hook-ID"] == str(desk.acme.app.hook_id)
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(desk.acme.app.id)
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["Content-Type"] == "application/json"
    assert (record.status, record.status_code, record.response_body) == ("OK", 202, "noted")


async def test_a_failed_delivery_is_recorded_and_never_repeated(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    async with Deliverer(desk.world) as deliverer:
        desk.acme.mona.comment(1, "x")
        await deliverer.drain()
    assert len(receiver.got) == 1
    assert desk.world.deliveries[-1].status == "Invalid HTTP Response: 500"


async def test_a_slow_receiver_times_out(desk: Desk, receiver: Receiver) -> None:
    receiver.pause = 1.0
    async with Deliverer(desk.world, timeout=0.1) as deliverer:
        desk.acme.mona.comment(1, "x")
        await deliverer.drain()
    assert (desk.world.deliveries[-1].status, desk.world.deliveries[-1].status_code) == ("timed out", 0)


async def test_nobody_there_is_recorded_too(desk: Desk) -> None:
    desk.acme.app.webhook_url = "http://127.0.0.1:9/webhook"
    async with Deliverer(desk.world) as deliverer:
        desk.acme.mona.comment(1, "x")
        await deliverer.drain()
    assert desk.world.deliveries[-1].status == "failed to connect to host"


async def test_what_waits_in_the_outbox_goes_out_in_order(desk: Desk, receiver: Receiver) -> None:
    desk.acme.mona.push_commit("new", {"x": "x"})
    async with Deliverer(desk.world) as deliverer:
        await deliverer.drain()
    assert receiver.events == ["create", "push", "check_suite"]


async def test_deliveries_drop_double_turn_around_and_come_late(desk: Desk, receiver: Receiver) -> None:
    async with Deliverer(desk.world) as deliverer:
        deliverer.faults.add("drop", event="create")
        deliverer.faults.add("hold", event="push")
        deliverer.faults.add("duplicate", event="issue_comment")
        desk.acme.mona.push_commit("new", {"x": "x"})
        desk.acme.mona.comment(1, "x")
        await deliverer.drain()
        assert receiver.events == ["check_suite", "push", "issue_comment", "issue_comment"]
        guids = [headers["X-GitHub-Delivery"] for headers, _ in receiver.got]
        assert guids[2] == guids[3]
        receiver.got.clear()
        deliverer.faults.add("delay", event="issue_comment", seconds=0.2)
        desk.acme.mona.comment(1, "late")
        desk.acme.mona.label(1, "in-time")
        await deliverer.drain()
        assert receiver.events == ["pull_request", "issue_comment"]

"""The application over real HTTP, on the durable engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import create_app
from bot.clock import VirtualClock
from bot.engine import EngineUnavailableError, Handlers
from bot.engine.durable import DurableEngine
from bot.settings.operator import OperatorSettings
from tests.engine.support import QUICK, Recorder
from tests.intake.payloads import comment
from tests.intake.test_webhook import sign
from tests.settings.test_operator import PEM

SECRET = "a new secret of some length"
GUID = "69a73247-6a24-4027-a332-0e7dbf28b5aa"


class House:
    """An application with everything but handlers of its own, and the order in which its parts opened and closed."""

    def __init__(self, folder: Path) -> None:
        self.seen = Recorder()
        self.order: list[str] = []
        self.clock = VirtualClock()
        self.engine = DurableEngine(f"sqlite:///{folder / 'engine.db'}", retries=QUICK)
        settings = OperatorSettings(app_id=42, private_key=PEM, webhook_secret=SECRET)  # type: ignore[arg-type]

        @asynccontextmanager
        async def open_handlers() -> AsyncIterator[Handlers]:
            self.order.append("opened" if not self.engine.accepting else "too late")
            yield self.seen
            self.order.append("closed" if not self.engine.accepting else "too early")

        self.app = create_app(settings, self.engine, open_handlers, clock=self.clock)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_takes_a_signed_command_and_handles_it(house: House) -> None:
    async with TestClient(TestServer(house.app)) as client:
        body = json.dumps(comment()).encode()
        headers = {
            "X-GitHub-Event": "issue_comment",
            "X-GitHub-Delivery": GUID,
            "X-Hub-Signature-256": sign(body, SECRET),
            "Content-Type": "application/json",
        }
        async with client.post("/webhook", data=body, headers=headers) as response:
            assert (response.status, await response.text()) == (202, "command: accepted\n")
        await house.engine.idle()
        assert house.seen.guids == [GUID]
        async with client.get("/metrics") as response:
            text = await response.text()
        assert 'aweigh_deliveries_total{event="issue_comment",outcome="command"} 1.0' in text
        assert "aweigh_dead_letters 0.0" in text
    assert house.order == ["opened", "closed"]


async def test_says_how_it_is(house: House) -> None:
    async with TestClient(TestServer(house.app)) as client:
        for path, text in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
            async with client.get(path) as response:
                assert (response.status, await response.text()) == (200, text)


async def test_is_not_ready_while_nothing_can_be_made_durable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with TestClient(TestServer(house.app)) as client:

        async def fail() -> None:
            raise EngineUnavailableError("OperationalError: disk full")

        monkeypatch.setattr(house.engine, "probe", fail)
        async with client.get("/readyz") as response:
            assert (response.status, await response.text()) == (503, "OperationalError: disk full\n")
        async with client.get("/healthz") as response:
            assert response.status == 200


async def test_asking_again_within_a_second_costs_no_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with TestClient(TestServer(house.app)) as client:
        probes = 0

        async def count() -> None:
            nonlocal probes
            probes += 1

        monkeypatch.setattr(house.engine, "probe", count)
        for _ in range(3):
            await client.get("/readyz")
        assert probes == 1
        await house.clock.sleep(0)
        house.clock._now = house.clock.now().replace(second=2)
        await client.get("/readyz")
        assert probes == 2


async def test_figures_are_served_without_the_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with TestClient(TestServer(house.app)) as client:

        async def fail() -> None:
            raise EngineUnavailableError("disk full")

        monkeypatch.setattr(house.engine, "list_dead_letters", fail)
        async with client.get("/metrics") as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/webhook", 405), ("GET", "/", 404), ("POST", "/metrics", 405)]
)
async def test_answers_nothing_else(house: House, method: str, path: str, status: int) -> None:
    async with TestClient(TestServer(house.app)) as client, client.request(method, path) as response:
        assert response.status == status

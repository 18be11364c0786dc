"""The webhook over real HTTP: what is taken, what is refused and with which words, and what is logged."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import SystemClock
from bot.engine import EngineUnavailableError, Handlers
from bot.engine.memory import MemoryEngine
from bot.github.tokens import Secret
from bot.intake.command import CommandDelivery
from bot.intake.events import AppIdentity
from bot.intake.webhook import LARGEST_BODY, Webhook
from tests.engine.support import Recorder
from tests.intake.payloads import comment, payload, push

NEW, OLD = "a new secret of some length", "the old secret of some length"
Client = TestClient[web.Request, web.Application]


def sign(body: bytes, secret: str = NEW) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Door:
    """A webhook behind a real server, an engine in memory, and what both saw."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.seen = Recorder()
        self.counted: list[tuple[str, str]] = []
        self.client: Client

    @asynccontextmanager
    async def open(self, *secrets: str) -> AsyncIterator[Door]:
        webhook = Webhook(
            self.engine,
            [Secret(secret) for secret in secrets],
            lambda: AppIdentity(42, "aweigh[bot]"),
            SystemClock(),
            lambda event, outcome: self.counted.append((event, outcome)),
        )
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/webhook", webhook.receive)
        handlers: Handlers = self.seen
        await self.engine.start(handlers)
        async with TestClient(TestServer(app)) as self.client:
            yield self
        await self.engine.stop()

    async def send(
        self, event: str, members: Any, *, body: bytes | None = None, secret: str = NEW, **headers: str | None
    ) -> tuple[int, str]:
        sent = json.dumps(members).encode() if body is None else body
        chosen: dict[str, str | None] = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": sign(sent, secret),
            "Content-Type": "application/json",
        }
        chosen.update({name.replace("_", "-"): value for name, value in headers.items()})
        given = {name: value for name, value in chosen.items() if value is not None}
        response: ClientResponse
        async with self.client.post("/webhook", data=io.BytesIO(sent), headers=given) as response:
            return response.status, await response.text()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with Door().open(NEW, OLD) as opened:
        yield opened


async def test_a_command_is_accepted_and_handed_on_as_it_was_written(door: Door) -> None:
    guid = str(uuid.uuid4())
    assert await door.send("issue_comment", comment(), X_GitHub_Delivery=guid) == (202, "command: accepted\n")
    await door.engine.idle()
    [handled] = door.seen.deliveries
    assert handled.guid == guid
    command = CommandDelivery.from_content(handled.repository, handled.content)
    assert (command.body, command.author.login, command.issue_number) == ("/release 1.2.0", "ann", 5)


async def test_a_comment_of_65536_characters_arrives_whole(door: Door) -> None:
    body = "/release 1.2.0\n" + "\N{GREEN HEART}" * (65_536 - 15)
    assert (await door.send("issue_comment", comment(body)))[0] == 202
    await door.engine.idle()
    assert door.seen.deliveries[0].content["body"] == body


@pytest.mark.rule(2)
async def test_the_same_delivery_twice_is_handled_once(door: Door) -> None:
    guid = str(uuid.uuid4())
    await door.send("issue_comment", comment(), X_GitHub_Delivery=guid)
    assert await door.send("issue_comment", comment(), X_GitHub_Delivery=guid.upper()) == (
        202,
        "duplicate: known already\n",
    )
    await door.engine.idle()
    assert len(door.seen.deliveries) == 1


@pytest.mark.rule(2)
async def test_a_forged_delivery_does_not_use_up_a_guid(door: Door) -> None:
    guid = str(uuid.uuid4())
    assert (await door.send("issue_comment", comment(), secret="another secret", X_GitHub_Delivery=guid))[0] == 401
    assert await door.send("issue_comment", comment(), X_GitHub_Delivery=guid) == (202, "command: accepted\n")


async def test_a_change_wakes_the_repository(door: Door) -> None:
    assert await door.send("push", push("refs/tags/v1")) == (202, "wake-up: tag pushed\n")
    await door.engine.idle()
    assert [ref.full_name for ref in door.seen.reconciled] == ["acme/widget"]


async def test_an_uninstallation_forgets_the_installation(door: Door) -> None:
    guid = str(uuid.uuid4())
    await door.send("issue_comment", comment(), X_GitHub_Delivery=guid)
    await door.engine.idle()
    gone = {"action": "deleted", "installation": {"id": 7}, "sender": None}
    assert await door.send("installation", gone) == (202, "purged: installation deleted\n")
    assert not door.engine.store.deliveries


@pytest.mark.rule(1)
async def test_both_secrets_are_taken_and_no_other(door: Door) -> None:
    assert (await door.send("push", push("refs/tags/v1"), secret=NEW))[0] == 202
    assert (await door.send("push", push("refs/tags/v1"), secret=OLD))[0] == 202
    assert (await door.send("push", push("refs/tags/v1"), secret=""))[0] == 401


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("unsigned", {"X_Hub_Signature_256": None}, 401, "X-Hub-Signature-256 is missing"),
    ("sha1 only", {"X_Hub_Signature_256": None, "X_Hub_Signature": "sha1=" + "0" * 40}, 401, "only SHA-1"),
    ("sha1 in its place", {"X_Hub_Signature_256": "sha1=" + "0" * 40}, 401, "64 hexadecimal"),
    ("empty signature", {"X_Hub_Signature_256": "sha256="}, 401, "64 hexadecimal"),
    ("beyond ASCII", {"X_Hub_Signature_256": "sha256=" + "\N{LATIN SMALL LETTER E WITH ACUTE}" * 64}, 401, "64 hex"),
    ("wrong signature", {"X_Hub_Signature_256": "sha256=" + "0" * 64}, 401, "does not belong"),
    ("no GUID", {"X_GitHub_Delivery": None}, 400, "X-GitHub-Delivery"),
    ("no real GUID", {"X_GitHub_Delivery": "../../etc/passwd"}, 400, "X-GitHub-Delivery"),
    ("no event", {"X_GitHub_Event": None}, 400, "X-GitHub-Event"),
    ("no name of an event", {"X_GitHub_Event": "push; drop"}, 400, "X-GitHub-Event"),
    ("a form", {"Content_Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
    ("not JSON", {"body": b"hello"}, 400, "not JSON"),
    ("not UTF-8", {"body": b'{"a": "\xff\xfe"}'}, 400, "not JSON"),
    ("nothing", {"body": b""}, 400, "not JSON"),
    ("no object", {"body": b"[1, 2]"}, 400, "not a JSON object"),
    ("nested without end", {"body": b"[" * 200_000}, 400, "not JSON"),
    ("a number without end", {"body": b'{"a": ' + b"9" * 10_000 + b"}"}, 400, "not JSON"),
    ("a missing member", {"members": payload()}, 400, "malformed: ref is not a string"),
    (
        "a null repository",
        {"members": {**push("refs/tags/v1"), "repository": None}},
        400,
        "repository is not an object",
    ),
    ("no installation", {"members": {**push("refs/tags/v1"), "installation": None}}, 400, "installation is not"),
]


@pytest.mark.rule(1)
@pytest.mark.parametrize(("given", "status", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refuses_with_a_reason_and_a_log_line(
    door: Door, given: dict[str, Any], status: int, reason: str
) -> None:
    members = given.pop("members", push("refs/tags/v1"))
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        answer = await door.send("push", members, **given)
    assert answer[0] == status
    assert reason in answer[1]
    assert len(answer[1]) < 120
    assert [(line["log_level"], line["status"]) for line in lines] == [("warning", status)]
    assert (lines[0]["delivery"] is None) == (reason == "X-GitHub-Delivery")
    assert not door.seen.reconciled
    assert not door.engine.store.lanes


async def test_a_body_larger_than_github_sends_is_refused(door: Door) -> None:
    status, text = await door.send("push", None, body=b'"' + b"x" * LARGEST_BODY + b'"')
    assert (status, text) == (413, "too-large: the body has more than 25 MB\n")


async def test_a_large_payload_that_github_may_send_is_read(door: Door) -> None:
    large = {**push("refs/tags/v1"), "commits": ["x" * 1000] * 20_000}
    assert (await door.send("push", large))[0] == 202


async def test_events_without_meaning_are_dropped_unread(door: Door) -> None:
    assert await door.send("star", None, body=b"not even JSON") == (202, "dropped: event not used\n")
    assert door.counted == [("other", "dropped")]


async def test_an_event_may_have_a_digit_in_its_name(door: Door) -> None:
    assert (await door.send("projects_v2_item", {}))[0] == 202


@pytest.mark.rule(6)
async def test_a_deleted_account_is_no_error(door: Door) -> None:
    assert await door.send("issue_comment", comment(user=None)) == (202, "dropped: the author's account is gone\n")


@pytest.mark.rule(3)
async def test_what_cannot_be_made_durable_is_asked_for_again(door: Door) -> None:
    await door.engine.stop()
    for event, members in (("issue_comment", comment()), ("push", push("refs/tags/v1"))):
        assert await door.send(event, members) == (
            503,
            "unavailable: the delivery could not be stored, send it again\n",
        )
    # Nothing has to be stored of what is dropped.
    assert (await door.send("star", {}))[0] == 202


async def test_an_engine_that_fails_is_no_promise(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> bool:
        raise EngineUnavailableError("disk full")

    monkeypatch.setattr(door.engine, "accept", fail)
    assert (await door.send("issue_comment", comment()))[0] == 503


@pytest.mark.rule(23)
async def test_no_part_of_a_payload_is_logged(door: Door) -> None:
    with structlog.testing.capture_logs() as lines:
        await door.send("issue_comment", comment("/release 1.2.0 a private thought"))
        await door.send("issue_comment", comment("a private thought"))
    assert "private thought" not in str(lines)


@pytest.mark.rule(1)
def test_refuses_to_work_without_a_secret() -> None:
    with pytest.raises(ValueError, match="secret"):
        Webhook(MemoryEngine(), [], lambda: AppIdentity(42), SystemClock())

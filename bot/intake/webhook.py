"""The one door GitHub comes in by: verified, understood, made durable, and only then answered with 202.

GitHub waits ten seconds and never sends a delivery again by itself ("Best practices for using webhooks"), so a 2xx is a
promise. Whatever we cannot keep gets a 5xx, which a later sweep finds in the App's list of failed deliveries.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.engine import Engine, EngineUnavailableError
from bot.github.tokens import Secret
from bot.intake.command import CommandDelivery
from bot.intake.durably import take_in
from bot.intake.events import (
    AppIdentity,
    Ignored,
    InstallationBack,
    InstallationGone,
    Wake,
    WakeKnown,
    is_used,
    translate,
)
from bot.intake.glance import glance
from bot.intake.groups import GroupDelivery
from bot.intake.heads import HeadDelivery
from bot.intake.payload import Malformed

LARGEST_BODY: Final = 25 * 1024 * 1024
"""GitHub sends no larger payload ("Webhook events and payloads")."""

_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}")
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a delivery is answered: the status, a word for logs and figures, and the reason in a sentence."""

    status: int
    outcome: str
    reason: str

    @property
    def text(self) -> str:
        """What GitHub shows of the answer in the list of deliveries."""
        return f"{self.outcome}: {self.reason}\n"


class Refusal(Exception):  # noqa: N818 (an answer, not a failure of ours)
    """The delivery is answered with this verdict and goes no further."""

    def __init__(self, status: int, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = Verdict(status, outcome, reason)


class Webhook:
    """Receives deliveries for one App."""

    def __init__(
        self,
        engine: Engine,
        secrets: Sequence[Secret],
        identity: Callable[[], AppIdentity],
        clock: Clock,
        count: Callable[[str, str], None] = lambda event, outcome: None,
    ) -> None:
        """``secrets`` are those a delivery may be signed with; ``count`` is told each delivery's event and outcome.

        Raises:
            ValueError: there are no secrets; an unsigned delivery must never be taken.
        """
        if not secrets:
            raise ValueError("a webhook needs a secret")
        self._engine = engine
        self._keys = tuple(secret.reveal().encode() for secret in secrets)
        self._identity = identity
        self._clock = clock
        self._count = count
        self._tells_all: bool = log.is_enabled_for(logging.DEBUG)

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery: 202 taken or dropped, 4xx with the reason, 503 when it could not be made durable."""
        event = request.headers.get("X-GitHub-Event", "")
        guid = request.headers.get("X-GitHub-Delivery", "").lower()
        verdict = await self._judge(request, event, guid)
        # Of a refused delivery these two are anybody's words: they are shaped before they are logged.
        kind = event if is_used(event) else "other"
        self._count(kind, verdict.outcome)
        # Nearly every delivery of a busy organisation is dropped; a line about each would cost more than dropping it.
        if verdict.outcome != "dropped" or self._tells_all:
            self._write_down(verdict, kind, guid if _GUID.fullmatch(guid) else None)
        headers = {"Retry-After": "30"} if verdict.status == 503 else None
        return web.Response(status=verdict.status, text=verdict.text, headers=headers)

    def _write_down(self, verdict: Verdict, kind: str, guid: str | None) -> None:
        write = log.debug if verdict.outcome == "dropped" else log.warning if verdict.status >= 400 else log.info
        said = {"kind": kind, "status": verdict.status, "outcome": verdict.outcome, "why": verdict.reason}
        write("delivery", delivery=guid, **said)

    async def _judge(self, request: web.Request, event: str, guid: str) -> Verdict:
        try:
            body = await _read_body(request)
            self._check_signature(request, body)
            _check_headers(event, guid)
            if not is_used(event):
                return _drop("event not used")
            _check_content_type(request)
            nothing = glance(event, body)
            if nothing is not None:
                return _drop(nothing.reason)
            payload = _parse(body)
            with structlog.contextvars.bound_contextvars(delivery=guid):
                return await self._take(event, guid, payload)
        except Refusal as refusal:
            return refusal.verdict
        except EngineUnavailableError as unavailable:
            log.warning("not made durable", delivery=guid, cause=str(unavailable))
            return Verdict(503, "unavailable", "the delivery could not be stored, send it again")

    def _check_signature(self, request: web.Request, body: bytes) -> None:
        signature = request.headers.get("X-Hub-Signature-256")
        if signature is None:
            hint = "only SHA-1 was sent" if "X-Hub-Signature" in request.headers else "is a secret set at GitHub?"
            raise Refusal(401, "unsigned", f"X-Hub-Signature-256 is missing: {hint}")
        if not _SIGNATURE.fullmatch(signature):
            raise Refusal(401, "unsigned", "X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits")
        claimed, signed = bytes.fromhex(signature[7:]), False
        # All secrets are tried, whichever fits, so that the time taken tells nothing.
        for key in self._keys:
            signed |= hmac.compare_digest(claimed, hmac.digest(key, body, "sha256"))
        if not signed:
            raise Refusal(401, "unsigned", "the signature does not belong to this body and our secret")

    async def _take(self, event: str, guid: str, payload: dict[str, Any]) -> Verdict:
        match translate(event, payload, self._identity()):
            case Ignored(reason):
                return _drop(reason)
            case Malformed() as malformed:
                raise Refusal(400, "malformed", str(malformed))
            case Wake(_, hint) as wake:
                await take_in(self._engine, wake, guid, self._clock.now())
                return Verdict(202, "wake-up", hint)
            case CommandDelivery() as command:
                new = await take_in(self._engine, command, guid, self._clock.now())
                return Verdict(202, "command", "accepted") if new else Verdict(202, "duplicate", "known already")
            case HeadDelivery() | GroupDelivery() as head:
                new = await take_in(self._engine, head, guid, self._clock.now())
                return Verdict(202, "look", "accepted") if new else Verdict(202, "duplicate", "known already")
            case WakeKnown(hint=hint) as known:
                await take_in(self._engine, known, guid, self._clock.now())
                return Verdict(202, "wake-up", hint)
            case InstallationBack() as back:
                await take_in(self._engine, back, guid, self._clock.now())
                return Verdict(202, "wake-up", "installation back")
            case InstallationGone() as gone:
                await take_in(self._engine, gone, guid, self._clock.now())
                return Verdict(202, "purged", "installation deleted")


@cache
def _drop(reason: str) -> Verdict:
    """The verdict about what means nothing to us; the reasons are ours, and few."""
    return Verdict(202, "dropped", reason)


async def _read_body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "too-large", "the body has more than 25 MB") from None


def _check_headers(event: str, guid: str) -> None:
    if not _GUID.fullmatch(guid):
        raise Refusal(400, "malformed", "X-GitHub-Delivery is missing or no GUID")
    if not _EVENT.fullmatch(event):
        raise Refusal(400, "malformed", "X-GitHub-Event is missing or no name of an event")


def _check_content_type(request: web.Request) -> None:
    if request.content_type != "application/json":
        raise Refusal(415, "malformed", "the webhook's content type must be set to application/json")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "malformed", "the body is not JSON") from None
    if not isinstance(payload, dict):
        raise Refusal(400, "malformed", "the body is not a JSON object")
    return payload

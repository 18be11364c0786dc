"""A transport that plays GitHub from a script, and a clock that nobody waits for."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.github.transport import Answer

API = "https://api.github.com"
TOKENS = "/app/installations/7/access_tokens"


class Clock:
    """Sleeping moves it; ``naps`` are the seconds slept."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.moment += timedelta(seconds=seconds)

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass(frozen=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Step = Answer | Exception | Callable[[Sent], Answer]


def answer(content: object = None, status: int = 200, /, **headers: str) -> Answer:
    """A JSON answer as GitHub gives it; underscores in header names stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = b"" if status == 204 else json.dumps(content).encode()
    return Answer(
        status, {"content-type": "application/json; charset=utf-8", "x-github-request-id": "A1"} | named, body
    )


def refusal(status: int, message: str, /, *, errors: object = None, **headers: str) -> Answer:
    content = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return answer(content | ({} if errors is None else {"errors": errors}), status, **headers)


def html(status: int = 200) -> Answer:
    return Answer(status, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><h1>Unicorn!</h1>")


class Script:
    """Answers what it was told to for a method and path; the last step of each is played for ever."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._steps: dict[tuple[str, str], deque[Step]] = {}
        self.sent: list[Sent] = []
        self.on("POST", TOKENS, self.mint)

    def on(self, method: str, path: str, *steps: Step) -> None:
        self._steps[method, path] = deque(steps)

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent = Sent(method, url, dict(headers), body)
        self.sent.append(sent)
        steps = self._steps.get((method, sent.path))
        if steps is None:
            return refusal(404, "Not Found")
        step = steps.popleft() if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, Answer) else step(sent)

    def mint(self, sent: Sent) -> Answer:
        expires = self._clock.now() + timedelta(hours=1)
        token = {"token": f"ghs_{len(self.minted)}{'x' * 40}", "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return answer(token, 201)

    @property
    def minted(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.path == TOKENS]

    @property
    def asked(self) -> list[Sent]:
        """What was sent but for the tokens."""
        return [sent for sent in self.sent if sent.path != TOKENS]

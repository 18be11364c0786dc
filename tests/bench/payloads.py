"""Signed deliveries of about 12 kB, as GitHub sends them, for fifty repositories of ten owners."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final

SECRET: Final = "a secret for benchmarks only"
SIZE: Final = 12_000
REPOSITORIES: Final = 50
OWNERS: Final = 10
GUID_HEADER: Final = b"X-GitHub-Delivery: "
_FIRST_ID: Final = 10**15


def star(repository: dict[str, Any]) -> dict[str, Any]:
    return {"action": "created", "starred_at": "2026-05-01T12:00:00Z", "repository": repository}


def chat(repository: dict[str, Any]) -> dict[str, Any]:
    return comment(repository, "Thanks, this works for me.")


def command(repository: dict[str, Any]) -> dict[str, Any]:
    return comment(repository, "/release 1.2.0")


def tag_pushed(repository: dict[str, Any]) -> dict[str, Any]:
    return {"ref": "refs/tags/v1.2.0", "before": "0" * 40, "after": "1" * 40, "repository": repository}


def comment(repository: dict[str, Any], body: str) -> dict[str, Any]:
    said = {
        "id": _FIRST_ID,
        "node_id": "IC_1",
        "user": PERSON,
        "body": body,
        "created_at": "2026-05-01T12:00:00Z",
        "html_url": "https://github.com/acme/widget/pull/5#issuecomment-1001",
    }
    return {"action": "created", "issue": {"number": 5, "user": PERSON}, "comment": said, "repository": repository}


PERSON: Final = {"id": 11, "login": "ann", "type": "User"}

SCENES: Final = {
    "dropped: an event that is not used": ("star", star),
    "dropped: a comment without a command": ("issue_comment", chat),
    "stored: a wake-up": ("push", tag_pushed),
    "stored: a command": ("issue_comment", command),
}


def list_requests(scene: str) -> Iterator[bytes]:
    """Whole HTTP requests without end, each with a GUID of its own, and each command in a comment of its own."""
    event, make = SCENES[scene]
    bodies = [_prepare(make(_repository(number)), number) for number in range(REPOSITORIES)]
    # A command is known by its comment, whatever the GUID. Other bodies need no signature each time.
    fresh = make is command
    signed = [(_head(event, body), body) for body in bodies]
    for head, body in cycle(signed):
        guid = uuid.uuid4()
        if fresh:
            own = body.replace(str(_FIRST_ID).encode(), str(_FIRST_ID + guid.int % _FIRST_ID).encode())
            yield _head(event, own) + str(guid).encode() + b"\r\n\r\n" + own
        else:
            yield head + str(guid).encode() + b"\r\n\r\n" + body


def _prepare(members: dict[str, Any], number: int) -> bytes:
    delivery = {**members, "sender": PERSON, "installation": {"id": 7 + number % OWNERS}}
    body = _spell(delivery)
    # What fills a real payload are addresses of the API, in each of its objects; nobody reads them.
    objects = [name for name, value in delivery.items() if isinstance(value, dict)]
    filled = 0
    while len(body) < SIZE:
        filled += (SIZE - len(body)) // (70 * len(objects)) + 1
        links = {f"url_{number}": f"https://api.github.com/repos/acme/widget/{number:08}" for number in range(filled)}
        body = _spell({**delivery, **{name: {**links, **delivery[name]} for name in objects}})
    return body


def _spell(delivery: dict[str, Any]) -> bytes:
    """As GitHub writes it: no spaces, and nothing escaped that need not be."""
    return json.dumps(delivery, ensure_ascii=False, separators=(",", ":")).encode()


def _head(event: str, body: bytes) -> bytes:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    lines = [
        "POST /webhook HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: GitHub-Hookshot/0000000",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-GitHub-Event: {event}",
        f"X-Hub-Signature-256: {signature}",
        GUID_HEADER.decode(),
    ]
    return "\r\n".join(lines).encode()


def _repository(number: int) -> dict[str, Any]:
    return {"id": 1000 + number, "full_name": f"acme{number % OWNERS}/widget{number}", "default_branch": "main"}

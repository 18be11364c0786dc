"""Requests and answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``path`` is still percent-encoded; the names of headers are lower-case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> "Request":
        """A request to an address with or without host, with its query string taken apart."""
        if not url.startswith("/"):
            parts = urlsplit(url)
            url = f"{parts.path or '/'}?{parts.query}"
        path, _, query = url.partition("?")
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method.upper(), path, dict(parse_qsl(query, keep_blank_values=True)), lowered, body)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def reply(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, body)


def ok(content: Any) -> Response:
    """200 with a JSON body."""
    return reply(200, content)


def created(content: Any, location: str | None = None) -> Response:
    """201 with a JSON body and, where GitHub gives it, the address of what was made."""
    return reply(201, content, {"location": location} if location else None)


def no_content() -> Response:
    """204."""
    return Response(204)


def redirect(location: str) -> Response:
    """302 to another address, as logs and assets are served."""
    return Response(302, {"location": location})

"""An index that gives prepared answers and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.index.simple import MEDIA_TYPE
from bot.index.transport import Answer, NoAnswerError


@dataclass
class ScriptedIndex:
    """A transport: answers by address, else 404."""

    answers: dict[str, Answer | NoAnswerError] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        assert (method, body) == ("GET", b"")
        self.asked.append((url, dict(headers)))
        answer = self.answers.get(url, Answer(404, {"content-type": "text/html"}, b"not found"))
        if isinstance(answer, NoAnswerError):
            raise answer
        if headers.get("if-none-match") and headers["if-none-match"] == answer.headers.get("etag"):
            return Answer(304, answer.headers, b"")
        return answer


def entry(filename: str, /, **more: Any) -> dict[str, Any]:
    """One file of the Simple API."""
    base = {
        "filename": filename,
        "url": f"https://files.example/{filename}",
        "hashes": {"sha256": "a" * 64},
        "size": 7,
        "upload-time": "2026-11-20T12:00:00.5Z",
        "yanked": False,
        "provenance": None,
    }
    return {key: value for key, value in {**base, **more}.items() if value is not ...}


def listing(*files: dict[str, Any], name: str = "my-widget", status: str | None = None) -> bytes:
    """A project's file list."""
    more = {"project-status": {"status": status}} if status else {}
    return json.dumps({"meta": {"api-version": "1.4"}, "name": name, "files": list(files), **more}).encode()


def simple(body: bytes, **headers: str) -> Answer:
    """The list as an answer."""
    return Answer(200, {"content-type": MEDIA_TYPE, **headers}, body)

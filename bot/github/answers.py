"""What an HTTP answer of GitHub means: pure, from status, headers and body to one of our errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.github.errors import (
    A_MINUTE,
    BadCredentials,
    Conflict,
    Forbidden,
    GitHubError,
    Gone,
    Moved,
    NotFound,
    NotMergeable,
    PermissionMissing,
    Problem,
    RateLimited,
    Unavailable,
    Unprocessable,
)
from bot.github.limits import AN_HOUR
from bot.github.transport import Answer

_PERMISSION = re.compile(r"([a-z_]{1,60})=(read|write|admin)")
_LIMIT_WORDS = ("rate limit", "abuse detection")
_NO_PERMISSION = "resource not accessible by"


def is_json(answer: Answer) -> bool:
    """Whether the answer says that it is JSON, as all of the API's are; proxies and GitHub's own pages are HTML."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"


def find_error(answer: Answer, method: str, path: str, *, now: datetime, changes: bool) -> GitHubError | None:
    """The error that an answer stands for, or ``None`` for success.

    ``changes`` says that something may have changed at GitHub although it, or a proxy before it, failed to say so.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    if 300 <= status < 400 and status != 304:
        return Moved("it is at another address", status, method, path, location=answer.headers.get("location", ""))
    if status >= 500 or status < 200 or status == 304 or not _is_githubs_own(answer):
        return Unavailable(f"it answered {status}", status, method, path, ambiguous=changes)
    content = _read_object(answer)
    if content is None:
        return Unavailable(f"its {status} answer cannot be read", status, method, path)
    message = str(content.get("message") or f"status {status}")
    return _get_refusal(answer, content, message, now)(message, status, method, path)


def _is_githubs_own(answer: Answer) -> bool:
    # A proxy's "404 Not Found" must not pass for GitHub's: we would create what is there.
    return is_json(answer) or (not answer.body and "x-github-request-id" in answer.headers)


def _read_object(answer: Answer) -> Mapping[str, Any] | None:
    if not answer.body:
        return {}
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


_Maker = Callable[[str, int, str, str], GitHubError]


def _get_refusal(answer: Answer, content: Mapping[str, Any], message: str, now: datetime) -> _Maker:
    wanted = read_permissions(answer.headers.get("x-accepted-github-permissions", ""))
    match answer.status:
        case 401:
            return BadCredentials
        case 403 if _NO_PERMISSION in message.lower():
            # Asked before the limits: the last request of an hour can lack a permission as well.
            return lambda *facts: PermissionMissing(*facts, wanted=wanted)
        case 403 | 429 if (limit := find_limit(answer, message, now)) is not None:
            wait, resource = limit
            stated, until = wait is not None, wait or A_MINUTE
            return lambda *facts: RateLimited(*facts, retry_after=until, resource=resource, stated=stated)
        case 403:
            return Forbidden
        case 404:
            return lambda *facts: NotFound(*facts, wanted=wanted)
        case 405:
            return NotMergeable
        case 409:
            return Conflict
        case 410:
            return Gone
        case 422:
            problems = _read_problems(content.get("errors"))
            return lambda *facts: Unprocessable(*facts, codes=problems)
        case _:
            return GitHubError


def find_limit(answer: Answer, message: str, now: datetime) -> tuple[timedelta | None, str] | None:
    """How long a refused request has to wait, and for which bucket (empty: for all), if a limit refused it.

    The wait is None where GitHub does not say. The order is that of docs.github.com, "Rate limits for the REST API":
    ``retry-after``, then an empty bucket's reset.
    """
    headers = answer.headers
    if read_number(headers.get("retry-after")) is not None:
        return find_wait(headers, now), ""
    if read_number(headers.get("x-ratelimit-remaining")) == 0:
        return find_reset(headers, now), headers.get("x-ratelimit-resource", "core")
    if answer.status == 429 or any(words in message.lower() for words in _LIMIT_WORDS):
        return None, ""
    return None


def find_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a limit lasts according to the headers, if they say."""
    stated = read_number(headers.get("retry-after"))
    if stated is not None:
        return _bounded(timedelta(seconds=stated))
    return find_reset(headers, now) if read_number(headers.get("x-ratelimit-remaining")) == 0 else None


def find_reset(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long until the bucket that this answer names is full again, if the answer says."""
    reset = read_number(headers.get("x-ratelimit-reset"))
    return None if reset is None else _bounded(timedelta(seconds=reset - now.timestamp()))


def read_number(text: str | None) -> int | None:
    """The number in a header, if there is one and it is one."""
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,12}", text) else None


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, timedelta(seconds=1)), AN_HOUR)


def read_permissions(header: str) -> tuple[Mapping[str, str], ...]:
    """The alternatives of ``x-accepted-github-permissions``, such as ``contents=write; contents=write,workflows=write``."""
    alternatives = (dict(_PERMISSION.findall(part)) for part in header.split(";"))
    return tuple(permissions for permissions in alternatives if permissions)


def _read_problems(errors: object) -> tuple[Problem, ...]:
    if isinstance(errors, str):
        errors = [errors]
    if not isinstance(errors, list):
        return ()
    return tuple(_read_problem(entry) for entry in errors)


def _read_problem(entry: object) -> Problem:
    if not isinstance(entry, dict):
        # Some endpoints list bare sentences, which is what the code "custom" means elsewhere.
        return Problem("", "", "custom", str(entry))
    return Problem(*(str(entry.get(part) or "") for part in ("resource", "field", "code", "message")))

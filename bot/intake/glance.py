"""What can be told of a payload without reading the whole of it: most deliveries of a busy organisation mean nothing to us.

A glance never says what a delivery means, only that it means nothing: whatever is not certain is read in full. It may be
certain, though anybody can write a comment, because a quotation mark inside of a JSON string is always escaped: people fill
the strings of a payload, but cannot make a text look like a member. What a glance trusts beyond that is how GitHub itself
writes, which is behind the signature: ``action`` stands first, no member stands twice, no spaces stand around a colon, and
the first object that is called ``comment`` and follows another object is the comment. A payload that is written otherwise is
read in full, and so is one in which anything called ``body`` from there on could be a command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from bot.intake.command import may_hold_command
from bot.intake.events import ACTIONS_OF_CHECKS, ACTIONS_OF_JOBS, Ignored

_ACTION: Final = re.compile(rb'\{"action":"([a-z_]{1,40})",')
_COMMENT: Final = b'},"comment":'
_REVIEW: Final = b'{"action":"submitted","review":'
_TEXT: Final = b'"body":'
_read_one_value: Final = json.JSONDecoder().raw_decode


def glance(event: str, body: bytes) -> Ignored | None:
    """Why the signed ``body`` of this event means nothing to us; None when it must be read to know."""
    look = _LOOKS.get(event)
    if look is None:
        return None
    action = _ACTION.match(body)
    return None if action is None else look(action[1].decode(), body)


def _look_at_comment(action: str, body: bytes) -> Ignored | None:
    if action != "created":
        return None
    found = body.find(_COMMENT)
    return _look_at_said(body, found + len(_COMMENT)) if found >= 0 else None


def _look_at_review(action: str, body: bytes) -> Ignored | None:
    if action != "submitted":
        return Ignored("only a submitted review is read")
    return _look_at_said(body, len(_REVIEW)) if body.startswith(_REVIEW) else None


def _look_at_check(action: str, _: bytes) -> Ignored | None:
    return None if action in ACTIONS_OF_CHECKS else Ignored("nobody asks anything of a check")


def _look_at_job(action: str, _: bytes) -> Ignored | None:
    return None if action in ACTIONS_OF_JOBS else Ignored("a job that cannot publish a release of ours")


def _look_at_said(body: bytes, at: int) -> Ignored | None:
    """Read whatever is called ``body`` from there on, one of which is the text of the comment or review."""
    at = body.find(_TEXT, at)
    # What was cut off is refused, which takes reading it.
    if at < 0 or not body.endswith(b"}"):
        return None
    while at >= 0:
        try:
            # A text begins with a brace that is no byte of another encoding: what json.loads takes for UTF-8 is UTF-8.
            text, _ = _read_one_value(body[at + len(_TEXT) :].decode())
        except (ValueError, RecursionError):
            return None
        if text is not None and (not isinstance(text, str) or may_hold_command(text)):
            return None
        at = body.find(_TEXT, at + len(_TEXT))
    return Ignored("no command")


_LOOKS: Final[Mapping[str, Callable[[str, bytes], Ignored | None]]] = {
    "check_run": _look_at_check,
    "issue_comment": _look_at_comment,
    "pull_request_review": _look_at_review,
    "workflow_job": _look_at_job,
}

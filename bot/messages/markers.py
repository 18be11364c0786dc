"""Markers: how a comment of ours is found again. A marker alone proves nothing, since anybody can paste one."""

from __future__ import annotations

from collections.abc import Iterable

from bot.github.facts import Comment

STATUS = "status"
OUTCOME = "outcome"


def marker(kind: str, key: str = "") -> str:
    """The hidden line for a message of ``kind``; it stands at the very top."""
    name = f"{kind} {key}".strip()
    return f"<!-- aweigh:{name} -->"


def find_marked(comments: Iterable[Comment], mark: str, bot_id: int) -> Comment | None:
    """The first comment by our bot that starts with ``mark``: author *and* marker, never one without the other."""
    for comment in comments:
        if comment.author is not None and comment.author.id == bot_id and comment.body.startswith(mark):
            return comment
    return None

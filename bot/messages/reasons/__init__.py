"""A sentence and a fix for each reason code: what is wrong, why, and the line to paste."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.understanding import with_package
from bot.messages.reasons import asked, branch, merged, people, permissions, repository, steering
from bot.messages.reasons.said import Said, Words
from bot.release.reasons import Because

_WORDS: Words = {
    **asked.WORDS,
    **repository.WORDS,
    **branch.WORDS,
    **steering.WORDS,
    **merged.WORDS,
    **permissions.WORDS,
    **people.WORDS,
}


def say(reason: Because) -> Said:
    """The words for ``reason``; said of one of several packages, the line to paste names it."""
    said, package = _WORDS[reason.code](reason), reason.get("package")
    return replace(said, paste=with_package(said.paste, package)) if package else said


__all__ = ["Said", "say"]

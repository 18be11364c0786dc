"""A reason in words, and the lines to paste that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.messages.text import code
from bot.release.reasons import Because, Reason


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words. ``fix`` says what to do; ``paste`` is a command that people can copy as it is."""

    sentence: str
    fix: str = ""
    paste: str = ""
    details: str = ""

    def in_line(self) -> str:
        """Everything in one paragraph, and the details below."""
        parts = [self.sentence, self.fix]
        if self.paste:
            # A colon leads to the line by itself.
            parts.append(code(self.paste) if self.fix.endswith(":") else f"Paste {code(self.paste)}")
        text = " ".join(part for part in parts if part)
        return f"{text}\n\n{self.details}" if self.details else text


def next_line(reason: Because) -> str:
    """The version that would not be refused, where one is known."""
    return f"/release {reason.get('next')}" if reason.get("next") else "/release help"


def given_line(reason: Because) -> str:
    """What was asked for, to ask for it again."""
    return f"/release {reason.get('given')}"


def again_line(reason: Because) -> str:
    """The same version once more, where it is known."""
    return f"/release {reason.get('version')}" if reason.get("version") else "/release help"


Words: TypeAlias = Mapping[Reason, Callable[[Because], Said]]
"""What to say for each of some reasons."""

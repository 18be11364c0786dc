"""Sentences about text that a stranger may have written: our words and theirs stay apart until somebody shows them."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text from outside (a file's content, a path, what was typed). Whoever shows it escapes it for the place it is shown in."""

    text: str

    def __str__(self) -> str:
        """The text for logs: one line, printable, clipped, in double quotes."""
        return f'"{clip(self.text)}"'


Parts = tuple[str | Quoted, ...]
"""A sentence in pieces: plain strings are ours and safe anywhere, ``Quoted`` ones are not."""


def clip(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """The printable beginning of ``text``, on one line and at most ``longest`` characters long."""
    # Cutting first keeps this cheap for text of any size.
    head = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:longest]
    )
    return head if len(text) <= longest else head[:-1] + "…"


def render_plain(parts: Parts) -> str:
    """The sentence as plain text on one line, for logs and command lines."""
    return "".join(str(part) for part in parts)

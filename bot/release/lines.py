"""Which release lines of a repository have a release under way, as far as the engine knows.

A note saves looking everywhere: a release whose branch was deleted after the merge is found through it, and so is the
repository itself. Lost with the database it is written again by the recovery sweep, from what GitHub shows.
"""

from __future__ import annotations

from typing import Final

from bot.engine.protocol import Intents
from bot.release.snapshot import Line

UNDER_WAY: Final = "line:"
"""How the key of such a note begins."""


async def note_line(intents: Intents, line: Line) -> None:
    """A release is under way on this line."""
    await intents.record(UNDER_WAY + line.base, {})


async def forget_line(intents: Intents, line: Line) -> None:
    """Nothing is under way there any more."""
    await intents.forget(UNDER_WAY + line.base)


async def list_noted_lines(intents: Intents) -> list[Line]:
    """The lines that were noted."""
    noted = [intent.key for intent in await intents.list() if intent.key.startswith(UNDER_WAY)]
    return [Line(key.removeprefix(UNDER_WAY)) for key in noted]

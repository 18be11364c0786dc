"""Foreign text inside our sentences.

The clauses of this room are Markdown. What a repository or a log wrote stands in them only as a code span, in which
nothing is a mention, a link or markup, and which the text itself cannot end.
"""

from __future__ import annotations


def quoted(text: str, length: int = 120) -> str:
    """Text as a code span on one line, cut to ``length`` characters."""
    printable = "".join(character if character.isprintable() else " " for character in text.replace("`", "'"))
    line = " ".join(printable.split())
    if len(line) > length:
        line = line[: length - 1] + "…"
    return f"`{line or ' '}`"

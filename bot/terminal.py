"""Lines on the terminal of whoever runs a command: nothing in them can play tricks with it."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer


def fail(*lines: str) -> NoReturn:
    """Say why on standard error, and end with exit code 1."""
    for line in lines:
        typer.echo(f"aweigh: {printable(line)}", err=True)
    sys.exit(1)


def printable(line: str) -> str:
    """``line`` with a visible stand-in for everything that a terminal would not show as a character."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)

"""How GitHub compares the names of environments. Pure."""

from __future__ import annotations


def same_environment(one: str | None, other: str | None) -> bool:
    """Whether both name one environment, or both none: GitHub takes ``PyPI`` and ``pypi`` for the same."""
    return (one or "").casefold() == (other or "").casefold()

"""What branches of maintenance lines are called: read where a push comes in, and where versions are counted. Pure."""

from __future__ import annotations

import re

_LINE = r"v?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,3})"
_NAMES = (
    re.compile(rf"(?:.*[/_-])?{_LINE}\.[xX*]"),
    re.compile(rf"(?:releases?|stable|maint(?:enance)?|support|hotfix)[/_-]{_LINE}"),
    re.compile(_LINE),
)


def find_line_numbers(branch: str) -> str | None:
    """The numbers of the line that a branch is for by its name (``1.1.x``, ``release/v2``, ``stable-3.0``), None for any other."""
    matches = (name.fullmatch(branch) for name in _NAMES)
    found = next(filter(None, matches), None)
    return found["numbers"] if found else None

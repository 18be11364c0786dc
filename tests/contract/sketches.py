"""What of a JSON value counts where only types and spellings are judged, as GraphQL's schema does."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, Final

SPELLINGS: Final = {
    "DateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "GitObjectID": r"[0-9a-f]{40}",
    "URI": r"(?:https?|mailto):\S+",
    "HTML": r"(?s).*",
    "GitSSHRemote": r"git@\S+",
}
"""How the schema's own scalars are spelled."""

_SPELLED: Final = tuple(re.compile(spelling) for name, spelling in SPELLINGS.items() if name != "HTML")
_MAY_BE_OF_AN_ENUM: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_INT: Final = range(-(2**31), 2**31)


def draw_sketch(value: Any, name: str = "") -> Hashable:
    """Equal for values that are right or wrong alike in every place whose type is in GraphQL's schema.

    A text counts by the scalars that it could be, and is kept where it could be an enumeration's or names a type. A list
    counts by what differs among its items.

    Args:
        value: What ``json.loads`` gives.
        name: The member whose value it is.
    """
    match value:
        case dict():
            return tuple((key, draw_sketch(member, key)) for key, member in value.items())
        case list():
            return frozenset(draw_sketch(item, name) for item in value)
        case str():
            if name == "__typename" or _MAY_BE_OF_AN_ENUM.fullmatch(value):
                return value
            return tuple(spelling.fullmatch(value) is not None for spelling in _SPELLED)
        case bool() | None:
            return str(value), ()
        case int():
            return "int", value in _INT
        case _:
            return type(value).__name__, ()

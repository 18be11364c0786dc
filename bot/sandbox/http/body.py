"""The JSON object of a request, read field by field."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bot.sandbox.http.errors import UnprocessableError

T = TypeVar("T")
_MISSING: Any = object()

_JSON_TYPES = {
    str: "a string",
    int: "an integer",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


class Body:
    """A JSON object sent by a client, read field by field with GitHub's errors."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def __contains__(self, name: str) -> bool:
        return name in self.content

    def get(self, name: str, kind: type[T] | tuple[type, ...], default: Any = _MISSING) -> Any:
        """A field of the right type.

        Args:
            name: The field.
            kind: The type it must have; give a tuple with NoneType to allow null. bool is never taken for int.
            default: What to answer when the field is absent; without one the field is required.

        Raises:
            UnprocessableError: 422 in GitHub's words for a missing field or a wrong type.
        """
        if name not in self.content:
            if default is _MISSING:
                raise UnprocessableError(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
            return default
        value = self.content[name]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            wanted = " or ".join(_JSON_TYPES.get(one, one.__name__) for one in kinds)
            raise UnprocessableError(f"Invalid request.\n\nFor '/{name}', {json.dumps(value)[:80]} is not {wanted}.")
        return value

    def text(self, name: str, default: Any = _MISSING) -> Any:
        """A string."""
        return self.get(name, str, default)

    def texts(self, name: str, default: Any = _MISSING) -> Any:
        """A list of strings. Raises 422 when something else is among them."""
        values = self.get(name, list, default)
        if values is not default and not all(isinstance(value, str) for value in values):
            raise UnprocessableError(f"Invalid request.\n\nFor '/{name}', an item is not a string.")
        return values

    def choice(self, name: str, choices: Sequence[str], default: Any = _MISSING) -> Any:
        """One of a few strings. Raises 422 otherwise."""
        value = self.get(name, str, default)
        if value != default and value not in choices:
            listed = ", ".join(choices)
            raise UnprocessableError(f"Invalid request.\n\n{value[:80]} is not a member of [{listed}].")
        return value

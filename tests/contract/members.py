"""Members of a JSON object that its schema does not list.

A validator lets them pass, because schemas are open by default. An answer of the sandbox with a member that GitHub does
not document could mislead the bot into reading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Members:
    """Schemas by home and name, to follow references in.

    What they list is read when a value of theirs is met, and once: the same repository stands in every webhook.
    """

    def __init__(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        self._schemas = schemas
        self._places: dict[tuple[int | str, ...], _Place] = {}

    def find_unlisted(self, schema: Any, value: Any) -> Iterator[str]:
        """The ways to members that no branch of the schema lists, each like ``/head/repo/size``."""
        return _walk(self.find_place((schema,)), value, "")

    def find_place(self, schemas: Sequence[Any]) -> _Place:
        """What is listed where any of these schemas may apply."""
        key = tuple(one["$ref"] if isinstance(one, Mapping) and set(one) == {"$ref"} else id(one) for one in schemas)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = _Place(self, schemas)
        return found

    def list_branches(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        """The schema and every schema that may apply beside it to the same value."""
        if not isinstance(schema, Mapping):
            return
        if "$ref" in schema:
            home, _, name = schema["$ref"].partition("#/schemas/")
            yield from self.list_branches(self._schemas[home][name])
        yield schema
        for combination in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(combination, ()):
                yield from self.list_branches(branch)


class _Place:
    """A place in a value, and the schemas that may apply there; it keeps them, so that their ids stay theirs."""

    def __init__(self, members: Members, schemas: Sequence[Any]) -> None:
        self._members, self._kept = members, schemas
        branches = [branch for schema in schemas for branch in members.list_branches(schema)]
        self._items = [branch["items"] for branch in branches if "items" in branch]
        self._listed: dict[str, list[Any]] = {}
        for branch in branches:
            for name, schema in branch.get("properties", {}).items():
                self._listed.setdefault(name, []).append(schema)
        self.is_open = not self._listed or any(
            branch.get("additionalProperties", False) is not False for branch in branches
        )
        self._below: dict[str | None, _Place | None] = {}

    def enter(self, name: str | None) -> _Place | None:
        """The place of a member, or of every item of a list (None); None for a member that is not listed."""
        if name not in self._below:
            schemas = self._items if name is None else self._listed.get(name)
            self._below[name] = None if schemas is None else self._members.find_place(schemas)
        return self._below[name]


def _walk(place: _Place, value: Any, way: str) -> Iterator[str]:
    if isinstance(value, list):
        items = place.enter(None)
        for index, item in enumerate(value):
            if isinstance(item, list | dict) and items is not None:
                yield from _walk(items, item, f"{way}/{index}")
    elif isinstance(value, dict):
        for name, member in value.items():
            below = place.enter(name)
            if below is None:
                if not place.is_open:
                    yield f"{way}/{name}"
            elif isinstance(member, list | dict):
                yield from _walk(below, member, f"{way}/{name}")

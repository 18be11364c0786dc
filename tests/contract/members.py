"""Members of a JSON object that its schema does not list.

A validator lets them pass, because schemas are open by default. An answer of the sandbox with a member that GitHub does
not document could mislead the bot into reading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Members:
    """Schemas by home and name, to follow references in."""

    schemas: Mapping[str, Mapping[str, Any]]

    def find_unlisted(self, schema: Any, value: Any) -> Iterator[str]:
        """The ways to members that no branch of the schema lists, each like ``/head/repo/size``."""
        yield from self._walk([schema], value, "")

    def _walk(self, schemas: Sequence[Any], value: Any, way: str) -> Iterator[str]:
        branches = [branch for schema in schemas for branch in self._branches(schema)]
        if isinstance(value, list):
            items = [branch["items"] for branch in branches if "items" in branch]
            for index, item in enumerate(value):
                yield from self._walk(items, item, f"{way}/{index}")
        elif isinstance(value, dict):
            yield from self._walk_members(branches, value, way)

    def _walk_members(self, branches: Sequence[Mapping[str, Any]], value: Mapping[str, Any], way: str) -> Iterator[str]:
        listed: dict[str, list[Any]] = {}
        for branch in branches:
            for name, schema in branch.get("properties", {}).items():
                listed.setdefault(name, []).append(schema)
        is_open = not listed or any(branch.get("additionalProperties", False) is not False for branch in branches)
        for name, member in value.items():
            if name in listed:
                yield from self._walk(listed[name], member, f"{way}/{name}")
            elif not is_open:
                yield f"{way}/{name}"

    def _branches(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        """The schema and every schema that may apply beside it to the same value."""
        if not isinstance(schema, Mapping):
            return
        if "$ref" in schema:
            home, _, name = schema["$ref"].partition("#/schemas/")
            yield from self._branches(self.schemas[home][name])
        yield schema
        for combination in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(combination, ()):
                yield from self._branches(branch)

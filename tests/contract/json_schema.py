"""From the schemas of OpenAPI 3.0 and 3.1 to JSON Schema 2020-12, and the schemas that a schema leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_REFERENCES: Final = "#/components/schemas/"
# What says nothing about a value, or says it only to the generators of Octokit's types.
_SILENT: Final = frozenset(
    {"deprecated", "description", "discriminator", "example", "examples", "externalDocs", "nullable", "title", "xml"}
)


def to_json_schema(schema: Any, home: str) -> Any:
    """One OpenAPI schema as JSON Schema 2020-12 whose references lead to ``home``.

    OpenAPI 3.0 says ``nullable: true`` where JSON Schema has a type ``null`` (OpenAPI 3.0.3, "Schema Object").
    """
    if isinstance(schema, list):
        return [to_json_schema(item, home) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return {"$ref": f"{home}#/schemas/{schema['$ref'].removeprefix(_REFERENCES)}"}
    converted = {name: _convert(name, value, home) for name, value in schema.items() if _is_kept(name, value)}
    return _with_null(converted) if schema.get("nullable") else converted


def _is_kept(keyword: str, value: Any) -> bool:
    # A property may be called "title": those stand one level below and never come through here.
    is_switch_of_openapi = keyword in {"exclusiveMaximum", "exclusiveMinimum"} and isinstance(value, bool)
    return keyword not in _SILENT and not keyword.startswith("x-") and not is_switch_of_openapi


def _convert(keyword: str, value: Any, home: str) -> Any:
    if keyword in {"properties", "patternProperties"}:
        return {name: to_json_schema(item, home) for name, item in value.items()}
    if keyword in {"const", "default", "enum", "required", "type"}:
        return value
    return to_json_schema(value, home)


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema and None not in schema["enum"]:
        schema = {**schema, "enum": [*schema["enum"], None]}
    match schema.get("type"):
        case str(kind):
            return {**schema, "type": [kind, "null"]}
        case list(kinds):
            return {**schema, "type": sorted({*kinds, "null"})}
        case _:
            return {"anyOf": [schema, {"type": "null"}]}


def find_references(value: Any) -> Iterator[str]:
    """The names of the schemas that a converted schema refers to."""
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.partition("#/schemas/")[2]
        for item in value.values():
            yield from find_references(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_references(item)


def close_over(start: Iterable[str], schemas: Mapping[str, Any], home: str) -> dict[str, Any]:
    """The converted schemas of these names and of all that they lead to.

    Raises:
        KeyError: There is no schema of a name.
    """
    found: dict[str, Any] = {}
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = to_json_schema(schemas[name], home)
            waiting += find_references(found[name])
    return dict(sorted(found.items()))

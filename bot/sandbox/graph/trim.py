"""Cut GitHub's official GraphQL schema down to what the sandbox serves.

Run it with the full schema of the npm package ``@octokit/graphql-schema`` to renew ``data/schema.graphql``::

    python -m bot.sandbox.graph.trim schema.graphql VERSION > bot/sandbox/data/schema.graphql
"""

import sys
from pathlib import Path

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from bot.sandbox.graph.kept import KEPT

_HEADER = """\
# GitHub's GraphQL schema, cut down to what the sandbox serves (bot/sandbox/graph/kept.py) by bot/sandbox/graph/trim.py.
# Source: npm package @octokit/graphql-schema {version}, schema.graphql.
# Copyright (c) GitHub 2025 - Licensed as MIT.

"""


def trim(document: DocumentNode) -> list[str]:
    """The definitions that are kept, as SDL texts sorted by name.

    Raises:
        KeyError: A kept field has a composite type that is not kept, or the full schema no longer has a field.
    """
    known = {_name(node): node for node in document.definitions if hasattr(node, "name")}
    chosen: dict[str, str] = {}
    waiting = list(KEPT)
    while waiting:
        name = waiting.pop()
        if name in chosen or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        chosen[name], used = _cut(name, known[name])
        waiting += used
    return [chosen[name] for name in sorted(chosen)]


def _cut(name: str, node: DefinitionNode) -> tuple[str, list[str]]:
    """One definition as SDL without descriptions, and the types it uses."""
    if isinstance(node, ScalarTypeDefinitionNode):
        return f"scalar {name}", []
    if isinstance(node, EnumTypeDefinitionNode):
        return "\n".join([f"enum {name} {{", *(f"  {value.name.value}" for value in node.values or ()), "}"]), []
    if isinstance(node, InputObjectTypeDefinitionNode):
        lines = [f"  {_value(field)}" for field in node.fields or ()]
        return "\n".join([f"input {name} {{", *lines, "}"]), [_base(field.type) for field in node.fields or ()]
    if isinstance(node, UnionTypeDefinitionNode):
        return f"union {name} = {' | '.join(KEPT[name].split())}", KEPT[name].split()
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return _cut_fields(name, node)
    raise KeyError(name)


def _cut_fields(name: str, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) -> tuple[str, list[str]]:
    fields = {field.name.value: field for field in node.fields or ()}
    kept = [fields[field] for field in KEPT[name].split()]
    interfaces = [i.name.value for i in node.interfaces or () if i.name.value in KEPT]
    keyword = "type" if isinstance(node, ObjectTypeDefinitionNode) else "interface"
    heading = f"{keyword} {name}" + (f" implements {' & '.join(interfaces)}" if interfaces else "")
    used = [_base(field.type) for field in kept]
    used += [_base(argument.type) for field in kept for argument in field.arguments or ()]
    return "\n".join([f"{heading} {{", *(f"  {_field(field)}" for field in kept), "}"]), used


def _field(node: FieldDefinitionNode) -> str:
    arguments = ", ".join(_value(argument) for argument in node.arguments or ())
    return f"{node.name.value}{f'({arguments})' if arguments else ''}: {print_ast(node.type)}"


def _value(node: InputValueDefinitionNode) -> str:
    default = f" = {print_ast(node.default_value)}" if node.default_value is not None else ""
    return f"{node.name.value}: {print_ast(node.type)}{default}"


def _base(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    if not isinstance(node, NamedTypeNode):
        raise TypeError(node)
    return node.name.value


def _name(node: DefinitionNode) -> str:
    name: str = getattr(node, "name").value  # noqa: B009  # not every kind of definition has one
    return name


def main() -> None:
    """Write the trimmed schema to standard output."""
    source, version = sys.argv[1:]
    definitions = trim(parse(Path(source).read_text("utf-8"), no_location=True))
    sys.stdout.write(_HEADER.format(version=version) + "\n\n".join(definitions) + "\n")


if __name__ == "__main__":
    main()

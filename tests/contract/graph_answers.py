"""Holds the answers of GraphQL against GitHub's whole schema.

An answer is right when the document that asked for it, executed on that very answer, gives it again: then everything
that was asked for is there, in the right type and spelling, nothing is null that must not be, and nothing more is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
    parse,
)

from tests.contract.documents import load_official_schema, name_document
from tests.contract.findings import Finding
from tests.contract.sketches import SPELLINGS

_OF_AN_ERROR: Final = frozenset({"type", "path", "locations", "extensions", "message"})


def check_graph_answer(request: bytes, answer: bytes) -> list[Finding]:
    """What is wrong with the answer to a document that GitHub's schema accepts."""
    asked, content = json.loads(request), json.loads(answer)
    document = _parse_once(asked["query"])
    subject = f"GraphQL {name_document(document, asked['query'])}"
    problems = [f"has the member {name!r}, which no answer has" for name in sorted(set(content) - {"data", "errors"})]
    problems += [problem for error in content.get("errors", ()) for problem in _list_error_problems(error)]
    data = content.get("data")
    if data is not None:
        result = execute_sync(
            load_official_schema(),
            document,
            root_value=data,
            variable_values=asked.get("variables") or {},
            field_resolver=_find_member,
            type_resolver=_tell_type,
        )
        problems += [f"{_way(error)} {error.message}" for error in result.errors or ()]
        if not result.errors and result.data != data:
            problems.append("is not what the document asks for: something is missing, or more than that is there")
    elif not content.get("errors"):
        problems.append("has neither data nor errors")
    return [Finding(subject, "answer", problem) for problem in problems]


# The bot asks in few documents, and often.
_parse_once = lru_cache(maxsize=512)(parse)


def _list_error_problems(error: Any) -> list[str]:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return ["has an error without a message"]
    return [f"has an error with {name!r}, which no error has" for name in sorted(set(error) - _OF_AN_ERROR)]


def _find_member(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
    node = info.field_nodes[0]
    name = node.alias.value if node.alias else node.name.value
    if name not in source:
        raise GraphQLError("is missing")
    value = source[name]
    named = info.return_type
    while hasattr(named, "of_type"):
        named = named.of_type
    spelling = SPELLINGS.get(getattr(named, "name", ""))
    if spelling and isinstance(value, str) and not re.fullmatch(spelling, value):
        raise GraphQLError(f"{value!r} is not a {named}")
    return value


def _tell_type(value: Mapping[str, Any], info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
    """The concrete type of a value that does not say it: the one whose selected members are the ones that are there."""
    if "__typename" in value:
        return str(value["__typename"])
    for possible in info.schema.get_possible_types(abstract):
        implemented = {possible.name, abstract.name, *(one.name for one in possible.interfaces)}
        selected: set[str] = set()
        for node in info.field_nodes:
            selected |= _list_members(node.selection_set, implemented.__contains__, info.fragments)
        if selected == set(value):
            return possible.name
    raise GraphQLError("fits no type that it may be of")


def _list_members(
    selection: SelectionSetNode | None, fits: Callable[[str], bool], fragments: Mapping[str, FragmentDefinitionNode]
) -> set[str]:
    """The members that a selection asks of a type, ``fits`` telling for each condition whether it holds for the type."""
    found: set[str] = set()
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            found.add(node.alias.value if node.alias else node.name.value)
            continue
        part: Any = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        condition = part.type_condition.name.value if part.type_condition else None
        if isinstance(node, FragmentSpreadNode | InlineFragmentNode) and (condition is None or fits(condition)):
            found |= _list_members(part.selection_set, fits, fragments)
    return found


def _way(error: GraphQLError) -> str:
    return "".join(f"/{'*' if isinstance(step, int) else step}" for step in error.path or ())

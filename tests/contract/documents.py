"""Holds GraphQL documents, and the variables sent with them, against GitHub's whole schema."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)
from graphql.execution import get_variable_values

from tests.contract.contract import DATA
from tests.contract.findings import Finding


@cache
def load_official_schema() -> GraphQLSchema:
    """GitHub's schema; it is not quite valid by graphql-core's rules, so it is taken as it is."""
    return build_schema((DATA / "schema.graphql").read_text(), assume_valid=True, assume_valid_sdl=True)


def check_document(body: bytes) -> list[Finding]:
    """What is wrong with the body of a request to GraphQL."""
    content = json.loads(body)
    query = content["query"]
    document, problems = _check_query(query)
    if document is not None:
        problems += tuple(_check_variables(document, content.get("variables") or {}))
    return [Finding(f"GraphQL {name_document(document, query)}", "document", problem) for problem in problems]


@cache
def _check_query(query: str) -> tuple[DocumentNode | None, tuple[str, ...]]:
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error.message,)
    return document, tuple(error.message for error in validate(load_official_schema(), document))


def _check_variables(document: DocumentNode, given: dict[str, Any]) -> list[str]:
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    declared = operation.variable_definitions or ()
    coerced = get_variable_values(load_official_schema(), declared, given)
    problems = [error.message for error in coerced] if isinstance(coerced, list) else []
    unknown = sorted(set(given) - {one.variable.name.value for one in declared})
    return problems + [f'the variable "${name}" is sent and not declared' for name in unknown]


def name_document(document: DocumentNode | None, query: str) -> str:
    """The fields at the top of a document: its name for people."""
    operations = (
        [node for node in document.definitions if isinstance(node, OperationDefinitionNode)] if document else []
    )
    if not operations:
        return query[:40]
    fields = [getattr(getattr(field, "name", None), "value", "...") for field in operations[0].selection_set.selections]
    return f"{operations[0].operation.value} {{{' '.join(sorted(set(fields)))}}}"

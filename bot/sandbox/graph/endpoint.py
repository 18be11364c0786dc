"""The one route of the GraphQL API."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from bot.sandbox.clock import iso
from bot.sandbox.graph.cost import MOST_NODES, TIMES_OUT_AT, Cost, Sizes, estimate, list_sizes
from bot.sandbox.graph.execution import Plan, execute
from bot.sandbox.graph.nodes import CutError, GraphError, type_name
from bot.sandbox.graph.schema import load_schema
from bot.sandbox.http import BadRequestError, Call, HttpError, Request, Response, UnauthorizedError, reply
from bot.sandbox.limits import Bucket


def is_mutation(request: Request) -> bool:
    """Whether a request may change anything."""
    # In JSON a line break before the word is spelled ``\\n``: a letter, and no boundary of a word.
    return b"mutation" in request.body and re.search(rb"(?:\b|\\n)mutation\b", request.body) is not None


def count_mutations(request: Request) -> int:
    """How many mutations a request holds; 1 where it looks like one and cannot be read."""
    if not is_mutation(request):
        return 0
    try:
        document = _read(json.loads(request.body)["query"])
    except (KeyError, TypeError, ValueError):
        return 1
    definitions = document.definitions if isinstance(document, DocumentNode) else ()
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    changing = [one for one in operations if one.operation is OperationType.MUTATION]
    return max(1, sum(len(one.selection_set.selections) for one in changing))


def answer_graphql(call: Call, bucket: Bucket, *, cut_after: int | None = None) -> tuple[Response, int]:
    """Execute a document and answer with HTTP 200, errors or not; the number is what it costs.

    Several mutations run in their order, and later ones run although an earlier one failed: a document is not atomic.
    With ``cut_after`` none after that many takes effect.

    Raises:
        UnauthorizedError: 401 without an installation token.
        BadRequestError: 400 for a body that is no query.
    """
    if call.caller.token is None:
        raise UnauthorizedError
    body = call.json()
    if not isinstance(body.content.get("query"), str):
        raise BadRequestError("A query attribute must be specified and must be a string.")
    variables = body.content.get("variables") or {}
    if not isinstance(variables, dict):
        raise BadRequestError("Variables are not a JSON object.")
    result, cost = _execute(call, bucket, body.content["query"], variables, -1 if cut_after is None else cut_after)
    content: dict[str, Any] = {}
    if result.data is not None or not result.errors:
        content["data"] = result.data
    if result.errors:
        content["errors"] = [_error(error) for error in result.errors]
    return reply(200, content), cost.points


def _execute(
    call: Call, bucket: Bucket, query: str, variables: Mapping[str, Any], left: int
) -> tuple[ExecutionResult, Cost]:
    schema = load_schema()
    document = _read(query)
    if isinstance(document, list):
        return ExecutionResult(None, document), Cost()
    cost = _estimate(query, list_sizes(variables))
    if cost.nodes > MOST_NODES:
        message = f"This query requests up to {cost.nodes:,} possible nodes which exceeds the limit of {MOST_NODES:,}."
        return ExecutionResult(None, [GraphError("MAX_NODE_LIMIT_EXCEEDED", message)]), cost
    if cost.nodes > TIMES_OUT_AT:
        raise HttpError(
            "Something went wrong while executing your query. This may be the result of a timeout, or it could be a "
            "GitHub bug.",
            status=502,
        )
    context = {"call": call, "left": left, "rate_limit": _rate_limit(bucket, cost)}
    try:
        result = execute(schema, _plan(query) or document, context=context, variables=variables, name_type=_name_type)
    except CutError:
        result = ExecutionResult(None, [])
    return result, cost


@lru_cache(maxsize=256)  # Validating takes longer than executing, and a bot asks in few documents.
def _read(query: str) -> DocumentNode | list[GraphQLError]:
    """A valid document, or what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [error]
    return validate(load_schema(), document) or document


@lru_cache(maxsize=1024)
def _estimate(query: str, sizes: Sizes) -> Cost:
    """The cost of a valid document."""
    document = _read(query)
    return estimate(document, dict(sizes)) if isinstance(document, DocumentNode) else Cost()


@lru_cache(maxsize=256)
def _plan(query: str) -> Plan | None:
    """How to execute a valid document quickly, if it is one of those for which that is known."""
    document = _read(query)
    try:
        return Plan(load_schema(), document) if isinstance(document, DocumentNode) else None
    except ValueError:
        return None


def _rate_limit(bucket: Bucket, cost: Cost) -> dict[str, Any]:
    used = bucket.used + cost.points
    return {
        "cost": cost.points,
        "limit": bucket.limit,
        "nodeCount": cost.nodes,
        "remaining": max(bucket.limit - used, 0),
        "resetAt": iso(bucket.resets_at),
        "used": used,
    }


def _name_type(value: Any) -> str:
    return str(value["__typename"]) if isinstance(value, dict) else type_name(value)


def _error(error: GraphQLError) -> dict[str, Any]:
    """An error as GitHub words it: the ``type`` first, no extensions of ours."""
    shown: dict[str, Any] = {}
    kind = (error.extensions or {}).get("type")
    if kind:
        shown["type"] = kind
    if error.path:
        shown["path"] = list(error.path)
    if error.locations:
        shown["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    shown["message"] = error.message
    return shown

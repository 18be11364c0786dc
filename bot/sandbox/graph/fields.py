"""Registering resolvers.

A resolver is a function of the parent object, the `Call` and the field's arguments in Python's spelling::

    @field("Repository", "pullRequest")
    def pull_request(repository: Repository, call: Call, *, number: int) -> ThreadNode: ...

Errors of the REST API that it raises become GraphQL errors.
"""

import re
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from bot.sandbox.graph.nodes import CutError, as_graph_error
from bot.sandbox.http import Call, HttpError

Resolver = Callable[..., Any]

_RESOLVERS: dict[tuple[str, str], Resolver] = {}


def field(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    """Register the decorated function for fields of a type."""

    def register(function: Resolver) -> Resolver:
        for name in names:
            _RESOLVERS[type_name, name] = function
        return function

    return register


def mutation(name: str) -> Callable[[Resolver], Resolver]:
    """Register the decorated function for a mutation; it gets the call and the input as a dictionary.

    It answers the payload as a dictionary; ``clientMutationId`` is added here.
    """

    def register(function: Resolver) -> Resolver:
        def resolve(_root: Any, call: Call, **arguments: Any) -> dict[str, Any]:
            given = arguments["input"]
            payload: dict[str, Any] = function(call, given)
            return {**payload, "clientMutationId": given.get("clientMutationId")}

        _RESOLVERS["Mutation", name] = resolve
        return function

    return register


def attach(schema: GraphQLSchema) -> None:
    """Put every registered resolver into the schema. Raises KeyError for a field the schema does not have."""
    for (type_name, name), function in _RESOLVERS.items():
        fields: dict[str, Any] = getattr(schema.type_map[type_name], "fields")  # noqa: B009
        for argument, definition in fields[name].args.items():
            definition.out_name = _snake(argument)
        fields[name].resolve = _wrapped(function, is_mutation=type_name == "Mutation")
    query: Any = schema.query_type
    query.fields["rateLimit"].resolve = lambda _root, info, **_: info.context["rate_limit"]


def _wrapped(function: Resolver, *, is_mutation: bool) -> Callable[..., Any]:
    def resolve(parent: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        context: dict[str, Any] = info.context
        if is_mutation:
            if context["left"] == 0:
                raise CutError
            context["left"] -= 1
        try:
            return function(parent, context["call"], **arguments)
        except HttpError as error:
            raise as_graph_error(error) from error

    return resolve


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()

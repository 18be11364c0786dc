"""What a document costs of the GraphQL rate limit.

Source: GitHub's page "Rate limits and query limits for the GraphQL API": each connection counts as one request for each
node of the connections around it; a hundred requests are one point. At most 500,000 nodes may be asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MOST_NODES = 500_000
TIMES_OUT_AT = 100_000
"""Nodes from which the sandbox lets a query run into GitHub's ten seconds."""


@dataclass(slots=True)
class Cost:
    """Requests to connections and nodes asked for."""

    requests: int = 0
    nodes: int = 0

    @property
    def points(self) -> int:
        """Points of the rate limit, at least one."""
        return max(round(self.requests / 100), 1)


Sizes = tuple[tuple[str, int | tuple[int]], ...]


def list_sizes(variables: Mapping[str, Any]) -> Sizes:
    """What the cost of a document may depend on: the variables that are numbers, and the lengths of those that are lists.

    A length is told from a number by the tuple around it.
    """
    sizes = {name: (len(value),) if isinstance(value, list) else value for name, value in variables.items()}
    return tuple((name, size) for name, size in sizes.items() if isinstance(size, int | tuple))


def estimate(document: DocumentNode, sizes: Mapping[str, int | tuple[int]]) -> Cost:
    """The cost of a document, before it is executed; ``sizes`` are those of its variables."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    cost = Cost()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _add(definition.selection_set, 1, cost, fragments, sizes)
    return cost


def _add(
    selection: SelectionSetNode | None,
    times: int,
    cost: Cost,
    fragments: Mapping[str, FragmentDefinitionNode],
    sizes: Mapping[str, int | tuple[int]],
) -> None:
    for one in selection.selections if selection else ():
        if isinstance(one, FragmentSpreadNode):
            fragment = fragments.get(one.name.value)
            _add(fragment.selection_set if fragment else None, times, cost, fragments, sizes)
        elif isinstance(one, InlineFragmentNode):
            _add(one.selection_set, times, cost, fragments, sizes)
        elif isinstance(one, FieldNode):
            size = _page_size(one, sizes)
            if size is not None:
                cost.requests += times
                cost.nodes += times * size
            else:
                # Not a connection, but what is asked of each of them is asked as often.
                size = _count_ids(one, sizes)
            _add(one.selection_set, times * (1 if size is None else size), cost, fragments, sizes)


def _count_ids(node: FieldNode, sizes: Mapping[str, int | tuple[int]]) -> int | None:
    """How many things ``nodes`` asks for."""
    value = next((one.value for one in node.arguments or () if one.name.value == "ids"), None)
    if isinstance(value, ListValueNode):
        return len(value.values)
    given = sizes.get(value.name.value) if isinstance(value, VariableNode) else None
    return given[0] if isinstance(given, tuple) else None


def _page_size(node: FieldNode, sizes: Mapping[str, int | tuple[int]]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            if isinstance(value, IntValueNode):
                return int(value.value)
            if isinstance(value, VariableNode):
                given = sizes.get(value.name.value)
                return given if isinstance(given, int) else None
    return None

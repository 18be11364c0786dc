"""Whatever is asked here is executed twice: by the sandbox, and by graphql-core on a copy of the same world."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, GraphQLSchema

from bot.sandbox.graph import endpoint, execution
from bot.sandbox.graph.execution import NameType, Plan
from bot.sandbox.graph.nodes import CutError
from bot.sandbox.http import Call


class Twice:
    """Executes documents on both ways, and counts on which way the sandbox went."""

    def __init__(self) -> None:
        self.planned = self.left = 0

    def execute(
        self,
        schema: GraphQLSchema,
        document: DocumentNode | Plan,
        *,
        context: dict[str, Any],
        variables: Mapping[str, Any],
        name_type: NameType,
    ) -> ExecutionResult:
        """The sandbox's own result, once graphql-core's was found to be the same."""
        planned = isinstance(document, Plan)
        self.planned, self.left = self.planned + planned, self.left + (not planned)
        apart = {**context, "call": _copy(context["call"])}
        # Without a plan it is graphql-core that executes.
        written = document.document if isinstance(document, Plan) else document
        by_the_book = partial(
            execution.execute, schema, written, context=apart, variables=variables, name_type=name_type
        )
        try:
            result = execution.execute(schema, document, context=context, variables=variables, name_type=name_type)
        except CutError:
            with pytest.raises(CutError):
                by_the_book()
            raise
        assert _show(result) == _show(by_the_book())
        return result


def _copy(call: Call) -> Call:
    """The same call to the same world at this instant, which nobody listens to."""
    world = call.world
    unheard: list[object] = [world.observers, world.wakers]
    memo: dict[int, object] = {id(thing): [] for thing in unheard}
    return copy.deepcopy(call, {**memo, id(world.clock): world.clock})


def _show(result: ExecutionResult) -> tuple[Any, Any]:
    """All that an answer is made of."""
    errors = [(error.message, error.path, error.locations, error.extensions) for error in result.errors or ()]
    return result.data, errors


@pytest.fixture(autouse=True)
def twice(monkeypatch: pytest.MonkeyPatch) -> Twice:
    both = Twice()
    monkeypatch.setattr(endpoint, "execute", both.execute)
    return both

"""The requests of the bot on their way, and what may go wrong with them there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from graphql import FieldNode, OperationDefinitionNode, OperationType, parse

from bot.sandbox.http import Request, Response


@cache
def count_mutations(document: str) -> int:
    """How many mutations a GraphQL document holds."""
    operations = [part for part in parse(document).definitions if isinstance(part, OperationDefinitionNode)]
    changing = [part for part in operations if part.operation is OperationType.MUTATION]
    return sum(isinstance(part, FieldNode) for one in changing for part in one.selection_set.selections)


class Killed(Exception):  # noqa: N818 (the end of a life, not an error of the code that hears of it)
    """Raised to the harness, never to the bot: the process ends at this very request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the bot on its way: the ``number`` counts those to GitHub and to the index together, from 1."""

    number: int
    to: str
    request: Request

    @property
    def mutations(self) -> int:
        """How many mutations the request holds, if it is a GraphQL document."""
        if self.to != "github" or not self.request.path.endswith("/graphql"):
            return 0
        return count_mutations(json.loads(self.request.body)["query"])

    @property
    def changes(self) -> bool:
        """Whether the request may change the world, beyond tokens."""
        if self.request.method == "GET" or self.request.path.endswith("/access_tokens"):
            return False
        return self.mutations > 0 if self.request.path.endswith("/graphql") else True


class Mischief(Protocol):
    """What goes wrong on the way. Both may raise ``Killed``, or the transport's error; or give another answer."""

    async def before(self, asked: Asked) -> Response | None:
        """An answer in place of the true one, which then never happens."""
        ...

    async def after(self, asked: Asked, response: Response) -> Response:
        """The answer that arrives."""
        ...


class Peace:
    """Nothing goes wrong."""

    async def before(self, _: Asked) -> Response | None:
        """No answer but the true one."""
        return None

    async def after(self, _: Asked, response: Response) -> Response:
        """The answer as it was given."""
        return response


class NoAnswer(Exception):  # noqa: N818 (either transport has its own error for it)
    """No answer comes back; ``sent`` tells whether the request left."""

    def __init__(self, *, sent: bool = True) -> None:
        super().__init__("no answer")
        self.sent = sent

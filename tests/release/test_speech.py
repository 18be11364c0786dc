"""What waited is said together with the answer, in one document; what of it GitHub declines is said alone."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.engine.protocol import Backoff
from bot.github.comments import Reacting, Reaction
from bot.github.errors import GraphQLError, GraphQLProblem, PermissionMissing, Unavailable
from bot.release.speech import STALENESS, Speech
from tests.engine.support import WIDGET

ROCKET = Reacting("IC_1", "rocket")
NODE = {"createdAt": "2026-11-02T09:00:00Z", "html_url": "u", "node_id": "n", "body": "b"}


def made(number: int) -> dict[str, Any]:
    return {"commentEdge": {"node": {"databaseId": number}}}


class Api:
    """A session that answers one document, and makes single comments."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer, self.effects = answer, 0
        self.together: list[str] = []
        self.alone: list[str] = []

    async def graphql(self, _query: str, variables: dict[str, Any], *, effects: int) -> dict[str, Any]:
        self.effects = effects
        self.together = [one.get("body") or one["content"] for one in variables.values()]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def post(self, _path: str, body: dict[str, str], **_: Any) -> dict[str, Any]:
        self.alone.append(body["body"])
        return {"id": 90 + len(self.alone), "node_id": "n", "html_url": "u", "created_at": "2026-11-02T09:00:00Z"}


class Stand:
    """A speech over that session."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.clock = VirtualClock()
        self.api, self.intents = Api(answer), MemoryEngine(clock=self.clock).intents(WIDGET)
        access: Any = SimpleNamespace(speak=self.api, read=self.api)
        self.speech = Speech(access, self.intents, self.clock, 1)
        self.speech.expect_answer()

    async def wait(self, body: str = "status") -> None:
        await self.speech.keep(3, "<!-- status -->", body, (), thread="PR_3", can_wait=True)

    async def answer(self, body: str | None = "reply", *, thread: str = "I_1", reacting: Reacting = ROCKET) -> bool:
        """Whether the reaction was made as well."""
        return await self.react(body, thread=thread, reacting=reacting) is None

    async def react(self, body: str | None, *, thread: str = "I_1", reacting: Reacting = ROCKET) -> Reaction | None:
        return await self.speech.answer(1, thread, "<!-- reply -->", body, reacting, ())

    async def list_ids(self) -> dict[str, object]:
        return {intent.key: intent.value.get("id") for intent in await self.intents.list()}


STATUS, REPLY = "comment:3:<!-- status -->", "comment:1:<!-- reply -->"
WHOLE = {"said0": made(7), "said1": made(8), "reacting": {"clientMutationId": None}}


async def test_what_waited_the_answer_and_the_reaction_are_one_document_in_their_order() -> None:
    stand = Stand(WHOLE)
    await stand.wait("early")
    await stand.wait("status")
    assert await stand.answer()
    assert (stand.api.together, stand.api.alone, stand.api.effects) == (["status", "reply", "ROCKET"], [], 3)
    assert await stand.list_ids() == {STATUS: 7, REPLY: 8}
    assert not await stand.answer(None)
    assert stand.api.alone == []


async def test_nothing_waits_where_no_answer_follows() -> None:
    stand = Stand(WHOLE)
    stand.speech = Speech(stand.speech._access, stand.intents, stand.clock, 1)
    await stand.wait()
    assert stand.api.alone == ["status"]


async def test_what_must_not_wait_is_preceded_by_what_has_waited() -> None:
    stand = Stand(WHOLE)
    await stand.wait()
    await stand.speech.ensure(3, "<!-- prompt -->", "prompt", ())
    assert (stand.api.together, stand.api.alone) == ([], ["status", "prompt"])


async def test_a_comment_that_stopped_waiting_is_made_once() -> None:
    stand = Stand(WHOLE)
    await stand.wait("early")
    await stand.speech.keep(3, "<!-- status -->", "late", ())
    await stand.answer()
    assert stand.api.alone == ["late"]
    assert stand.api.together == ["reply", "ROCKET"]


async def test_a_part_that_was_declined_is_tried_alone() -> None:
    problem = GraphQLProblem("FORBIDDEN", ("said1",), "Resource not accessible by integration")
    data = {"said0": made(7), "said1": None, "reacting": {"clientMutationId": None}}
    stand = Stand(GraphQLError(problem.message, 200, "POST", "/graphql", errors=(problem,), data=data))
    await stand.wait()
    assert await stand.answer()
    assert stand.api.alone == ["reply"]
    assert await stand.list_ids() == {STATUS: 7, REPLY: 91}


async def test_a_reaction_that_was_declined_is_the_callers_to_try() -> None:
    problem = GraphQLProblem("NOT_FOUND", ("reacting",), "Could not resolve to a node")
    data = {"said0": made(7), "said1": made(8), "reacting": None}
    stand = Stand(GraphQLError(problem.message, 200, "POST", "/graphql", errors=(problem,), data=data))
    await stand.wait()
    assert not await stand.answer()
    assert stand.api.alone == []


async def test_what_was_answered_stands_though_the_world_has_moved_on() -> None:
    stand = Stand(WHOLE)
    await stand.wait()
    assert await stand.answer("refused", reacting=Reacting("IC_1", "-1"))
    # The job ended right after, and the next one finds what was asked for done.
    assert await stand.react("done") == "-1"
    assert stand.api.alone == []


async def test_an_answer_that_never_came_is_given_anew() -> None:
    stand = Stand(Unavailable("no answer", 0, "POST", "/graphql", ambiguous=True))
    await stand.wait()
    with pytest.raises(Unavailable):
        await stand.answer("refused", reacting=Reacting("IC_1", "-1"))
    await stand.clock.advance(STALENESS + timedelta(seconds=1))
    stand.api.answer = WHOLE
    await stand.wait()
    assert await stand.answer("done")
    assert stand.api.together == ["status", "done", "ROCKET"]


async def test_without_the_permission_each_is_tried_alone() -> None:
    stand = Stand(PermissionMissing("Resource not accessible by integration", 200, "POST", "/graphql"))
    await stand.wait()
    assert not await stand.answer()
    assert stand.api.alone == ["status", "reply"]


@pytest.mark.parametrize(
    "trouble",
    [
        Unavailable("no answer", 0, "POST", "/graphql", ambiguous=True),
        GraphQLError(
            "Something went wrong",
            200,
            "POST",
            "/graphql",
            errors=(GraphQLProblem("", ("said1",), "Something went wrong"),),
            data={"said0": made(7), "said1": None, "reacting": None},
        ),
    ],
    ids=["no answer", "given up in the middle"],
)
async def test_what_may_have_been_said_is_not_said_again_before_it_would_show(trouble: Exception) -> None:
    stand = Stand(trouble)
    await stand.wait()
    with pytest.raises(Unavailable) as caught:
        await stand.answer()
    assert caught.value.ambiguous
    assert (stand.api.alone, await stand.list_ids()) == ([], {STATUS: None, REPLY: None})
    with pytest.raises(Backoff):
        await stand.wait()
    with pytest.raises(Backoff):
        await stand.answer()
    await stand.clock.advance(STALENESS + timedelta(seconds=1))
    stand.api.answer = WHOLE
    await stand.wait()
    assert await stand.answer()
    assert await stand.list_ids() == {STATUS: 7, REPLY: 8}

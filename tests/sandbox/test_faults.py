"""Fault switches: what they break, and what they leave alone."""

import pytest

from bot.sandbox.faults import (
    Before,
    ConnectionLostError,
    CutDocument,
    Effect,
    Lost,
    StaleReads,
    When,
    bad_gateway,
    graphql_limit,
    primary_limit,
    secondary_limit,
    server_error,
    unicorn,
)
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

COMMENTS = f"{REPO}/issues/1/comments"


def bodies(desk: Desk) -> list[str]:
    return [comment.body for comment in desk.acme.feature.comments]


@pytest.mark.parametrize(
    ("effect", "status", "kind"),
    [
        (bad_gateway(), 502, "text/html"),
        (unicorn(), 503, "text/html"),
        (server_error(), 500, "application/json"),
        (secondary_limit(), 403, "application/json"),
        (secondary_limit(status=429, retry_after=None), 429, "application/json"),
        (primary_limit(reset=1), 403, "application/json"),
        (graphql_limit(), 200, "application/json"),
    ],
)
async def test_a_refused_request_changes_nothing(desk: Desk, effect: Effect, status: int, kind: str) -> None:
    desk.sandbox.faults.add(When(method="POST", path=r"/comments$"), effect)
    answer = await desk.api.send("POST", COMMENTS, {"body": "x"})
    assert answer.status == status
    assert answer.headers["content-type"].startswith(kind)
    assert bodies(desk) == []
    assert desk.world.requests[-1].fault == "Refused"
    await desk.api.post(COMMENTS, {"body": "x"})
    assert bodies(desk) == ["x"]


async def test_a_secondary_limit_says_how_long(desk: Desk) -> None:
    desk.sandbox.faults.add(When(), secondary_limit(retry_after=7), times=2)
    for _ in range(2):
        assert (await desk.api.send("GET", REPO)).headers["retry-after"] == "7"
    await desk.api.get(REPO)


@pytest.mark.parametrize("applied", [True, False])
async def test_a_lost_answer_may_have_taken_effect(desk: Desk, *, applied: bool) -> None:
    desk.sandbox.faults.add(When(method="POST"), Lost(applied=applied))
    with pytest.raises(ConnectionLostError):
        await desk.api.send("POST", COMMENTS, {"body": "x"})
    assert bodies(desk) == (["x"] if applied else [])
    assert desk.world.requests[-1].fault == "Lost"


async def test_requests_are_counted_from_one(desk: Desk) -> None:
    desk.sandbox.faults.add(When(index=2), bad_gateway())
    statuses = [(await desk.api.send("GET", REPO)).status for _ in range(3)]
    assert statuses == [200, 502, 200]
    assert [one.index for one in desk.world.requests] == [1, 2, 3]


async def test_a_stale_read_does_not_see_the_last_change(desk: Desk) -> None:
    desk.sandbox.faults.add(When(method="POST", path=r"/comments$"), StaleReads(2, of=r"/comments$"))
    await desk.api.post(COMMENTS, {"body": "new"})
    await desk.api.get(REPO)
    for seen in ([], [], ["new"]):
        assert [one["body"] for one in await desk.api.get(COMMENTS)] == seen


async def test_a_new_branch_and_pull_request_can_be_invisible(desk: Desk) -> None:
    desk.sandbox.faults.add(When(method="POST", path=r"/git/refs$"), StaleReads(1, of=r"/git/ref/"))
    await desk.branch("work", {"a": "a"})
    await desk.api.get(f"{REPO}/git/ref/heads/work", status=404)
    await desk.api.get(f"{REPO}/git/ref/heads/work")
    desk.sandbox.faults.add(When(method="POST", path=r"/pulls$"), StaleReads(1, of=r"/pulls"))
    await desk.api.post(f"{REPO}/pulls", {"title": "t", "head": "work", "base": "main"})
    assert [one["number"] for one in await desk.api.get(f"{REPO}/pulls")] == [1]
    assert [one["number"] for one in await desk.api.get(f"{REPO}/pulls")] == [2, 1]


async def test_a_stale_world_is_never_written_to(desk: Desk) -> None:
    desk.sandbox.faults.add(When(method="POST"), StaleReads(5))
    await desk.api.post(COMMENTS, {"body": "one"})
    await desk.api.post(COMMENTS, {"body": "two"})
    assert bodies(desk) == ["one", "two"]


async def test_graphql_reads_can_be_stale_and_mutations_are_not(desk: Desk) -> None:
    query = 'query { repository(owner: "acme", name: "widget") { pullRequest(number: 1) { comments(last: 5) { nodes { body } } } } }'
    mutation = 'mutation($id: ID!) { addComment(input: {subjectId: $id, body: "new"}) { clientMutationId } }'
    desk.sandbox.faults.add(When(path=r"/graphql", body="addComment"), StaleReads(1))
    await desk.api.graphql(mutation, id=desk.acme.feature.node_id)
    for seen in ([], ["new"]):
        answer = await desk.api.graphql(query)
        nodes = answer["data"]["repository"]["pullRequest"]["comments"]["nodes"]
        assert [one["body"] for one in nodes] == seen


async def test_a_document_can_break_between_its_mutations(desk: Desk) -> None:
    two = """mutation($id: ID!) {
      a: addComment(input: {subjectId: $id, body: "a"}) { clientMutationId }
      b: addComment(input: {subjectId: $id, body: "b"}) { clientMutationId }
    }"""
    for after, left in ((1, ["a"]), (0, ["a"]), (2, ["a", "a", "b"])):
        desk.sandbox.faults.add(When(path="/graphql"), CutDocument(after))
        with pytest.raises(ConnectionLostError):
            await desk.api.graphql(two, id=desk.acme.feature.node_id)
        assert bodies(desk) == left


async def test_something_can_happen_just_before(desk: Desk) -> None:
    desk.sandbox.faults.add(When(method="PUT", path=r"/merge$"), Before(lambda _world: desk.acme.mona.close_pull(1)))
    await desk.api.put(f"{REPO}/pulls/1/merge", {}, status=405)


async def test_clearing_ends_all_trouble(desk: Desk) -> None:
    desk.sandbox.faults.add(When(), bad_gateway(), times=None)
    assert (await desk.api.send("GET", REPO)).status == 502
    desk.sandbox.faults.clear()
    await desk.api.get(REPO)

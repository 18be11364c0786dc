"""Refusals that fit no other module of these tests."""

import asyncio

import pytest

from bot.sandbox.faults import When, base_modified
from bot.sandbox.limits import SecondaryLimits
from tests.sandbox.actions.conftest import make_stage
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk


async def test_a_token_for_an_unknown_installation_is_not_found(desk: Desk) -> None:
    answer = await desk.app.post("/app/installations/4711/access_tokens", {}, status=404)
    assert answer["message"] == "Not Found"


async def test_a_merge_too_soon_after_another_passes_later(desk: Desk) -> None:
    desk.sandbox.faults.add(When(method="PUT", path="/merge$"), base_modified())
    answer = await desk.api.put(f"{REPO}/pulls/1/merge", {}, status=405)
    assert answer["message"] == "Base branch was modified. Review and try the merge again."
    assert (await desk.api.put(f"{REPO}/pulls/1/merge", {}))["merged"] is True


@pytest.mark.parametrize(("is_invalid", "status"), [(False, 404), (True, 422)])
async def test_a_gate_that_does_not_wait_is_404_or_422_by_a_switch(is_invalid: bool, status: int) -> None:
    stage = make_stage(gate="rule")
    stage.world.closed_gate_is_invalid = is_invalid
    stage.tag()
    await stage.actions.settle()
    path = f"/actions/runs/{stage.run.id}/deployment_protection_rule"
    decision = {"environment_name": "pypi", "state": "approved", "comment": "go"}
    assert [(await stage.call("POST", path, decision)).status for _ in range(2)] == [204, status]


async def test_an_app_cannot_review_a_deployment() -> None:
    stage = make_stage(gate="reviewers")
    stage.tag()
    await stage.actions.settle()
    body = {"environment_ids": [stage.environment.id], "state": "approved", "comment": "go"}
    answer = await stage.call("POST", f"/actions/runs/{stage.run.id}/pending_deployments", body)
    assert (answer.status, answer.json()["message"]) == (403, "Resource not accessible by integration")
    assert stage.run.status == "waiting"


async def test_asking_too_fast_is_refused_for_a_minute(desk: Desk) -> None:
    desk.sandbox.limits.secondary = SecondaryLimits(rest_points=12, graphql_points=3)
    for _ in range(2):
        await desk.api.get(REPO)
    for _ in range(2):
        await desk.api.post(f"{REPO}/issues/1/comments", {"body": "five points"})
    refused = await desk.api.send("GET", REPO)
    assert (refused.status, refused.headers["retry-after"]) == (403, "60")
    assert "secondary rate limit" in refused.json()["message"]
    assert int(refused.headers["x-ratelimit-remaining"]) > 0, "the hourly limit is another one"
    assert (await desk.api.graphql("{ viewer { login } }"))["data"], "GraphQL has points of its own"
    mutation = 'mutation { addReaction(input: {subjectId: "x", content: EYES}) { clientMutationId } }'
    assert (await desk.api.send("POST", "/graphql", {"query": mutation})).status == 403
    desk.clock.advance(60)
    await desk.api.get(REPO)


async def test_changing_too_much_is_refused(desk: Desk) -> None:
    desk.sandbox.limits.secondary = SecondaryLimits(changes=2, changes_per_hour=3)
    url, comment = f"{REPO}/issues/1/comments", {"body": "x"}
    for _ in range(2):
        await desk.api.post(url, comment)
    await desk.api.post(url, comment, status=403)
    await desk.api.get(url)
    desk.clock.advance(61)
    await desk.api.post(url, comment)
    desk.clock.advance(61)
    await desk.api.post(url, comment, status=403)
    assert len(await desk.api.get(url)) == 3, "what is refused has no effect"


async def test_tokens_are_no_content_but_cost_points(desk: Desk) -> None:
    desk.sandbox.limits.secondary = SecondaryLimits(rest_points=20, changes=2)
    path = f"/app/installations/{desk.acme.installation.id}/access_tokens"
    for _ in range(4):
        await desk.app.post(path, {})
    assert (await desk.app.send("POST", path, {})).status == 403


async def test_too_many_requests_at_once_are_refused(desk: Desk) -> None:
    desk.sandbox.limits.secondary = limits = SecondaryLimits(at_once=3)
    desk.sandbox.latency = 0.01
    answers = await asyncio.gather(*(desk.api.send("GET", REPO) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 403, 403]
    assert limits.most_at_once == 3
    assert (await desk.api.send("GET", REPO)).status == 200

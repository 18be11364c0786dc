"""What is told to whom, and what is not: the behaviours that fit no other module of these tests."""

import inspect
import json

import pytest

from bot.sandbox import deliverer
from bot.sandbox.acts.repositories import delete_repository
from bot.sandbox.state.repository import ExecutionPolicy
from tests.sandbox.actions.conftest import Stage, make_stage
from tests.sandbox.actions.conftest import stage as stage  # noqa: PLC0414  (a fixture)
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk


async def test_a_forced_push_says_so(desk: Desk) -> None:
    await desk.branch("work", {"a": "a"})
    aside = await desk.commit({"b": "b"})
    desk.world.take_deliveries()
    await desk.api.patch(f"{REPO}/git/refs/heads/work", {"sha": aside, "force": True})
    pushed = next(json.loads(one.body) for one in desk.world.take_deliveries() if one.event == "push")
    assert (pushed["forced"], pushed["created"], pushed["after"]) == (True, False, aside)


async def test_opening_a_pull_request_and_labelling_it(desk: Desk) -> None:
    await desk.branch("work", {"a": "a"})
    desk.heard()
    pull = await desk.api.post(f"{REPO}/pulls", {"title": "t", "head": "work", "base": "main"})
    assert desk.heard() == [("pull_request", "opened")]
    await desk.api.post(f"{REPO}/issues/{pull['number']}/labels", {"labels": ["release", "auto"]}, status=200)
    assert desk.heard() == [("pull_request", "labeled"), ("pull_request", "labeled")]


async def test_a_comment_is_made_edited_and_reacted_to(desk: Desk) -> None:
    made = await desk.api.post(f"{REPO}/issues/1/comments", {"body": "before"})
    url = f"{REPO}/issues/comments/{made['id']}"
    await desk.api.patch(url, {"body": "after"})
    await desk.api.post(f"{url}/reactions", {"content": "eyes"})
    deliveries = desk.world.take_deliveries()
    assert [(one.event, one.action) for one in deliveries] == [
        ("issue_comment", "created"),
        ("issue_comment", "edited"),
    ]
    assert json.loads(deliveries[1].body)["changes"]["body"]["from"] == "before"


async def test_editing_a_release_is_told(desk: Desk) -> None:
    made = await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.2.0", "prerelease": True})
    assert desk.heard()[-3:] == [("release", "created"), ("release", "published"), ("release", "prereleased")]
    await desk.api.patch(f"{REPO}/releases/{made['id']}", {"body": "new notes"})
    assert desk.heard() == [("release", "edited")]


async def reach_gate(decision: str) -> list[str]:
    """What is told after our App decided about its gate."""
    stage = make_stage(gate="rule")
    stage.tag()
    await stage.actions.settle()
    stage.told()
    path = f"/actions/runs/{stage.run.id}/deployment_protection_rule"
    body = {"environment_name": "pypi", "state": decision, "comment": "because"}
    assert (await stage.call("POST", path, body)).status == 204
    await stage.actions.settle()
    return [one for one in stage.told() if not one.startswith("check_")]


async def test_an_opened_gate_lets_the_run_go_on_to_its_end() -> None:
    assert await reach_gate("approved") == [
        "deployment_review.approved",
        "deployment_status.created",
        "workflow_job.queued",
        "deployment_status.created",
        "workflow_job.in_progress",
        "deployment_status.created",
        "workflow_job.completed",
        "workflow_run.completed",
    ]


async def test_a_rejected_gate_ends_job_and_run() -> None:
    assert await reach_gate("rejected") == [
        "deployment_review.rejected",
        "deployment_status.created",
        "workflow_job.completed",
        "workflow_run.completed",
    ]


async def test_checks_are_told_to_every_app(desk: Desk) -> None:
    url = f"{REPO}/check-runs"
    made = await desk.api.post(url, {"name": "Release", "head_sha": desk.head, "status": "in_progress"})
    await desk.api.patch(f"{url}/{made['id']}", {"status": "completed", "conclusion": "neutral"})
    assert [one for one in desk.heard() if one[0] == "check_run"] == [
        ("check_run", "created"),
        ("check_run", "completed"),
    ]


@pytest.mark.parametrize("granted", ["write", "read", None])
async def test_checks_of_a_run_reach_whoever_may_read_checks(stage: Stage, granted: str | None) -> None:
    if granted is None:
        del stage.acme.installation.permissions["checks"]
    else:
        stage.acme.installation.permissions["checks"] = granted
    stage.told()
    stage.tag()
    await stage.actions.settle()
    told = stage.world.take_deliveries()
    checks = [json.loads(one.body) for one in told if one.event == "check_run"]
    assert {one["check_run"]["app"]["slug"] for one in checks} == ({"github-actions"} if granted else set())
    assert [one["action"] for one in checks] == (["created", "completed"] * 2 if granted else [])
    assert "workflow_job" in {one.event for one in told}, "those go with the permission for Actions"


def test_a_receiver_has_ten_seconds() -> None:
    assert deliverer.TIMEOUT == 10
    assert inspect.signature(deliverer.Deliverer).parameters["timeout"].default == deliverer.TIMEOUT


@pytest.mark.parametrize(("size", "told"), [(1024, 1), (26 * 1024 * 1024, 0)])
async def test_a_huge_payload_is_not_delivered(desk: Desk, size: int, told: int) -> None:
    payload = {"action": "created", "comment": {"body": "x" * size}, "issue": {}}
    desk.world.emit(desk.repository, "issue_comment", payload, desk.acme.mona.user)
    assert len(desk.world.take_deliveries()) == told
    desk.world.deliveries.clear()  # Such a payload is none of GitHub's.


@pytest.mark.parametrize(("count", "told"), [(3, ["create", "push"] * 3), (4, [])])
async def test_more_than_three_tags_at_once_are_told_to_nobody(stage: Stage, count: int, told: list[str]) -> None:
    stage.told()
    stage.acme.mona.push_tags(*(f"v9.{n}.0" for n in range(count)), revision="main")
    assert len(stage.repository.store.refs("refs/tags/v9.")) == count
    assert [one for one in stage.told() if not one.startswith(("workflow", "check"))] == told
    assert len(stage.runs) == (3 if told else 0), "nor does it start a workflow"


@pytest.mark.parametrize(("count", "told"), [(3, 8), (4, 2)])
async def test_refs_updated_together_count_as_one_push(desk: Desk, count: int, told: int) -> None:
    names = [f"refs/tags/v9.{n}.0" for n in range(count)] + ["refs/heads/new"]
    updates = [{"name": name, "beforeOid": "0" * 40, "afterOid": desk.head} for name in names]
    query = "mutation($u: [RefUpdate!]!, $r: ID!) { updateRefs(input: {repositoryId: $r, refUpdates: $u}) { clientMutationId } }"
    answer = await desk.api.graphql(query, u=updates, r=desk.repository.node_id)
    assert "errors" not in answer
    assert len([one for one in desk.heard() if one[0] in {"create", "push"}]) == told


async def test_nobody_hears_that_a_repository_was_deleted(desk: Desk) -> None:
    delete_repository(desk.world, desk.repository)
    assert desk.heard() == []
    await desk.api.get(REPO, status=404)


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (ExecutionPolicy(), True),
        (ExecutionPolicy(actors=frozenset({"mona"})), False),
        (ExecutionPolicy(actors=frozenset({"aweigh[bot]"})), True),
        (ExecutionPolicy(events=frozenset({"workflow_dispatch"})), False),
        (ExecutionPolicy(events=frozenset({"push"})), True),
    ],
)
async def test_a_run_that_a_policy_forbids_fails_without_jobs(
    stage: Stage, policy: ExecutionPolicy, allowed: bool
) -> None:
    stage.repository.execution_policy = policy
    sha = stage.bump()
    stage.told()
    answer = await stage.call("POST", "/git/refs", {"ref": "refs/tags/v1.2.0", "sha": sha})
    assert answer.status == 201
    await stage.actions.settle()
    assert (stage.run.conclusion == "success") is allowed
    assert bool(stage.run.jobs) is allowed
    if not allowed:
        assert stage.told()[-2:] == ["workflow_run.requested", "workflow_run.completed"]
        assert stage.run.conclusion == "failure"

"""Actions over REST: finding runs, reading logs, running again, environments."""

import io
import re
import zipfile
from typing import Any

import pytest

from bot.sandbox.actions.rest import PARTS as ACTIONS
from bot.sandbox.http import Request, Route
from bot.sandbox.permissions import accepted_header, alternatives
from bot.sandbox.state.runs import BranchPolicy

from .conftest import Stage, make_stage


async def settled(stage: Stage) -> None:
    stage.tag()
    await stage.actions.settle()


async def follow(stage: Stage, path: str) -> bytes:
    """The file behind a redirect, fetched without a token."""
    answer = await stage.call("GET", path)
    assert answer.status == 302
    stored = await stage.sandbox.github.handle(Request.of("GET", answer.headers["location"], {"user-agent": "tests"}))
    assert stored.status == 200
    return stored.body


async def test_workflows_are_those_of_the_default_branch(stage: Stage) -> None:
    listed = await stage.get("/actions/workflows")
    assert [(one["name"], one["path"]) for one in listed["workflows"]] == [("Publish", ".github/workflows/publish.yml")]
    by_file = await stage.get("/actions/workflows/publish.yml")
    assert await stage.get(f"/actions/workflows/{by_file['id']}") == by_file
    assert (await stage.call("GET", "/actions/workflows/other.yml")).status == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("event=push", 2),
        ("event=release", 0),
        ("branch=v1.2.0", 1),
        ("status=completed", 1),
        ("status=success", 1),
        ("status=queued", 1),
        ("actor=hugo", 2),
        ("actor=aweigh[bot]", 0),
        ("created=>=2026-11-02", 2),
        ("created=>2026-11-02", 0),
        ("created=2026-11-02", 2),
        ("created=2026-11-01..2026-11-03", 2),
        ("created=*..2026-11-01", 0),
        ("created=<2026-11-02", 0),
        ("event=push&branch=v1.3.0&status=queued", 1),
    ],
)
async def test_runs_are_filtered(stage: Stage, query: str, found: int) -> None:
    await settled(stage)
    stage.tag("1.3.0")
    for path in ("/actions/runs", "/actions/workflows/publish.yml/runs"):
        listed = await stage.get(f"{path}?{query.replace('>', '%3E').replace('<', '%3C')}")
        assert (listed["total_count"], len(listed["workflow_runs"])) == (found, found)


async def test_a_run_is_found_by_its_commit_newest_first(stage: Stage) -> None:
    await settled(stage)
    sha = stage.run.head_sha
    stage.acme.hugo.push_tag("v1.2.1", sha)
    listed = await stage.get(f"/actions/runs?head_sha={sha}")
    assert [run["head_branch"] for run in listed["workflow_runs"]] == ["v1.2.1", "v1.2.0"]
    assert listed["workflow_runs"][0]["path"] == ".github/workflows/publish.yml"


async def test_a_wrong_date_is_refused(stage: Stage) -> None:
    assert (await stage.call("GET", "/actions/runs?created=yesterday")).status == 422


async def test_jobs_and_attempts() -> None:
    stage = make_stage(gate="rule")
    await settled(stage)
    run = stage.run
    jobs = await stage.get(f"/actions/runs/{run.id}/jobs")
    assert [(job["name"], job["status"], job["conclusion"]) for job in jobs["jobs"]] == [
        ("build", "completed", "success"),
        ("publish", "waiting", None),
    ]
    await stage.call("POST", f"/actions/runs/{run.id}/cancel")
    await stage.actions.settle()
    assert (await stage.call("POST", f"/actions/runs/{run.id}/cancel")).status == 409
    assert (await stage.call("POST", f"/actions/runs/{run.id}/rerun", {})).status == 201
    assert run.triggering_actor.login == "aweigh[bot]"
    first = await stage.get(f"/actions/runs/{run.id}/attempts/1")
    second = await stage.get(f"/actions/runs/{run.id}/attempts/2")
    assert (first["status"], first["conclusion"]) == ("completed", "cancelled")
    assert (second["status"], second["run_attempt"]) == ("queued", 2)
    assert (await stage.get(f"/actions/runs/{run.id}/jobs"))["total_count"] == 0
    assert (await stage.get(f"/actions/runs/{run.id}/jobs?filter=all"))["total_count"] == 2
    assert (await stage.get(f"/actions/runs/{run.id}/attempts/1/jobs"))["total_count"] == 2
    assert (await stage.call("GET", f"/actions/runs/{run.id}/attempts/3")).status == 404


async def test_logs_are_lent_for_a_minute(stage: Stage) -> None:
    await settled(stage)
    path = f"/actions/jobs/{stage.job('build').id}/logs"
    assert b"Successfully built widget-1.2.0.tar.gz" in await follow(stage, path)
    location = (await stage.call("GET", path)).headers["location"]
    assert "/repos/" not in location
    stage.clock.advance(61)
    late = await stage.sandbox.github.handle(Request.of("GET", location, {"user-agent": "tests"}))
    assert late.status == 404


async def test_the_logs_of_a_run_are_a_zip(stage: Stage) -> None:
    await settled(stage)
    with zipfile.ZipFile(io.BytesIO(await follow(stage, f"/actions/runs/{stage.run.id}/logs"))) as archive:
        assert archive.namelist() == ["0_build.txt", "1_publish.txt"]


async def test_a_job_that_never_ran_has_no_log() -> None:
    stage = make_stage(gate="rule")
    await settled(stage)
    assert (await stage.call("GET", f"/actions/jobs/{stage.job('publish').id}/logs")).status == 404
    assert (await stage.call("GET", "/actions/jobs/1/logs")).status == 404


async def test_artifacts_are_downloaded_as_zip(stage: Stage) -> None:
    await settled(stage)
    artifact = (await stage.get(f"/actions/runs/{stage.run.id}/artifacts"))["artifacts"][0]
    with zipfile.ZipFile(io.BytesIO(await follow(stage, f"/actions/artifacts/{artifact['id']}/zip"))) as archive:
        assert sorted(archive.namelist()) == ["widget-1.2.0-py3-none-any.whl", "widget-1.2.0.tar.gz"]


async def test_a_dispatch_answers_nothing_or_the_run() -> None:
    stage = make_stage(trigger="dispatch")
    path = "/actions/workflows/publish.yml/dispatches"
    assert (await stage.call("POST", path, {"ref": "main"})).status == 204
    told = await stage.call("POST", path, {"ref": "main", "return_run_details": True})
    assert (told.status, told.json()["workflow_run_id"]) == (200, stage.run.id)
    newer = await stage.call("POST", path, {"ref": "main"}, **{"x-github-api-version": "2026-03-10"})
    assert newer.status == 200
    assert (await stage.call("POST", path, {"ref": "nowhere"})).status == 422
    assert (await stage.call("POST", path, {})).status == 422
    assert stage.run.actor.login == "aweigh[bot]"


async def test_environments_show_what_protects_them() -> None:
    stage = make_stage(gate="both")
    environment = stage.environment
    environment.wait_timer, environment.branch_policies = 5, [BranchPolicy(9, "v*", "tag")]
    shown = await stage.get("/environments/PyPI")
    assert [rule["type"] for rule in shown["protection_rules"]] == ["wait_timer", "required_reviewers", "branch_policy"]
    assert shown["deployment_branch_policy"] == {"protected_branches": False, "custom_branch_policies": True}
    rules = await stage.get("/environments/pypi/deployment_protection_rules")
    assert [rule["app"]["id"] for rule in rules["custom_deployment_protection_rules"]] == [stage.acme.app.id]
    policies = await stage.get("/environments/pypi/deployment-branch-policies")
    assert policies["branch_policies"][0]["name"] == "v*"
    assert (await stage.call("GET", "/environments/none")).status == 404


async def test_environments_are_set_up(stage: Stage) -> None:
    policy = {"protected_branches": False, "custom_branch_policies": True}
    body = {"deployment_branch_policy": policy, "reviewers": [{"type": "User", "id": stage.acme.mona.user.id}]}
    assert (await stage.call("PUT", "/environments/live%2Fpypi", body)).status == 200
    assert stage.repository.environments["live/pypi"].reviewers == [stage.acme.mona.user]
    path = "/environments/live%2Fpypi/deployment-branch-policies"
    assert (await stage.call("POST", path, {"name": "v*", "type": "tag"})).status == 200
    assert (await stage.call("POST", path, {"name": "v*", "type": "tag"})).status == 303
    assert (await stage.call("POST", "/environments/pypi/deployment-branch-policies", {"name": "v*"})).status == 404
    rules = "/environments/live%2Fpypi/deployment_protection_rules"
    added = await stage.call("POST", rules, {"integration_id": stage.acme.app.id})
    assert added.status == 201
    assert (await stage.call("POST", rules, {"integration_id": stage.acme.app.id})).status == 422
    assert (await stage.call("POST", rules, {"integration_id": 1})).status == 404
    assert (await stage.call("DELETE", f"{rules}/{added.json()['id']}")).status == 204
    apps = await stage.get(f"{rules}/apps")
    assert apps["available_custom_deployment_protection_rule_integrations"][0]["slug"] == "aweigh"


@pytest.mark.parametrize(
    "body",
    [
        {"reviewers": [{"type": "User", "id": "APP"}]},
        {"wait_timer": 50_000},
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}},
    ],
)
async def test_environments_that_cannot_be(stage: Stage, body: dict[str, Any]) -> None:
    if "reviewers" in body:
        body["reviewers"][0]["id"] = stage.acme.app.bot.id
    assert (await stage.call("PUT", "/environments/new", body)).status == 422
    assert "new" not in stage.repository.environments


async def test_deployments_and_their_statuses(stage: Stage) -> None:
    await settled(stage)
    listed = (await stage.call("GET", "/deployments?environment=pypi&ref=v1.2.0")).json()
    assert [(one["ref"], one["sha"], one["creator"]["login"]) for one in listed] == [
        ("v1.2.0", stage.run.head_sha, "github-actions[bot]")
    ]
    statuses = await stage.get(f"/deployments/{listed[0]['id']}/statuses")
    assert [one["state"] for one in statuses] == ["success", "in_progress", "queued"]
    one = await stage.get(f"/deployments/{listed[0]['id']}/statuses/{statuses[0]['id']}")
    assert one == statuses[0]
    assert (await stage.call("GET", f"/deployments/{listed[0]['id']}/statuses/1")).status == 404
    assert await stage.get("/deployments?environment=other") == []


ROUTES = [route for part in ACTIONS for route in part.all]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.template}")
async def test_each_route_needs_its_permission(stage: Stage, route: Route) -> None:
    needed = alternatives(route.method, route.template)
    assert needed
    assert not any(needs == (("metadata", "read"),) for needs in needed)
    granted = stage.acme.installation.permissions
    for name, _ in (one for needs in needed for one in needs):
        granted.pop(name, None)
    path = re.sub(r"\{\w+\}", "1", route.template).removeprefix("/repos/1/1")
    answer = await stage.call(route.method, path, {})
    assert (answer.status, answer.json()["message"]) == (403, "Resource not accessible by integration")
    assert answer.headers["x-accepted-github-permissions"] == accepted_header(needed)
    if ("administration", "write") not in needed[0] and any(level == "write" for _, level in needed[0]):
        granted.update(dict.fromkeys((name for name, _ in needed[0]), "read"))
        assert (await stage.call(route.method, path, {})).status == 403, "to read is not enough"

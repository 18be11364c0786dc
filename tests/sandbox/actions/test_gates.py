"""Environments: who may enter, who is asked, and what happens without an answer."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.actions.gates import EXPIRED, INCOMPATIBLE, MAX_RULES, REJECTED, enable_rule
from bot.sandbox.http import ForbiddenError, UnprocessableError
from bot.sandbox.people import NotAllowedError
from bot.sandbox.state.accounts import Team
from bot.sandbox.state.rulesets import fits
from bot.sandbox.state.runs import BranchPolicy

from .conftest import Stage, make_stage


async def reach(stage: Stage) -> None:
    stage.tag()
    await stage.actions.settle()


async def decide(stage: Stage, state: str | None = "approved", environment: str = "pypi", comment: str = "ok") -> Any:
    body = {"environment_name": environment, "comment": comment} | ({"state": state} if state else {})
    return await stage.call("POST", f"/actions/runs/{stage.run.id}/deployment_protection_rule", body)


def annotation(stage: Stage) -> str:
    check = stage.job("publish").check_run
    assert check is not None
    return str(check.output.annotations[0]["message"])


# Our own rule


async def test_the_app_opens_its_gate() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    stage.told()
    assert (await decide(stage)).status == 204
    await stage.actions.settle()
    assert stage.run.conclusion == "success"
    told = stage.told()
    assert told[:3] == ["deployment_review.approved", "deployment_status.created", "workflow_job.queued"]
    history = await stage.get(f"/actions/runs/{stage.run.id}/approvals")
    assert [(one["state"], one["user"]["login"], one["comment"]) for one in history] == [
        ("approved", "aweigh[bot]", "ok")
    ]


async def test_the_app_keeps_its_gate_shut() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    assert (await decide(stage, "rejected")).status == 204
    await stage.actions.settle()
    assert (stage.run.conclusion, stage.job("publish").conclusion) == ("failure", "failure")
    assert annotation(stage) == REJECTED
    assert stage.job("publish").log == ""
    assert stage.index.state.projects["widget"].files == {}


async def test_a_report_decides_nothing() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    for _ in range(10):
        assert (await decide(stage, None)).status == 204
    assert (await decide(stage, None)).status == 422
    await stage.actions.settle()
    assert stage.run.status == "waiting"


async def test_decisions_that_meet_no_open_gate() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    assert (await decide(stage, environment="staging")).status == 404
    assert (await decide(stage, comment="x" * 1025)).status == 422
    assert (await decide(stage, "maybe")).status == 422
    assert (await stage.call("POST", "/actions/runs/1/deployment_protection_rule", {})).status == 404
    assert (await decide(stage)).status == 204
    assert (await decide(stage)).status == 404


async def test_an_app_without_a_rule_decides_nothing() -> None:
    stage = make_stage(gate="reviewers")
    await reach(stage)
    assert (await decide(stage)).status == 404
    assert stage.run.status == "waiting"


async def test_a_gate_is_asked_again_for_each_attempt() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    await decide(stage)
    await stage.actions.settle()
    stage.acme.hugo.rerun(stage.run)
    await stage.actions.settle()
    assert stage.run.status == "waiting"
    assert [gate.run_attempt for gate in stage.run.gates] == [1, 2]


async def test_without_deployment_a_custom_rule_cannot_work() -> None:
    stage = make_stage(gate="rule")
    text = (stage.repository.store.read("main", ".github/workflows/publish.yml") or b"").decode()
    stage.write_workflow(text.replace("name: pypi\n", "name: pypi\n      deployment: false\n"))
    await reach(stage)
    assert (stage.run.conclusion, annotation(stage)) == ("failure", INCOMPATIBLE)


async def test_without_deployment_reviewers_still_work() -> None:
    stage = make_stage(gate="reviewers")
    text = (stage.repository.store.read("main", ".github/workflows/publish.yml") or b"").decode()
    stage.write_workflow(text.replace("name: pypi\n", "name: pypi\n      deployment: false\n"))
    await reach(stage)
    assert stage.run.status == "waiting"
    assert "deployment.created" not in stage.told()
    stage.acme.mona.review_deployment(stage.run, "pypi", "approved")
    await stage.actions.settle()
    assert stage.run.conclusion == "success"


def test_an_environment_has_six_rules_at_most(stage: Stage) -> None:
    for number in range(MAX_RULES):
        app = stage.world.add_app(
            f"gate-{number}",
            name="Gate",
            owner=stage.acme.organization,
            public_key="",
            permissions={},
            events=[],
            webhook_secret="",
        )
        enable_rule(stage.world, stage.environment, app)
    with pytest.raises(UnprocessableError):
        enable_rule(stage.world, stage.environment, stage.acme.app)


# Required reviewers


async def test_one_reviewer_suffices() -> None:
    stage = make_stage(gate="reviewers")
    await reach(stage)
    pending = await stage.get(f"/actions/runs/{stage.run.id}/pending_deployments")
    assert pending[0]["environment"]["name"] == "pypi"
    assert pending[0]["current_user_can_approve"] is False
    stage.told()
    stage.acme.mona.review_deployment(stage.run, "pypi", "approved", "go")
    assert stage.told() == ["deployment_review.approved"]
    await stage.actions.settle()
    assert stage.run.conclusion == "success"
    assert await stage.get(f"/actions/runs/{stage.run.id}/pending_deployments") == []


async def test_a_reviewer_rejects() -> None:
    stage = make_stage(gate="reviewers")
    await reach(stage)
    stage.acme.mona.review_deployment(stage.run, "pypi", "rejected", "no")
    await stage.actions.settle()
    assert (stage.run.conclusion, annotation(stage)) == ("failure", REJECTED)


async def test_rule_and_reviewers_must_both_agree() -> None:
    stage = make_stage(gate="both")
    await reach(stage)
    stage.acme.mona.review_deployment(stage.run, "pypi", "approved")
    await stage.actions.settle()
    assert stage.run.status == "waiting"
    await decide(stage)
    await stage.actions.settle()
    assert stage.run.conclusion == "success"


async def test_nobody_else_may_review() -> None:
    stage = make_stage(gate="reviewers")
    await reach(stage)
    with pytest.raises(UnprocessableError, match="not a required reviewer"):
        stage.acme.wanda.review_deployment(stage.run, "pypi", "approved")
    answer = await stage.call(
        "POST",
        f"/actions/runs/{stage.run.id}/pending_deployments",
        {"environment_ids": [stage.environment.id], "state": "approved", "comment": "me"},
    )
    assert answer.status == 403
    assert stage.run.status == "waiting"


async def test_who_started_the_run_may_be_kept_from_reviewing_it() -> None:
    stage = make_stage(gate="reviewers")
    stage.environment.prevent_self_review = True
    await reach(stage)
    with pytest.raises(UnprocessableError):
        stage.acme.hugo.review_deployment(stage.run, "pypi", "approved")
    stage.acme.mona.review_deployment(stage.run, "pypi", "approved")


async def test_a_team_reviews_through_its_members(stage: Stage) -> None:
    acme = stage.acme
    team = Team(99, "releasers", "Releasers", acme.organization, {acme.wanda.user.id})
    stage.environment.reviewing_teams = [team]
    await reach(stage)
    with pytest.raises(UnprocessableError):
        acme.mona.review_deployment(stage.run, "pypi", "approved")
    acme.wanda.review_deployment(stage.run, "pypi", "approved")
    await stage.actions.settle()
    assert stage.run.conclusion == "success"


async def test_an_administrator_bypasses_everything_where_that_is_allowed() -> None:
    stage = make_stage(gate="both")
    await reach(stage)
    with pytest.raises(NotAllowedError):
        stage.acme.mona.bypass_gates(stage.run)
    stage.environment.can_admins_bypass = False
    with pytest.raises(ForbiddenError):
        stage.acme.hugo.bypass_gates(stage.run)
    stage.environment.can_admins_bypass = True
    stage.acme.hugo.bypass_gates(stage.run, "hurry")
    await stage.actions.settle()
    assert stage.run.conclusion == "success"


# Time


async def test_a_wait_timer_opens_by_itself(stage: Stage) -> None:
    stage.environment.wait_timer = 30
    await reach(stage)
    assert stage.run.status == "waiting"
    stage.clock.advance(29 * 60)
    await stage.actions.settle()
    assert stage.run.status == "waiting"
    stage.clock.advance(60)
    await stage.actions.settle()
    assert stage.run.conclusion == "success"


async def test_a_gate_closes_after_thirty_days() -> None:
    stage = make_stage(gate="rule")
    await reach(stage)
    stage.clock.advance(timedelta(days=30, seconds=1).total_seconds())
    await stage.actions.settle()
    assert (stage.run.conclusion, annotation(stage)) == ("failure", EXPIRED)


# Who may enter at all


async def test_a_missing_environment_appears_without_protection(stage: Stage) -> None:
    del stage.repository.environments["pypi"]
    await reach(stage)
    assert stage.run.conclusion == "success"
    assert (await stage.get("/environments/pypi"))["protection_rules"] == []


@pytest.mark.parametrize(
    ("policies", "protected", "admitted"),
    [
        ([BranchPolicy(1, "v*", "tag")], False, True),
        ([BranchPolicy(1, "v*", "branch")], False, False),
        ([BranchPolicy(1, "release-*", "tag")], False, False),
        ([], False, False),
        (None, True, False),
        (None, False, True),
    ],
)
async def test_policies_are_matched_against_the_tag(
    stage: Stage, policies: list[BranchPolicy] | None, protected: bool, admitted: bool
) -> None:
    stage.environment.branch_policies, stage.environment.protected_branches_only = policies, protected
    await reach(stage)
    assert stage.run.conclusion == ("success" if admitted else "failure")
    # Restricting branches alone lets a job pass through `waiting`, though nobody is asked.
    assert ("workflow_job.waiting" in stage.told()) is (admitted and policies is not None)
    if not admitted:
        assert annotation(stage) == 'Tag "v1.2.0" is not allowed to deploy to pypi due to environment protection rules.'


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("v*", "v1.2.0", True),
        ("v*", "x/v1", False),
        ("*", "a/b", False),
        ("releases/*", "releases/1", True),
        ("releases/*", "releases/1/2", False),
        ("**/v1", "a/b/v1", True),
        ("v?.0", "v1.0", True),
        ("v[0-9].0", "v1.0", True),
        ("v[0-9].0", "vx.0", False),
        ("v1.0", "v1x0", False),
        ("[", "[", True),
        ("[z-a]", "b", False),
    ],
)
def test_policy_patterns(pattern: str, name: str, matches: bool) -> None:
    assert fits(pattern, name) is matches

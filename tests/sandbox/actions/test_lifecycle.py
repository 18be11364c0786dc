"""The life of a run, as it is told to whoever listens."""

import json

import pytest

from .conftest import Stage, make_stage

BUILD = ["check_run.created", "workflow_job.queued", "workflow_run.in_progress", "workflow_job.in_progress"]
DONE = ["check_run.completed", "workflow_job.completed"]


async def test_a_pushed_tag_is_built_and_published(stage: Stage) -> None:
    stage.tag()
    await stage.actions.settle()
    assert (stage.run.status, stage.run.conclusion) == ("completed", "success")
    assert (stage.run.event, stage.run.head_branch, stage.run.ref) == ("push", "v1.2.0", "refs/tags/v1.2.0")
    assert list(stage.index.state.projects["widget"].files) == [
        "widget-1.2.0-py3-none-any.whl",
        "widget-1.2.0.tar.gz",
    ]
    told = stage.told()
    assert told[told.index("workflow_run.requested") :] == [
        "workflow_run.requested",
        *BUILD,
        *DONE,
        "check_run.created",
        "deployment.created",
        "deployment_status.created",
        "workflow_job.queued",
        "deployment_status.created",
        "workflow_job.in_progress",
        "deployment_status.created",
        *DONE,
        "workflow_run.completed",
    ]


async def test_a_run_moves_one_transition_at_a_time(stage: Stage) -> None:
    stage.tag()
    seen = []
    while await stage.actions.advance():
        seen.append([stage.run.status, *(f"{job.key}:{job.conclusion or job.status}" for job in stage.run.jobs)])
    assert seen == [
        ["queued", "build:queued"],
        ["in_progress", "build:in_progress"],
        ["in_progress", "build:success"],
        ["queued", "build:success", "publish:queued"],
        ["in_progress", "build:success", "publish:in_progress"],
        ["in_progress", "build:success", "publish:success"],
        ["completed", "build:success", "publish:success"],
    ]
    assert not await stage.actions.advance()


async def test_a_gated_job_waits_and_its_app_is_asked() -> None:
    stage = make_stage(gate="rule")
    stage.tag()
    await stage.actions.settle()
    assert (stage.run.status, stage.job("publish").status) == ("waiting", "waiting")
    deliveries = stage.world.take_deliveries()
    assert [f"{one.event}.{one.action}" for one in deliveries][-5:] == [
        "check_run.created",
        "deployment.created",
        "deployment_status.created",
        "workflow_job.waiting",
        "deployment_protection_rule.requested",
    ]
    payload = json.loads(deliveries[-1].body)
    assert payload["environment"] == "pypi"
    assert payload["event"] == "push"
    assert payload["deployment_callback_url"] == (
        f"{stage.world.links.api}/repos/acme/widget/actions/runs/{stage.run.id}/deployment_protection_rule"
    )
    assert (payload["ref"], payload["sha"]) == ("v1.2.0", stage.run.head_sha)
    assert "workflow_run" not in payload
    assert payload["deployment"]["environment"] == "pypi"
    waiting = json.loads(deliveries[-2].body)
    assert waiting["workflow_job"]["status"] == "waiting"
    assert waiting["deployment"]["id"] == payload["deployment"]["id"]


async def test_reviewers_are_asked_beside_the_app() -> None:
    stage = make_stage(gate="both")
    stage.tag()
    await stage.actions.settle()
    deliveries = stage.world.take_deliveries()
    assert [one.event for one in deliveries][-2:] == ["deployment_protection_rule", "deployment_review"]
    payload = json.loads(deliveries[-1].body)
    assert [entry["reviewer"]["login"] for entry in payload["reviewers"]] == ["mona", "hugo"]
    assert payload["workflow_job_run"]["status"] == "waiting"
    assert payload["requestor"]["login"] == "hugo"


@pytest.mark.parametrize(
    ("build_if", "publish_if", "conclusions"),
    [
        (None, None, ("success", "success")),
        ("false", None, ("skipped", "skipped")),
        ("false", "always()", ("skipped", "success")),
        (None, "github.event_name == 'release'", ("success", "skipped")),
        (None, "startsWith(github.ref, 'refs/tags/v')", ("success", "success")),
        (None, "needs.build.outputs.go == 'yes'", ("success", "success")),
        (None, "failure()", ("success", "skipped")),
    ],
)
async def test_conditions_decide_which_jobs_run(
    stage: Stage, build_if: str | None, publish_if: str | None, conclusions: tuple[str, str]
) -> None:
    stage.write_workflow(two_jobs(build_if, publish_if))
    stage.tag()
    await stage.actions.settle()
    assert (stage.job("build").conclusion, stage.job("publish").conclusion) == conclusions


def two_jobs(build_if: str | None = None, publish_if: str | None = None, step: str = "true") -> str:
    def condition(text: str | None) -> str:
        return f"\n    if: {text}" if text else ""

    return f"""
on: push
jobs:
  build:
    runs-on: ubuntu-latest{condition(build_if)}
    outputs:
      go: ${{{{ steps.decide.outputs.go }}}}
    steps:
      - id: decide
        run: echo "go=yes" >> "$GITHUB_OUTPUT"
      - run: {step}
  publish:
    needs: build
    runs-on: ubuntu-latest{condition(publish_if)}
    steps:
      - run: echo published
"""


async def test_a_failing_job_fails_the_run_and_skips_what_needs_it(stage: Stage) -> None:
    stage.write_workflow(two_jobs(step="exit 3"))
    stage.tag()
    await stage.actions.settle()
    assert stage.run.conclusion == "failure"
    assert (stage.job("build").conclusion, stage.job("publish").conclusion) == ("failure", "skipped")
    assert "##[error]Process completed with exit code 3." in stage.job("build").log
    steps = [(step.name, step.conclusion) for step in stage.job("build").steps]
    assert steps[-2:] == [("Run exit 3", "failure"), ("Complete job", "success")]


async def test_a_condition_that_cannot_be_read_fails_its_job(stage: Stage) -> None:
    stage.write_workflow(two_jobs(publish_if="nonsense()"))
    stage.tag()
    await stage.actions.settle()
    assert stage.job("publish").conclusion == "failure"
    check = stage.job("publish").check_run
    assert check is not None
    assert "Unrecognized function: 'nonsense'" in str(check.output.annotations[0]["message"])


async def test_an_invalid_file_fails_without_jobs(stage: Stage) -> None:
    stage.write_workflow("on: push\njobs: [")
    await stage.actions.settle()
    assert (stage.run.status, stage.run.conclusion, stage.run.jobs) == ("completed", "failure", [])
    assert stage.run.workflow.name == ".github/workflows/publish.yml"


async def test_cancelling_ends_every_job(stage: Stage) -> None:
    stage = make_stage(gate="rule")
    stage.tag()
    await stage.actions.settle()
    stage.acme.hugo.cancel_run(stage.run)
    await stage.actions.settle()
    assert (stage.run.status, stage.run.conclusion) == ("completed", "cancelled")
    assert stage.job("publish").conclusion == "cancelled"
    assert stage.live.gates == []
    assert stage.told()[-1] == "workflow_run.completed"


async def test_running_failed_jobs_again_keeps_what_succeeded() -> None:
    stage = make_stage(gate="rule")
    stage.tag()
    await stage.actions.settle()
    run = stage.run
    answer = await stage.call(
        "POST",
        f"/actions/runs/{run.id}/deployment_protection_rule",
        {"environment_name": "pypi", "state": "rejected", "comment": "not yet"},
    )
    assert answer.status == 204
    await stage.actions.settle()
    assert run.conclusion == "failure"
    stage.told()
    stage.acme.hugo.rerun(run, failed_only=True)
    await stage.actions.settle()
    assert (run.run_attempt, run.status) == (2, "waiting")
    told = stage.told()
    assert told[0] == "workflow_run.requested"
    assert "deployment_protection_rule.requested" in told
    assert [job.key for job in run.jobs if job.run_attempt == 2] == ["build", "publish"]
    assert run.triggering_actor.login == "hugo"
    await stage.call(
        "POST",
        f"/actions/runs/{run.id}/deployment_protection_rule",
        {"environment_name": "pypi", "state": "approved", "comment": "now"},
    )
    await stage.actions.settle()
    assert run.conclusion == "success"
    # What the kept job of the first attempt had built was published.
    assert [kept.run_attempt for kept in run.artifacts] == [1]


async def test_running_everything_again_builds_again(stage: Stage) -> None:
    stage.tag()
    await stage.actions.settle()
    stage.acme.hugo.rerun(stage.run)
    await stage.actions.settle()
    assert (stage.run.run_attempt, stage.run.conclusion) == (2, "success")
    assert len(stage.run.jobs) == 4
    assert [kept.run_attempt for kept in stage.run.artifacts] == [1, 2]

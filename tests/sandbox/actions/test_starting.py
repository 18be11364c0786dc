"""What starts which workflows, at which commit, in whose name."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.acts.refs import create_ref
from bot.sandbox.acts.releases import ReleaseChange, create_release, update_release
from bot.sandbox.http import ConflictError, ForbiddenError, NotFoundError, UnprocessableError

from .conftest import Stage, make_stage

RELEASE_ALL = "on: release\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n"
DISPATCH = """
on:
  workflow_dispatch:
    inputs:
      version: {required: true}
      dry: {type: boolean, default: true}
      index: {type: choice, options: [pypi, test], default: pypi}
jobs: {a: {runs-on: x, steps: [{run: 'echo ${{ inputs.dry && github.event.inputs.version }}'}]}}
"""


def names(stage: Stage) -> list[tuple[str, str | None]]:
    return [(run.event, run.head_branch) for run in stage.runs]


def test_a_published_release_starts_the_workflow_of_the_tagged_commit() -> None:
    stage = make_stage(trigger="release-published")
    tagged = stage.bump()
    stage.acme.hugo.push_tag("v1.2.0", "main")
    stage.write_workflow("on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n")
    before = len(stage.runs)
    stage.acme.hugo.publish_release("v1.2.0", name="Widget 1.2.0")
    assert len(stage.runs) == before + 1
    assert (stage.run.event, stage.run.head_sha, stage.run.ref) == ("release", tagged, "refs/tags/v1.2.0")
    assert stage.run.display_title == "Widget 1.2.0"
    assert stage.run.event_payload["action"] == "published"


def test_a_release_of_the_app_runs_in_the_name_of_its_bot() -> None:
    stage = make_stage(trigger="release-published")
    stage.acme.hugo.push_tag("v1.2.0", stage.bump())
    bot = stage.acme.app.bot
    create_release(stage.world, stage.repository, bot, ReleaseChange(tag_name="v1.2.0", draft=False))
    assert (stage.run.actor.login, stage.run.triggering_actor.login) == ("aweigh[bot]", "aweigh[bot]")


def test_a_release_without_types_starts_a_run_for_each_activity() -> None:
    stage = make_stage(trigger="release-published")
    stage.write_workflow(RELEASE_ALL)
    stage.acme.hugo.push_tag("v1.2.0", "main")
    stage.acme.hugo.publish_release("v1.2.0")
    assert [run.event_payload["action"] for run in stage.runs] == ["created", "published", "released"]


def test_a_draft_starts_nothing_until_it_is_published() -> None:
    stage = make_stage(trigger="release-published")
    stage.write_workflow(RELEASE_ALL)
    stage.acme.hugo.push_tag("v1.2.0", "main")
    draft = stage.acme.hugo.publish_release("v1.2.0", draft=True)
    assert stage.runs == []
    update_release(stage.world, stage.repository, draft, stage.acme.hugo.user, ReleaseChange(draft=False))
    assert [run.event_payload["action"] for run in stage.runs] == ["published", "released"]


def test_only_matching_pushes_start_a_run(stage: Stage) -> None:
    stage.bump()
    assert stage.runs == []
    stage.acme.hugo.push_tag("other-1", "main")
    assert stage.runs == []
    stage.acme.hugo.push_tag("v1.2.0", "main")
    assert names(stage) == [("push", "v1.2.0")]
    stage.acme.hugo.delete_tag("v1.2.0")
    assert len(stage.runs) == 1


def test_an_annotated_tag_runs_on_its_commit(stage: Stage) -> None:
    sha = stage.bump()
    store = stage.repository.store
    tag = store.add_tag("v1.2.0", sha, "widget 1.2.0\n", store.commit(sha).author)
    create_ref(stage.world, stage.repository, "refs/tags/v1.2.0", tag, stage.acme.app.bot)
    assert stage.run.head_sha == sha


@pytest.mark.parametrize("mark", ["[skip ci]", "[CI SKIP]", "[no ci]", "[skip actions]", "x\n\nskip-checks: true"])
def test_commits_that_ask_to_be_skipped_start_nothing(stage: Stage, mark: str) -> None:
    stage.acme.hugo.push_commit("main", {"a": "b"}, f"Change {mark}")
    stage.acme.hugo.push_tag("v1.2.0", "main")
    assert stage.runs == []


def test_paths_of_a_push(stage: Stage) -> None:
    stage.write_workflow("on: {push: {paths: ['docs/**']}}\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n")
    stage.acme.hugo.push_commit("main", {"src/a.py": ""})
    assert stage.runs == []
    stage.acme.hugo.push_commit("main", {"docs/a.md": ""})
    assert len(stage.runs) == 1


def test_what_a_workflow_did_itself_starts_nothing(stage: Stage) -> None:
    head = stage.repository.store.find_ref("refs/heads/main")
    payload = {"ref": "refs/tags/v9", "before": "0" * 40, "after": head}
    stage.world.emit(stage.repository, "push", payload, stage.acme.hugo.user, starts_workflows=False)
    assert stage.runs == []


# Dispatch


def dispatch(stage: Stage, ref: str = "main", **inputs: Any) -> Any:
    return stage.acme.hugo.dispatch_workflow("publish.yml", ref, inputs)


async def test_a_dispatch_runs_at_its_ref_with_inputs(stage: Stage) -> None:
    stage.write_workflow(DISPATCH)
    stage.acme.hugo.push_tag("v1.2.0", "main")
    run = dispatch(stage, "v1.2.0", version="1.2.0")
    assert (run.event, run.ref, run.inputs) == (
        "workflow_dispatch",
        "refs/tags/v1.2.0",
        {"version": "1.2.0", "dry": "true", "index": "pypi"},
    )
    await stage.actions.settle()
    assert " 1.2.0\n" in run.jobs[0].log


@pytest.mark.parametrize(
    ("ref", "inputs", "message"),
    [
        ("nowhere", {"version": "1"}, "No ref found for: nowhere"),
        ("main", {}, "Required input 'version' not provided"),
        ("main", {"version": "1", "other": "2"}, 'Unexpected inputs provided: ["other"]'),
        ("main", {"version": "1", "index": "mine"}, "not in the list of allowed values"),
        ("v1.1.0", {"version": "1"}, "Workflow does not have 'workflow_dispatch' trigger"),
    ],
)
def test_a_wrong_dispatch_is_refused(stage: Stage, ref: str, inputs: dict[str, str], message: str) -> None:
    stage.write_workflow(DISPATCH)
    with pytest.raises(UnprocessableError, match=message.replace("[", r"\[").replace("]", r"\]")):
        dispatch(stage, ref, **inputs)
    assert stage.runs == []


def test_an_unknown_workflow_cannot_be_dispatched(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        stage.acme.hugo.dispatch_workflow("nothing.yml", "main")


# Again


async def test_a_run_under_way_or_too_old_cannot_run_again(stage: Stage) -> None:
    stage.tag()
    with pytest.raises(ForbiddenError, match="already running"):
        stage.acme.hugo.rerun(stage.run)
    await stage.actions.settle()
    with pytest.raises(ConflictError):
        stage.acme.hugo.cancel_run(stage.run)
    stage.clock.advance(timedelta(days=31).total_seconds())
    with pytest.raises(ForbiddenError, match="over a month ago"):
        stage.acme.hugo.rerun(stage.run)

"""``/actions/workflows``: which there are, their runs, starting one by hand."""

from bot.sandbox.actions.definitions import find_workflow, known_workflows
from bot.sandbox.actions.rest.runs import list_runs
from bot.sandbox.actions.starting import dispatch
from bot.sandbox.http import Call, NotFoundError, Response, Routes, no_content, ok
from bot.sandbox.shapes.runs import run_page, run_url
from bot.sandbox.shapes.runs import workflow as workflow_shape
from bot.sandbox.state.runs import Workflow
from bot.sandbox.versions import DEFAULT

routes = Routes()

_WORKFLOWS = "/repos/{owner}/{repo}/actions/workflows"
_WORKFLOW = f"{_WORKFLOWS}/{{workflow_id}}"


def _get_workflow(call: Call) -> Workflow:
    found = find_workflow(call.world, call.repository, call.params["workflow_id"])
    if found is None:
        raise NotFoundError
    return found


@routes.get(_WORKFLOWS)
def list_workflows(call: Call) -> Response:
    """The workflows of the default branch and every other one that has run."""
    found = known_workflows(call.world, call.repository)
    return call.page(found, lambda one: workflow_shape(call.world.links, call.repository, one), wrap="workflows")


@routes.get(_WORKFLOW)
def show_workflow(call: Call) -> Response:
    """One workflow, by id or file name."""
    return ok(workflow_shape(call.world.links, call.repository, _get_workflow(call)))


@routes.get(f"{_WORKFLOW}/runs")
def list_workflow_runs(call: Call) -> Response:
    """The runs of one workflow."""
    return list_runs(call, _get_workflow(call))


@routes.post(f"{_WORKFLOW}/dispatches")
def dispatch_workflow(call: Call) -> Response:
    """Start a run: 204, or 200 with the run's address when that was asked for (and always since 2026-03-10)."""
    body = call.json()
    run = dispatch(
        call.world,
        call.repository,
        call.params["workflow_id"],
        ref=body.text("ref"),
        inputs=body.get("inputs", dict, {}),
        actor=call.actor,
    )
    if not body.get("return_run_details", bool, default=call.api_version != DEFAULT):
        return no_content()
    return ok(
        {
            "workflow_run_id": run.id,
            "run_url": run_url(call.world.links, call.repository, run),
            "html_url": run_page(call.world.links, call.repository, run),
        }
    )

"""Deciding about deployments that wait: an App for its own rule, people as required reviewers."""

from bot.sandbox.actions.gates import decide_as_app
from bot.sandbox.actions.rest.lookup import get_live, get_run
from bot.sandbox.http import Call, ForbiddenError, Response, Routes, no_content, ok
from bot.sandbox.shapes.deployments import approval, pending_deployment

routes = Routes()

_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"


@routes.post(f"{_RUN}/deployment_protection_rule")
def review_custom_gate(call: Call) -> Response:
    """The App approves, rejects, or (without a state) reports about its own rule."""
    live, body = get_live(call), call.json()
    decision = body.choice("state", ("approved", "rejected"), None)
    comment = body.text("comment") if decision is None else body.text("comment", "")
    decide_as_app(live, call.app, body.text("environment_name"), decision, comment)
    return no_content()


@routes.get(f"{_RUN}/pending_deployments")
def list_pending_deployments(call: Call) -> Response:
    """What waits, and for whom; an App can approve nothing here."""
    live = get_live(call)
    return ok([pending_deployment(call.world.links, call.repository, gate, can_approve=False) for gate in live.gates])


@routes.post(f"{_RUN}/pending_deployments")
def review_pending_deployments(call: Call) -> Response:
    """Required reviewers are people and teams: an installation token is refused, whatever it may do otherwise."""
    get_run(call)
    raise ForbiddenError


@routes.get(f"{_RUN}/approvals")
def list_approvals(call: Call) -> Response:
    """Who decided what about the run's deployments."""
    return ok([approval(call.world.links, call.repository, one) for one in get_run(call).approvals])

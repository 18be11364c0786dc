"""Deployments, as Actions makes them."""

from typing import Any

from bot.sandbox.http import Call, NotFoundError, Response, Routes, ok
from bot.sandbox.shapes.deployments import deployment as deployment_shape
from bot.sandbox.shapes.deployments import deployment_status
from bot.sandbox.state.runs import Deployment, DeploymentStatus

routes = Routes()

_DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
_DEPLOYMENT = f"{_DEPLOYMENTS}/{{deployment_id}}"


@routes.get(_DEPLOYMENTS)
def list_deployments(call: Call) -> Response:
    """Deployments, newest first."""
    wanted = {name: call.query(name) for name in ("sha", "ref", "task", "environment") if call.query(name)}
    found = [
        one
        for one in call.repository.deployments.values()
        if all(getattr(one, name) == value for name, value in wanted.items())
    ]
    newest_first = sorted(found, key=lambda one: one.id, reverse=True)
    app = call.world.actions_app
    return call.page(newest_first, lambda one: deployment_shape(call.world.links, call.repository, one, app))


def _get_deployment(call: Call) -> Deployment:
    found = call.repository.deployments.get(call.number("deployment_id"))
    if found is None:
        raise NotFoundError
    return found


@routes.get(_DEPLOYMENT)
def show_deployment(call: Call) -> Response:
    """One deployment."""
    found = _get_deployment(call)
    return ok(deployment_shape(call.world.links, call.repository, found, call.world.actions_app))


@routes.get(f"{_DEPLOYMENT}/statuses")
def list_statuses(call: Call) -> Response:
    """The statuses of a deployment, newest first."""
    found = _get_deployment(call)
    return call.page(list(reversed(found.statuses)), lambda status: _shape_status(call, found, status))


@routes.get(f"{_DEPLOYMENT}/statuses/{{status_id}}")
def show_status(call: Call) -> Response:
    """One status of a deployment."""
    found, wanted = _get_deployment(call), call.number("status_id")
    status = next((one for one in found.statuses if one.id == wanted), None)
    if status is None:
        raise NotFoundError
    return ok(_shape_status(call, found, status))


def _shape_status(call: Call, deployment: Deployment, status: DeploymentStatus) -> dict[str, Any]:
    """REST has no word for waiting; the webhook and GraphQL do."""
    shown = deployment_status(call.world.links, call.repository, deployment, status, call.world.actions_app)
    return shown | {"state": "pending"} if status.state == "waiting" else shown

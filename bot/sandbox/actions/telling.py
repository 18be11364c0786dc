"""The webhooks of runs, jobs, deployments and gates."""

from collections.abc import Iterable
from typing import Any

from bot.sandbox.actions.live import LiveRun
from bot.sandbox.clock import iso
from bot.sandbox.ids import node_id
from bot.sandbox.shapes import deployments as shapes
from bot.sandbox.shapes import runs
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.shapes.checks import check_run
from bot.sandbox.state.accounts import App
from bot.sandbox.state.runs import Approval, Deployment, DeploymentStatus, Gate, Job


def tell_run(live: LiveRun, action: str) -> None:
    """`workflow_run`: requested, in_progress or completed."""
    payload = {
        "action": action,
        "workflow": runs.workflow(live.world.links, live.repository, live.run.workflow),
        "workflow_run": runs.workflow_run(live.world.links, live.repository, live.run),
    }
    live.world.emit(live.repository, "workflow_run", payload, live.run.triggering_actor)


def tell_job(live: LiveRun, job: Job, action: str) -> None:
    """`workflow_job`: queued, waiting, in_progress or completed."""
    payload: dict[str, Any] = {
        "action": action,
        "workflow_job": runs.job(live.world.links, live.repository, live.run, job),
    }
    if job.deployment is not None:
        payload["deployment"] = _deployment(live, job.deployment)
    live.world.emit(live.repository, "workflow_job", payload, live.run.triggering_actor)


def tell_deployment(live: LiveRun, deployment: Deployment) -> None:
    """`deployment.created`."""
    payload = {"action": "created", "deployment": _deployment(live, deployment), **_surroundings(live)}
    live.world.emit(live.repository, "deployment", payload, live.world.actions_app.bot)


def tell_deployment_status(live: LiveRun, job: Job, deployment: Deployment, status: DeploymentStatus) -> None:
    """`deployment_status.created`, with the job's check run."""
    links, app = live.world.links, live.world.actions_app
    payload = {
        "action": "created",
        "check_run": _deployment_check(live, job),
        "deployment": _deployment(live, deployment),
        "deployment_status": shapes.deployment_status(links, live.repository, deployment, status, app),
        **_surroundings(live),
    }
    live.world.emit(live.repository, "deployment_status", payload, app.bot)


def tell_gate_requested(live: LiveRun, gate: Gate, job: Job, app: App) -> None:
    """`deployment_protection_rule.requested`, to the one App whose rule it is.

    The payload names no run: its id stands in the callback address only.
    """
    payload: dict[str, Any] = {
        "action": "requested",
        "environment": gate.environment.name,
        "event": live.run.event,
        "deployment_callback_url": callback_url(live),
        "deployment": _deployment(live, job.deployment) if job.deployment else None,
        "pull_requests": [],
        "sha": live.run.head_sha,
        "ref": live.run.head_branch,
    }
    live.world.emit(live.repository, "deployment_protection_rule", payload, live.run.triggering_actor, only=app)


def tell_review_requested(live: LiveRun, gate: Gate, job: Job) -> None:
    """`deployment_review.requested`: somebody has to look at the run's page."""
    links = live.world.links
    payload = {
        "action": "requested",
        "environment": gate.environment.name,
        "since": iso(gate.since),
        "requestor": simple_user(links, live.run.triggering_actor),
        "reviewers": shapes.reviewers(links, gate.environment),
        "workflow_job_run": shapes.job_run(links, live.repository, live.run, job),
        "workflow_run": runs.workflow_run(links, live.repository, live.run),
    }
    live.world.emit(live.repository, "deployment_review", payload, live.run.triggering_actor)


def tell_reviewed(live: LiveRun, gates: Iterable[Gate], approval: Approval) -> None:
    """`deployment_review.approved` or `.rejected`; environments stand with the jobs, not at the top."""
    links = live.world.links
    listed = list(gates)
    jobs = [job for gate in listed for job in gate.jobs]
    payload: dict[str, Any] = {
        "action": approval.state,
        "approver": simple_user(links, approval.user),
        "comment": approval.comment,
        "reviewers": [entry for gate in listed for entry in shapes.reviewers(links, gate.environment)],
        "since": iso(min(gate.since for gate in listed)),
        "workflow_job_runs": [shapes.job_run(links, live.repository, live.run, job) for job in jobs],
        "workflow_run": runs.workflow_run(links, live.repository, live.run),
    }
    live.world.emit(live.repository, "deployment_review", payload, approval.user)


def callback_url(live: LiveRun) -> str:
    """Where an App decides about its gate."""
    return f"{runs.run_url(live.world.links, live.repository, live.run)}/deployment_protection_rule"


def _deployment(live: LiveRun, deployment: Deployment) -> dict[str, Any]:
    return shapes.deployment(live.world.links, live.repository, deployment, live.world.actions_app)


def _surroundings(live: LiveRun) -> dict[str, Any]:
    links = live.world.links
    return {
        "workflow": runs.workflow(links, live.repository, live.run.workflow),
        "workflow_run": runs.inner_run(links, live.repository, live.run),
    }


def _deployment_check(live: LiveRun, job: Job) -> dict[str, Any] | None:
    if job.check_run is None:
        return None
    shape = check_run(live.world.links, live.repository, job.check_run)
    kept = ("id", "name", "head_sha", "external_id", "url", "html_url", "details_url", "started_at", "completed_at")
    state = {"node_id": node_id("CheckRun", job.id), "status": job.status, "conclusion": job.conclusion}
    return {key: shape[key] for key in kept} | state

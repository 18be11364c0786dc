"""Adapters: workflow runs, their jobs and logs, and gates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from bot.github.client import Session
from bot.github.environments import read_reviewers
from bot.github.errors import Gone, NotFound, Unprocessable
from bot.github.facts import DeploymentReview, Job, PendingDeployment, WorkflowRun
from bot.github.read import Json, read_job, read_moment, read_review, read_run

_LONGEST_COMMENT = 1024
"""GitHub's limit for a comment in a deployment review."""


async def list_runs(session: Session, commit: str) -> list[WorkflowRun]:
    """The runs of every workflow for ``commit``, whatever started them."""
    params = {"head_sha": commit, "per_page": "100"}
    listed = session.list("/repos/{repository}/actions/runs", items="workflow_runs", params=params, limit=100)
    return [read_run(data) async for data in listed]


async def get_run(session: Session, run_id: int) -> WorkflowRun:
    """The run in its newest attempt."""
    return read_run(await session.get("/repos/{repository}/actions/runs/{id}", id=run_id))


async def list_jobs(session: Session, run_id: int) -> tuple[Job, ...]:
    """The jobs of a run's newest attempt."""
    path = "/repos/{repository}/actions/runs/{id}/jobs"
    listed = session.list(path, items="jobs", id=run_id, params={"filter": "latest", "per_page": "100"})
    return tuple([read_job(data) async for data in listed])


async def list_pending(session: Session, run_id: int) -> tuple[PendingDeployment, ...]:
    """The environments at which a run waits."""
    pending = await session.get("/repos/{repository}/actions/runs/{id}/pending_deployments", id=run_id)
    return tuple(_read_pending(data) for data in pending)


async def list_reviews(session: Session, run_id: int) -> tuple[DeploymentReview, ...]:
    """Who let the run through its gates, or not."""
    reviews = await session.get("/repos/{repository}/actions/runs/{id}/approvals", id=run_id)
    return tuple(read_review(data) for data in reviews)


async def review_gate(
    session: Session, run_id: int, environment: str, state: Literal["approved", "rejected"], comment: str
) -> bool:
    """Answer our deployment protection rule; False when nothing is pending there (any more)."""
    body = {"environment_name": environment, "state": state, "comment": comment[:_LONGEST_COMMENT]}
    try:
        await session.post("/repos/{repository}/actions/runs/{id}/deployment_protection_rule", body, id=run_id)
    except (NotFound, Unprocessable):
        # The error's shape is undocumented: decided before, cancelled, or expired. The next observation tells.
        return False
    return True


async def dispatch(session: Session, workflow: str, ref: str, inputs: Mapping[str, str]) -> None:
    """Start ``workflow`` (a file name) at ``ref``."""
    body = {"ref": ref, "inputs": dict(inputs)}
    await session.post("/repos/{repository}/actions/workflows/{workflow}/dispatches", body, workflow=workflow)


async def find_log(session: Session, job_id: int) -> str | None:
    """The log of a job; None when it has none, or none any more."""
    try:
        return await session.get_text("/repos/{repository}/actions/jobs/{id}/logs", id=job_id)
    except (NotFound, Gone):
        return None


async def list_annotations(session: Session, job_id: int) -> tuple[str, ...]:
    """What GitHub says about a job beside its log: rejected deployments, lost runners and time limits stand only there.

    A job's id is that of its check run.
    """
    path = "/repos/{repository}/check-runs/{id}/annotations"
    try:
        listed = [data async for data in session.list(path, id=job_id, limit=50)]
    except NotFound:
        return ()
    return tuple(str(data.get("message") or "") for data in listed if data.get("annotation_level") != "notice")


def _read_pending(data: Json) -> PendingDeployment:
    minutes, started = data.get("wait_timer"), read_moment(data.get("wait_timer_started_at"))
    until = started + timedelta(minutes=minutes) if minutes and started else None
    return PendingDeployment(str(data["environment"]["name"]), read_reviewers(data), until)

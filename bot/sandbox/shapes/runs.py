"""Workflows, their runs, jobs and artifacts."""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.shapes.pulls import pull_stub
from bot.sandbox.shapes.repositories import minimal_repository, repository_page, repository_url
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.runs import Artifact, Job, Step, Workflow, WorkflowRun

_ARTIFACT_RETENTION = timedelta(days=90)


def workflow(links: Links, repository: Repository, found: Workflow) -> dict[str, Any]:
    """A workflow."""
    page = repository_page(links, repository)
    return {
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "path": found.path,
        "state": found.state,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "url": f"{repository_url(links, repository)}/actions/workflows/{found.id}",
        "html_url": f"{page}/blob/{repository.default_branch}/{quote(found.path)}",
        "badge_url": f"{page}/workflows/{quote(found.name)}/badge.svg",
    }


def run_url(links: Links, repository: Repository, run: WorkflowRun) -> str:
    """The run's address in the API."""
    return f"{repository_url(links, repository)}/actions/runs/{run.id}"


def run_page(links: Links, repository: Repository, run: WorkflowRun) -> str:
    """The run's address in a browser."""
    return f"{repository_page(links, repository)}/actions/runs/{run.id}"


def workflow_run(links: Links, repository: Repository, run: WorkflowRun) -> dict[str, Any]:
    """A run as REST and its own webhooks show it; inside other webhooks it is `inner_run`."""
    url = run_url(links, repository, run)
    suite = run.suite
    return {
        "id": run.id,
        "name": run.workflow.name,
        "node_id": run.node_id,
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.workflow.path,
        "display_title": run.display_title,
        "run_number": run.run_number,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow.id,
        "check_suite_id": suite.id if suite else 0,
        "check_suite_node_id": suite.node_id if suite else "",
        "url": url,
        "html_url": run_page(links, repository, run),
        "pull_requests": _pull_requests(links, repository, run),
        "created_at": iso(run.created_at),
        "updated_at": iso(run.updated_at),
        "actor": simple_user(links, run.actor),
        "run_attempt": run.run_attempt,
        "referenced_workflows": [],
        "run_started_at": iso(run.run_started_at),
        "triggering_actor": simple_user(links, run.triggering_actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{repository_url(links, repository)}/check-suites/{suite.id if suite else 0}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{run.run_attempt - 1}" if run.run_attempt > 1 else None,
        "workflow_url": f"{repository_url(links, repository)}/actions/workflows/{run.workflow.id}",
        "head_commit": _head_commit(repository, run.head_sha),
        "repository": minimal_repository(links, repository),
        "head_repository": minimal_repository(links, repository),
    }


def inner_run(links: Links, repository: Repository, run: WorkflowRun) -> dict[str, Any]:
    """A run as the deployment webhooks carry it: without its commit, its earlier attempts and the description."""
    described = minimal_repository(links, repository) | {"description": None}
    absent = {"head_commit": None, "previous_attempt_url": None}
    return workflow_run(links, repository, run) | absent | {"repository": described, "head_repository": described}


def job(links: Links, repository: Repository, run: WorkflowRun, found: Job) -> dict[str, Any]:
    """A job."""
    api = repository_url(links, repository)
    ran = found.started_at is not None and found.conclusion != "skipped"
    return {
        "id": found.id,
        "run_id": run.id,
        "workflow_name": run.workflow.name,
        "head_branch": run.head_branch,
        "run_url": run_url(links, repository, run),
        "run_attempt": found.run_attempt,
        "node_id": found.node_id,
        "head_sha": run.head_sha,
        "url": f"{api}/actions/jobs/{found.id}",
        "html_url": job_page(links, repository, run, found),
        "status": found.status,
        "conclusion": found.conclusion,
        "created_at": iso(found.created_at),
        "started_at": iso(found.started_at or found.created_at),
        "completed_at": iso_or_none(found.completed_at),
        "name": found.name,
        "steps": [_step(step) for step in found.steps],
        "check_run_url": f"{api}/check-runs/{found.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if ran else None,
        "runner_name": "GitHub Actions 1" if ran else None,
        "runner_group_id": 0 if ran else None,
        "runner_group_name": "GitHub Actions" if ran else None,
    }


def job_page(links: Links, repository: Repository, run: WorkflowRun, found: Job) -> str:
    """The job's address in a browser."""
    return f"{run_page(links, repository, run)}/job/{found.id}"


def artifact(links: Links, repository: Repository, run: WorkflowRun, found: Artifact) -> dict[str, Any]:
    """An artifact; its size and digest are those of its files one after the other, since no zip is kept."""
    url = f"{repository_url(links, repository)}/actions/artifacts/{found.id}"
    content = b"".join(found.files[name] for name in sorted(found.files))
    return {
        "id": found.id,
        "node_id": found.node_id,
        "name": found.name,
        "size_in_bytes": len(content),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": False,
        "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
        "created_at": iso(found.created_at),
        "updated_at": iso(found.created_at),
        "expires_at": iso(found.created_at + _ARTIFACT_RETENTION),
        "workflow_run": {
            "id": run.id,
            "repository_id": repository.id,
            "head_repository_id": repository.id,
            "head_branch": run.head_branch,
            "head_sha": run.head_sha,
        },
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status,
        "conclusion": step.conclusion,
        "number": step.number,
        "started_at": iso_or_none(step.started_at),
        "completed_at": iso_or_none(step.completed_at),
    }


def _pull_requests(links: Links, repository: Repository, run: WorkflowRun) -> list[dict[str, Any]]:
    if run.event != "push":
        return []
    pulls = (p for p in repository.pulls if p.state == "open" and p.head_ref == run.head_branch)
    return [pull_stub(links, repository, pull) for pull in pulls if pull.head_repository is repository]


def _head_commit(repository: Repository, sha: str) -> dict[str, Any]:
    commit = repository.store.commit(sha)
    return {
        "id": sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": iso(commit.committer.at),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
    }

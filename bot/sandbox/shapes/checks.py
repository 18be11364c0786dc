"""Check runs and check suites."""

from typing import Any

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import app
from bot.sandbox.shapes.git import signature
from bot.sandbox.shapes.pulls import pull_stub
from bot.sandbox.shapes.repositories import minimal_repository, repository_page, repository_url
from bot.sandbox.state.checks import CheckRun, CheckSuite
from bot.sandbox.state.repository import Repository


def _pulls_of(links: Links, repository: Repository, sha: str) -> list[dict[str, Any]]:
    pulls = (p for p in repository.pulls if p.head_sha == sha and p.state == "open" and p.head_repository is repository)
    return [pull_stub(links, repository, pull) for pull in pulls]


def check_run(links: Links, repository: Repository, run: CheckRun) -> dict[str, Any]:
    """A check run as REST shows it."""
    url = f"{repository_url(links, repository)}/check-runs/{run.id}"
    page = f"{repository_page(links, repository)}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": run.node_id,
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": iso_or_none(run.started_at),
        "completed_at": iso_or_none(run.completed_at),
        "output": {
            "title": run.output.title,
            "summary": run.output.summary,
            "text": run.output.text,
            "annotations_count": len(run.output.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": app(links, run.app),
        "pull_requests": _pulls_of(links, repository, run.head_sha),
    }


def hooked_check_run(links: Links, repository: Repository, run: CheckRun) -> dict[str, Any]:
    """A check run as webhooks carry it: with a larger part of its suite."""
    return {**check_run(links, repository, run), "check_suite": _suite_core(links, repository, run.suite)}


def check_suite(links: Links, repository: Repository, suite: CheckSuite) -> dict[str, Any]:
    """A check suite as REST shows it."""
    runs = [run for run in repository.check_runs.values() if run.suite is suite]
    return {
        **_suite_core(links, repository, suite),
        "latest_check_runs_count": len(runs),
        "check_runs_url": f"{repository_url(links, repository)}/check-suites/{suite.id}/check-runs",
        "head_commit": _head_commit(repository, suite.head_sha),
        "repository": minimal_repository(links, repository),
        "rerequestable": True,
        "runs_rerequestable": True,
    }


def hooked_check_suite(links: Links, repository: Repository, suite: CheckSuite) -> dict[str, Any]:
    """A check suite as webhooks carry it: the repository stands beside it."""
    shape = check_suite(links, repository, suite)
    del shape["repository"]
    return shape


def _suite_core(links: Links, repository: Repository, suite: CheckSuite) -> dict[str, Any]:
    return {
        "id": suite.id,
        "node_id": suite.node_id,
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": f"{repository_url(links, repository)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.after,
        "pull_requests": _pulls_of(links, repository, suite.head_sha),
        "app": app(links, suite.app),
        "created_at": iso(suite.created_at),
        "updated_at": iso(suite.updated_at),
    }


def _head_commit(repository: Repository, sha: str) -> dict[str, Any]:
    commit = repository.store.commit(sha)
    author, committer = signature(commit.author), signature(commit.committer)
    return {
        "id": sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": iso(commit.committer.at),
        "author": {"name": author["name"], "email": author["email"]},
        "committer": {"name": committer["name"], "email": committer["email"]},
    }

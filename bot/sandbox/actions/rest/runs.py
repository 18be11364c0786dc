"""``/actions/runs``: finding runs, looking at attempts, running again, calling off."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.actions.rest.lookup import get_run
from bot.sandbox.actions.starting import cancel, rerun
from bot.sandbox.clock import parse_iso
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, ok, reply
from bot.sandbox.shapes.runs import artifact as artifact_shape
from bot.sandbox.shapes.runs import workflow_run
from bot.sandbox.state.runs import Workflow, WorkflowRun

routes = Routes()

_RUNS = "/repos/{owner}/{repo}/actions/runs"
_RUN = f"{_RUNS}/{{run_id}}"


@routes.get(_RUNS)
def list_repository_runs(call: Call) -> Response:
    """The runs of all workflows."""
    return list_runs(call, None)


def list_runs(call: Call, workflow: Workflow | None) -> Response:
    """Runs, newest first, as the query's filters choose them."""
    checks = _filters(call)
    found = [
        run
        for run in call.repository.runs.values()
        if (workflow is None or run.workflow is workflow) and all(check(run) for check in checks)
    ]
    newest_first = sorted(found, key=lambda run: run.id, reverse=True)
    return call.page(newest_first, lambda run: _shape(call, run), wrap="workflow_runs")


def _filters(call: Call) -> list[Callable[[WorkflowRun], bool]]:
    reads: dict[str, Callable[[WorkflowRun], set[str | None]]] = {
        "event": lambda run: {run.event},
        "head_sha": lambda run: {run.head_sha},
        "branch": lambda run: {run.head_branch},
        "actor": lambda run: {run.actor.login},
        "status": lambda run: {run.status, run.conclusion},
        "check_suite_id": lambda run: {str(run.suite.id) if run.suite else None},
    }
    checks = [_equals(read, call.query(name)) for name, read in reads.items() if call.query(name)]
    if call.query("created"):
        first, last = _range(call.query("created"))
        checks.append(lambda run: first <= run.created_at <= last)
    return checks


def _equals(read: Callable[[WorkflowRun], set[str | None]], wanted: str) -> Callable[[WorkflowRun], bool]:
    return lambda run: wanted in read(run)


def _range(text: str) -> tuple[datetime, datetime]:
    """GitHub's search syntax for dates: `>=D`, `<D`, `A..B`, or one day. Raises 422."""
    far_past, far_future = parse_iso("0001-01-01"), parse_iso("9999-12-30")
    instant = timedelta(seconds=1)
    match = re.fullmatch(r"(>=|>|<=|<)?(.+?)(?:\.\.(.+))?", text)
    operator, start, end = match.groups("") if match else ("", "", "")
    try:
        if end:
            return (far_past if start == "*" else parse_iso(start), far_future if end == "*" else _end_of(end))
        bounds = {
            ">=": (parse_iso(start), far_future),
            ">": (_end_of(start) + instant, far_future),
            "<=": (far_past, _end_of(start)),
            "<": (far_past, parse_iso(start) - instant),
        }
        return bounds.get(operator, (parse_iso(start), _end_of(start)))
    except (ValueError, OverflowError):
        raise UnprocessableError("Invalid created") from None


def _end_of(text: str) -> datetime:
    """The last second a date names: its day's when no time is given."""
    moment = parse_iso(text)
    return moment if len(text) > len("2026-01-01") else moment + timedelta(days=1, seconds=-1)


def _shape(call: Call, run: WorkflowRun) -> dict[str, Any]:
    shape = workflow_run(call.world.links, call.repository, run)
    if call.query("exclude_pull_requests") == "true":
        shape["pull_requests"] = []
    return shape


@routes.get(_RUN)
def show_run(call: Call) -> Response:
    """One run with its current attempt."""
    return ok(_shape(call, get_run(call)))


@routes.get(f"{_RUN}/attempts/{{attempt_number}}")
def show_attempt(call: Call) -> Response:
    """One attempt of a run; an earlier one is over, and its jobs say how it ended."""
    run, attempt = get_run(call), call.number("attempt_number")
    if not 1 <= attempt <= run.run_attempt:
        raise NotFoundError
    shape = _shape(call, run)
    if attempt < run.run_attempt:
        conclusions = {job.conclusion for job in run.jobs if job.run_attempt == attempt}
        ended = next((one for one in ("failure", "cancelled", "success") if one in conclusions), "failure")
        earlier = f"{shape['url']}/attempts/{attempt - 1}" if attempt > 1 else None
        changed = {"run_attempt": attempt, "status": "completed", "conclusion": ended, "previous_attempt_url": earlier}
        shape |= changed
    return ok(shape)


@routes.post(f"{_RUN}/rerun")
def rerun_run(call: Call) -> Response:
    """Run all jobs again."""
    rerun(call.world, call.repository, get_run(call), call.actor)
    return reply(201, {})


@routes.post(f"{_RUN}/rerun-failed-jobs")
def rerun_failed_jobs(call: Call) -> Response:
    """Run the failed jobs again, and those that depend on them."""
    rerun(call.world, call.repository, get_run(call), call.actor, failed_only=True)
    return reply(201, {})


@routes.post(f"{_RUN}/cancel")
def cancel_run(call: Call) -> Response:
    """Call the run off."""
    cancel(call.world, get_run(call))
    return reply(202, {})


@routes.post(f"{_RUN}/force-cancel")
def force_cancel_run(call: Call) -> Response:
    """Call the run off, whatever its jobs' conditions say; here that makes no difference."""
    cancel(call.world, get_run(call))
    return reply(202, {})


@routes.get(f"{_RUN}/artifacts")
def list_artifacts(call: Call) -> Response:
    """The artifacts of a run, newest first."""
    run = get_run(call)
    named = [one for one in reversed(run.artifacts) if call.query("name", one.name) == one.name]
    return call.page(named, lambda one: artifact_shape(call.world.links, call.repository, run, one), wrap="artifacts")

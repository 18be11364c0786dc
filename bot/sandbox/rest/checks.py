"""Check runs and check suites."""

from typing import Any

from bot.sandbox.acts.checks import CheckChange, create_check_run, rerequest_check_run, update_check_run
from bot.sandbox.clock import parse_iso
from bot.sandbox.http import Body, Call, NotFoundError, Response, Routes, UnprocessableError, created, ok
from bot.sandbox.rest.commits import find_commit
from bot.sandbox.shapes.checks import check_run as run_shape
from bot.sandbox.shapes.checks import check_suite as suite_shape
from bot.sandbox.state.checks import CheckOutput, CheckRun, CheckSuite

routes = Routes()

_STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
_CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out")
_LONGEST_TEXT, _MOST_ANNOTATIONS, _MOST_ACTIONS, _LONGEST_EXTERNAL_ID = 65535, 50, 3, 255
_ACTION_FIELDS = {"label": 20, "description": 40, "identifier": 20}


@routes.post("/repos/{owner}/{repo}/check-runs")
def post_check_run(call: Call) -> Response:
    """Put a check run on a commit."""
    body = call.json()
    change = _change(body)
    change.name = body.text("name")
    sha = body.text("head_sha")
    run = create_check_run(call.world, call.repository, call.app, sha, change)
    shape = run_shape(call.world.links, call.repository, run)
    return created(shape, shape["url"])


@routes.patch("/repos/{owner}/{repo}/check-runs/{check_run_id}")
def patch_check_run(call: Call) -> Response:
    """Change one's own check run; annotations are added to those it has."""
    run = _find_run(call)
    update_check_run(call.world, call.repository, call.app, run, _change(call.json()))
    return ok(run_shape(call.world.links, call.repository, run))


@routes.get("/repos/{owner}/{repo}/check-runs/{check_run_id}")
def get_check_run(call: Call) -> Response:
    """One check run."""
    return ok(run_shape(call.world.links, call.repository, _find_run(call)))


@routes.get("/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations")
def list_annotations(call: Call) -> Response:
    """What a check run remarks on lines of files."""
    return call.page(_find_run(call).output.annotations, lambda one: one)


@routes.post("/repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest")
def rerequest(call: Call) -> Response:
    """Ask for a check again."""
    rerequest_check_run(call.world, call.repository, _find_run(call), call.actor)
    return created({})


@routes.get("/repos/{owner}/{repo}/commits/{ref}/check-runs")
def list_check_runs(call: Call) -> Response:
    """The check runs on a commit; by default only the newest of each name."""
    sha = find_commit(call, call.params["ref"]).sha
    return _list_runs(call, [run for run in call.repository.check_runs.values() if run.head_sha == sha])


@routes.get("/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs")
def list_check_runs_of_suite(call: Call) -> Response:
    """The check runs of a suite."""
    suite = _find_suite(call)
    return _list_runs(call, [run for run in call.repository.check_runs.values() if run.suite is suite])


@routes.get("/repos/{owner}/{repo}/check-suites/{check_suite_id}")
def get_check_suite(call: Call) -> Response:
    """One check suite."""
    return ok(suite_shape(call.world.links, call.repository, _find_suite(call)))


@routes.get("/repos/{owner}/{repo}/commits/{ref}/check-suites")
def list_check_suites(call: Call) -> Response:
    """The check suites on a commit."""
    sha = find_commit(call, call.params["ref"]).sha
    app_id = call.query("app_id")
    found = [
        suite
        for suite in call.repository.check_suites.values()
        if suite.head_sha == sha and app_id in ("", str(suite.app.id))
    ]
    return call.page(found, lambda one: suite_shape(call.world.links, call.repository, one), wrap="check_suites")


def _list_runs(call: Call, runs: list[CheckRun]) -> Response:
    name, status, app_id = call.query("check_name"), call.query("status"), call.query("app_id")
    newest_only = call.query_choice("filter", "latest", ("latest", "all"), "CheckRun") == "latest"
    runs = sorted(runs, key=lambda run: run.id, reverse=True)
    seen: set[tuple[int, str]] = set()
    found = []
    for run in runs:
        key = (run.app.id, run.name)
        if newest_only and key in seen:
            continue
        seen.add(key)
        if name in ("", run.name) and status in ("", run.status) and app_id in ("", str(run.app.id)):
            found.append(run)
    return call.page(found, lambda one: run_shape(call.world.links, call.repository, one), wrap="check_runs")


def _find_run(call: Call) -> CheckRun:
    run = call.repository.check_runs.get(call.number("check_run_id"))
    if run is None:
        raise NotFoundError
    return run


def _find_suite(call: Call) -> CheckSuite:
    suite = call.repository.check_suites.get(call.number("check_suite_id"))
    if suite is None:
        raise NotFoundError
    return suite


def _change(body: Body) -> CheckChange:
    external_id = body.text("external_id", None)
    if external_id is not None and len(external_id.encode()) > _LONGEST_EXTERNAL_ID:
        raise UnprocessableError("Invalid request.\n\nexternal_id is too long (maximum is 255 characters).")
    try:
        started, completed = (parse_iso(text) if text else None for text in (
            body.text("started_at", None), body.text("completed_at", None)))  # fmt: skip
    except ValueError:
        raise UnprocessableError("Invalid request.\n\nstarted_at or completed_at is not a date-time.") from None
    return CheckChange(
        name=body.text("name", None),
        status=body.choice("status", _STATUSES, None),
        conclusion=body.choice("conclusion", _CONCLUSIONS, None),
        started_at=started,
        completed_at=completed,
        external_id=external_id,
        details_url=body.text("details_url", None),
        output=_output(body.get("output", dict, None)),
        actions=_actions(body.get("actions", list, None)),
    )


def _output(given: dict[str, Any] | None) -> CheckOutput | None:
    if given is None:
        return None
    fields = Body(given)
    annotations = fields.get("annotations", list, [])
    if len(annotations) > _MOST_ANNOTATIONS:
        raise UnprocessableError(f"Invalid request.\n\nNo more than {_MOST_ANNOTATIONS} annotations are allowed.")
    output = CheckOutput(fields.text("title"), fields.text("summary"), fields.text("text", None), annotations)
    for name in ("title", "summary", "text"):
        value = getattr(output, name)
        if value is not None and len(value) > _LONGEST_TEXT:
            raise UnprocessableError(f"Invalid request.\n\nOnly {_LONGEST_TEXT} characters are allowed for {name}.")
    return output


def _actions(given: list[Any] | None) -> list[dict[str, str]] | None:
    if given is None:
        return None
    if len(given) > _MOST_ACTIONS:
        raise UnprocessableError(f"Invalid request.\n\nNo more than {_MOST_ACTIONS} items are allowed.")
    actions = []
    for one in given:
        fields = Body(one if isinstance(one, dict) else {})
        action = {name: fields.text(name) for name in _ACTION_FIELDS}
        for name, most in _ACTION_FIELDS.items():
            if len(action[name]) > most:
                raise UnprocessableError(f"Invalid request.\n\nOnly {most} characters are allowed for {name}.")
        actions.append(action)
    return actions

"""Check suites and check runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.http import ForbiddenError, UnprocessableError
from bot.sandbox.shapes.checks import hooked_check_run, hooked_check_suite
from bot.sandbox.state.accounts import ACCESS_LEVELS, App, User
from bot.sandbox.state.checks import CheckOutput, CheckRun, CheckSuite
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World


@dataclass(slots=True)
class CheckChange:
    """The fields of a check run that a request sets; None leaves a field as it is."""

    name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    external_id: str | None = None
    details_url: str | None = None
    output: CheckOutput | None = None
    actions: list[dict[str, str]] | None = None


def request_suites(world: World, repository: Repository, actor: User, *, branch: str, before: str, after: str) -> None:
    """Open a check suite for every installed App that may write checks, as each push does."""
    for installation in list(world.installations.values()):
        level = installation.permissions.get("checks", "none")
        may_write = ACCESS_LEVELS.index(level) >= ACCESS_LEVELS.index("write")
        if may_write and installation.covers(repository.id, repository.owner.id):
            suite = ensure_suite(world, repository, installation.app, after, branch=branch, before=before)
            _tell_suite(world, repository, suite, "requested", actor)


def ensure_suite(
    world: World, repository: Repository, app: App, sha: str, *, branch: str | None = None, before: str | None = None
) -> CheckSuite:
    """The App's suite on a commit, made when it is not there yet."""
    found = (s for s in repository.check_suites.values() if s.app is app and s.head_sha == sha)
    suite = next(found, None)
    if suite is None:
        now = world.now()
        branch = branch or _branch_at(repository, sha)
        suite = CheckSuite(world.ids.next(), app, branch, sha, before, sha, now, now)
        repository.check_suites[suite.id] = suite
    return suite


def create_check_run(
    world: World, repository: Repository, app: App, sha: str, change: CheckChange, *, suite: CheckSuite | None = None
) -> CheckRun:
    """Put a check run on a commit. An older run of the same name stays, the newest counts.

    Raises:
        UnprocessableError: 422 when there is no such commit, or the fields contradict each other.
    """
    if not repository.store.has(sha, "commit"):
        raise UnprocessableError(f"No commit found for SHA: {sha}")
    suite = suite or ensure_suite(world, repository, app, sha)
    run = CheckRun(world.ids.next(), suite, change.name or "", sha, "queued", None, world.now(), None)
    _apply(world, run, change)
    repository.check_runs[run.id] = run
    world.emit(repository, "check_run", _run_payload(world, repository, run, "created"), app.bot)
    _after_change(world, repository, run, was_completed=False)
    return run


def update_check_run(world: World, repository: Repository, app: App, run: CheckRun, change: CheckChange) -> None:
    """Change a check run.

    Raises:
        ForbiddenError: 403 for a run of another App.
        UnprocessableError: 422 when the fields contradict each other.
    """
    if run.app is not app:
        raise ForbiddenError(
            f"Invalid app_id `{app.id}` - check run can only be modified by the GitHub App that created it."
        )
    was_completed = run.status == "completed"
    _apply(world, run, change)
    _after_change(world, repository, run, was_completed=was_completed)


def rerequest_check_run(world: World, repository: Repository, run: CheckRun, actor: User) -> None:
    """Somebody asks for the check again: the App is told, the run itself stays as it is."""
    run.suite.status, run.suite.conclusion = "queued", None
    world.emit(repository, "check_run", _run_payload(world, repository, run, "rerequested"), actor, only=run.app)


def press_button(world: World, repository: Repository, run: CheckRun, identifier: str, actor: User) -> None:
    """Somebody presses a button of a check run: only its App is told."""
    payload = _run_payload(world, repository, run, "requested_action")
    payload["requested_action"] = {"identifier": identifier}
    world.emit(repository, "check_run", payload, actor, only=run.app)


def _apply(world: World, run: CheckRun, change: CheckChange) -> None:
    if change.conclusion is not None and change.status is None:
        change.status = "completed"
    if change.status == "completed" and change.conclusion is None:
        raise UnprocessableError("Invalid request.\n\nif status is completed, conclusion is required")
    run.name = change.name or run.name
    run.external_id = run.external_id if change.external_id is None else change.external_id
    run.details_url = change.details_url or run.details_url
    run.started_at = change.started_at or run.started_at
    run.actions = run.actions if change.actions is None else change.actions
    if change.output is not None:
        annotations = [*run.output.annotations, *change.output.annotations]
        run.output = change.output
        run.output.annotations = annotations
    if change.status is not None:
        run.status = change.status
        run.conclusion = change.conclusion
        run.completed_at = (change.completed_at or world.now()) if change.status == "completed" else None


def _after_change(world: World, repository: Repository, run: CheckRun, *, was_completed: bool) -> None:
    suite = run.suite
    suite.updated_at = world.now()
    runs = [one for one in repository.check_runs.values() if one.suite is suite]
    latest = {one.name: one for one in runs}.values()
    before = suite.status
    if all(one.status == "completed" for one in latest):
        suite.status, suite.conclusion = "completed", _worst([str(one.conclusion) for one in latest])
    else:
        suite.status, suite.conclusion = "in_progress", None
    if run.status == "completed" and not was_completed:
        world.emit(repository, "check_run", _run_payload(world, repository, run, "completed"), run.app.bot)
        if before != "completed" and suite.status == "completed":
            _tell_suite(world, repository, suite, "completed", run.app.bot)
    _mind_queue(world, repository, run)


def _mind_queue(world: World, repository: Repository, run: CheckRun) -> None:
    """A merge queue waits for checks; it merges by what they conclude."""
    if any(entry.group == run.head_sha for entry in repository.queue):
        from bot.sandbox.acts.queue import advance  # noqa: PLC0415 (merging moves refs, which opens check suites)

        advance(world, repository)


_ORDER = ("failure", "timed_out", "cancelled", "action_required", "stale", "neutral", "success", "skipped")


def _worst(conclusions: list[str]) -> str:
    return min(conclusions, key=_ORDER.index)


def _run_payload(world: World, repository: Repository, run: CheckRun, action: str) -> dict[str, Any]:
    return {"action": action, "check_run": hooked_check_run(world.links, repository, run)}


def _tell_suite(world: World, repository: Repository, suite: CheckSuite, action: str, actor: User) -> None:
    payload: Mapping[str, Any] = {
        "action": action,
        "check_suite": hooked_check_suite(world.links, repository, suite),
    }
    world.emit(repository, "check_suite", payload, actor, only=suite.app)


def _branch_at(repository: Repository, sha: str) -> str | None:
    heads = repository.store.refs("refs/heads/")
    return next((name.removeprefix("refs/heads/") for name, at in heads.items() if at == sha), None)

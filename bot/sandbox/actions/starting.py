"""How runs come to be: by events, by dispatch, by asking for them again; and how they are called off."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.sandbox.actions.definitions import ensure_workflow, find_workflow, list_workflow_paths, read_workflow
from bot.sandbox.actions.events import Dispatch, Push, ReleaseActivity, StartEvent
from bot.sandbox.actions.expression import ExpressionError, interpolate
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.telling import tell_run
from bot.sandbox.actions.triggers import DispatchInput
from bot.sandbox.actions.workflow import WorkflowError
from bot.sandbox.git.history import diff
from bot.sandbox.git.objects import ZERO
from bot.sandbox.http import ConflictError, ForbiddenError, NotFoundError, UnprocessableError
from bot.sandbox.shapes.accounts import organization, simple_user
from bot.sandbox.shapes.repositories import repository as repository_shape
from bot.sandbox.state.accounts import User
from bot.sandbox.state.checks import CheckSuite
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.runs import Job, WorkflowRun
from bot.sandbox.world import World

# https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
_SKIP = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\nskip-checks: ?true\s*$", re.IGNORECASE)
_RERUN_WINDOW = timedelta(days=30)
_MAX_INPUTS = 25


@dataclass(frozen=True)
class Start:
    """One event as it happened: what, on which commit, by whom, and the payload that `github.event` shows."""

    cause: StartEvent
    sha: str
    actor: User
    payload: Mapping[str, Any]

    @property
    def ref(self) -> str:
        """`GITHUB_REF` of the runs it starts."""
        return f"refs/tags/{self.cause.tag}" if isinstance(self.cause, ReleaseActivity) else self.cause.ref

    @property
    def inputs(self) -> dict[str, str]:
        """The inputs of a dispatch."""
        return dict(self.cause.inputs) if isinstance(self.cause, Dispatch) else {}


def on_event(world: World, repository: Repository, event: Event, sender: User) -> None:
    """Start what an event starts. This is an observer of the world."""
    if not event.starts_workflows:
        return
    found = _read_cause(repository, event)
    if found is not None:
        sha, cause = found
        start_matching(world, repository, Start(cause, sha, sender, event.payload))


def _read_cause(repository: Repository, event: Event) -> tuple[str, StartEvent] | None:
    """The commit whose workflows are asked, and the event as they see it; None for what starts nothing."""
    payload, store = event.payload, repository.store
    if event.name == "push" and payload["after"] != ZERO:
        sha = store.peel(payload["after"])
        if not store.has(sha, "commit") or _SKIP.search(store.commit(sha).message):
            return None
        return sha, Push(payload["ref"], _changed_files(repository, payload["before"], sha))
    if event.name == "release" and event.action is not None:
        tag = payload["release"]["tag_name"]
        target = store.find_ref(f"refs/tags/{tag}")
        return (store.peel(target), ReleaseActivity(event.action, tag)) if target else None
    return None


def _changed_files(repository: Repository, before: str, after: str) -> tuple[str, ...] | None:
    """The paths a push changed; None for a new branch or tag, where GitHub's own comparison is not asked for."""
    store = repository.store
    if before == ZERO or not store.has(before, "commit"):
        return None
    return tuple(change.path for change in diff(store, store.commit(before).tree, store.commit(after).tree))


def start_matching(world: World, repository: Repository, start: Start) -> list[WorkflowRun]:
    """Start every workflow of the commit that listens to the event; the file of that very commit decides."""
    started = []
    for path in list_workflow_paths(repository, start.sha):
        try:
            listens = read_workflow(repository, start.sha, path).triggers.start(start.cause)
        except WorkflowError:
            # What an invalid file listens to is unknown; GitHub shows a failed run for each push.
            listens = isinstance(start.cause, Push)
        if listens:
            started.append(_start(world, repository, path, start))
    return started


def dispatch(
    world: World, repository: Repository, key: str, *, ref: str, inputs: Mapping[str, Any], actor: User
) -> WorkflowRun:
    """Start one workflow at a branch or tag because somebody asked.

    Raises:
        NotFoundError: There is no such workflow.
        UnprocessableError: 422 for an unknown ref, a workflow that cannot be dispatched there, or wrong inputs.
    """
    workflow = find_workflow(world, repository, key)
    if workflow is None:
        raise NotFoundError
    full_ref, sha = _resolve(repository, ref)
    try:
        declared = read_workflow(repository, sha, workflow.path).triggers.dispatch_inputs
    except WorkflowError as error:
        raise UnprocessableError(f"Failed to parse workflow: {error}") from error
    if declared is None:
        raise UnprocessableError("Workflow does not have 'workflow_dispatch' trigger")
    values = _check_inputs(declared, inputs)
    payload = {"inputs": values or None, "ref": full_ref, "workflow": workflow.path}
    world.emit(repository, "workflow_dispatch", payload, actor)
    return _start(world, repository, workflow.path, Start(Dispatch(full_ref, values), sha, actor, payload))


def _resolve(repository: Repository, ref: str) -> tuple[str, str]:
    """The full name and commit of what a dispatch names: a branch, a tag or a full ref."""
    for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
        sha = repository.store.find_ref(name) if name.startswith(("refs/heads/", "refs/tags/")) else None
        if sha:
            return name, repository.store.peel(sha)
    raise UnprocessableError(f"No ref found for: {ref}")


def _check_inputs(declared: Mapping[str, DispatchInput], inputs: Mapping[str, Any]) -> dict[str, str]:
    if len(inputs) > _MAX_INPUTS:
        raise UnprocessableError("you may only define up to 25 `inputs` for a `workflow_dispatch` event")
    unexpected = sorted(set(inputs) - set(declared))
    if unexpected:
        listed = ", ".join(f'"{name}"' for name in unexpected)
        raise UnprocessableError(f"Unexpected inputs provided: [{listed}]")
    values: dict[str, str] = {}
    for name, entry in declared.items():
        given = inputs.get(name, entry.default)
        if given is None and entry.required:
            raise UnprocessableError(f"Required input '{name}' not provided")
        values[name] = _input_text(given)
        if entry.type == "choice" and values[name] not in entry.options:
            raise UnprocessableError(
                f"Provided value '{values[name]}' for input '{name}' not in the list of allowed values"
            )
    return values


def _input_text(given: Any) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given or "")


def _start(world: World, repository: Repository, path: str, start: Start) -> WorkflowRun:
    """Make the run and say so; its jobs come with the first ticks."""
    now = world.now()
    workflow = ensure_workflow(world, repository, path, start.sha)
    branch = start.ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
    suite = CheckSuite(world.ids.next(), world.actions_app, branch, start.sha, None, start.sha, now, now)
    repository.check_suites[suite.id] = suite
    run = WorkflowRun(
        id=world.ids.next(),
        workflow=workflow,
        run_number=1 + sum(1 for other in repository.runs.values() if other.workflow is workflow),
        event=start.cause.name,
        head_branch=branch,
        head_sha=start.sha,
        ref=start.ref,
        display_title=repository.store.commit(start.sha).headline,
        actor=start.actor,
        triggering_actor=start.actor,
        created_at=now,
        updated_at=now,
        run_started_at=now,
        suite=suite,
        event_payload=_event_context(world, repository, start),
        inputs=start.inputs,
        disallowed=not repository.execution_policy.allows(start.actor, start.cause.name),
    )
    repository.runs[run.id] = run
    live = LiveRun(world, repository, run)
    run.display_title = _title(live, start.cause)
    tell_run(live, "requested")
    return run


def _event_context(world: World, repository: Repository, start: Start) -> dict[str, Any]:
    """`github.event`: the webhook's payload as the workflow gets it."""
    context = {
        **start.payload,
        "repository": repository_shape(world.links, repository),
        "sender": simple_user(world.links, start.actor),
    }
    if repository.owner.type == "Organization":
        context["organization"] = organization(world.links, repository.owner)
    return context


def _title(live: LiveRun, cause: StartEvent) -> str:
    """What the list of runs shows: the file's `run-name`, else a title of the event's own."""
    try:
        file = live.file
        if file.run_name:
            return interpolate(file.run_name, live.contexts()) or file.name
    except (WorkflowError, ExpressionError):
        return live.run.display_title
    match cause:
        case ReleaseActivity(tag=tag):
            return str(live.run.event_payload["release"]["name"] or tag)
        case Dispatch():
            return file.name
        case Push():
            return live.run.display_title


def rerun(world: World, repository: Repository, run: WorkflowRun, actor: User, *, failed_only: bool = False) -> None:
    """Run again: the same run and commit, one attempt more. Gates are asked again.

    With `failed_only` the jobs that succeeded are kept, and those that depend on a failed one run again too.

    Raises:
        ForbiddenError: 403 while the run is under way, or after 30 days.
    """
    if run.status != "completed":
        raise ForbiddenError("This workflow is already running")
    if world.now() - run.created_at > _RERUN_WINDOW:
        raise ForbiddenError("Unable to retry this workflow run because it was created over a month ago")
    live = LiveRun(world, repository, run)
    kept = _kept_jobs(live) if failed_only else []
    now = world.now()
    run.run_attempt += 1
    run.status, run.conclusion, run.cancel_requested = "queued", None, False
    run.triggering_actor, run.run_started_at, run.updated_at = actor, now, now
    run.jobs += [replace(job, id=world.ids.next(), run_attempt=run.run_attempt) for job in kept]
    if run.suite is not None:
        run.suite.status, run.suite.conclusion = "queued", None
    tell_run(live, "requested")


def _kept_jobs(live: LiveRun) -> list[Job]:
    """The successful jobs none of whose ancestors runs again."""
    try:
        definitions = live.file.jobs
    except WorkflowError:
        return []
    jobs = live.jobs
    succeeded = {key for key, job in jobs.items() if job.conclusion == "success"}
    return [jobs[key] for key in succeeded if live.ancestors(definitions[key]) <= succeeded]


def cancel(world: World, run: WorkflowRun) -> None:
    """Call a run off; its jobs end with the next tick. Raises ConflictError for a run that is over."""
    if run.status == "completed":
        raise ConflictError("Cannot cancel a workflow run that is completed.")
    run.cancel_requested = True
    run.updated_at = world.now()

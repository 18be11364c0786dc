"""The life of a run: each function makes one thing happen to it and tells everybody who listens."""

from bot.sandbox.actions import gates
from bot.sandbox.actions.expression import ExpressionError, evaluate_condition, interpolate
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.telling import (
    tell_deployment,
    tell_deployment_status,
    tell_gate_requested,
    tell_job,
    tell_review_requested,
    tell_run,
)
from bot.sandbox.actions.workflow import EnvironmentClaim, JobDefinition
from bot.sandbox.acts.checks import CheckChange, create_check_run, update_check_run
from bot.sandbox.shapes.runs import job_page, run_page
from bot.sandbox.state.checks import CheckOutput
from bot.sandbox.state.runs import Deployment, DeploymentStatus, Environment, Gate, Job

# How a job's end shows on its deployment.
_DEPLOYMENT_END = {"success": "success", "cancelled": "error", "skipped": "inactive"}


def find_ready(live: LiveRun) -> JobDefinition | None:
    """The next job whose needs are over and which this attempt has not seen yet."""
    jobs = live.jobs
    over = {key for key, job in jobs.items() if job.status == "completed"}
    return next((d for d in live.file.jobs.values() if d.id not in jobs and over.issuperset(d.needs)), None)


def open_job(live: LiveRun, definition: JobDefinition) -> None:
    """Bring a job into being: skipped, queued, waiting at its environment, or failed before it began."""
    try:
        wanted = evaluate_condition(definition.condition, live.contexts(definition), live.status_functions(definition))
        claim = definition.environment if wanted else None
        name = interpolate(claim.name, live.contexts(definition)) if claim else None
    except ExpressionError as error:
        job = _create_job(live, definition)
        finish_job(live, job, "failure", f"The workflow is not valid. {live.run.workflow.path}: {error}")
        return
    if not wanted:
        _skip_job(live, definition)
        return
    job = _create_job(live, definition)
    if claim is not None and name:
        _enter(live, job, claim, gates.ensure_environment(live.world, live.repository, name))
    else:
        _queue(live, job)


def _create_job(live: LiveRun, definition: JobDefinition) -> Job:
    """The job and its check run, which share one id."""
    change = CheckChange(
        name=definition.name, status="queued", details_url=run_page(live.world.links, live.repository, live.run)
    )
    app = live.world.actions_app
    check = create_check_run(live.world, live.repository, app, live.run.head_sha, change, suite=live.run.suite)
    job = Job(check.id, definition.name, live.run.run_attempt, live.now(), key=definition.id, check_run=check)
    check.details_url = job_page(live.world.links, live.repository, live.run, job)
    live.run.jobs.append(job)
    return job


def _skip_job(live: LiveRun, definition: JobDefinition) -> None:
    job = _create_job(live, definition)
    job.started_at = live.now()
    _complete(live, job, "skipped", None)


def _queue(live: LiveRun, job: Job) -> None:
    job.status = "queued"
    if job.deployment is not None:
        _add_status(live, job, job.deployment, "queued")
    _refresh(live)
    tell_job(live, job, "queued")


def _enter(live: LiveRun, job: Job, claim: EnvironmentClaim, environment: Environment) -> None:
    """A job stands before its environment: it is refused, goes straight in, or waits at the gate."""
    job.environment = environment.name
    refusal = gates.find_refusal(live, environment, deployment=claim.deployment)
    if refusal is not None:
        finish_job(live, job, "failure", refusal)
        return
    if claim.deployment:
        job.deployment = _create_deployment(live, environment)
    if not gates.is_guarded(environment):
        _queue(live, job)
        return
    gate = gates.open_gate(live, environment, job)
    job.status = "waiting"
    if job.deployment is not None:
        _add_status(live, job, job.deployment, "waiting")
    _refresh(live)
    tell_job(live, job, "waiting")
    for app in gate.waiting_for_apps:
        tell_gate_requested(live, gate, job, app)
    if gate.waiting_for_reviewers:
        tell_review_requested(live, gate, job)


def pass_gate(live: LiveRun, gate: Gate) -> None:
    """The gate is open: its jobs are queued."""
    for job in gate.jobs:
        _queue(live, job)


def refuse_at_gate(live: LiveRun, gate: Gate) -> None:
    """The gate stays closed: its jobs fail without a step having run."""
    reason = gates.EXPIRED if gates.is_expired(gate, live.now()) else gates.REJECTED
    for job in gate.jobs:
        finish_job(live, job, "failure", reason)


def begin_job(live: LiveRun, job: Job) -> None:
    """A runner has taken the job."""
    is_first = not any(other.started_at for other in live.jobs.values() if other.conclusion != "skipped")
    job.status, job.started_at = "in_progress", live.now()
    _refresh(live)
    if is_first:
        tell_run(live, "in_progress")
    if job.check_run is not None:
        change = CheckChange(status="in_progress", started_at=job.started_at)
        update_check_run(live.world, live.repository, live.world.actions_app, job.check_run, change)
    if job.deployment is not None:
        _add_status(live, job, job.deployment, "in_progress")
    tell_job(live, job, "in_progress")


def finish_job(live: LiveRun, job: Job, conclusion: str, annotation: str | None = None, *, url: str = "") -> None:
    """The job is over. `annotation` is what its check run says when no log can; `url` is that of its environment."""
    job.started_at = job.started_at or live.now()
    if job.deployment is not None:
        _add_status(live, job, job.deployment, _DEPLOYMENT_END.get(conclusion, "failure"), url)
    _complete(live, job, conclusion, annotation)


def _complete(live: LiveRun, job: Job, conclusion: str, annotation: str | None) -> None:
    job.status, job.conclusion, job.completed_at = "completed", conclusion, live.now()
    _refresh(live)
    if job.check_run is not None:
        output = _annotated(annotation) if annotation else None
        change = CheckChange(status="completed", conclusion=conclusion, completed_at=job.completed_at, output=output)
        update_check_run(live.world, live.repository, live.world.actions_app, job.check_run, change)
    tell_job(live, job, "completed")


def _annotated(message: str) -> CheckOutput:
    annotation: dict[str, object] = {
        "path": ".github",
        "start_line": 1,
        "end_line": 1,
        "start_column": None,
        "end_column": None,
        "annotation_level": "failure",
        "title": "",
        "message": message,
        "raw_details": "",
    }
    return CheckOutput(annotations=[annotation])


def cancel_run(live: LiveRun) -> None:
    """Somebody called the run off: every job that is not over ends now."""
    for gate in live.gates:
        gate.state = "cancelled"
    for job in list(live.jobs.values()):
        if job.status != "completed":
            finish_job(live, job, "cancelled")
    _complete_run(live, "cancelled")


def finish_run(live: LiveRun) -> None:
    """All jobs are over."""
    conclusions = {job.conclusion for job in live.jobs.values()}
    worst = next((one for one in ("failure", "cancelled", "success") if one in conclusions), "skipped")
    _complete_run(live, worst)


def fail_without_jobs(live: LiveRun) -> None:
    """The workflow file cannot be read, or a policy forbids the run: it fails without a single job."""
    _complete_run(live, "failure")


def _complete_run(live: LiveRun, conclusion: str) -> None:
    live.run.status, live.run.conclusion, live.run.updated_at = "completed", conclusion, live.now()
    if live.run.suite is not None:
        live.run.suite.status, live.run.suite.conclusion = "completed", conclusion
    tell_run(live, "completed")


def _refresh(live: LiveRun) -> None:
    """The run's status follows from its jobs: it waits only when nothing else is to do. Between jobs it stays."""
    statuses = {job.status for job in live.jobs.values()}
    live.run.updated_at = live.now()
    live.run.status = next((one for one in ("in_progress", "queued", "waiting") if one in statuses), live.run.status)


def _create_deployment(live: LiveRun, environment: Environment) -> Deployment:
    now, run = live.now(), live.run
    creator = live.world.actions_app.bot
    number = live.world.ids.next()
    deployment = Deployment(number, run.head_sha, run.head_branch or run.ref, environment.name, creator, now, now)
    live.repository.deployments[deployment.id] = deployment
    tell_deployment(live, deployment)
    return deployment


def _add_status(live: LiveRun, job: Job, deployment: Deployment, state: str, url: str = "") -> None:
    creator = live.world.actions_app.bot
    page = job_page(live.world.links, live.repository, live.run, job)
    status = DeploymentStatus(live.world.ids.next(), state, creator, live.now(), environment_url=url, log_url=page)
    deployment.statuses.append(status)
    deployment.updated_at = live.now()
    if state != "inactive":
        tell_deployment_status(live, job, deployment, status)

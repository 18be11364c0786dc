"""Jobs and logs."""

import io
import zipfile
from collections.abc import Mapping

from bot.sandbox.actions.rest.lookup import get_job, get_run
from bot.sandbox.http import Call, NotFoundError, Response, Routes, ok, redirect
from bot.sandbox.shapes.runs import job as job_shape
from bot.sandbox.state.runs import Job, WorkflowRun

routes = Routes()

_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"
_JOB = "/repos/{owner}/{repo}/actions/jobs/{job_id}"


@routes.get(f"{_RUN}/jobs")
def list_jobs(call: Call) -> Response:
    """The jobs of the current attempt, or with ``filter=all`` of every attempt."""
    run = get_run(call)
    wanted = call.query_choice("filter", "latest", ("latest", "all"), "WorkflowRun")
    return _page(call, run, [job for job in run.jobs if wanted == "all" or job.run_attempt == run.run_attempt])


@routes.get(f"{_RUN}/attempts/{{attempt_number}}/jobs")
def list_attempt_jobs(call: Call) -> Response:
    """The jobs of one attempt."""
    run, attempt = get_run(call), call.number("attempt_number")
    if not 1 <= attempt <= run.run_attempt:
        raise NotFoundError
    return _page(call, run, [job for job in run.jobs if job.run_attempt == attempt])


def _page(call: Call, run: WorkflowRun, jobs: list[Job]) -> Response:
    return call.page(jobs, lambda job: job_shape(call.world.links, call.repository, run, job), wrap="jobs")


@routes.get(_JOB)
def show_job(call: Call) -> Response:
    """One job."""
    run, job = get_job(call)
    return ok(job_shape(call.world.links, call.repository, run, job))


@routes.get(f"{_JOB}/logs")
def show_job_log(call: Call) -> Response:
    """302 to the log, at an address that needs no token and lives for a minute; 404 for a job that left none."""
    _, job = get_job(call)
    if job.status != "completed" or not job.log:
        raise NotFoundError
    return redirect(call.world.lend_file(job.log.encode(), "text/plain; charset=utf-8"))


@routes.get(f"{_RUN}/logs")
def show_run_logs(call: Call) -> Response:
    """302 to a zip with the logs of the current attempt."""
    run = get_run(call)
    return _zipped_logs(call, [job for job in run.jobs if job.run_attempt == run.run_attempt])


@routes.get(f"{_RUN}/attempts/{{attempt_number}}/logs")
def show_attempt_logs(call: Call) -> Response:
    """302 to a zip with the logs of one attempt."""
    attempt = call.number("attempt_number")
    return _zipped_logs(call, [job for job in get_run(call).jobs if job.run_attempt == attempt])


def _zipped_logs(call: Call, jobs: list[Job]) -> Response:
    written = [job for job in jobs if job.status == "completed" and job.log]
    if not written:
        raise NotFoundError
    names = {f"{place}_{job.name}.txt": job.log.encode() for place, job in enumerate(written)}
    return redirect(call.world.lend_file(_zip(names), "application/zip"))


@routes.get("/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}")
def download_artifact(call: Call) -> Response:
    """302 to a zip with the artifact's files."""
    wanted = call.number("artifact_id")
    for run in call.repository.runs.values():
        for artifact in run.artifacts:
            if artifact.id == wanted and call.params["archive_format"] == "zip":
                return redirect(call.world.lend_file(_zip(artifact.files), "application/zip"))
    raise NotFoundError


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()

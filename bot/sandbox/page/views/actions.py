"""The pages of workflow runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.sandbox.actions.gates import can_review
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.workflow import JobDefinition, WorkflowError
from bot.sandbox.page.logs import StepLog, read_steps
from bot.sandbox.page.marks import mark_of
from bot.sandbox.page.visit import MissingError, Sheet, Visit
from bot.sandbox.state.runs import Gate, Job, WorkflowRun


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job of the workflow file; ``job`` is None until the run comes to it."""

    key: str
    name: str
    needs: tuple[str, ...]
    job: Job | None


@dataclass(frozen=True, slots=True)
class WaitingGate:
    """A gate that waits, and whether the speaker may decide about it."""

    gate: Gate
    may_review: bool


def list_runs(visit: Visit) -> Sheet:
    """All runs, the newest first."""
    runs = sorted(visit.repository.runs.values(), key=lambda run: run.id, reverse=True)
    facts = {"runs": runs, "workflows": list(visit.repository.workflows.values())}
    return Sheet("runs.html", "Actions", facts)


def show_run(visit: Visit) -> Sheet:
    """One run: its jobs, its gate, what reviewers said, what it kept."""
    run = visit.run()
    live = LiveRun(visit.world, visit.repository, run)
    facts = {
        "run": run,
        "release_pull": next((pull for pull in visit.repository.pulls if pull.merge_commit_sha == run.head_sha), None),
        "levels": _levels(live),
        "gates": [WaitingGate(gate, can_review(live, gate.environment, visit.speaker.user)) for gate in live.gates
                  if gate.waiting_for_apps or gate.waiting_for_reviewers],
        "annotations": _annotations(run),
        "may_write": visit.may("write"),
        "is_over": run.status == "completed",
        "seconds": _seconds(live.jobs.values()) if run.status == "completed" else None,
        "has_failed": any(mark_of(job).name == "failure" for job in live.jobs.values()),
    }  # fmt: skip
    return Sheet("run.html", f"{run.display_title} · {run.workflow.name} #{run.run_number}", facts)


def show_job(visit: Visit) -> Sheet:
    """One job with its log."""
    run = visit.run()
    number = int(visit.part("job"))
    job = next((job for job in run.jobs if job.id == number), None)
    if job is None:
        raise MissingError(f"There is no job {number} in this run.")
    steps: list[StepLog] = read_steps(job)
    siblings = [one for one in run.jobs if one.run_attempt == job.run_attempt]
    return Sheet("job.html", f"{job.name} · {run.workflow.name} #{run.run_number}",
                 {"run": run, "job": job, "steps": steps, "siblings": siblings})  # fmt: skip


def _seconds(jobs: Iterable[Job]) -> float | None:
    """From the first job's beginning to the last one's end; None when none ran.

    What was skipped never ran, though it has a beginning and an end.
    """
    ran = [(job.started_at, job.completed_at) for job in jobs if job.conclusion != "skipped"]
    begun, ended = [one for one, _ in ran if one is not None], [one for _, one in ran if one is not None]
    return (max(ended) - min(begun)).total_seconds() if begun and ended else None


def _levels(live: LiveRun) -> list[list[PlannedJob]]:
    """The jobs in columns: each stands right of all it needs."""
    try:
        definitions = live.file.jobs
    except WorkflowError:
        return []
    jobs = live.jobs
    depth: dict[str, int] = {}
    for key, definition in definitions.items():
        depth[key] = _depth(definitions, definition)
    levels: list[list[PlannedJob]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, definition in definitions.items():
        levels[depth[key]].append(PlannedJob(key, definition.name, tuple(definition.needs), jobs.get(key)))
    return levels


def _depth(definitions: Mapping[str, JobDefinition], definition: JobDefinition) -> int:
    return max((_depth(definitions, definitions[key]) + 1 for key in definition.needs), default=0)


def _annotations(run: WorkflowRun) -> list[tuple[Job, str]]:
    found = []
    for job in run.jobs:
        if job.run_attempt == run.run_attempt and job.check_run is not None:
            found += [(job, str(note.get("message", ""))) for note in job.check_run.output.annotations]
    return found

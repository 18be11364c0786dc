"""Finding what a path names."""

from bot.sandbox.actions.live import LiveRun
from bot.sandbox.http import Call, NotFoundError
from bot.sandbox.state.runs import Environment, Job, WorkflowRun


def get_run(call: Call) -> WorkflowRun:
    """The run of the path. Raises NotFoundError."""
    run = call.repository.runs.get(call.number("run_id"))
    if run is None:
        raise NotFoundError
    return run


def get_live(call: Call) -> LiveRun:
    """The run of the path in its world. Raises NotFoundError."""
    return LiveRun(call.world, call.repository, get_run(call))


def get_job(call: Call) -> tuple[WorkflowRun, Job]:
    """The job of the path and its run. Raises NotFoundError."""
    wanted = call.number("job_id")
    for run in call.repository.runs.values():
        for job in run.jobs:
            if job.id == wanted:
                return run, job
    raise NotFoundError


def get_environment(call: Call) -> Environment:
    """The environment of the path, whose name ignores case. Raises NotFoundError."""
    wanted = call.params["environment_name"].casefold()
    found = (one for name, one in call.repository.environments.items() if name.casefold() == wanted)
    environment = next(found, None)
    if environment is None:
        raise NotFoundError
    return environment

"""Running the steps of one job."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.sandbox.actions.expression import ExpressionError, evaluate_condition, interpolate
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.steps.artifacts import download_artifact, upload_artifact
from bot.sandbox.actions.steps.checkout import checkout, prepare
from bot.sandbox.actions.steps.commands import run_command
from bot.sandbox.actions.steps.execution import Execution, Services, StepFailedError, Switches
from bot.sandbox.actions.steps.inspecting import build_and_inspect
from bot.sandbox.actions.steps.log import JobLog
from bot.sandbox.actions.steps.publishing import publish
from bot.sandbox.actions.workflow import JobDefinition, StepDefinition
from bot.sandbox.state.runs import Job, Step

Action = Callable[[Execution, Mapping[str, Any]], Awaitable[None]]

_ACTIONS: Mapping[str, Action] = {
    "actions/checkout": checkout,
    "actions/setup-python": prepare,
    "astral-sh/setup-uv": prepare,
    "actions/upload-artifact": upload_artifact,
    "actions/download-artifact": download_artifact,
    "hynek/build-and-inspect-python-package": build_and_inspect,
    "pypa/gh-action-pypi-publish": publish,
}


async def run_job(live: LiveRun, job: Job, definition: JobDefinition, services: Services, switches: Switches) -> str:
    """Run the steps in order and return the job's conclusion; log, steps and outputs are left on the job."""
    log = JobLog(live.world.clock, services.secrets.values())
    execution = Execution(live, job, definition, services, switches, log)
    try:
        _set_up(execution)
        for step in definition.steps:
            await _run_step(execution, step)
            job.log = execution.log.text
        if execution.status == "success":
            job.outputs = _outputs(execution)
    except (StepFailedError, ExpressionError) as error:
        execution.status = "failure"
        execution.log.mark_error(str(error))
    _add_step(execution, "Complete job", "success")
    execution.log.write("Cleaning up orphan processes")
    job.log = execution.log.text
    return execution.status


def _set_up(execution: Execution) -> None:
    """Print what a runner prints first. Raises StepFailedError for a kind of job the sandbox does not run."""
    definition, identity = execution.definition, execution.live.identity()
    execution.log.write(f"Current runner version: 'sandbox'\nRunner Image: {definition.runs_on}")
    permissions = "\n".join(f"{name}: {level}" for name, level in sorted(definition.permissions.items()))
    execution.log.group("GITHUB_TOKEN Permissions", permissions)
    execution.log.write(f"Complete job name: {definition.name}")
    github = {f"GITHUB_{name.upper()}": str(value) for name, value in identity.items() if value is not None}
    execution.env |= {
        **github,
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": execution.live.world.links.web,
    }
    for env in (execution.live.file.env, definition.env):
        execution.env |= _environment(execution, env)
    if definition.unsupported is not None:
        _add_step(execution, "Set up job", "failure")
        raise StepFailedError(f"The sandbox does not run {definition.unsupported}.")
    _add_step(execution, "Set up job", "success")


def _environment(execution: Execution, env: Mapping[str, Any]) -> dict[str, str]:
    return {name: execution.text(env, name) for name in env}


async def _run_step(execution: Execution, definition: StepDefinition) -> None:
    step = _add_step(execution, definition.title, None)
    if not _is_wanted(execution, definition):
        step.status, step.conclusion = "completed", "skipped"
        _remember(execution, definition, "skipped", {})
        return
    step.status, step.started_at = "in_progress", execution.live.now()
    outputs: dict[str, str] = {}
    conclusion = "success"
    before = dict(execution.env)
    try:
        execution.env |= _environment(execution, definition.env)
        outputs = await _perform(execution, definition)
    except (StepFailedError, ExpressionError) as error:
        conclusion = "failure"
        execution.log.mark_error(str(error))
    _restore_environment(execution, before, definition)
    step.status, step.conclusion, step.completed_at = "completed", conclusion, execution.live.now()
    _remember(execution, definition, conclusion, outputs)
    if conclusion == "failure" and not definition.continue_on_error:
        execution.status = "failure"


def _restore_environment(execution: Execution, before: Mapping[str, str], definition: StepDefinition) -> None:
    """A step's own `env:` ends with it; what it wrote to GITHUB_ENV stays."""
    for name in definition.env:
        execution.env.pop(name, None)
        if name in before:
            execution.env[name] = before[name]


def _is_wanted(execution: Execution, definition: StepDefinition) -> bool:
    """Whether the step's `if:` holds. One that cannot be read fails the job."""
    status = execution.status
    functions = {
        "success": lambda: status == "success",
        "failure": lambda: status == "failure",
        "cancelled": lambda: execution.live.run.cancel_requested,
        "always": lambda: True,
    }
    return evaluate_condition(definition.condition, execution.contexts(), functions)


async def _perform(execution: Execution, definition: StepDefinition) -> dict[str, str]:
    """Do what the step says and return its outputs. Raises StepFailedError or ExpressionError."""
    _log_head(execution, definition)
    for part, message in execution.switches.fail_steps.items():
        if part in definition.title or part in (definition.uses or definition.run or ""):
            raise StepFailedError(message)
    if definition.run is not None:
        return await run_command(execution, interpolate(definition.run, execution.contexts()))
    name = (definition.uses or "").partition("@")[0]
    action = _ACTIONS.get(name)
    if action is None:
        raise StepFailedError(f"The sandbox cannot run the action '{definition.uses}'.")
    await action(execution, definition.inputs)
    return {}


def _log_head(execution: Execution, definition: StepDefinition) -> None:
    if definition.run is not None:
        text = interpolate(definition.run, execution.contexts()).rstrip("\n")
        execution.log.group(f"Run {text.splitlines()[0] if text else ''}", text)
        return
    given = "\n".join(f"  {name}: {execution.text(definition.inputs, name)}" for name in definition.inputs)
    execution.log.group(f"Run {definition.uses}", f"with:\n{given}" if given else "")


def _remember(execution: Execution, definition: StepDefinition, conclusion: str, outputs: Mapping[str, str]) -> None:
    if definition.id:
        shown = "success" if conclusion == "failure" and definition.continue_on_error else conclusion
        execution.steps[definition.id] = {"outcome": conclusion, "conclusion": shown, "outputs": dict(outputs)}


def _outputs(execution: Execution) -> dict[str, str]:
    return {name: execution.text(execution.definition.outputs, name) for name in execution.definition.outputs}


def _add_step(execution: Execution, name: str, conclusion: str | None) -> Step:
    now = execution.live.now()
    step = Step(len(execution.job.steps) + 1, name)
    if conclusion is not None:
        step.status, step.conclusion, step.started_at, step.completed_at = "completed", conclusion, now, now
    execution.job.steps.append(step)
    return step

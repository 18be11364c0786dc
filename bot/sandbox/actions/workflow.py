"""A workflow file, read into what the sandbox needs of it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.sandbox.actions.triggers import TriggerError, Triggers, parse_triggers

# What a job's token may do when neither workflow nor job says anything (the restricted default of new repositories).
_DEFAULT_PERMISSIONS = {"contents": "read", "packages": "read"}
_ALL_PERMISSIONS = (
    "actions",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "id-token",
    "issues",
    "pull-requests",
)


class WorkflowError(ValueError):
    """The file is no valid workflow; the message is what GitHub would show above the run."""


@dataclass(frozen=True)
class EnvironmentClaim:
    """The environment a job names; `name` and `url` may hold expressions."""

    name: str
    url: str | None = None
    deployment: bool = True


@dataclass(frozen=True)
class StepDefinition:
    """One step: an action (`uses`) with inputs, or a command (`run`)."""

    uses: str | None = None
    run: str | None = None
    id: str | None = None
    name: str | None = None
    condition: str | bool | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    continue_on_error: bool = False

    @property
    def title(self) -> str:
        """The step's name as the log shows it."""
        if self.name:
            return self.name
        first_line = (self.run or "").strip().split("\n")[0]
        return f"Run {self.uses or first_line}"


@dataclass(frozen=True)
class JobDefinition:
    """One job; `permissions` are what its token really has, after defaults and the workflow's own."""

    id: str
    name: str
    needs: tuple[str, ...]
    condition: str | bool | None
    environment: EnvironmentClaim | None
    permissions: Mapping[str, str]
    steps: tuple[StepDefinition, ...]
    outputs: Mapping[str, Any]
    env: Mapping[str, Any]
    runs_on: str
    # A matrix or a reusable workflow: the sandbox says so in the log and fails the job.
    unsupported: str | None = None


@dataclass(frozen=True)
class WorkflowFile:
    """One workflow file at one commit."""

    path: str
    name: str
    run_name: str | None
    triggers: Triggers
    jobs: Mapping[str, JobDefinition]
    env: Mapping[str, Any]


def load_yaml(text: str) -> Any:
    """YAML 1.2 as GitHub reads it, where `on` is a word and not a boolean. Raises WorkflowError."""
    try:
        return YAML(typ="safe", pure=True).load(io.StringIO(text))
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise WorkflowError(f"You have an error in your yaml syntax: {error}") from error


def parse_workflow(path: str, text: str) -> WorkflowFile:
    """Read a workflow file. Raises WorkflowError where GitHub would call it invalid."""
    content = load_yaml(text)
    if not isinstance(content, dict) or "on" not in content:
        raise WorkflowError("No event triggers defined in `on`")
    try:
        triggers = parse_triggers(content["on"])
    except TriggerError as error:
        raise WorkflowError(str(error)) from error
    jobs = content.get("jobs")
    if not isinstance(jobs, dict) or not jobs:
        raise WorkflowError("Required property is missing: jobs")
    permissions = _permissions(content.get("permissions"), _DEFAULT_PERMISSIONS)
    parsed = {str(key): _job(str(key), value, permissions) for key, value in jobs.items()}
    _check_needs(parsed)
    return WorkflowFile(
        path=path,
        name=str(content.get("name") or path),
        run_name=_text(content.get("run-name")),
        triggers=triggers,
        jobs=parsed,
        env=_mapping(content.get("env")),
    )


def _job(key: str, content: Any, inherited: Mapping[str, str]) -> JobDefinition:
    if not isinstance(content, dict):
        raise WorkflowError(f"jobs.{key} must be a mapping")
    needs = content.get("needs") or []
    steps = content.get("steps") or []
    if not isinstance(steps, list):
        raise WorkflowError(f"jobs.{key}.steps must be a list")
    if not steps and "uses" not in content:
        raise WorkflowError(f"Required property is missing: jobs.{key}.steps")
    return JobDefinition(
        id=key,
        name=str(content.get("name") or key),
        needs=_needs(key, needs),
        condition=_condition(content.get("if")),
        environment=_environment(key, content.get("environment")),
        permissions=_permissions(content.get("permissions"), inherited),
        steps=tuple(_step(key, step) for step in steps),
        outputs=_mapping(content.get("outputs")),
        env=_mapping(content.get("env")),
        runs_on=str(content.get("runs-on", "")),
        unsupported=_unsupported(content),
    )


def _condition(content: Any) -> str | bool | None:
    if content is None or isinstance(content, bool):
        return content
    if isinstance(content, str | int | float):
        return str(content)
    raise WorkflowError("Unexpected value of `if`")


def _needs(job: str, content: Any) -> tuple[str, ...]:
    listed = [content] if isinstance(content, str) else content
    if not isinstance(listed, list):
        raise WorkflowError(f"jobs.{job}.needs must be a job or a list of jobs")
    return tuple(str(needed) for needed in listed)


def _unsupported(content: Mapping[str, Any]) -> str | None:
    if "uses" in content:
        return "a reusable workflow"
    strategy = content.get("strategy")
    if isinstance(strategy, dict) and "matrix" in strategy:
        return "a matrix"
    return "a job container" if "container" in content else None


def _step(job: str, content: Any) -> StepDefinition:
    if not isinstance(content, dict) or ("uses" in content) == ("run" in content):
        raise WorkflowError(f"Every step of jobs.{job} must have exactly one of `uses` and `run`")
    return StepDefinition(
        uses=_text(content.get("uses")),
        run=_text(content.get("run")),
        id=_text(content.get("id")),
        name=_text(content.get("name")),
        condition=_condition(content.get("if")),
        inputs=_mapping(content.get("with")),
        env=_mapping(content.get("env")),
        continue_on_error=content.get("continue-on-error") is True,
    )


def _environment(job: str, content: Any) -> EnvironmentClaim | None:
    if content is None or content == "":
        return None
    if isinstance(content, str):
        return EnvironmentClaim(content)
    if isinstance(content, dict) and isinstance(content.get("name"), str):
        return EnvironmentClaim(content["name"], _text(content.get("url")), content.get("deployment") is not False)
    raise WorkflowError(f"jobs.{job}.environment must be a name or a mapping with one")


def _permissions(content: Any, inherited: Mapping[str, str]) -> Mapping[str, str]:
    """A `permissions:` key replaces everything it would have inherited."""
    if content is None:
        return inherited
    if content in ("read-all", "write-all"):
        level = content.removesuffix("-all")
        return dict.fromkeys((name for name in _ALL_PERMISSIONS if level == "write" or name != "id-token"), level)
    if not isinstance(content, dict):
        raise WorkflowError("Unexpected value of `permissions`")
    return {str(name): str(level) for name, level in content.items()}


def _check_needs(jobs: Mapping[str, JobDefinition]) -> None:
    for job in jobs.values():
        for needed in job.needs:
            if needed not in jobs:
                raise WorkflowError(f"Job '{job.id}' depends on unknown job '{needed}'.")
    settled: set[str] = set()
    while len(settled) < len(jobs):
        ready = {key for key, job in jobs.items() if key not in settled and settled.issuperset(job.needs)}
        if not ready:
            raise WorkflowError("The workflow must contain at least one job with no dependencies.")
        settled |= ready


def _mapping(content: Any) -> Mapping[str, Any]:
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else {}


def _text(content: Any) -> str | None:
    """A scalar as text; `run: true` is the command `true`."""
    if isinstance(content, bool):
        return "true" if content else "false"
    return None if content is None else str(content)

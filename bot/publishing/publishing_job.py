"""One job that uploads: to which index, in which environment, with which permission, under which name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.index.addresses import Index
from bot.publishing.conditions import Condition, decide
from bot.publishing.documents import Plain
from bot.publishing.evaluation import Record, Scope, interpolate, render_text
from bot.publishing.expressions import BadExpressionError
from bot.publishing.files import WorkflowFile
from bot.publishing.quoting import quoted
from bot.publishing.truth import Truth
from bot.publishing.uploads import (
    Upload,
    builds_distributions,
    default_upload,
    find_uploads,
    goes_to,
    may_sign_in,
    may_upload_unseen,
)


@dataclass(frozen=True, slots=True)
class JobName:
    """The name a run shows for a job: ``parts`` in this order, with anything between them.

    There is more than one part where only the run knows the rest: a matrix, or an expression in ``name:``.
    """

    parts: tuple[str, ...]

    def fits(self, shown: str) -> bool:
        """Whether a job with the name ``shown`` can be this one."""
        first, *rest = self.parts
        if not rest:
            return shown == first
        if len(shown) < sum(map(len, self.parts)) or not (shown.startswith(first) and shown.endswith(rest[-1])):
            return False
        at, end = len(first), len(shown) - len(rest[-1])
        for part in rest[:-1]:
            at = shown.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return at <= end

    def __str__(self) -> str:
        return "…".join(self.parts)


@dataclass(frozen=True, slots=True)
class PublishingJob:
    """A job that uploads to the chosen index, as one event would run it.

    ``id`` names the path through calls (``release / publish``) and ``name`` is what a run calls it; ``written_in`` is
    the file that holds the job, which is what attestations call the build signer. ``environment`` is ``None`` when the
    job has none or, with ``environment_known`` false, when only the run knows it. ``deployment`` is false for
    ``deployment: false``, with which our gate cannot work. ``id_token`` is what Trusted Publishing needs. ``builds``
    says that the job also builds what it publishes. ``tool`` is empty for a job that hands over to code we do not read.
    """

    id: str
    name: JobName
    written_in: str
    tool: str
    publishes: Truth
    reason: str = ""
    environment: str | None = None
    environment_known: bool = True
    deployment: bool = True
    id_token: bool = False
    builds: bool = False
    matrix: bool = False


@dataclass(frozen=True, slots=True)
class JobSite:
    """Where a job stands: as written, in which file, whether it runs there, and what its expressions can see."""

    id: str
    name: JobName
    job: Mapping[str, Plain]
    workflow: WorkflowFile
    scope: Scope
    runs: Truth
    reason: str
    id_token: bool

    @property
    def steps(self) -> tuple[Mapping[str, Plain], ...]:
        """The steps that can be read."""
        steps = self.job.get("steps")
        return tuple(step for step in steps if isinstance(step, dict)) if isinstance(steps, list) else ()

    @property
    def has_matrix(self) -> bool:
        """Whether it runs more than once."""
        return "matrix" in _mapping(self.job.get("strategy"))


def read_name(job_id: str, job: Mapping[str, Plain], scope: Scope, caller: JobName | None) -> JobName:
    """The name a run shows: ``name:`` or else the id, a matrix in brackets behind it, a caller's name before it."""
    written = job.get("name")
    shown = render_text(str(written), scope) if isinstance(written, str | int | float) else job_id
    parts = shown.split("$?")
    if "matrix" in _mapping(job.get("strategy")) and len(parts) == 1:
        parts.append("")  # publish (3.13, x86_64)
    if caller is not None:
        *before, last = caller.parts
        parts = [*before, f"{last} / {parts[0]}", *parts[1:]]
    return JobName(tuple(parts))


def find_publishing_job(site: JobSite, index: Index) -> Iterator[PublishingJob]:
    """The job as a publishing job, when one of its steps may upload to ``index``."""
    uploads = list(_uploads(site, index))
    if not uploads:
        if site.id_token and any(map(may_upload_unseen, site.steps)):
            yield opaque_job(site, "runs code of the repository that may publish")
        elif _may_sign_in(site, index):
            yield opaque_job(site, "runs code that may publish, with what signs in to an index")
        return
    surest = max(uploads, key=lambda upload: (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE).index(upload.happens))
    environment, known = _read_environment(site)
    written = site.job.get("environment")
    yield PublishingJob(
        id=site.id,
        name=site.name,
        written_in=site.workflow.path,
        tool=surest.tool,
        publishes=site.runs & surest.happens,
        reason=site.reason if site.runs is Truth.FALSE else surest.reason or site.reason,
        environment=environment,
        environment_known=known,
        deployment=not (isinstance(written, dict) and written.get("deployment") is False),
        id_token=site.id_token,
        builds=any(map(builds_distributions, site.steps)),
        matrix=site.has_matrix,
    )


def opaque_job(site: JobSite, does: str) -> PublishingJob:
    """A job of which only the run knows whether it uploads; ``does`` completes "job X ..."."""
    # A job that calls another workflow has no environment of its own; those of the other one are not seen.
    environment, known = (None, False) if "uses" in site.job else _read_environment(site)
    return PublishingJob(
        id=site.id,
        name=site.name,
        written_in=site.workflow.path,
        tool="",
        publishes=site.runs & Truth.UNKNOWN,
        reason=site.reason if site.runs is Truth.FALSE else f"job {quoted(site.id)} {does}",
        environment=environment,
        environment_known=known,
        id_token=site.id_token,
        matrix=site.has_matrix,
    )


def _may_sign_in(site: JobSite, index: Index) -> bool:
    """Whether a step may upload to ``index`` by code that is not read, with what signs in there."""
    around = _variables(_variables({}, site.workflow.env, site.scope), site.job.get("env"), site.scope)
    for step in site.steps:
        variables = _variables(around, step.get("env"), site.scope)
        scope = Scope({**site.scope.contexts, "env": Record(dict(variables), complete=False)})
        own = {name: variables[name] for name in _mapping(step.get("env"))}
        # What is seen to upload, if to another index, is what the step has it for.
        is_seen = bool(_find(step, variables, scope)) or not goes_to(default_upload(variables), index).possible
        if not is_seen and may_sign_in(step, own, around) and decide(step.get("if"), scope).truth.possible:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _StepUpload:
    """An upload that may go to the index: whether it happens when its job runs, with which tool, and why not."""

    happens: Truth
    tool: str
    reason: str


def _uploads(site: JobSite, index: Index) -> Iterator[_StepUpload]:
    around = _variables({}, site.workflow.env, site.scope)
    around = _variables(around, site.job.get("env"), site.scope)
    for step in site.steps:
        variables = _variables(around, step.get("env"), site.scope)
        scope = Scope({**site.scope.contexts, "env": Record(dict(variables), complete=False)})
        for upload in _find(step, variables, scope):
            target = goes_to(upload, index)
            if target.possible:
                condition = decide(step.get("if"), scope)
                sure = Truth.UNKNOWN if upload.conditional else Truth.TRUE
                reason = _reason(condition, target, upload, index)
                yield _StepUpload(condition.truth & target & sure, upload.tool, reason)


def _find(step: Mapping[str, Plain], variables: Mapping[str, str], scope: Scope) -> tuple[Upload, ...]:
    return find_uploads(step, variables, lambda text: render_text(text, scope))


def _reason(condition: Condition, target: Truth, upload: Upload, index: Index) -> str:
    if condition.truth is not Truth.TRUE:
        return f"the `if:` of its upload step ({quoted(upload.tool)}) {condition.because}"
    if target is Truth.UNKNOWN:
        return f"only the run knows whether {quoted(upload.tool)} uploads to {quoted(index.name)}"
    if upload.conditional:
        return f"the script that calls {quoted(upload.tool)} decides by itself whether it does"
    return ""


def _read_environment(site: JobSite) -> tuple[str | None, bool]:
    """The name of a job's environment, and whether it is known."""
    written = site.job.get("environment")
    name = written.get("name") if isinstance(written, dict) else written
    if name is None:
        return None, True
    try:
        value = interpolate(str(name), site.scope)
    except BadExpressionError:
        return None, False
    return (value or None, True) if isinstance(value, str | None) else (None, False)


def _variables(outer: Mapping[str, str], written: Plain, scope: Scope) -> dict[str, str]:
    """The environment variables of a level, over those of the levels around it."""
    inner = Scope({**scope.contexts, "env": Record(dict(outer), complete=False)})
    return {**outer, **{name: _variable(value, inner) for name, value in _mapping(written).items()}}


def _variable(value: Plain, scope: Scope) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return render_text("" if value is None else str(value), scope)


def _mapping(plain: Plain) -> Mapping[str, Plain]:
    return plain if isinstance(plain, dict) else {}

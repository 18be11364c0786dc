"""Which jobs of a workflow publish to an index when one event starts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from bot.index.addresses import Index
from bot.publishing.conditions import Condition, decide
from bot.publishing.documents import Plain
from bot.publishing.evaluation import Record, Scope, Unknown, Value, interpolate, plain_value
from bot.publishing.expressions import BadExpressionError
from bot.publishing.files import UnusableWorkflowError, WorkflowFile
from bot.publishing.publishing_job import JobSite, PublishingJob, find_publishing_job, opaque_job, read_name
from bot.publishing.quoting import quoted
from bot.publishing.truth import Truth, all_of
from bot.publishing.uploads import reading_cost

MAX_JOBS = 1_000
"""Jobs looked at for one event, those of called workflows included: calls can multiply them."""

MAX_ALL_JOBS = 20_000
"""Jobs looked at for all files and events together."""

MAX_ALL_SCRIPTS = 1_000_000
"""Characters of ``run:`` scripts searched for uploads, for all files and events together: an alias can repeat one often."""

MAX_CALLS = 10
"""How deep reusable workflows may call each other (GitHub's own limit)."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """What a called workflow takes over from the job that calls it; of a workflow that an event starts: nothing."""

    site: JobSite | None = None
    depth: int = 0


@dataclass
class Budget:
    """How much may still be looked at: strangers write the files, and somebody waits for the answer."""

    jobs: int = MAX_ALL_JOBS
    scripts: int = MAX_ALL_SCRIPTS

    def spend(self, site: JobSite) -> None:
        """Account for one job.

        Raises:
            UnusableWorkflowError: it is too much.
        """
        self.jobs -= 1
        self.scripts -= sum(map(reading_cost, site.steps))
        if self.jobs < 0 or self.scripts < 0:
            raise UnusableWorkflowError("there is too much in the workflow files to decide")


@dataclass
class JobSearch:
    """One look through a workflow and all it calls, for one event."""

    files: Mapping[str, WorkflowFile]
    index: Index
    budget: Budget
    looked_at: int = field(default=0, init=False)

    def find(self, workflow: WorkflowFile, scope: Scope) -> tuple[PublishingJob, ...]:
        """The publishing jobs of a workflow, in an order in which GitHub could run them.

        Jobs that hand over to code we do not read are only named when no other job is seen to upload.

        Raises:
            UnusableWorkflowError: GitHub would refuse the workflow, or it is too large to decide.
        """
        found = tuple(self._walk(workflow, scope, _Caller()))
        return tuple(job for job in found if job.tool) or found

    def _walk(self, workflow: WorkflowFile, scope: Scope, caller: _Caller) -> Iterator[PublishingJob]:
        conditions: dict[str, Condition] = {}
        reasons: dict[str, str] = {}
        ancestors: dict[str, frozenset[str]] = {}
        for name in _in_order(workflow):
            self._count()
            job, needs = workflow.jobs[name], workflow.needs_of(name)
            ancestors[name] = frozenset(needs).union(*(ancestors[need] for need in needs))
            success = all_of(conditions[other].truth for other in ancestors[name])
            own = Scope({**scope.contexts, "needs": _needs(needs, conditions)}, success)
            conditions[name] = decide(job.get("if"), own)
            blocking = [reasons[other] for other in sorted(ancestors[name]) if reasons[other]]
            reasons[name] = _reason(name, conditions[name], blocking)
            site = _site(
                name, job, workflow, own, caller=caller.site, runs=conditions[name].truth, reason=reasons[name]
            )
            self.budget.spend(site)
            if "uses" in job:
                yield from self._call(site, caller.depth)
            else:
                yield from find_publishing_job(site, self.index)

    def _count(self) -> None:
        self.looked_at += 1
        if self.looked_at > MAX_JOBS:
            raise UnusableWorkflowError(f"it runs more than {MAX_JOBS} jobs")

    def _call(self, site: JobSite, depth: int) -> Iterator[PublishingJob]:
        uses = str(site.job["uses"])
        if not uses.startswith("./"):
            if site.id_token:
                yield opaque_job(site, f"calls {quoted(uses, 80)}, whose jobs cannot be seen from here")
            return
        called = self.files.get(uses.removeprefix("./"))
        if called is None:
            raise UnusableWorkflowError(f"it calls {quoted(uses, 80)}, which is not there")
        if called.problem:
            raise UnusableWorkflowError(f"it calls {quoted(uses, 80)}, and {called.problem}")
        if depth >= MAX_CALLS:
            raise UnusableWorkflowError(f"its calls nest deeper than {MAX_CALLS} workflows")
        contexts = {"github": site.scope.contexts["github"], "inputs": _call_inputs(site, called)}
        yield from self._walk(called, Scope(contexts), _Caller(site, depth + 1))


def _in_order(workflow: WorkflowFile) -> list[str]:
    graph = {name: workflow.needs_of(name) for name in workflow.jobs}
    for name, needs in graph.items():
        missing = next((need for need in needs if need not in graph), None)
        if missing is not None:
            raise UnusableWorkflowError(
                f"its job {quoted(name, 60)} needs {quoted(missing, 60)}, a job that is not there"
            )
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise UnusableWorkflowError("its jobs need each other in a circle") from error


def _needs(needs: tuple[str, ...], conditions: Mapping[str, Condition]) -> Record:
    """The ``needs`` context: results are those of a run in which nothing fails, outputs are unknown."""
    results: dict[Truth, Value] = {Truth.TRUE: "success", Truth.FALSE: "skipped"}
    return Record(
        {
            need: Record(
                {"result": results.get(conditions[need].truth, Unknown((f"needs.{need}.result",), Truth.TRUE))},
                complete=False,
            )
            for need in needs
        }
    )


def _reason(name: str, condition: Condition, blocking: list[str]) -> str:
    """Why a job does not run for certain: its own ``if:`` where that decides, else what stops a job it needs."""
    if condition.truth is Truth.TRUE:
        return ""
    decides = condition.own is condition.truth
    if blocking and not decides:
        return blocking[0]
    return f"the `if:` of job {quoted(name, 60)} {condition.because}"


def _site(
    name: str,
    job: Mapping[str, Plain],
    workflow: WorkflowFile,
    scope: Scope,
    *,
    caller: JobSite | None,
    runs: Truth,
    reason: str,
) -> JobSite:
    if caller is not None:
        runs &= caller.runs
        reason = caller.reason or reason
    return JobSite(
        id=f"{caller.id} / {name}" if caller else name,
        name=read_name(name, job, scope, caller.name if caller else None),
        job=job,
        workflow=workflow,
        scope=scope,
        runs=runs,
        reason=reason,
        id_token=_id_token(job, workflow, caller),
    )


def _id_token(job: Mapping[str, Plain], workflow: WorkflowFile, caller: JobSite | None) -> bool:
    """Whether the job's token may ask for an OIDC identity: its own permissions, capped by those of the caller.

    Written nowhere, it may not: no default of a repository includes ``id-token``.
    """
    written = job.get("permissions", workflow.permissions)
    if written is None:
        return caller is not None and caller.id_token
    own = written == "write-all" or (isinstance(written, dict) and written.get("id-token") == "write")
    return own and (caller is None or caller.id_token)


def _call_inputs(site: JobSite, called: WorkflowFile) -> Record:
    """The ``inputs`` of a called workflow: what the caller passes, else the declared defaults."""
    declared = called.on.events.get("workflow_call", {}).get("inputs") if called.on else None
    passed = site.job.get("with")
    passed = passed if isinstance(passed, dict) else {}
    values: dict[str, Value] = {}
    for name, written in declared.items() if isinstance(declared, dict) else ():
        settings = written if isinstance(written, dict) else {}
        values[name] = _call_input(passed.get(name, settings.get("default")), str(settings.get("type")), site.scope)
    return Record(values)


def _call_input(written: Plain, kind: str, scope: Scope) -> Value:
    if written is None:
        empty: dict[str, Value] = {"boolean": False, "number": 0.0, "string": ""}
        return empty.get(kind)
    if not isinstance(written, str):
        return plain_value(written)
    try:
        return interpolate(written, scope)
    except BadExpressionError:
        return Unknown(("inputs",))

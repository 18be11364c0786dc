"""What a workflow file would do on each event of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.index.addresses import Index
from bot.publishing.dispatches import DispatchInputs, read_inputs
from bot.publishing.evaluation import Record, Scope
from bot.publishing.files import UnusableWorkflowError, WorkflowFile
from bot.publishing.jobs import Budget, JobSearch
from bot.publishing.occasions import Occasion, ReleaseFacts, Trigger, github_context, triggers_of
from bot.publishing.publishing_job import PublishingJob
from bot.publishing.triggers import On, find_start
from bot.publishing.truth import Truth, any_of

_STARTABLE = ("push", "create", "release", "workflow_dispatch")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one event does to one workflow.

    ``jobs`` are all that may upload to the index when the event starts the workflow, those whose ``if:`` leaves them out
    included, each with its reason; nobody looks for them when the event does not start it.
    ``reasons`` say in clauses why something is not true, the trigger's own reason first. ``inputs_problem`` is why
    GitHub would refuse the inputs of a dispatch.
    """

    trigger: Trigger
    starts: Truth
    jobs: tuple[PublishingJob, ...] = ()
    reasons: tuple[str, ...] = ()
    inputs_problem: str = ""

    @property
    def publishes(self) -> Truth:
        """Whether the event leads to an upload."""
        return self.starts & any_of(job.publishes for job in self.jobs)

    @property
    def running_jobs(self) -> tuple[PublishingJob, ...]:
        """The publishing jobs that run or may run, surest first."""
        possible = [job for job in self.jobs if job.publishes.possible]
        return tuple(sorted(possible, key=lambda job: job.publishes is not Truth.TRUE))


@dataclass(frozen=True, slots=True)
class Assessment:
    """A workflow file and its verdicts, in the order in which the events of a release come.

    ``problem`` is one clause when the file cannot be read or GitHub would refuse it; there are no verdicts then.
    ``publishing_jobs`` are the ids of the jobs that were seen to upload to the index, whatever starts them, and
    ``opaque_jobs``, when there are none, of those that may upload through code that cannot be read here. ``calls`` are
    the workflow files it calls. ``startable`` says that it names an event we can cause, filters aside.
    """

    path: str
    problem: str = ""
    verdicts: tuple[Verdict, ...] = ()
    publishing_jobs: tuple[str, ...] = ()
    opaque_jobs: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    startable: bool = False

    def verdicts_on(self, occasion: Occasion) -> tuple[Verdict, ...]:
        """The verdicts on all events that one occasion fires."""
        return tuple(verdict for verdict in self.verdicts if verdict.trigger.occasion is occasion)

    def publishes_on(self, occasion: Occasion) -> Truth:
        """Whether any event of an occasion leads to an upload."""
        return any_of(verdict.publishes for verdict in self.verdicts_on(occasion))


@dataclass(frozen=True, slots=True)
class Assessor:
    """Decides, for each event a release causes, whether a workflow starts and publishes to ``index``.

    ``files`` are all workflow files of the commit by path (reusable workflows are followed), ``facts`` is what the
    events will say, ``inputs`` are those of a dispatch, as text. All that it assesses shares one ``budget``.
    """

    files: Mapping[str, WorkflowFile]
    facts: ReleaseFacts
    index: Index
    inputs: Mapping[str, str]
    budget: Budget = field(default_factory=Budget)

    def assess(self, workflow: WorkflowFile) -> Assessment:
        """The assessment of one of the files. Never raises: what cannot be used has a ``problem``."""
        on = workflow.on
        if workflow.problem or on is None:
            return Assessment(workflow.path, problem=workflow.problem)
        triggers = [trigger for occasion in Occasion for trigger in triggers_of(occasion, self.facts)]
        try:
            verdicts = tuple(self._verdict(workflow, on, trigger) for trigger in triggers)
            jobs = [job for verdict in verdicts for job in verdict.jobs] or self._jobs_of_none(workflow, triggers)
        except UnusableWorkflowError as error:
            return Assessment(workflow.path, problem=str(error))
        seen = tuple(dict.fromkeys(job.id for job in jobs if job.tool))
        return Assessment(
            workflow.path,
            verdicts=verdicts,
            publishing_jobs=seen,
            opaque_jobs=() if seen else tuple(dict.fromkeys(job.id for job in jobs)),
            calls=workflow.calls,
            startable=any(on.names(event) for event in _STARTABLE),
        )

    def _verdict(self, workflow: WorkflowFile, on: On, trigger: Trigger) -> Verdict:
        start = find_start(on, trigger, self.facts)
        if start.starts is Truth.FALSE:
            return Verdict(trigger, start.starts, reasons=(start.reason,))
        jobs = self._jobs(workflow, trigger)
        problem = self._given(workflow, trigger).problem
        if problem:
            return Verdict(trigger, Truth.FALSE, jobs, (problem,), inputs_problem=problem)
        reasons = [start.reason, *(job.reason for job in jobs)]
        return Verdict(trigger, start.starts, jobs, tuple(dict.fromkeys(reason for reason in reasons if reason)))

    def _jobs_of_none(self, workflow: WorkflowFile, triggers: Iterable[Trigger]) -> tuple[PublishingJob, ...]:
        """The publishing jobs as some event would find them that does not start the workflow."""
        return next((jobs for trigger in triggers if (jobs := self._jobs(workflow, trigger))), ())

    def _jobs(self, workflow: WorkflowFile, trigger: Trigger) -> tuple[PublishingJob, ...]:
        inputs = self.inputs if trigger.occasion is Occasion.DISPATCH else {}
        github = github_context(trigger, self.facts, inputs)
        scope = Scope({"github": github, "inputs": self._given(workflow, trigger).values})
        return JobSearch(self.files, self.index, self.budget).find(workflow, scope)

    def _given(self, workflow: WorkflowFile, trigger: Trigger) -> DispatchInputs:
        if trigger.occasion is Occasion.DISPATCH:
            return read_inputs(workflow.dispatch_inputs, self.inputs)
        return DispatchInputs(Record())

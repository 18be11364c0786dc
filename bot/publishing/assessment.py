"""What a workflow file would do on each event of a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.index.addresses import Index
from bot.publishing.dispatches import DispatchInputs, read_inputs
from bot.publishing.evaluation import Record, Scope
from bot.publishing.files import UnusableWorkflowError, WorkflowFile
from bot.publishing.jobs import JobSearch
from bot.publishing.occasions import Occasion, ReleaseFacts, Trigger, github_context, triggers_of
from bot.publishing.publishing_job import PublishingJob
from bot.publishing.triggers import On, Start, find_start
from bot.publishing.truth import Truth, any_of

_STARTABLE = ("push", "create", "release", "workflow_dispatch")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one event does to one workflow.

    ``jobs`` are all that may upload to the index, those that this event leaves out included, each with its reason;
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
    ``calls`` are the workflow files it calls. ``startable`` says that it names an event we can cause, filters aside.
    """

    path: str
    problem: str = ""
    verdicts: tuple[Verdict, ...] = ()
    calls: frozenset[str] = frozenset()
    startable: bool = False

    @property
    def publishing_jobs(self) -> tuple[str, ...]:
        """Ids of the jobs that were seen to upload to the index, whatever starts them."""
        return self._job_ids(seen=True)

    @property
    def opaque_jobs(self) -> tuple[str, ...]:
        """Ids of the jobs that may upload through code that cannot be read here."""
        return self._job_ids(seen=False)

    def _job_ids(self, *, seen: bool) -> tuple[str, ...]:
        ids = (job.id for verdict in self.verdicts for job in verdict.jobs if bool(job.tool) is seen)
        return tuple(dict.fromkeys(ids))

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
    events will say, ``inputs`` are those of a dispatch, as text.
    """

    files: Mapping[str, WorkflowFile]
    facts: ReleaseFacts
    index: Index
    inputs: Mapping[str, str]

    def assess(self, workflow: WorkflowFile) -> Assessment:
        """The assessment of one of the files. Never raises: what cannot be used has a ``problem``."""
        on = workflow.on
        if workflow.problem or on is None:
            return Assessment(workflow.path, problem=workflow.problem)
        triggers = [trigger for occasion in Occasion for trigger in triggers_of(occasion, self.facts)]
        try:
            verdicts = tuple(self._verdict(workflow, on, trigger) for trigger in triggers)
        except UnusableWorkflowError as error:
            return Assessment(workflow.path, problem=str(error))
        startable = any(on.names(event) for event in _STARTABLE)
        return Assessment(workflow.path, verdicts=verdicts, calls=workflow.calls, startable=startable)

    def _verdict(self, workflow: WorkflowFile, on: On, trigger: Trigger) -> Verdict:
        dispatched = trigger.occasion is Occasion.DISPATCH
        given = read_inputs(workflow.dispatch_inputs, self.inputs) if dispatched else DispatchInputs(Record())
        start = find_start(on, trigger, self.facts)
        if start.starts is Truth.TRUE and given.problem:
            start = Start(Truth.FALSE, given.problem)
        github = github_context(trigger, self.facts, self.inputs if dispatched else {})
        scope = Scope({"github": github, "inputs": given.values})
        jobs = JobSearch(self.files, self.index).find(workflow, scope)
        reasons = [start.reason] if start.reason else []
        if start.starts.possible:
            reasons += [job.reason for job in jobs if job.reason]
        return Verdict(trigger, start.starts, jobs, tuple(dict.fromkeys(reasons)), inputs_problem=given.problem)

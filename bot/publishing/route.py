"""The order of tag, release and publication, chosen from the project's own workflow files.

``choose_route`` is the whole promise of this room's front: given the workflow files of the commit to be released it
says which event will publish, through which workflow and environment, or why none would. It decides before anything
is tagged, guesses nothing, and says what it could not decide. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate

from bot.index.addresses import PYPI, Index
from bot.publishing.assessment import Assessment, Assessor, Verdict
from bot.publishing.environments import same_environment
from bot.publishing.files import is_workflow_path, read_workflow
from bot.publishing.occasions import Occasion, ReleaseFacts, Trigger, triggers_of
from bot.publishing.publishing_job import PublishingJob
from bot.publishing.quoting import quoted
from bot.publishing.refusals import (
    NoRoute,
    Refusal,
    refuse_environment,
    refuse_file,
    refuse_missing,
    refuse_mixed,
    refuse_start,
)
from bot.publishing.truth import Truth

__all__ = ["NoRoute", "Order", "PublishSettings", "Refusal", "ReleaseFacts", "Route", "Twin", "assess_files", "choose_route"]  # fmt: skip

MAX_FILES = 100
"""Workflow files that are read. The one the settings name is always among them."""

MAX_CHARACTERS = 2 * 1024 * 1024
"""Characters of all workflow files together that are read: about four seconds of computing at the worst."""


class Order(StrEnum):
    """Which of our acts starts publication. The tag always comes first."""

    TAG_PUSH = "tag push"
    RELEASE_PUBLISHED = "release published"
    DISPATCH = "dispatch"

    @property
    def occasion(self) -> Occasion:
        """The same as an occasion."""
        return Occasion(self.value)


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """The repository's settings that bear on publication.

    ``workflow`` is a file name or path, ``inputs`` are those of a dispatch as they are to be sent.
    """

    workflow: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None
    index: Index = PYPI

    @property
    def workflow_path(self) -> str | None:
        """Path of the workflow file they name."""
        if self.workflow is None:
            return None
        name = self.workflow.removeprefix("./")
        return name if "/" in name else f".github/workflows/{name}"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another run that would publish the same release: same or other workflow, another event."""

    workflow: str
    trigger: Trigger
    certain: bool

    @property
    def is_tagged(self) -> bool:
        """Whether the run is one of the release's tag, and not of the merge before it."""
        return self.trigger.occasion is not Occasion.MERGE

    def __str__(self) -> str:
        started = "merge" if self.trigger.occasion is Occasion.MERGE else str(self.trigger)
        return f"{self.workflow.rsplit('/', 1)[-1]} on {started}" + ("" if self.certain else ", perhaps")


@dataclass(frozen=True, slots=True)
class Route:
    """How this release gets published.

    ``workflow`` is the path of the file whose run is ours and ``trigger`` the event that starts that run.
    ``jobs`` are its publishing jobs, surest first. ``environment`` is where they wait: ``None`` when they have none,
    or, with ``environment_known`` false, when only the run knows. ``uncertain`` are clauses (Markdown) for what could
    not be decided; empty means that everything was. ``twins`` are the other runs that would publish too. ``inputs`` are
    those of the dispatch, if that is the order.
    """

    order: Order
    workflow: str
    trigger: Trigger
    index: Index
    jobs: tuple[PublishingJob, ...]
    environment: str | None = None
    environment_known: bool = True
    uncertain: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def event(self) -> str:
        """``event`` of the workflow run that is ours."""
        return self.trigger.event

    def publishes_in(self, job_name: str) -> bool:
        """Whether a run's job of this name is one of the publishing jobs, those of a matrix included."""
        return any(job.name.fits(job_name) for job in self.jobs)

    @property
    def signer_workflow(self) -> str:
        """Path of the file that attestations will name as their signer: a called workflow, when that one publishes."""
        return self.jobs[0].written_in

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment in which a publishing job is known to wait."""
        return tuple(dict.fromkeys(job.environment for job in self.jobs if job.environment is not None))


def assess_files(files: Mapping[str, str], facts: ReleaseFacts, settings: PublishSettings) -> tuple[Assessment, ...]:
    """What every workflow file of a commit would do, in the order of their paths.

    Args:
        files: text by path; paths that are no workflow's are left out.
        facts: what the events will say.
        settings: which index, and the inputs of a dispatch.
    """
    read = {path: read_workflow(path, files[path]) for path in _readable(files, settings)}
    assessor = Assessor(read, facts, settings.index, settings.inputs)
    # What the settings name comes first, so that nothing in another file can use up what may be spent on it.
    order = sorted(read.values(), key=lambda file: file.path != settings.workflow_path)
    return tuple(sorted((assessor.assess(file) for file in order), key=lambda one: one.path))


def _readable(files: Mapping[str, str], settings: PublishSettings) -> list[str]:
    """The workflow files to be read: as many as the limits allow, the one the settings name before all others."""
    paths = sorted(path for path in files if is_workflow_path(path))
    paths.sort(key=lambda path: path != settings.workflow_path)
    sizes = accumulate(len(files[path]) for path in paths)
    return sorted(path for path, total in zip(paths[:MAX_FILES], sizes, strict=False) if total <= MAX_CHARACTERS)


def choose_route(files: Mapping[str, str], facts: ReleaseFacts, settings: PublishSettings) -> Route | NoRoute:
    """The order in which this release is tagged, released and published, or why nothing would publish it.

    The publish workflow is the one the settings name, else the only one with a publishing job for the index, and of
    several such the only one that this tag makes publish. Of the
    events we can cause a certain one goes before an uncertain one; between equals the tag push goes first, since the
    tag comes first in every order and its run would reach the publishing job first. Whatever the files hold, nothing
    is raised.
    """
    assessments = assess_files(files, facts, settings)
    chosen = _find_workflow(assessments, settings)
    if isinstance(chosen, NoRoute):
        return chosen
    best = _best_order(chosen)
    if best is None:
        return refuse_start(chosen, settings.index)
    order, verdict = best
    jobs = _in_environment(verdict.running_jobs, settings.environment)
    if not jobs:
        return refuse_environment(chosen.path, verdict.running_jobs, settings.environment or "")
    if len(jobs) < len(verdict.running_jobs) or not _share_environment(jobs):
        # One job at the gate is no gate for the others: whichever is unguarded would publish at once.
        return refuse_mixed(chosen.path, verdict.running_jobs)
    first = jobs[0]
    return Route(
        order=order,
        workflow=chosen.path,
        trigger=verdict.trigger,
        index=settings.index,
        jobs=jobs,
        environment=first.environment if first.environment_known else settings.environment,
        environment_known=first.environment_known or settings.environment is not None,
        uncertain=(*_doubts(verdict, jobs, settings), *_unread(assessments)),
        twins=_twins(order, verdict, chosen, assessments, facts),
        inputs=settings.inputs if order is Order.DISPATCH else {},
    )


def _find_workflow(assessments: tuple[Assessment, ...], settings: PublishSettings) -> Assessment | NoRoute:
    path = settings.workflow_path
    if path is not None:
        named = next((one for one in assessments if one.path == path), None)
        if named is None:
            return refuse_missing(path)
        if named.publishing_jobs or named.opaque_jobs:
            return named
        return refuse_file(assessments, [named], settings.index)
    candidates = _candidates(assessments)
    if len(candidates) > 1:
        candidates = _started_by_tag(candidates) or candidates
    return candidates[0] if len(candidates) == 1 else refuse_file(assessments, candidates, settings.index)


def _candidates(assessments: tuple[Assessment, ...]) -> list[Assessment]:
    """The files that may be the publish workflow.

    A reusable workflow counts through the file that calls it, one that no event of ours can start (a nightly build)
    only when there is no other, and one that may publish by code we do not see only when nothing else does.
    """
    publishing = [one for one in assessments if one.publishing_jobs]
    called = frozenset[str]().union(*(one.calls for one in publishing))
    ours = [one for one in publishing if one.startable and one.path not in called]
    return ours or publishing or [one for one in assessments if one.opaque_jobs and one.startable]


def _started_by_tag(candidates: list[Assessment]) -> list[Assessment]:
    """Those that publish, or may, once this very tag is pushed or released: of several packages each may have its own.

    A dispatch starts any of them, whatever it publishes, so it tells nothing.
    """
    occasions = (Occasion.TAG_PUSH, Occasion.RELEASE_PUBLISHED)
    return [one for one in candidates if any(one.publishes_on(occasion).possible for occasion in occasions)]


_PREFERENCE = (Order.TAG_PUSH, Order.RELEASE_PUBLISHED, Order.DISPATCH)


def _best_order(assessment: Assessment) -> tuple[Order, Verdict] | None:
    """The order to take, and the first verdict on it that publishes: that run is ours."""
    for truth in (Truth.TRUE, Truth.UNKNOWN):
        for order in _PREFERENCE:
            for verdict in assessment.verdicts_on(order.occasion):
                if verdict.publishes is truth:
                    return order, verdict
    return None


def _in_environment(jobs: tuple[PublishingJob, ...], environment: str | None) -> tuple[PublishingJob, ...]:
    """The jobs that run, or may run, in the environment the settings name; all when they name none."""
    if environment is None:
        return jobs
    return tuple(job for job in jobs if not job.environment_known or same_environment(job.environment, environment))


def _share_environment(jobs: tuple[PublishingJob, ...]) -> bool:
    known = [job.environment for job in jobs if job.environment_known]
    return all(same_environment(environment, known[0]) for environment in known)


def _doubts(verdict: Verdict, jobs: Iterable[PublishingJob], settings: PublishSettings) -> list[str]:
    said = list(verdict.reasons) if verdict.publishes is not Truth.TRUE else []
    if settings.environment is None:
        said += [
            f"only the run knows the environment of job {quoted(job.id)}" for job in jobs if not job.environment_known
        ]
    return said


def _unread(assessments: Iterable[Assessment]) -> list[str]:
    return [f"{quoted(one.path)} could not be taken into account: {one.problem}" for one in assessments if one.problem]


def _twins(
    order: Order, ours: Verdict, chosen: Assessment, assessments: Iterable[Assessment], facts: ReleaseFacts
) -> tuple[Twin, ...]:
    """Every other run that this release will start and that publishes, or may, as well.

    Unless the release itself starts publication it is published from a draft, which fires fewer events. What hands
    over to code we do not read is no twin: else every deployment of documentation would be one.
    """
    caused = [*triggers_of(Occasion.MERGE, facts), *triggers_of(Occasion.TAG_PUSH, facts)]
    caused += triggers_of(Occasion.RELEASE_PUBLISHED, facts, drafted=order is not Order.RELEASE_PUBLISHED)
    return tuple(
        Twin(one.path, verdict.trigger, certain=verdict.publishes is Truth.TRUE)
        for one in assessments
        for verdict in one.verdicts
        if not (one is chosen and verdict is ours) and verdict.trigger in caused and verdict.publishes.possible
        if any(job.tool for job in verdict.jobs)
    )

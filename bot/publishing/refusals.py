"""Why no event of a release would publish it, and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.index.addresses import Index
from bot.publishing.assessment import Assessment
from bot.publishing.occasions import Occasion
from bot.publishing.publishing_job import PublishingJob
from bot.publishing.quoting import quoted
from bot.publishing.truth import Truth


class Refusal(StrEnum):
    """Reason codes; each leads to one fix."""

    NO_WORKFLOW = "no-publish-workflow"
    SEVERAL_WORKFLOWS = "several-publish-workflows"
    NAMED_MISSING = "named-workflow-missing"
    UNREADABLE = "workflow-unreadable"
    NAMED_DOES_NOT_PUBLISH = "named-workflow-does-not-publish"
    PUBLISHES_ON_MERGE = "publishes-on-merge"
    NOTHING_STARTS_IT = "nothing-starts-publication"
    INPUTS_REFUSED = "dispatch-inputs-refused"
    OTHER_ENVIRONMENT = "other-environment"


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Nothing we can cause would publish the release.

    ``cause`` and ``fix`` are one sentence each (Markdown); ``reasons`` say for each event why it does not publish;
    ``candidates`` are the workflow files between which somebody has to choose.
    """

    code: Refusal
    cause: str
    fix: str
    workflow: str | None = None
    reasons: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Cause and fix together."""
        return f"{self.cause} {self.fix}"


def refuse_missing(path: str) -> NoRoute:
    """The refusal when the settings name a file that the commit does not have."""
    return NoRoute(
        Refusal.NAMED_MISSING,
        f"The settings name {quoted(path)}, and there is no such workflow file.",
        "Add it, or name another one as `workflow` in the settings.",
        workflow=path,
    )


def refuse_environment(path: str, jobs: Iterable[PublishingJob], wanted: str) -> NoRoute:
    """The refusal when publication would not wait where the settings say it does."""
    names = ", ".join(quoted(job.environment) if job.environment else "none" for job in jobs)
    return NoRoute(
        Refusal.OTHER_ENVIRONMENT,
        f"The settings say that publication waits at the environment {quoted(wanted)}, but the environment of the "
        f"publishing job is {names}.",
        f"Write {quoted(f'environment: {wanted}')} into that job in {quoted(path)}, or correct `environment` in the settings.",
        workflow=path,
    )


def refuse_mixed(path: str, jobs: Iterable[PublishingJob]) -> NoRoute:
    """The refusal when several jobs publish and do not wait at the same environment."""
    names = ", ".join(f"{quoted(job.id)}: {quoted(job.environment) if job.environment else 'none'}" for job in jobs)
    return NoRoute(
        Refusal.OTHER_ENVIRONMENT,
        f"Several jobs publish, and not all of them wait at the same environment ({names}), so one would pass the other's gate.",
        f"Give each publishing job in {quoted(path)} the same `environment`, or leave one of them.",
        workflow=path,
    )


def refuse_file(assessments: Sequence[Assessment], candidates: Sequence[Assessment], index: Index) -> NoRoute:
    """The refusal when the files do not point to one publish workflow: none, several, or one that is no such thing."""
    if len(candidates) > 1:
        paths = tuple(one.path for one in candidates)
        return NoRoute(
            Refusal.SEVERAL_WORKFLOWS,
            f"{len(paths)} workflow files have a job that publishes to {index.title}.",
            "Name the one to use as `workflow` in the settings.",
            candidates=paths,
        )
    if candidates and candidates[0].problem:
        one = candidates[0]
        return NoRoute(
            Refusal.UNREADABLE,
            f"{quoted(one.path)} cannot be used: {one.problem}.",
            f"Correct {quoted(one.path)} on the branch that is released.",
            workflow=one.path,
        )
    if candidates:
        one = candidates[0]
        return NoRoute(
            Refusal.NAMED_DOES_NOT_PUBLISH,
            f"{quoted(one.path)}, which the settings name, has no job that publishes to {index.title}.",
            "Name the file that does as `workflow` in the settings, or take that setting out.",
            workflow=one.path,
        )
    return _none(assessments, index)


def _none(assessments: Sequence[Assessment], index: Index) -> NoRoute:
    unread = tuple(f"{quoted(one.path)}: {one.problem}" for one in assessments if one.problem)
    return NoRoute(
        Refusal.NO_WORKFLOW,
        f"No workflow file has a job that publishes to {index.title}.",
        "Add a publish workflow with `pypa/gh-action-pypi-publish` that a tag push starts.",
        reasons=unread,
    )


def refuse_start(assessment: Assessment, index: Index) -> NoRoute:
    """The refusal when the publish workflow is known but no event of ours makes it publish."""
    reasons: dict[str, str] = {}
    for verdict in assessment.verdicts:
        # Hardly anybody means `on: create`, and the merge is no way to publish a release.
        if verdict.trigger.event != "create" and verdict.trigger.occasion is not Occasion.MERGE:
            for reason in verdict.reasons[:1]:
                reasons.setdefault(reason, str(verdict.trigger))
    said = tuple(f"{event}: {reason}" for reason, event in reasons.items())
    return _start_refusal(assessment, index, said)


def _start_refusal(assessment: Assessment, index: Index, reasons: tuple[str, ...]) -> NoRoute:
    path = assessment.path
    on_merge = assessment.publishes_on(Occasion.MERGE)
    if on_merge.possible:
        does = "publishes" if on_merge is Truth.TRUE else "may publish"
        return NoRoute(
            Refusal.PUBLISHES_ON_MERGE,
            f"{quoted(path)} {does} when something is merged, not when a tag, a release or a dispatch asks for it.",
            f"Let a tag start it: `on: push: tags: ['v*']` in {quoted(path)}, without `branches`.",
            workflow=path,
            reasons=reasons,
        )
    if problem := _inputs_problem(assessment):
        return NoRoute(
            Refusal.INPUTS_REFUSED,
            f"{quoted(path)} is dispatched, and {problem}.",
            "Give the inputs it declares under `[tool.aweigh.workflow-inputs]`; `{tag}` and `{version}` are filled in there.",
            workflow=path,
            reasons=reasons,
        )
    return NoRoute(
        Refusal.NOTHING_STARTS_IT,
        f"Neither the tag nor the GitHub Release nor a dispatch would make {quoted(path)} publish to {index.title}.",
        _start_fix(assessment),
        workflow=path,
        reasons=reasons,
    )


def _inputs_problem(assessment: Assessment) -> str:
    """Why a dispatch is refused for its inputs, when nothing but that stands in its way."""
    for verdict in assessment.verdicts_on(Occasion.DISPATCH):
        if verdict.inputs_problem in verdict.reasons and any(job.publishes.possible for job in verdict.jobs):
            return verdict.inputs_problem
    return ""


def _start_fix(assessment: Assessment) -> str:
    starting = any(
        verdict.starts.possible for verdict in assessment.verdicts if verdict.trigger.occasion is not Occasion.MERGE
    )
    if starting:
        job = assessment.publishing_jobs[0] if assessment.publishing_jobs else assessment.opaque_jobs[0]
        return f"Change the `if:` that leaves out job {quoted(job)} in {quoted(assessment.path)} so that a tag push reaches it."
    return f"Add `push: tags: ['v*']`, or a pattern that matches your tags, under `on:` in {quoted(assessment.path)}."

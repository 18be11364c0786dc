"""Workflow files as read: their triggers, jobs and permissions, or why they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bot.publishing.documents import Plain, UnreadableDocumentError, read_document
from bot.publishing.triggers import On, read_on


class UnusableWorkflowError(Exception):
    """GitHub would refuse the workflow, or it is too large to decide; the message is one clause saying why."""


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """One file below ``.github/workflows/``. With a ``problem`` (one clause) everything else is empty."""

    path: str
    on: On | None = None
    jobs: Mapping[str, Mapping[str, Plain]] = field(default_factory=dict)
    permissions: Plain = None
    env: Plain = None
    dispatch_inputs: Mapping[str, Plain] = field(default_factory=dict)
    problem: str = ""

    def needs_of(self, job: str) -> tuple[str, ...]:
        """The jobs that ``job`` names in ``needs``."""
        needs = self.jobs[job].get("needs")
        if isinstance(needs, str):
            return (needs,)
        return tuple(need for need in needs if isinstance(need, str)) if isinstance(needs, list) else ()

    @property
    def calls(self) -> frozenset[str]:
        """Paths of the workflow files of this repository that its jobs call."""
        uses = (job.get("uses") for job in self.jobs.values())
        return frozenset(use.removeprefix("./") for use in uses if isinstance(use, str) and use.startswith("./"))


def read_workflow(path: str, text: str) -> WorkflowFile:
    """Read one workflow file; whatever the text is, the answer is a ``WorkflowFile`` and never an exception."""
    # Every observation of a release reads the same few files; a large one is not worth the memory.
    return _read_again(path, text) if len(text) <= _REMEMBERED else _read(path, text)


def _read(path: str, text: str) -> WorkflowFile:
    try:
        document = read_document(text)
    except UnreadableDocumentError as error:
        return WorkflowFile(path, problem=str(error))
    on = read_on(document.get("on"))
    jobs = document.get("jobs")
    if on is None:
        return WorkflowFile(path, problem="it has no `on:`")
    if not isinstance(jobs, dict) or not jobs:
        return WorkflowFile(path, problem="it has no `jobs:`")
    named = {name: job for name, job in jobs.items() if isinstance(job, dict)}
    if len(named) != len(jobs):
        return WorkflowFile(path, problem="one of its jobs is not a mapping")
    inputs = on.events.get("workflow_dispatch", {}).get("inputs")
    return WorkflowFile(
        path,
        on=on,
        jobs=named,
        permissions=document.get("permissions"),
        env=document.get("env"),
        dispatch_inputs=inputs if isinstance(inputs, dict) else {},
    )


_REMEMBERED = 32 * 1024
_read_again = lru_cache(maxsize=32)(_read)


def is_workflow_path(path: str) -> bool:
    """Whether GitHub reads a file at this path as a workflow: directly below ``.github/workflows/``."""
    folder, _, name = path.rpartition("/")
    return folder == ".github/workflows" and name.endswith((".yml", ".yaml"))

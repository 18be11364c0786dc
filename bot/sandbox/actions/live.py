"""A run together with the world it happens in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.actions.definitions import read_workflow
from bot.sandbox.actions.expression import Value
from bot.sandbox.actions.workflow import JobDefinition, WorkflowFile
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.runs import Gate, Job, WorkflowRun
from bot.sandbox.world import World


@dataclass(frozen=True)
class LiveRun:
    """One run, its repository and the world. Everything that is remembered lies in the world."""

    world: World
    repository: Repository
    run: WorkflowRun

    @property
    def file(self) -> WorkflowFile:
        """The workflow file of the commit the run is about. Raises WorkflowError when it is invalid."""
        return read_workflow(self.repository, self.run.head_sha, self.run.workflow.path)

    @property
    def jobs(self) -> dict[str, Job]:
        """The jobs of the current attempt so far, by their key in the file."""
        return {job.key: job for job in self.run.jobs if job.run_attempt == self.run.run_attempt}

    @property
    def gates(self) -> list[Gate]:
        """The gates of the current attempt that still wait."""
        attempt = self.run.run_attempt
        return [gate for gate in self.run.gates if gate.run_attempt == attempt and gate.state == "waiting"]

    def now(self) -> datetime:
        """The present instant of the world."""
        return self.world.now()

    def ancestors(self, job: JobDefinition) -> set[str]:
        """The keys of all jobs this one needs, directly or through others."""
        found: set[str] = set()
        waiting = list(job.needs)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.file.jobs[key].needs
        return found

    def status_functions(self, job: JobDefinition) -> Mapping[str, Callable[[], bool]]:
        """`success()` and its like as the `if:` of a job sees them: over all jobs it needs, near and far."""
        jobs = self.jobs
        conclusions = [jobs[key].conclusion for key in self.ancestors(job) if key in jobs]
        cancelled = self.run.cancel_requested
        return {
            "success": lambda: not cancelled and all(conclusion == "success" for conclusion in conclusions),
            "failure": lambda: any(conclusion == "failure" for conclusion in conclusions),
            "cancelled": lambda: cancelled,
            "always": lambda: True,
        }

    def contexts(self, job: JobDefinition | None = None) -> dict[str, Value]:
        """The contexts a job's own keys may use: github, inputs, vars and, for a job, needs."""
        contexts: dict[str, Value] = {"github": self._github(job), "inputs": self._inputs(), "vars": {}}
        if job is not None:
            contexts["needs"] = dict(self._needs(job))
        return contexts

    def _needs(self, job: JobDefinition) -> Iterator[tuple[str, Value]]:
        jobs = self.jobs
        for key in job.needs:
            yield key, {"result": jobs[key].conclusion, "outputs": dict(jobs[key].outputs)}

    def _inputs(self) -> dict[str, Value]:
        """The inputs of a dispatch; a boolean one is a boolean here, though text in the event."""
        declared = self.file.triggers.dispatch_inputs or {}
        return {
            name: value == "true" if name in declared and declared[name].type == "boolean" else value
            for name, value in self.run.inputs.items()
        }

    def _github(self, job: JobDefinition | None) -> dict[str, Value]:
        run, links = self.run, self.world.links
        return {
            **self.identity(),
            "event": run.event_payload,
            "job": job.id if job else None,
            "server_url": links.web,
            "api_url": links.api,
            "graphql_url": links.graphql,
            "workspace": "/home/runner/work",
            "token": "***",
            "triggering_actor": run.triggering_actor.login,
            "repositoryUrl": repository_page(links, self.repository).replace("http", "git", 1) + ".git",
        }

    def identity(self) -> dict[str, Any]:
        """What the `github` context and the OIDC token both say about the run, with ids as text."""
        run, repository = self.run, self.repository
        workflow_ref = f"{repository.full_name}/{run.workflow.path}@{run.ref}"
        return {
            "ref": run.ref,
            "ref_name": run.head_branch,
            "ref_type": "tag" if run.ref.startswith("refs/tags/") else "branch",
            "ref_protected": False,
            "sha": run.head_sha,
            "head_ref": "",
            "base_ref": "",
            "event_name": run.event,
            "repository": repository.full_name,
            "repository_id": str(repository.id),
            "repository_owner": repository.owner.login,
            "repository_owner_id": str(repository.owner.id),
            "repository_visibility": "private" if repository.private else "public",
            "actor": run.actor.login,
            "actor_id": str(run.actor.id),
            "run_id": str(run.id),
            "run_number": str(run.run_number),
            "run_attempt": str(run.run_attempt),
            "workflow": run.workflow.name,
            "workflow_ref": workflow_ref,
            "workflow_sha": run.head_sha,
        }

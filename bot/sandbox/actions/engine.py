"""Actions as a whole: it hears what happens in the world and moves runs on, one transition at a time."""

import asyncio
from collections.abc import Iterator

from bot.sandbox.actions import gates, lifecycle, starting
from bot.sandbox.actions.expression import ExpressionError, interpolate
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.actions.steps.execution import Services, Switches
from bot.sandbox.actions.steps.runner import run_job
from bot.sandbox.actions.workflow import JobDefinition, WorkflowError
from bot.sandbox.world import World


class Actions:
    """Moves the runs of a world.

    Nothing happens by itself: a test calls `advance` or `settle`, a server leaves `run` in the background. What runs
    there are, and how far, is remembered by the world alone.
    """

    def __init__(self, world: World, services: Services) -> None:
        self.world = world
        self.services = services
        self.switches = Switches()
        self._lock = asyncio.Lock()
        world.observers.append(starting.on_event)

    async def advance(self) -> bool:
        """Make one transition of the oldest run that can move; False when none can."""
        async with self._lock:
            for live in self._live_runs():
                if await self._move(live):
                    return True
            return False

    async def settle(self) -> None:
        """Move everything until all runs are over or wait for somebody."""
        while await self.advance():
            pass

    async def run(self, pause: float = 0.2) -> None:
        """Move on for ever, one transition every `pause` seconds, so that people can watch states change."""
        while True:
            await self.advance()
            await asyncio.sleep(pause)

    def _live_runs(self) -> Iterator[LiveRun]:
        for repository in list(self.world.repositories.values()):
            for run in list(repository.runs.values()):
                if run.status != "completed":
                    yield LiveRun(self.world, repository, run)

    async def _move(self, live: LiveRun) -> bool:
        """One transition of one run, in the order in which nothing has to be taken back later."""
        if live.run.disallowed:
            lifecycle.fail_without_jobs(live)
            return True
        try:
            definitions = live.file.jobs
        except WorkflowError:
            lifecycle.fail_without_jobs(live)
            return True
        if live.run.cancel_requested:
            lifecycle.cancel_run(live)
            return True
        if self._move_gate(live) or await self._move_job(live):
            return True
        ready = lifecycle.find_ready(live)
        if ready is not None:
            lifecycle.open_job(live, ready)
            return True
        jobs = live.jobs
        if len(jobs) == len(definitions) and all(job.status == "completed" for job in jobs.values()):
            lifecycle.finish_run(live)
            return True
        return False

    def _move_gate(self, live: LiveRun) -> bool:
        """Let through, or turn away, the jobs at a gate that was decided about."""
        for gate in live.run.gates:
            if gate.state == "waiting":
                gates.settle_gate(gate, live.now())
            waiting = any(job.status == "waiting" for job in gate.jobs)
            if waiting and gate.state == "approved":
                lifecycle.pass_gate(live, gate)
                return True
            if waiting and gate.state == "rejected":
                lifecycle.refuse_at_gate(live, gate)
                return True
        return False

    async def _move_job(self, live: LiveRun) -> bool:
        """Take up a queued job, or run the one that was taken up."""
        for job in live.jobs.values():
            if job.status == "queued":
                lifecycle.begin_job(live, job)
                return True
        for job in live.jobs.values():
            if job.status == "in_progress":
                definition = live.file.jobs[job.key]
                conclusion = await run_job(live, job, definition, self.services, self.switches)
                url = self._environment_url(live, definition) if conclusion == "success" else ""
                lifecycle.finish_job(live, job, conclusion, url=url)
                return True
        return False

    def _environment_url(self, live: LiveRun, definition: JobDefinition) -> str:
        """The address the job's environment shows once it succeeded; one that cannot be read is left out."""
        url = definition.environment.url if definition.environment else None
        try:
            return interpolate(url or "", live.contexts(definition))
        except ExpressionError:
            return ""

"""Reading the workflow runs of a tag, each with its jobs, and with who keeps it waiting or turned it away."""

from __future__ import annotations

from bot.github.actions import list_jobs, list_pending, list_reviews, list_runs
from bot.github.client import Session
from bot.github.facts import RunFacts, TagRef, WorkflowRun
from bot.publishing.route import Route


async def list_run_facts(session: Session, route: Route, tag: TagRef, bot_id: int) -> tuple[RunFacts, ...]:
    """The runs at ``tag`` of the workflows that would publish it; ``bot_id`` tells which of them we caused."""
    files = {route.workflow, *(twin.workflow for twin in route.twins)}
    runs = await list_runs(session, tag.commit)
    ours = [run for run in runs if run.path in files and run.head_branch == tag.name]
    return tuple([await _read_run(session, run, bot_id) for run in ours])


async def _read_run(session: Session, run: WorkflowRun, bot_id: int) -> RunFacts:
    jobs = await list_jobs(session, run.id)
    waiting = not run.is_over and any(job.status == "waiting" for job in jobs)
    asked = waiting or (run.is_over and run.conclusion != "success")
    return RunFacts(
        run=run,
        jobs=jobs,
        pending=await list_pending(session, run.id) if waiting else (),
        reviews=await list_reviews(session, run.id) if asked else (),
        by_us=run.actor_id == bot_id,
    )

"""The requests of a release without a pull request, phase by phase."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.acme_files import Trigger
from tests.crash.stage import Stage, open_stage
from tests.stories.derived import derived
from tests.stories.phases import Phase

TAG_PHASES = ("command to the run that publishes", "from there to the gate", "approval to done", "a push")


async def count_tagging(trigger: Trigger) -> list[Phase]:
    """Release a second time without a pull request, and count; by then tokens and the like are at hand."""
    stage = await open_stage(trigger=trigger)
    await _release(stage, "1.2.0")
    # Two releases within a minute would be more than GitHub lets an App write.
    await stage.pass_time(timedelta(minutes=10))
    phases = await _release(stage, "1.3.0")
    await stage.stop()
    return phases


async def _release(stage: Stage, version: str) -> list[Phase]:
    acme, log = stage.acme, stage.sandbox.world.requests
    acme.hugo.push_commit("main", derived(version), f"build: as {version}")
    await stage.settle()
    issue = acme.feature
    bounds = [len(log)]

    async def settle(*, runners: bool = True) -> None:
        stage.runners = runners
        await stage.settle()
        bounds.append(len(log))

    acme.mona.comment(issue.number, f"/release {version}")
    await settle(runners=False)
    assert acme.repository.store.find_ref(f"refs/tags/v{version}") is not None
    await settle()
    acme.hugo.comment(issue.number, f"/release approve {version}")
    await settle()
    said = [one.body for one in issue.comments if one.body.startswith("<!-- aweigh:outcome published")]
    assert f"`{version}`" in said[-1]
    acme.mona.push_commit("main", {"NOTES.md": f"after {version}\n"}, "docs: notes")
    await settle()
    return [Phase.of(name, log[bounds[i] : bounds[i + 1]]) for i, name in enumerate(TAG_PHASES)]

"""actions/checkout, and the actions that only prepare a runner."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.actions.steps.execution import Execution, StepFailedError


async def checkout(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Fill the working directory with the files of the run's commit, or of another ref of the same repository."""
    live = execution.live
    named = execution.text(inputs, "repository", live.repository.full_name)
    if named != live.repository.full_name:
        raise StepFailedError(f"The sandbox checks out its own repository only, not {named}")
    ref = execution.text(inputs, "ref")
    commit = live.repository.store.find_commit(ref) if ref else live.repository.store.commit(live.run.head_sha)
    if commit is None:
        raise StepFailedError(f"A branch or tag with the name '{ref}' could not be found")
    entries = live.repository.store.files(commit.sha)
    folder = execution.text(inputs, "path").strip("/")
    for path, entry in entries.items():
        if entry.kind == "blob":
            execution.files[f"{folder}/{path}".lstrip("/")] = live.repository.store.blob(entry.sha)
    execution.log.write(f"Syncing repository: {live.repository.full_name}")
    execution.log.write(f"HEAD is now at {commit.sha[:7]} {commit.headline}")


async def prepare(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Set up a tool: it is there already."""
    version = execution.text(inputs, "python-version") or execution.text(inputs, "version")
    execution.log.write(f"Successfully set up {version}".rstrip())

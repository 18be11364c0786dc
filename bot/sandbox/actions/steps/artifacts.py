"""actions/upload-artifact and actions/download-artifact."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.sandbox.actions.globs import match_filters
from bot.sandbox.actions.steps.execution import Execution, StepFailedError
from bot.sandbox.state.runs import Artifact


async def upload_artifact(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Keep the files a list of patterns names; their common folder is left out of their names, as GitHub does."""
    name = execution.text(inputs, "name", "artifact")
    patterns = [line.strip() for line in execution.text(inputs, "path").splitlines() if line.strip()]
    files = select_files(execution.files, patterns)
    if not files:
        message = f"No files were found with the provided path: {' '.join(patterns)}. No artifacts will be uploaded."
        if execution.text(inputs, "if-no-files-found", "warn") == "error":
            raise StepFailedError(message)
        execution.log.mark_warning(message)
        return
    execution.log.write(f"With the provided path, there will be {len(files)} file{'s' * (len(files) != 1)} uploaded")
    keep_artifact(execution, name, files)


def keep_artifact(execution: Execution, name: str, files: Mapping[str, bytes]) -> None:
    """Put an artifact onto the run. Raises StepFailedError when this attempt has one of that name."""
    run = execution.live.run
    if any(kept.name == name and kept.run_attempt == run.run_attempt for kept in run.artifacts):
        message = "(409) Conflict: an artifact with this name already exists on the workflow run"
        raise StepFailedError(f"Failed to CreateArtifact: Received non-retryable error: Failed request: {message}")
    number, now = execution.live.world.ids.next(), execution.live.now()
    run.artifacts.append(Artifact(number, name, run.run_attempt, dict(files), now))
    execution.log.write(f"Artifact {name} has been successfully uploaded! Artifact ID is {number}")


def select_files(files: Mapping[str, bytes], patterns: list[str]) -> dict[str, bytes]:
    """The files that the patterns name (a folder means all in it), without the folder they have in common."""
    positive = [_normal(pattern) for pattern in patterns if not pattern.startswith("!")]
    negative = [f"!{_normal(pattern[1:])}" for pattern in patterns if pattern.startswith("!")]
    folders = [f"{pattern}/**" for pattern in positive]
    chosen = [path for path in files if match_filters(path, [*positive, *folders, *negative])]
    roots = {_root(path, positive) for path in chosen}
    root = roots.pop() if len(roots) == 1 else ""
    return {path.removeprefix(root): files[path] for path in sorted(chosen)}


def _normal(pattern: str) -> str:
    return pattern.strip().removeprefix("./").rstrip("/") or "**"


def _root(path: str, patterns: list[str]) -> str:
    """The part of a path before the first wildcard of the pattern that found it, up to a slash."""
    for pattern in patterns:
        fixed = pattern.split("*")[0]
        folder = (
            f"{pattern}/" if "*" not in pattern and path.startswith(f"{pattern}/") else f"{fixed.rpartition('/')[0]}/"
        )
        if folder != "/" and path.startswith(folder):
            return folder
    return ""


async def download_artifact(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Put the files of one artifact, or of all that a pattern names, into a folder."""
    name = execution.text(inputs, "name")
    folder = execution.text(inputs, "path").strip().removeprefix("./").rstrip("/")
    newest = {kept.name: kept for kept in execution.live.run.artifacts}
    if name:
        if name not in newest:
            help_page = "Please ensure that your artifact is not expired and the artifact was uploaded"
            raise StepFailedError(f"Unable to download artifact(s): Artifact not found for name: {name}\n{help_page}")
        _place(execution, newest[name], folder)
        return
    pattern = execution.text(inputs, "pattern", "*")
    merge = execution.flag(inputs, "merge-multiple", default=False)
    for kept in newest.values():
        if fnmatchcase(kept.name, pattern or "*"):
            _place(execution, kept, folder if merge else f"{folder}/{kept.name}".lstrip("/"))


def _place(execution: Execution, kept: Artifact, folder: str) -> None:
    for path, content in kept.files.items():
        execution.files[f"{folder}/{path}".lstrip("/")] = content
    execution.log.write(f"Artifact download completed successfully: {kept.name} ({len(kept.files)} files)")

"""hynek/build-and-inspect-python-package: build, check, keep the result as the artifact "Packages"."""

from collections.abc import Mapping
from email.parser import HeaderParser
from typing import Any

from bot.sandbox.actions.steps.artifacts import keep_artifact
from bot.sandbox.actions.steps.commands import build_distributions
from bot.sandbox.actions.steps.execution import Execution, StepFailedError
from bot.sandbox.actions.steps.metadata import read_metadata


async def build_and_inspect(execution: Execution, inputs: Mapping[str, Any]) -> None:
    """Build the project below `path`. Raises StepFailedError when the build fails."""
    if execution.text(inputs, "path", ".").strip("./"):
        raise StepFailedError("The sandbox builds the project at the top of the repository only")
    built = await build_distributions(execution)
    for name, content in built.files.items():
        metadata = HeaderParser().parsestr(read_metadata(name, content))
        execution.log.write(f"Checking {name}: PASSED ({metadata['Name']} {metadata['Version']})")
    keep_artifact(execution, "Packages" + execution.text(inputs, "upload-name-suffix"), built.files)

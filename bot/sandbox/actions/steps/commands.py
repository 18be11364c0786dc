"""`run:` commands. The sandbox has no shell: it knows a few lines by heart and refuses every other one."""

import re
from collections.abc import Awaitable, Callable

from bot.sandbox.actions.steps.building import Build
from bot.sandbox.actions.steps.execution import Execution, StepFailedError

_PYTHON = r"(?:python3?(?:\.\d+)? -m )"
_TOOLS = r"(?:build|hatch|hatchling|flit|pip|setuptools|twine|uv|wheel)(?:\[[\w,]+\])?(?:[=<>~!]=?[\w.*,<>=]+)?"
_BUILD = re.compile(
    rf"(?:{_PYTHON}build|pyproject-build|uv build|hatch build|pipx run build|uvx --from build pyproject-build)"
    r"(?P<flags>(?: (?:--sdist|--wheel|-s|-w|-n|--no-isolation|-v|--verbose))*)"
    r"(?: (?:--outdir|-o|--out-dir) (?P<out>[\w./-]+?)/?)?(?: (?P<project>\.|[\w.][\w./-]*?)/?)?"
)
_INSTALL = re.compile(
    rf"{_PYTHON}?pip install(?: (?:-U|--upgrade|-q|--quiet|--user))*(?: ['\"]?{_TOOLS}['\"]?)+(?: --user)?"
)
_CHECK = re.compile(rf"{_PYTHON}?twine check(?: --strict)? dist/\*|uvx twine check dist/\*")
_ECHO = re.compile(
    r"""echo (?P<text>"(?:[^"`$]|\$(?!\())*"|'[^']*'|[^"'`|&;<>()]*?)(?: *>> *["']?\$\{?(?P<file>GITHUB_\w+)\}?["']?)?"""
)
_EXIT = re.compile(r"exit (?P<code>\d{1,3})")
_LIST = re.compile(r"ls(?: -[alhR1]+)?(?: (?P<folder>[\w./-]+?)/?)?")
_KINDS = {".tar.gz": {"--sdist", "-s"}, ".whl": {"--wheel", "-w"}}
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")

_Handler = Callable[[Execution, re.Match[str], dict[str, str]], Awaitable[None]]


async def run_command(execution: Execution, script: str) -> dict[str, str]:
    """Run a script line by line and return the outputs it set. Raises StepFailedError at the first line that fails."""
    outputs: dict[str, str] = {}
    for line in _lines(script):
        for pattern, handler in _COMMANDS:
            match = pattern.fullmatch(line)
            if match is not None:
                await handler(execution, match, outputs)
                break
        else:
            raise StepFailedError(f"The sandbox has no shell and cannot run this command: {line}")
    return outputs


def _lines(script: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", " ", script)
    lines = (re.sub(r"\s+", " ", line).strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


async def _build(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    flags = set((match["flags"] or "").split())
    kinds = [kind for kind, names in _KINDS.items() if flags & names] or list(_KINDS)
    project = (match["project"] or ".").removeprefix("./")
    # Beside its pyproject.toml, wherever it was called from: what `python -m build` does unless it is told.
    folder = (match["out"] or ("dist" if project == "." else f"{project}/dist")).removeprefix("./")
    built = await build_distributions(execution, project)
    for name, content in built.files.items():
        if name.endswith(tuple(kinds)):
            execution.files[f"{folder}/{name}"] = content


async def build_distributions(execution: Execution, folder: str = ".") -> Build:
    """Build what is checked out in a folder. Raises StepFailedError with the backend's exit code."""
    before = "" if folder == "." else f"{folder}/"
    inside = {path.removeprefix(before): path for path in execution.files if path.startswith(before)}
    source = {path: execution.files[whole] for path, whole in inside.items() if not path.startswith("dist/")}
    if not source:
        execution.log.write(f"ERROR Source {folder} is not a directory")
        raise StepFailedError("Process completed with exit code 1.")
    built = await execution.services.builder.build(source)
    execution.log.write(built.output)
    if built.exit_code != 0:
        raise StepFailedError(f"Process completed with exit code {built.exit_code}.")
    return built


async def _install(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    execution.log.write("Requirement already satisfied")


async def _check(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    listed = [path for path in sorted(execution.files) if path.startswith("dist/")]
    if not listed:
        execution.log.write("ERROR    InvalidDistribution: Cannot find file (or expand pattern): 'dist/*'")
        raise StepFailedError("Process completed with exit code 1.")
    for path in listed:
        execution.log.write(f"Checking {path}: PASSED")


async def _echo(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    text = match["text"]
    literal = text.startswith("'")
    if text[:1] in ("'", '"'):
        text = text[1:-1]
    if not literal:
        text = _VARIABLE.sub(lambda found: execution.env.get(found[1], ""), text)
    if match["file"] is None:
        execution.log.write(text)
        return
    name, _, value = text.partition("=")
    if match["file"] == "GITHUB_OUTPUT":
        outputs[name] = value
    elif match["file"] == "GITHUB_ENV":
        execution.env[name] = value


async def _exit(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    if int(match["code"]):
        raise StepFailedError(f"Process completed with exit code {match['code']}.")


async def _true(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    """Succeed."""


async def _false(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    raise StepFailedError("Process completed with exit code 1.")


async def _list(execution: Execution, match: re.Match[str], outputs: dict[str, str]) -> None:
    folder = (match["folder"] or "").removeprefix("./").strip(".")
    prefix = f"{folder}/" if folder else ""
    names = sorted({path.removeprefix(prefix).split("/")[0] for path in execution.files if path.startswith(prefix)})
    if not names:
        execution.log.write(f"ls: cannot access '{folder}': No such file or directory")
        raise StepFailedError("Process completed with exit code 2.")
    execution.log.write("\n".join(names))


_COMMANDS: list[tuple[re.Pattern[str], _Handler]] = [
    (_BUILD, _build),
    (_INSTALL, _install),
    (_CHECK, _check),
    (_ECHO, _echo),
    (_EXIT, _exit),
    (_LIST, _list),
    (re.compile("true|set -[euxo]+(?: pipefail)?"), _true),
    (re.compile("false"), _false),
]

"""What must not stand anywhere in the bot's own source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.planning import folder

_ROOT = Path(__file__).parent.parent / "bot"

_RUNS_CODE = {
    "subprocess",
    "pty",
    "runpy",
    "imp",
    "code",
    "codeop",
    "pickle",
    "marshal",
    "shelve",
    "ctypes",
}
_RUNS_CODE |= {"multiprocessing", "pip", "build", "setuptools", "hatchling", "git"}
_CALLS_CODE = {"eval", "exec", "compile", "__import__", "breakpoint"}
_STARTS_SOMETHING = (
    "os.system",
    "os.popen",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "asyncio.create_subprocess",
    "importlib.import_module",
    "importlib.util",
)


_ALLOWED = [
    ("deferred.py", "importlib.import_module(self.__name__)"),
    ("deferred.py", "importlib.import_module(wanted)"),
    ("planning/folder.py", "import subprocess"),
    ("serving.py", "import ctypes"),
]


def list_sources() -> Iterator[tuple[Path, ast.Module]]:
    """The bot's rooms, without the sandbox: that one builds and runs the projects it holds, and no bot imports it."""
    for path in sorted(_ROOT.rglob("*.py")):
        if "sandbox" not in path.relative_to(_ROOT).parts:
            yield path, ast.parse(path.read_text())


def list_imports(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str() as module):
            return [module]
        case _:
            return []


@pytest.mark.rule(20)
def test_nothing_in_the_bot_can_run_what_a_repository_holds() -> None:
    found = []
    for path, tree in list_sources():
        for node in ast.walk(tree):
            names = {name.partition(".")[0] for name in list_imports(node)} & _RUNS_CODE
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if names or called in _CALLS_CODE or called.startswith(_STARTS_SOMETHING):
                found.append((path.relative_to(_ROOT).as_posix(), ast.unparse(node)))
    # Regular expressions are compiled with their module's name in front, and so are not meant. ``aweigh plan`` asks git
    # about the folder of whoever runs it, and nothing else; no lane and no webhook ever leads there.
    # What starts the process imports dependencies by names that stand there, and asks the C library for less memory.
    assert sorted(found) == sorted(_ALLOWED)
    assert folder._GIT[0] == "git"


@pytest.mark.rule(20)
def test_nothing_but_the_command_line_leads_to_a_folder_of_its_own() -> None:
    users = [
        path.relative_to(_ROOT).parts[0]
        for path, tree in list_sources()
        for node in ast.walk(tree)
        if any(name.startswith("bot.planning") for name in list_imports(node))
    ]
    assert set(users) == {"__main__.py", "planning"}


@pytest.mark.rule(22)
def test_the_private_key_is_read_where_it_is_checked_and_where_it_signs() -> None:
    users = [
        str(path.relative_to(_ROOT))
        for path, tree in list_sources()
        for node in ast.walk(tree)
        if any(name.startswith(("jwt", "cryptography.hazmat.primitives.serialization")) for name in list_imports(node))
    ]
    assert set(users) == {"github/tokens.py", "settings/operator.py"}


@pytest.mark.rule(22)
def test_no_session_may_change_workflows_or_settings() -> None:
    text = (_ROOT / "github" / "access.py").read_text()
    assert all(f'"{name}"' not in text for name in ("workflows", "administration", "secrets", "environments"))


@pytest.mark.rule(25)
def test_no_commit_status_is_ever_set() -> None:
    texts = [
        f"{path.relative_to(_ROOT)}: {node.value}"
        for path, tree in list_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "/statuses" in node.value
    ]
    assert not texts

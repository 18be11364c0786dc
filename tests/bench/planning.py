"""What the plan of a release costs: requests for reading the commit, and time for finding and changing the version.

The requests are those of the bot's own reading (``bot.release.commits``), counted at its session; the answers are made
here, so that the time is the bot's alone.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from bot.github.access import Access
from bot.release.commits import Commits
from bot.release.hints import Hints
from bot.versions import Project, bump

_OID = re.compile(r'b(\d+): object\(oid: "([0-9a-f]+)"\)')
_SMALL = {
    "pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n\n[tool.ruff]\nline-length = 100\n',
    "widget/__init__.py": '"""A widget."""\n\n__version__ = "1.1.0"\n',
    "README.md": "# widget\n\nSince 1.1.0.\n",
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n- Sails.\n",
    ".github/workflows/publish.yml": "on: {release: {types: [published]}}\njobs: {}\n",
    "docs/conf.py": "release = '1.1.0'\n",
    "uv.lock": '[[package]]\nname = "widget"\nversion = "1.1.0"\nsource = { editable = "." }\n',
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests and seconds for one plan, and how many files it read and changed."""

    requests: int
    seconds: float
    read: int
    changed: int


class CountingSession:
    """GitHub's answers for one commit; it counts what it is asked."""

    owner, name = "acme", "widget"

    def __init__(self, files: dict[str, str]) -> None:
        self.contents = {f"{number:040x}": text for number, text in enumerate(files.values())}
        self.entries = [
            {"path": path, "sha": sha, "mode": "100644", "type": "blob", "size": len(self.contents[sha])}
            for path, sha in zip(files, self.contents, strict=True)
        ]
        self.requests = 0

    async def get(self, path: str, **_: Any) -> Any:
        self.requests += 1
        return {"sha": "f" * 40, "tree": self.entries, "truncated": False}

    async def graphql(self, query: str, _: Any) -> Any:
        self.requests += 1
        texts = {f"b{number}": self.contents[oid] for number, oid in _OID.findall(query)}
        return {
            "repository": {name: {"text": t, "byteSize": len(t), "isTruncated": False} for name, t in texts.items()}
        }


def list_trees() -> dict[str, dict[str, str]]:
    """A small project, workspaces of 100 packages and of 100 crates, and a tree of 20,000 files."""
    workspace = dict(_SMALL)
    workspace["pyproject.toml"] += '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    for number in range(100):
        pin = f'[project]\nname = "part{number}"\nversion = "0.{number}.0"\ndependencies = ["widget==1.1.0"]\n'
        workspace[f"packages/part{number}/pyproject.toml"] = pin
        workspace[f"packages/part{number}/src/part{number}/__init__.py"] = f'__version__ = "0.{number}.0"\n'
        workspace["uv.lock"] += (
            f'\n[[package]]\nname = "part{number}"\nversion = "0.{number}.0"\n'
            f'source = {{ editable = "packages/part{number}" }}\n'
        )
    large = _SMALL | {f"data/{number % 200}/file{number}.py": "x = 1\n" for number in range(20_000)}
    return {
        "a small project": dict(_SMALL),
        "a workspace of 100 packages": workspace,
        "100 crates of one version": _list_crates(),
        "a tree of 20,000 files": large,
    }


def _list_crates() -> dict[str, str]:
    files = {
        "pyproject.toml": '[project]\nname = "widget"\ndynamic = ["version"]\n[build-system]\nbuild-backend = "maturin"\n'
        '[tool.maturin]\nmanifest-path = "crates/c0/Cargo.toml"\n',
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "Cargo.lock": "\n".join(f'[[package]]\nname = "c{number}"\nversion = "1.1.0"\n' for number in range(100)),
    }
    for number in range(100):
        needs = (
            f'[dependencies]\nc{number + 1} = {{ path = "../c{number + 1}", version = "1.1.0" }}\n'
            if number < 99
            else ""
        )
        files[f"crates/c{number}/Cargo.toml"] = f'[package]\nname = "c{number}"\nversion = "1.1.0"\n{needs}'
    return files


async def measure_plan(files: dict[str, str]) -> Cost:
    """Read and change the project in ``files``, as for a release pull request."""
    session = CountingSession(files)
    commits = Commits(cast("Access", SimpleNamespace(read=session, repository=SimpleNamespace(id=1))), Hints())
    began = time.perf_counter()
    content = await commits.get_content("c" * 40)
    assert isinstance(content.project, Project), content.project
    edits = bump(content.project, "1.2.0")
    return Cost(session.requests, time.perf_counter() - began, len(content.files), len(edits))

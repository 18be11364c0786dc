"""A second project for the demo's organisation: a workspace of two real packages, each with workflow, tags and changelog."""

from dataclasses import dataclass

from bot.sandbox.acme_files import changelog_of, publish_workflow_of


@dataclass(frozen=True)
class Package:
    """What a repository publishes: a project of the index, its folder, the tag of what was released last, its workflow."""

    name: str
    folder: str
    tag: str
    version: str
    workflow: str = "publish.yml"


WIDGET = (Package("widget", ".", "v1.1.0", "1.1.0"),)
"""The usual project: one package at the top."""

CORE = Package("acme-core", "libs/core", "acme-core-v1.1.0", "1.1.0", "core.yml")
CLI = Package("acme-cli", "libs/cli", "acme-cli-v0.3.0", "0.3.0", "cli.yml")
WORKSPACE = (CORE, CLI)

_TOP = """\
[tool.uv.workspace]
members = ["libs/*"]
"""

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
description = "A part of the widget."
requires-python = ">=3.9"
license = "MIT"
dependencies = [{dependencies}]

[tool.hatch.build.targets.wheel]
packages = ["{module}"]
"""

_LOCK_HEAD = """\
version = 1
revision = 3
requires-python = ">=3.9"

[manifest]
members = [
    "acme-cli",
    "acme-core",
]
"""

_LOCK_CLI = """
[[package]]
name = "acme-cli"
version = "0.3.0"
source = { editable = "libs/cli" }
dependencies = [
    { name = "acme-core" },
]

[package.metadata]
requires-dist = [{ name = "acme-core", editable = "libs/core" }]
"""

_LOCK_CORE = """
[[package]]
name = "acme-core"
version = "1.1.0"
source = { editable = "libs/core" }
"""


def workspace_files() -> dict[str, str]:
    """The project as it was when both packages were released last."""
    files = {".gitignore": "dist/\n__pycache__/\n", "README.md": "# acme\n\nTwo packages.\n", "pyproject.toml": _TOP}
    files["uv.lock"] = _LOCK_HEAD + _LOCK_CLI + _LOCK_CORE
    for package, dependencies in ((CORE, ""), (CLI, '"acme-core==1.1.0"')):
        module = package.name.replace("-", "_")
        values = {"name": package.name, "version": package.version, "dependencies": dependencies, "module": module}
        pyproject = _PYPROJECT.format(**values)
        files |= {
            f".github/workflows/{package.workflow}": publish_workflow_of(f"{package.name}-v*", package.folder),
            f"{package.folder}/pyproject.toml": pyproject,
            f"{package.folder}/{module}/__init__.py": f'"""{package.name}."""\n',
            f"{package.folder}/CHANGELOG.md": changelog_of(package.version),
        }
    return files


def workspace_second_commit_files() -> dict[str, str]:
    """What the commit after that changed: something in either package."""
    changed = {}
    for package in WORKSPACE:
        module = package.name.replace("-", "_")
        code = f'"""{package.name}."""\n\n\ndef spin() -> str:\n    """Spin it."""\n    return "whirr"\n'
        changed[f"{package.folder}/{module}/__init__.py"] = code
        entry = f"The {package.folder.rpartition('/')[2]} can be spun."
        changed[f"{package.folder}/CHANGELOG.md"] = changelog_of(package.version, entry)
    return changed


def workspace_feature_files() -> dict[str, str]:
    """What the open pull request changes."""
    return {"libs/core/acme_core/turning.py": '"""Turning."""\n'}

"""The files of the demo's project: a small, real Python package with a changelog and a publish workflow."""

from typing import Literal

Trigger = Literal["release-published", "tag-push", "dispatch"]

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "widget"
version = "1.1.0"  # the one place where the version is written by hand
description = "A widget."
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
authors = [{ name = "The acme people" }]
dependencies = []

[tool.hatch.build.targets.wheel]
packages = ["widget"]
"""

_PACKAGE = '''\
"""A widget."""

__version__ = "1.1.0"


def name() -> str:
    """What this is."""
    return "widget"
'''

_SPINNING = '''

def spin(times: int = 1) -> str:
    """Spin the widget."""
    return "whirr" * times
'''

_TURNING = '''

def turn(degrees: int) -> str:
    """Turn the widget."""
    return f"turned by {degrees % 360} degrees"
'''

_README = """\
# widget

A widget. `pip install widget`, then:

```python
import widget

widget.name()
```
"""

_CHANGELOG_TOP = """\
# Changelog

All notable changes to this project are documented in this file. The format is based on
[Keep a Changelog](https://keepachangelog.com/en/1.1.0/), and this project adheres to semantic versioning.

## [Unreleased]
"""

_UNRELEASED = """\

### Added

- Widgets can be spun.

### Fixed

- The name of a widget is always lower-case.
"""

_CHANGELOG_REST = """\

## [1.1.0] - 2026-03-02

### Added

- Widgets have a name.

## [1.0.0] - 2025-11-17

- First release.

[Unreleased]: {web}/acme/widget/compare/v1.1.0...HEAD
[1.1.0]: {web}/acme/widget/compare/v1.0.0...v1.1.0
[1.0.0]: {web}/acme/widget/releases/tag/v1.0.0
"""

_ON: dict[Trigger, str] = {
    "release-published": "on:\n  release:\n    types: [published]\n",
    "tag-push": 'on:\n  push:\n    tags: ["v*"]\n',
    "dispatch": "on:\n  workflow_dispatch:\n",
}

_JOBS = """\

permissions: {}

jobs:
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.13"
      - run: python -m pip install build
      - run: python -m build
      - uses: actions/upload-artifact@v5
        with:
          name: dist
          path: dist/

  publish:
    needs: [build]
    runs-on: ubuntu-latest
    environment:
      name: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@v6
        with:
          name: dist
          path: dist/
      - uses: pypa/gh-action-pypi-publish@release/v1
"""


def publish_workflow(trigger: Trigger) -> str:
    """A publish workflow of two jobs with Trusted Publishing, as the action's own documentation recommends."""
    return f"name: Publish\n\n{_ON[trigger]}{_JOBS}"


def publish_workflow_of(tags: str, folder: str) -> str:
    """The same for one of several packages: tags of its own start it, and it builds in the package's folder."""
    jobs = _JOBS.replace("- run: python -m build\n", f"- run: python -m build --outdir dist {folder}\n")
    return f'name: Publish\n\non:\n  push:\n    tags: ["{tags}"]\n{jobs}'


def changelog_of(version: str, unreleased: str = "") -> str:
    """The changelog of one of several packages, with an entry for what came after its newest release."""
    entry = f"\n### Added\n\n- {unreleased}\n" if unreleased else ""
    return f"# Changelog\n\n## [Unreleased]\n{entry}\n## [{version}] - 2026-03-02\n\n### Added\n\n- It is there.\n"


def changelog(*, unreleased: bool, web: str = "https://git.acme.example") -> str:
    """The changelog, with or without what came after 1.1.0."""
    return _CHANGELOG_TOP + (_UNRELEASED if unreleased else "") + _CHANGELOG_REST.replace("{web}", web)


def project_files(trigger: Trigger) -> dict[str, str]:
    """The project as it was at 1.1.0."""
    return {
        ".github/workflows/publish.yml": publish_workflow(trigger),
        ".gitignore": "dist/\n__pycache__/\n",
        "CHANGELOG.md": changelog(unreleased=False),
        "LICENSE": "Permission is hereby granted, free of charge, to any person obtaining a copy.\n",
        "README.md": _README,
        "pyproject.toml": _PYPROJECT,
        "widget/__init__.py": _PACKAGE,
    }


def second_commit_files() -> dict[str, str]:
    """What the commit after 1.1.0 changed."""
    return {"CHANGELOG.md": changelog(unreleased=True), "widget/__init__.py": _PACKAGE + _SPINNING}


def feature_files() -> dict[str, str]:
    """What the open pull request changes."""
    return {"widget/turning.py": '"""Turning widgets."""\n' + _TURNING}

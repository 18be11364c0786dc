"""A project whose files name no version: its tag does, and so it is released without a pull request."""

from __future__ import annotations

TAG_ONLY = 'mode = "tag-only"\n'

_BACKEND = '''\
"""Stands for the tool that asks git for the newest tag: runners of the sandbox build a tree without its history."""

import os

os.environ["WIDGET_VERSION"] = "{version}"

from hatchling.build import *
'''

_PYPROJECT = """\
[build-system]
requires = ["hatchling", "setuptools-scm"]
build-backend = "backend"
backend-path = ["."]

[project]
name = "widget"
dynamic = ["version"]

[tool.hatch.version]
source = "env"
variable = "WIDGET_VERSION"
"""


def derived(version: str = "1.2.0", *, settings: str = "") -> dict[str, str | None]:
    """Its files, built as the ``version`` that will be tagged, with further ``settings``."""
    return {
        "pyproject.toml": _PYPROJECT,
        "backend.py": _BACKEND.format(version=version),
        "widget/__init__.py": '"""A widget."""\n',
        ".github/aweigh.toml": TAG_ONLY + settings,
    }

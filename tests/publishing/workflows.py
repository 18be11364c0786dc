"""Workflow files in the shapes real projects use, made from their few moving parts."""

from __future__ import annotations

from textwrap import dedent, indent

from bot.github.facts import Repository
from bot.publishing.occasions import ReleaseFacts

PATH = ".github/workflows/publish.yml"
REPOSITORY = Repository(
    id=1234,
    node_id="R_1",
    owner_id=99,
    full_name="acme/widget",
    default_branch="main",
    web_url="https://github.com/acme/widget",
)
FACTS = ReleaseFacts(REPOSITORY, tag="v1.2.0", base_branch="main", actor="aweigh[bot]", sha="a" * 40)
PYPA = "- uses: pypa/gh-action-pypi-publish@release/v1"


def workflow(
    on: str,
    *,
    condition: str = "",
    step: str = PYPA,
    environment: str = "environment: pypi",
    permissions: str = "permissions: {id-token: write}",
    build_condition: str = "",
    extra_jobs: str = "",
) -> str:
    """A workflow with a build job and a publishing job that needs it."""
    return "\n".join(
        [
            "name: Publish",
            f"on: {on}" if "\n" not in on else "on:\n" + indent(dedent(on).strip("\n"), "  "),
            "jobs:",
            "  build:",
            "    runs-on: ubuntu-latest",
            indent(build_condition, "    "),
            "    steps:",
            "      - uses: actions/checkout@v7",
            "      - run: python -m build",
            "  publish:",
            "    needs: build",
            "    runs-on: ubuntu-latest",
            indent(dedent(condition), "    "),
            indent(environment, "    "),
            indent(permissions, "    "),
            "    steps:",
            "      - uses: actions/download-artifact@v8",
            indent(dedent(step), "      "),
            indent(dedent(extra_jobs), "  "),
        ]
    )

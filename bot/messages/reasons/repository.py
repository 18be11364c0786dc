"""What the repository offers, and does not: settings, project, publish route, environment."""

from __future__ import annotations

import json

from bot.messages.reasons.said import Said, Words, given_line
from bot.messages.text import block, code, render_parts
from bot.release.reasons import Because, Reason

_WORKFLOW = """\
name: Publish
on:
  push:
    tags: ["v*"]
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
      - run: pipx run build
      - uses: actions/upload-artifact@v5
        with:
          name: dist
          path: dist/
  publish:
    needs: [build]
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@v6
        with:
          name: dist
          path: dist/
      - uses: pypa/gh-action-pypi-publish@release/v1
"""
"""Build and upload apart, Trusted Publishing, a guarded environment: what the action's own documentation recommends."""


def _archived(_: Because) -> Said:
    return Said("This repository is archived, so nothing can be released from it.")


def _settings_invalid(reason: Because) -> Said:
    return Said(
        f"The settings in {code(reason.get('path'))} on the default branch cannot be used: {code(reason.get('detail'))}.",
        "Mend them there, and I go on by myself." if reason.get("under_way") else "Mend them there and ask again.",
    )


def _project_unreadable(reason: Because) -> Said:
    return Said(
        f"The project's version cannot be read: {render_parts(reason.parts)}",
        "Mend that on the base branch and ask again.",
    )


def _no_publish_route(reason: Because) -> Said:
    lines = [line for line in reason.get("events").splitlines() if line]
    said = ["\n".join(f"- {line}" for line in lines)] if lines else []
    files = reason.get("files").splitlines()
    if reason.get("code") == "no-publish-workflow":
        said.append(f"For example, as `.github/workflows/publish.yml`:\n\n{block(_WORKFLOW.splitlines(), 'yaml')}")
    if files:
        said.append(
            f"For example, in `pyproject.toml` on the default branch:\n\n{block(_naming(files, reason.get('of')), 'toml')}"
        )
    return Said(
        f"I cannot tell what would publish this release. {reason.get('cause')}"
        if files
        else f"Nothing would publish this release. {reason.get('cause')}",
        reason.get("fix"),
        details="\n\n".join(said),
    )


def _table(package: str) -> str:
    """The table that the settings of this package stand in; of all where it is empty."""
    return (
        f"[tool.aweigh.packages.{json.dumps(package) if '.' in package else package}]" if package else "[tool.aweigh]"
    )


def _naming(files: list[str], package: str) -> list[str]:
    """The setting that names one workflow, with the others as a comment."""
    first, *others = (json.dumps(file) for file in files)
    return [_table(package), f"workflow = {first}  # or {', '.join(others)}" if others else f"workflow = {first}"]


def _publisher_untrusted(reason: Because) -> Said:
    index = code(reason.get("index"))
    return Said(
        f"{index} trusts workflows on github.com alone, and this repository is on {code(reason.get('host'))}: it would"
        " refuse the identity with which the publish job wants to upload.",
        f"Publish to an index of your own, which whoever runs me names in the setting `AWEIGH_INDEXES`, or upload to {index}"
        " with an API token, from a job without `id-token: write`.",
    )


def _gate_impossible(reason: Because) -> Said:
    return Said(
        f"My rule guards the environment {code(reason.get('environment'))}, but the publishing job in"
        f" {code(reason.get('workflow'))} names it with `deployment: false`: GitHub fails such a job at once.",
        "Let the job name it like this on the base branch, and ask again:",
        details=block([f"environment: {json.dumps(reason.get('environment'))}"], "yaml"),
    )


def _tags_not_admitted(reason: Because) -> Said:
    return Said(
        f"The environment {code(reason.get('environment'))} admits protected branches only, and a release runs at its"
        " tag: GitHub would turn the run away.",
        "In the environment's settings choose *Selected branches and tags* and add a rule for the tags. Then ask again.",
    )


def _branch_taken(reason: Because) -> Said:
    return Said(
        f"The branch {code(reason.get('branch'))} holds commits that are not mine, and I never overwrite those.",
        "Delete or rename the branch and ask again:",
        given_line(reason),
    )


def _tag_too_long(reason: Because) -> Said:
    return Said(
        f"The tag {code(reason.get('tag'))} is longer than I can keep with what I have to remember about a release.",
        "Choose a shorter one, for example with this in `pyproject.toml` on the default branch:",
        details=block([_table(reason.get("of")), 'tag = "v{version}"'], "toml"),
    )


WORDS: Words = {
    Reason.ARCHIVED: _archived,
    Reason.SETTINGS_INVALID: _settings_invalid,
    Reason.PROJECT_UNREADABLE: _project_unreadable,
    Reason.NO_PUBLISH_ROUTE: _no_publish_route,
    Reason.PUBLISHER_UNTRUSTED: _publisher_untrusted,
    Reason.GATE_IMPOSSIBLE: _gate_impossible,
    Reason.TAGS_NOT_ADMITTED: _tags_not_admitted,
    Reason.BRANCH_TAKEN: _branch_taken,
    Reason.TAG_TOO_LONG: _tag_too_long,
}

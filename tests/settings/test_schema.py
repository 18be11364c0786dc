"""The JSON Schema says of settings what reading them says."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.settings.reading import read_settings
from bot.settings.repository import RepositorySettings
from bot.settings.schema import build_schema, render_schema
from bot.versions import read_toml

PUBLISHED = Path(__file__).parents[2] / "docs" / "aweigh.schema.json"
VALIDATOR = jsonschema_rs.Draft202012Validator(build_schema())

RIGHT = [
    "",
    "tag = 'v{version}'",
    "tag = 'é{version}'",
    "versioning = 'semver:0.x'",
    "versioning = 'calver:YYYY.0M.MICRO'",
    "version-files = ['docs/*.md', {path = 'README.md', pattern = 'rev: v{version}'}, {path = 'x'}]",
    "workflow = 'publish.yaml'",
    "workflow-inputs = {target = 'pypi', ref = '{tag}'}",
    "environment = 'pypi'",
    "release.role = 'write'",
    "approval = {role = 'admin', teams = ['core'], required = 0, self = true}",
    "approval.required = 6",
    "freeze = [{from = 2026-12-20, until = 2027-01-03, zone = 'Europe/Berlin', reason = 'holidays'}]",
    "freeze = [{from = 2026-12-20T10:00:00, until = 2026-12-21T10:00:00+01:00}]",
    "freeze = [{days = ['fri', 'sat'], from = 16:00:00}]",
    "freeze = [{from = '2026-12-20', until = '2026-12-21'}]",
    "changelog = {file = 'docs/NEWS.rst', style = 'by-hand', skip-labels = ['internal']}",
    "changelog.style = 'none'",
    "packages.Acme_Core = {path = 'libs/core', tag = 'core-{version}', changelog = 'a..b/NEWS.md', workflow = 'core.yml'}",
]
WRONG = [
    "changelog = 'NEWS.md'",
    "changelog.file = '../NEWS.md'",
    "changelog.style = 'mine'",
    "changelog.skip-labels = 'internal'",
    "packages.core.path = '/libs'",
    "packages.core.path = 'libs/../../x'",
    "packages.core.path = '..'",
    "packages.core.tag = 'core'",
    "packages.'a/b'.path = 'libs'",
    "packages = ['core']",
    "tag = 'v'",
    "tag = 'v{version}\\n'",
    "tag = 7",
    "versioning = 'date'",
    "versioning = 'calver:MM.YYYY'",
    "version-files = 'README.md'",
    "version-files = [7]",
    "version-files = ['']",
    "version-files = [{pattern = '{version}'}]",
    "version-files = [{path = 'a', pattern = 'v'}]",
    "version-files = [{path = 'a', pattern = '{version}{version}'}]",
    "version-files = [{path = 'a', patern = '{version}'}]",
    "workflow = '../x.yml'",
    "workflow-inputs = {a = 1}",
    "environment = ''",
    "release.role = 'triage'",
    "release.rol = 'write'",
    "approval.required = '1'",
    "approval.required = -1",
    "approval.required = 7",
    "approval.required = true",
    "approval.self = 'false'",
    "approval.teams = 'core'",
    "approval.teams = ['a/b']",
    "approval = 1",
    "freeze = [{days = ['friday']}]",
    "freeze = [{from = 1766188800, until = 1766275200}]",
    "freeze = [{form = 2026-12-20, until = 2027-01-03}]",
    "freeze = {days = ['fri']}",
    "approvals.required = 2",
    "zzz = 1",
    "source = 'x'",
    "unknown = 1",
]


def as_json(text: str) -> Any:
    """The values of a TOML text as a validator of JSON sees them."""

    def plain(value: Any) -> str:
        return value.isoformat() if isinstance(value, date | time) else str(value)

    return json.loads(json.dumps(dict(read_toml(text).values), default=plain))


def is_read(text: str) -> bool:
    """Whether reading finds nothing to say of it."""
    read = read_settings({".github/aweigh.toml": text.encode()})
    return isinstance(read, RepositorySettings) and not read.unknown


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_read_is_valid(text: str) -> None:
    assert is_read(text)
    assert VALIDATOR.is_valid(as_json(text))


@pytest.mark.parametrize("text", WRONG)
def test_what_is_refused_is_not_valid(text: str) -> None:
    assert not is_read(text)
    assert not VALIDATOR.is_valid(as_json(text))


def test_the_published_schema_is_the_present_one() -> None:
    """``aweigh settings schema > docs/aweigh.schema.json`` renews it."""
    assert PUBLISHED.read_text() == render_schema()


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(cli, ["settings", "schema"])
    assert (result.exit_code, result.output) == (0, render_schema())


def test_every_setting_says_what_it_is_for() -> None:
    schema = build_schema()
    tables = [schema, *schema["$defs"].values()]
    silent = [name for table in tables for name, about in table["properties"].items() if "description" not in about]
    assert silent == []

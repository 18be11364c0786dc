"""Whoever changes settings is told of everything that is wrong, where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.settings.reading import SETTINGS_PATHS
from bot.settings.review import review_settings

OWN = ".github/aweigh.toml"


def review(**files: str) -> list[tuple[str, int, str, bool]]:
    paths = {"own": OWN, "pyproject": "pyproject.toml"}
    given = {paths[name]: text.encode() for name, text in files.items()}
    return [(one.path, one.line, one.detail, one.wrong) for one in review_settings(given, SETTINGS_PATHS)]


def test_should_say_nothing_of_settings_that_are_right() -> None:
    assert review(own="approval.required = 2\n", pyproject="[project]\nname = 'x'\n") == []
    assert review() == []


def test_should_tell_everything_that_is_wrong_with_its_line() -> None:
    text = """\
workflows = "x.yml"
tag = "v"

[approval]
required = "2"
slef = true

[[freeze]]
from = 7
until = 2026-12-24
"""
    assert review(own=text) == [
        (OWN, 1, "workflows is no setting, did you mean workflow?", True),
        (OWN, 2, "tag: String should match pattern '^[\\w./@=+-]{0,40}\\{version\\}[\\w./@=+-]{0,20}\\Z'", True),
        (OWN, 5, "approval.required: Input should be a valid integer", True),
        (OWN, 6, "approval.slef is no setting, did you mean approval.self?", True),
        (OWN, 9, "freeze.0.from: Value error, it is a date, a time, or both", True),
    ]


def test_should_tell_the_line_of_a_mistyped_key_of_a_package() -> None:
    text = "[packages.core]\npath = 'libs/core'\ntags = 'core-{version}'\n"
    assert review(own=text) == [(OWN, 3, "packages.core.tags is no setting, did you mean packages.core.tag?", True)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project]\nname = 'x'\n\n[tool.aweigh]\n# a\ntag = 'v'\n", 6),
        ("[tool]\naweigh = {workflow = 'a.yml',  tag = 'v'}\n", 2),
        ("[tool.aweigh]\nversion-files = [\n  'a',\n  {path = 'b', pattern = 'v'},\n]\n", 4),
        ("[tool.aweigh]\nversion-files = [\n  'a',\n  {pattern = '{version}'},\n]\n", 4),
        ("[tool.aweigh.approval]\nrole = 'admin'\nself = 1\n", 3),
        ("[tool.aweigh]\ntext = '''\n\n'''\n", 2),
        ("[tool]\naweigh = 7\n", 1),
        ("[tool.aweigh]\n\ntag = \n", 3),
    ],
)
def test_should_find_the_line_in_pyproject(text: str, line: int) -> None:
    assert [(path, at, wrong) for path, at, _, wrong in review(pyproject=text)] == [("pyproject.toml", line, True)]


def test_should_suggest_the_table_whose_mistyped_name_would_open_a_gate() -> None:
    assert review(own="tag = 'v{version}'\n[aproval]\nrequired = 2\n") == [
        (OWN, 2, "aproval: there is no such setting; it is called approval", True)
    ]


def test_should_warn_of_settings_that_count_for_nothing() -> None:
    found = review(own="tag = 'v{version}'\n", pyproject="[project]\n\n[tool.aweigh]\ntag = 'x'\n")
    assert found == [
        ("pyproject.toml", 3, "these settings count for nothing beside those of .github/aweigh.toml", False)
    ]


def test_should_stop_at_what_an_annotation_can_hold() -> None:
    assert len(review(own="".join(f"k{number} = 1\n" for number in range(200)))) == 50


def test_the_command_checks_a_checkout(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(cli, ["settings", "check", "--folder", str(tmp_path)]).exit_code == 0
    (tmp_path / "pyproject.toml").write_text("[tool.aweigh]\nwrokflow = 'x\u202e.yml'\n")
    result = run(cli, ["settings", "check", "--folder", str(tmp_path)])
    assert (result.exit_code, result.output) == (
        1,
        "pyproject.toml:2: wrokflow is no setting, did you mean workflow?\n",
    )
    result = run(cli, ["settings", "check", "--json", "--folder", str(tmp_path)])
    assert [one["line"] for one in json.loads(result.output)] == [2]

"""The README says what is true: its tables are those of the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.conversation.registry import REGISTRY
from bot.publishing.route import Order, PublishSettings, Route, choose_route
from bot.release import steps
from bot.settings.operator import OperatorSettings
from bot.settings.repository import ApprovalSettings, ChangelogSettings, ReleaseSettings, RepositorySettings
from tests.publishing.workflows import FACTS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
LARGEST_PICTURE = 150_000


def test_the_table_of_commands_is_the_registry() -> None:
    rows = [f"| `{entry.usage}` | {entry.who.value} | {entry.what} |" for entry in REGISTRY]
    table = "\n".join(["| command | who | what it does |", "| --- | --- | --- |", *rows])
    assert f"registry.py -->\n{table}\n<!-- end" in README


def test_every_setting_of_a_repository_is_listed() -> None:
    for name, field in RepositorySettings.model_fields.items():
        if not field.exclude and name not in ("approval", "changelog", "merge", "release"):
            assert f"| `{field.alias or name}` |" in README
    tables: dict[str, type[BaseModel]] = {
        "approval": ApprovalSettings,
        "changelog": ChangelogSettings,
        "release": ReleaseSettings,
    }
    for table, settings in tables.items():
        for name, field in settings.model_fields.items():
            assert f"| `{table}.{field.alias or name}` |" in README


def test_every_setting_of_the_operator_is_listed() -> None:
    for name, field in OperatorSettings.model_fields.items():
        assert f"`{field.validation_alias or f'AWEIGH_{name.upper()}'}`" in README


def test_the_permissions_are_those_of_the_manifest() -> None:
    said = README.partition("The App needs the permissions\n")[2].partition("(read)")[0]
    written, read = (
        {name.replace(" ", "_") for name in re.findall(r"\*([a-z ]+)\*", part)} for part in said.split("(write)")
    )
    asked = json.loads((ROOT / "deploy/app-manifest.json").read_text())["default_permissions"]
    assert asked == dict.fromkeys(written, "write") | dict.fromkeys(read, "read")


def test_the_diagram_shows_every_step_and_who_must_act() -> None:
    diagram = README.split("```mermaid\n")[1].split("```")[0]
    drawn = {
        name: actor
        for names, actor in re.findall(r"^ +class (\S+) (\w+)$", diagram, re.MULTILINE)
        for name in names.split(",")
    }
    kinds = (steps.Step, steps.Effect, steps.Wait, steps.End)
    there = {name: value for name, value in vars(steps).items() if isinstance(value, type) and issubclass(value, kinds)}
    there = {name: value for name, value in there.items() if value not in kinds}
    assert drawn.keys() == there.keys()
    for name, step in there.items():
        assert (drawn[name] == "bot") is issubclass(step, steps.Effect), name
        assert (drawn[name] in ("machine", "people")) or not issubclass(step, steps.Wait), name
        assert re.search(rf"--> {name}\b", diagram), f"nothing leads to {name}"


def test_the_pictures_are_there_say_what_they_show_and_are_small() -> None:
    shown = dict(re.findall(r"!\[([^\]]{20,})\]\((docs/[\w-]+\.png)\)", README))
    assert set(shown.values()) == {path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.png")}
    for path in shown.values():
        assert (ROOT / path).stat().st_size <= LARGEST_PICTURE


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_what_is_linked_is_there(name: str) -> None:
    text = (ROOT / name).read_text()
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        target = ROOT / (path or name)
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_the_publish_workflow_is_one_that_the_bot_starts() -> None:
    block = README.split("```yaml\n")[1].split("```")[0]
    text = "\n".join(line.removeprefix("   ") for line in block.splitlines())
    route = choose_route({".github/workflows/publish.yml": text}, FACTS, PublishSettings())
    assert isinstance(route, Route)
    assert (route.order, route.environment, route.uncertain) == (Order.RELEASE_PUBLISHED, "pypi", ())


def test_the_pages_of_a_contributor_name_files_that_are_there() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"):
        for path in re.findall(r"`((?:bot|tests|deploy)/[\w./-]+)`", (ROOT / name).read_text()):
            if path not in ("deploy/private-key.pem", "deploy/aweigh.env"):  # The registration makes them.
                assert (ROOT / path).exists(), path

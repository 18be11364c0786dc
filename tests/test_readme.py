"""The README says what is true: its tables are those of the code."""

from __future__ import annotations

from pathlib import Path

from bot.conversation.registry import REGISTRY
from bot.settings.operator import OperatorSettings
from bot.settings.repository import ApprovalSettings, RepositorySettings

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_table_of_commands_is_the_registry() -> None:
    rows = [f"| `{entry.usage}` | {entry.who} | {entry.what} |" for entry in REGISTRY]
    table = "\n".join(["| command | who | what it does |", "| --- | --- | --- |", *rows])
    assert f"registry.py -->\n{table}\n<!-- end" in README


def test_every_setting_of_a_repository_is_listed() -> None:
    for name, field in RepositorySettings.model_fields.items():
        if not field.exclude and name != "approval":
            assert f"| `{field.alias or name}` |" in README
    for name, field in ApprovalSettings.model_fields.items():
        assert f"| `approval.{field.alias or name}` |" in README


def test_every_setting_of_the_operator_is_listed() -> None:
    for name, field in OperatorSettings.model_fields.items():
        assert f"`{field.validation_alias or f'AWEIGH_{name.upper()}'}`" in README

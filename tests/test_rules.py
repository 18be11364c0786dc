"""Each rule of security has a test that bears its mark."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules import RULES

_TESTS = Path(__file__).parent


def list_marks() -> Iterator[tuple[int, str]]:
    """The number and the test of every mark: read from the files, so that a run of a single one tells the same."""
    for path in sorted(_TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rule":
                        yield ast.literal_eval(mark.args[0]), f"{path.relative_to(_TESTS)}::{node.name}"


def test_every_rule_has_a_test_and_every_mark_is_of_a_rule() -> None:
    marks = list(list_marks())
    assert sorted({number for number, _ in marks}) == sorted(RULES) == list(range(1, 28)), marks

"""Every behaviour that no schema describes has its tests, and those tests are there and run."""

import importlib
import inspect

import pytest

from tests.sandbox.behaviours import BEHAVIOURS, DELIVERIES, EVERYWHERE, ON_THE_WAY, REFUSALS


@pytest.mark.parametrize("line", BEHAVIOURS)
def test_a_behaviour_has_tests_that_run(line: str) -> None:
    assert BEHAVIOURS[line]
    for name in BEHAVIOURS[line]:
        module, _, test = name.partition("::")
        found = getattr(importlib.import_module(f"tests.sandbox.{module}"), test)
        assert inspect.isfunction(found)
        skipped = [mark.name for mark in getattr(found, "pytestmark", ()) if mark.name in {"skip", "skipif", "xfail"}]
        assert not skipped, name


def test_no_line_is_lost() -> None:
    # A line that goes away takes a promise about the sandbox with it: change these numbers knowingly.
    assert [len(part) for part in (EVERYWHERE, REFUSALS, DELIVERIES, ON_THE_WAY)] == [5, 24, 13, 15]
    assert len(BEHAVIOURS) == 57

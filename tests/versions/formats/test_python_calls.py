"""Arguments that say a version, written for another one, and the check that nothing else of the call changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.versions.formats.python_calls import read_arguments, write_arguments
from bot.versions.formats.python_check import is_exact_python
from bot.versions.formats.text import Span

NUMBERS = st.tuples(*[st.integers(0, 99)] * 3)
PLACES = [
    "1, 1, 0",
    "1,1,0 , post = 0",
    "1, 1, 0,\n  dev=3, # x\n  release_candidate=None",
    "1, 1, 0, prerelease=1, post=2, dev=3",
]


@given(NUMBERS, st.sampled_from(["", "rc1", ".post2", ".dev3", "rc2.dev1", "rc1.post2.dev3"]), st.sampled_from(PLACES))
def test_arguments_say_any_version(numbers: tuple[int, ...], tail: str, before: str) -> None:
    version = Version(".".join(map(str, numbers)) + tail)
    after = write_arguments(before, version)
    assert after is not None
    assert Version(read_arguments(after) or "") == version
    assert write_arguments(after, version) == after


@pytest.mark.parametrize(
    "text",
    [
        "1, 1",
        "1, 1, 0, 2",
        "1, 1, 0x1",
        "1, 1, True",
        "1, 1, 0, dev='3'",
        "1, 1, 0, dev=-3",
        "1, 1, 0, level=3",
        "1, 1, 0, **k",
        "1, 1, 0, dev=1, dev=1",
        "1, 1, 0, prerelease=1, release_candidate=1",
        "1, 1, 0)",
        "1, 1, 0) + f(1",
        "",
    ],
)
def test_arguments_that_say_no_version_are_told(text: str) -> None:
    assert read_arguments(text) is None


@pytest.mark.parametrize(
    ("after", "exact"),
    [
        ("V('é', 1, 2, 0, dev=1)\nW(1, 1, 0)\n", True),
        ("V( 'é', 1, 2, 0,\n  dev=1)\nW(1, 1, 0)\n", True),
        ("V('è', 1, 2, 0, dev=1)\nW(1, 1, 0)\n", False),
        ("W('é', 1, 2, 0, dev=1)\nW(1, 1, 0)\n", False),
        ("V('é', 1, 2, 0, dev=True)\nW(1, 1, 0)\n", False),
        ("V('é', 1, 2, 0, rc=1)\nW(1, 1, 0)\n", False),
        ("V('é', 1, 2, 0)\nW(1, 1, 0)\n", False),
        ("V('é', 1, 2, 0, dev=1)\nW(1, 2, 0)\n", False),
    ],
)
def test_only_the_arguments_may_change(after: str, exact: bool) -> None:
    before = "V('é', 1, 1, 0)\nW(1, 1, 0)\n"
    start = before.index("1")
    assert is_exact_python("w.py", before, after, [(Span(start, start + 7), "1, 2, 0, dev=1")]) is exact

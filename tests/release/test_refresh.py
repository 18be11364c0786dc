"""The release branch is made anew when it would read otherwise, a file that has to go included."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.changelog import Act, FileChange
from bot.github.listing import Tree, TreeEntry
from bot.release.decide import next_step
from bot.release.refresh import differs
from bot.release.steps import OpenPull
from tests.release import making as m
from tests.release.test_decide import asks

NEWS = TreeEntry.of("NEWS.rst", b"new", "100644")
FRAGMENT = TreeEntry.of("newsfragments/1.feature", b"x", "100644")


@pytest.mark.parametrize(("entries", "expected"), [((NEWS,), False), ((NEWS, FRAGMENT), True), ((), True)])
def test_a_head_differs_by_what_it_lacks_and_by_what_it_still_has(
    entries: tuple[TreeEntry, ...], expected: bool
) -> None:
    step = next_step(m.snapshot(**asks()))
    assert isinstance(step, OpenPull)
    edits = (
        FileChange("NEWS.rst", b"old", b"new", Act.ASSEMBLED),
        FileChange("newsfragments/1.feature", b"x", None, Act.CONSUMED),
    )
    head = m.candidate(tree=Tree(m.HEAD, "7" * 40, entries))
    assert differs(replace(step.plan, edits=edits), head) is expected

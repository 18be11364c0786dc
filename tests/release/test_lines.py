"""Release lines: what their branches are called, and what their notes say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.github.facts import RepositoryRef
from bot.release.lines import forget_line, forget_pushed, get_noted, note_line, note_pushed
from bot.release.snapshot import Line, find_line, home_line, is_astray, line_of
from tests.release.making import REPOSITORY, pull
from tests.stories.hours import MORNING

BASES = st.text("ab-.x1", min_size=1, max_size=8).filter(lambda base: not base.startswith("-"))
PACKAGES = st.none() | st.from_regex(r"[a-z0-9]{1,3}(-[a-z0-9]{1,3}){0,2}", fullmatch=True)
LINES = st.builds(Line, BASES, PACKAGES)


@pytest.mark.parametrize(
    ("line", "branch"),
    [
        (Line("main"), "aweigh/main"),
        (Line("release/1.x"), "aweigh/release.1.x"),
        (Line("main", "core"), "aweigh/main--core"),
        (Line("main--core"), "aweigh/main--core--"),
        (Line("main--core", "app"), "aweigh/main--core--app"),
        (Line("main-", "core"), "aweigh/main---core"),
        (Line("main-"), "aweigh/main-"),
    ],
)
def test_a_branch_is_called_after_its_base_and_its_package(line: Line, branch: str) -> None:
    assert line.branch == branch


@given(LINES)
def test_a_branch_tells_its_line(line: Line) -> None:
    assert find_line(line.branch) == line


@given(LINES, LINES)
def test_two_lines_never_share_a_branch(one: Line, other: Line) -> None:
    assert (one.branch == other.branch) == (one == other)


@pytest.mark.parametrize("branch", ["aweigh/--core", "aweigh/main--", "aweigh/main--Core", "aweigh/main--my_pkg"])
def test_a_branch_that_no_line_has_is_nobodys(branch: str) -> None:
    assert find_line(branch) is None


def test_the_pull_request_of_a_package_is_where_it_belongs_until_somebody_points_it_elsewhere() -> None:
    there = pull(head_branch="aweigh/main--core")
    assert line_of(there) == Line("main", "core")
    assert not is_astray(there)
    astray = pull(head_branch="aweigh/main--core", base_branch="elsewhere")
    assert is_astray(astray)
    assert home_line(REPOSITORY, astray) == Line("main", "core")


async def test_the_notes_of_two_packages_of_one_base_are_two() -> None:
    intents = MemoryEngine(clock=VirtualClock(MORNING)).intents(RepositoryRef(1, 2, "acme/widget"))
    await note_line(intents, Line("main"))
    await note_line(intents, Line("main", "core"))
    assert set((await get_noted(intents)).lines) == {Line("main"), Line("main", "core")}
    await forget_line(intents, Line("main"))
    assert (await get_noted(intents)).lines == (Line("main", "core"),)


async def test_what_is_pushed_meanwhile_is_not_forgotten_with_what_was_seen() -> None:
    intents = MemoryEngine(clock=VirtualClock(MORNING)).intents(RepositoryRef(1, 1, "acme/widget"))
    await note_pushed(intents, "release/1.x", "a" * 40)
    await note_pushed(intents, "release/1.x", "b" * 40)
    await forget_pushed(intents, "release/1.x", "a" * 40)
    assert [(base, commit) for base, commit, _ in (await get_noted(intents)).pushed] == [("release/1.x", "b" * 40)]

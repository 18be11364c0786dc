from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.publishing.globs import match_filter, match_ignore_filter, match_pattern
from bot.publishing.truth import Truth

# The first rows are the examples of GitHub's own cheat sheet.
MATCHES = [
    ("feature/*", "feature/my-branch", True),
    ("feature/*", "feature/beta-a/my-branch", False),
    ("feature/**", "feature/beta-a/my-branch", True),
    ("releases/mona-the-octocat", "releases/mona-the-octocat", True),
    ("*", "main", True),
    ("*", "releases/10", False),
    ("**", "all/the/branches", True),
    ("*feature", "mona-feature", True),
    ("*feature", "ver-10-feature", True),
    ("v2*", "v2", True),
    ("v2*", "v2.0", True),
    ("v2*", "v2.9", True),
    ("v[12].[0-9]+.[0-9]+", "v1.10.1", True),
    ("v[12].[0-9]+.[0-9]+", "v2.0.0", True),
    ("v[12].[0-9]+.[0-9]+", "v3.0.0", False),
    # What projects write for their tags.
    ("v[0-9]+.[0-9]+.[0-9]+", "v1.2.0", True),
    ("v[0-9]+.[0-9]+.[0-9]+", "v1.2.0rc1", False),
    ("v[0-9]+.[0-9]+.[0-9]+*", "v1.2.0rc1", True),
    ("v[0-9]+.[0-9]+.[0-9]+[abrc]+[0-9]+", "v1.2.0rc1", True),
    ("[0-9]*.[0-9]*.[0-9]*", "1.2.0", True),
    ("v?[0-9]+.[0-9]+", "1.2", True),
    ("v?[0-9]+.[0-9]+", "v1.2", True),
    ("*.*.*", "1.2.0", True),
    ("*.*.*", "1.2", False),
    ("widget-v*", "widget-v1.2.0", True),
    ("widget-v*", "gadget-v1.2.0", False),
    ("V*", "v1", False),
    ("v1.2.0", "v1x2x0", False),
    ("**/v*", "pkg/v1", True),
    (r"v\*", "v*", True),
    (r"v\*", "v1", False),
    ("", "", True),
    ("", "v1", False),
    ("a[!b]", "ac", None),
    ("+1", "1", None),
    ("a++", "aa", None),
    ("a[", "a", None),
    ("[9-0]", "5", None),
    ("[.-]", ".", None),
]


@pytest.mark.parametrize(("pattern", "name", "matches"), MATCHES)
def test_patterns(pattern: str, name: str, matches: bool | None) -> None:
    assert match_pattern(pattern, name) is (Truth.UNKNOWN if matches is None else Truth.of(matches))


@pytest.mark.parametrize(
    ("patterns", "name", "through"),
    [
        (["releases/**", "!releases/**-alpha"], "releases/beta/3-alpha", False),
        (["releases/**", "!releases/**-alpha"], "releases/10", True),
        (["releases/**", "!releases/**-alpha", "releases/x-alpha"], "releases/x-alpha", True),
        (["!v*"], "x", False),
        ([], "x", False),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: list[str], name: str, through: bool) -> None:
    assert match_filter(patterns, name) is Truth.of(through)


def test_an_undecided_pattern_leaves_the_filter_undecided_unless_a_later_one_decides() -> None:
    assert match_filter(["a[!b]"], "ac") is Truth.UNKNOWN
    assert match_filter(["a[!b]", "a*"], "ac") is Truth.TRUE
    assert match_filter(["a[!b]", "!a*"], "ac") is Truth.FALSE


def test_ignoring_is_the_opposite() -> None:
    assert match_ignore_filter(["v1.*"], "v1.2") is Truth.FALSE
    assert match_ignore_filter(["v1.*"], "v2.0") is Truth.TRUE


def test_a_hostile_pattern_costs_little() -> None:
    started = time.process_time()
    assert match_pattern("**a" * 160 + "b", "a" * 255) is Truth.FALSE
    assert time.process_time() - started < 2


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_pattern_has_an_answer(pattern: str, name: str) -> None:
    assert isinstance(match_pattern(pattern, name), Truth)


@given(st.from_regex(r"[a-z0-9./-]{0,20}", fullmatch=True))
def test_a_plain_name_matches_itself_and_both_stars(name: str) -> None:
    assert match_pattern(name, name) is Truth.TRUE
    assert match_pattern("**", name) is Truth.TRUE
    assert match_pattern("*", name) is Truth.of("/" not in name)

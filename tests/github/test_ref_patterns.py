"""What the conditions of a ruleset name, as GitHub documents it; what it does not document is left undecided."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.facts import TagRuleset
from bot.github.ref_patterns import ALL, MAX_CHARACTERS, fits

V = "refs/tags/v1.2.0"

MATCHES: list[tuple[str, str, bool | None]] = [
    # The examples of GitHub's page, and of Ruby's for File.fnmatch with FNM_PATHNAME.
    ("qa/*", "qa/foo", True),
    ("qa/*", "qa/foo/bar", False),
    ("qa/**/*", "qa/foo/bar/foobar/hello-world", True),
    ("qa/**/*", "qa/foo", True),
    ("qa**/**/*", "qa-team/foo/bar", True),
    ("qa**/**/*", "qa/foo/bar", True),
    ("**/foo", "a/b/c/foo", True),
    ("**/foo", "/a/b/c/foo", True),
    ("**/foo", "foo", True),
    ("foo*", "foo/bar", False),
    ("c?t", "cat", True),
    ("c??t", "cat", False),
    ("?", "/", False),
    ("ca[a-z]", "cat", True),
    ("[/]", "/", None),
    # What projects write for their tags.
    (ALL, V, True),
    (V, V, True),
    ("refs/tags/v1.2", V, False),
    ("refs/tags/v*", V, True),
    ("refs/tags/*", V, True),
    ("refs/tags/V*", V, False),
    ("refs/tags/v1x2x0", V, False),
    ("v*", V, False),
    ("*", V, False),
    ("refs/*/v*", V, True),
    ("refs/**/v*", V, True),
    ("**/*", V, True),
    ("refs/tags/**", V, True),
    ("refs/tags/**", "refs/tags/widget/v1.2.0", False),
    ("refs/tags/**/*", "refs/tags/widget/v1.2.0", True),
    # Only where a folder begins two stars are more than one.
    ("refs/tags/w**/v*", "refs/tags/widget/v1.2.0", True),
    ("refs/tags/w**/v*", "refs/tags/widget/core/v1.2.0", False),
    ("refs/tags/v[0-9]*.[0-9]*.[0-9]*", V, True),
    ("refs/tags/v[2-9]*", V, False),
    ("refs/tags/v[13].*", V, True),
    ("refs/tags/v[-1].*", V, True),
    ("refs/tags/v[1-].*", V, True),
    ("refs/tags/v[9-0].*", V, False),
    ("refs/tags/*", "refs/heads/v1.2.0", False),
    ("", V, False),
    ("", "", True),
    # Not supported, says GitHub, or nowhere documented.
    (r"refs/tags/\v*", V, None),
    ("refs/tags/[^x]*", V, None),
    ("refs/tags/[!x]*", V, None),
    ("refs/tags/[v*", V, None),
    ("refs/tags/[]v]*", V, None),
    ("refs/tags/[à-ü]*", V, None),
    ("~DEFAULT_BRANCH", V, None),
    ("x" * (MAX_CHARACTERS + 1), V, None),
]


@pytest.mark.parametrize(("pattern", "ref", "expected"), MATCHES)
def test_a_pattern_names_a_ref(pattern: str, ref: str, expected: bool | None) -> None:
    assert fits(pattern, ref) is expected


@pytest.mark.parametrize(
    ("include", "exclude", "covered"),
    [
        ((), (), False),
        ((ALL,), (), True),
        (("refs/tags/x*", "refs/tags/v*"), (), True),
        (("refs/tags/x*",), (), False),
        ((ALL,), ("refs/tags/v1.*",), False),
        ((ALL,), ("refs/tags/v2.*",), True),
        ((ALL,), (ALL,), False),
        ((V,), (V,), False),
        # Nobody is warned where it is not certain.
        ((r"refs/tags/\v*",), (), False),
        ((ALL,), (r"refs/tags/\v*",), False),
        ((r"\x", ALL), (), True),
    ],
)
def test_what_is_excluded_wins(include: tuple[str, ...], exclude: tuple[str, ...], covered: bool) -> None:
    assert TagRuleset(1, "Guard", include, exclude).covers("v1.2.0") is covered


PARTS = st.lists(st.sampled_from(["a", "b", "/", "*", "?", "**/", "[ab]", "."]), max_size=9).map("".join)


@given(PARTS, st.text(st.sampled_from("ab./"), max_size=9))
def test_it_agrees_with_a_regular_expression(pattern: str, ref: str) -> None:
    wildcards = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"(?<![^/])\*\*/|\*|\?|\[[^\]]+\]|.", pattern)
    text = "".join(wildcards.get(part) or (part if len(part) > 1 else re.escape(part)) for part in parts)
    assert fits(pattern, ref) is (re.fullmatch(text, ref) is not None)


@given(st.text(max_size=20), st.text(max_size=20))
def test_nothing_that_a_stranger_writes_is_an_error(pattern: str, ref: str) -> None:
    assert fits(pattern, ref) in (True, False, None)


def test_a_hostile_pattern_costs_no_time() -> None:
    began = time.process_time()
    assert fits("**/" * (MAX_CHARACTERS // 3), "a/" * 120 + "b") is False
    assert fits("*a" * (MAX_CHARACTERS // 2), "a" * 250 + "b") is False
    assert time.process_time() - began < 1

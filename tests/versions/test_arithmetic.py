"""Versions as people type them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.versions import (
    MaintenanceLine,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    check_newer,
    find_maintenance_line,
    find_newest,
    is_newer,
    is_prerelease,
    normalise,
    parse_as_released,
    parse_version,
    same_version,
)


def _refusal(act: Callable[[], object]) -> VersionProblem | None:
    try:
        act()
    except VersionProblem as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("typed", "spelling", "normalised"),
    [
        ("1.2.0", "1.2.0", "1.2.0"),
        ("v1.2.0", "1.2.0", "1.2.0"),
        ("V1", "1", "1"),
        ("1.0.0-rc.1", "1.0.0-rc.1", "1.0.0rc1"),
        ("2026.06.17", "2026.06.17", "2026.6.17"),
        ("1!2.0", "1!2.0", "1!2.0"),
        ("1.0.dev0", "1.0.dev0", "1.0.dev0"),
        ("1.0-1", "1.0-1", "1.0.post1"),
        (" 1.2.0 ", "1.2.0", "1.2.0"),
        ("1." + "0." * 30 + "1", "1." + "0." * 30 + "1", "1." + "0." * 30 + "1"),
    ],
)
def test_spelling_is_kept_and_the_normal_form_known(typed: str, spelling: str, normalised: str) -> None:
    version = parse_version(typed)
    assert (version.spelling, version.normalised, str(version)) == (spelling, normalised, spelling)


@pytest.mark.parametrize(
    ("released", "stated", "typed", "spelling"),
    [
        (["1.1.0"], "1.1.0", "1.2", "1.2.0"),
        (["1.1.0", "1.1.1"], "1.1.1", "1.2", "1.2.0"),
        (["1.1.0"], "1.1.0", "1.2rc1", "1.2.0rc1"),
        (["1.1.0"], "1.1.0", "1.2.0", "1.2.0"),
        (["1.0.0", "1.1"], "1.1", "1.2", "1.2"),
        (["1.1", "1.1.1"], "1.1.1", "1.2", "1.2"),
        (["1.1"], "1.1", "1.2.0", "1.2.0"),
        # Tags tell how a release is called, whatever the files say of an earlier one.
        (["1.1"], "1.1.0", "1.2", "1.2"),
        # Where none tells, the files do.
        (["1.1.1"], "1.1.1", "1.2", "1.2"),
        (["1.1.1"], "1.1.0", "1.2", "1.2.0"),
        ([], "1.1.0", "1.2", "1.2.0"),
        ([], "1.1", "1.2", "1.2"),
        # What the files say already is called as they call it.
        (["1.1.0"], "1.2", "1.2", "1.2"),
        (["1.1"], "1.2.0", "1.2", "1.2.0"),
        (["1.1.0"], "1.2", "1.2.0", "1.2.0"),
        # No version has more than 64 characters.
        (["1.0.0.0.0.0.0"], "1", "1.33.dev" + "1" * 55, "1.33.dev" + "1" * 55),
    ],
)
def test_a_last_zero_is_written_as_in_earlier_releases(
    released: list[str], stated: str, typed: str, spelling: str
) -> None:
    version = parse_as_released(typed, released, stated)
    assert (version.spelling, version.version) == (spelling, Version(typed))
    assert version.normalised == str(Version(spelling))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", VersionCode.EMPTY),
        ("  \t", VersionCode.EMPTY),
        ("1." * 33, VersionCode.TOO_LONG),
        ("9" * 5_000, VersionCode.TOO_LONG),
        ("1.2.0\n", VersionCode.SEVERAL_LINES),
        ("1.2.0\r\nname = 'x'", VersionCode.SEVERAL_LINES),
        ("1.2.0\u2028", VersionCode.FOREIGN_CHARACTERS),
        ("1.2.0\u2028x", VersionCode.SEVERAL_LINES),
        ("<b>1.2.0</b>", VersionCode.FOREIGN_CHARACTERS),
        ("[1.2.0](https://evil)", VersionCode.FOREIGN_CHARACTERS),
        ("`1.2.0`", VersionCode.FOREIGN_CHARACTERS),
        ("@everyone", VersionCode.FOREIGN_CHARACTERS),
        ("1.2.0;rm -rf", VersionCode.FOREIGN_CHARACTERS),
        ("$(id)", VersionCode.FOREIGN_CHARACTERS),
        ('1.2.0"', VersionCode.FOREIGN_CHARACTERS),
        ("1.2 .0", VersionCode.FOREIGN_CHARACTERS),
        ("1.2.0\0", VersionCode.FOREIGN_CHARACTERS),
        ("1.0.po\u017ft1", VersionCode.FOREIGN_CHARACTERS),
        ("\u0661.2", VersionCode.FOREIGN_CHARACTERS),
        ("vv1.2.0", VersionCode.NOT_PEP440),
        ("latest", VersionCode.NOT_PEP440),
        ("1.x", VersionCode.NOT_PEP440),
        ("1..2", VersionCode.NOT_PEP440),
        ("-1.2", VersionCode.NOT_PEP440),
        ("1.2.0-SNAPSHOT", VersionCode.NOT_PEP440),
        ("1.2.0+ubuntu.1", VersionCode.LOCAL),
    ],
)
def test_what_is_no_public_version_is_refused(typed: str, code: VersionCode) -> None:
    with pytest.raises(VersionProblem) as refused:
        parse_version(typed)
    assert refused.value.code is code
    assert len(refused.value.sentence.splitlines()) == 1
    assert refused.value.sentence.endswith(".")
    assert len(refused.value.sentence) < 200


def test_a_local_version_is_answered_with_the_public_one() -> None:
    with pytest.raises(VersionProblem) as refused:
        parse_version("v1.2.0+g1a2b3c")
    assert refused.value.suggestion == "1.2.0"


@given(st.text(max_size=80))
def test_any_text_is_a_version_or_a_refusal_in_one_printable_line(typed: str) -> None:
    refused = _refusal(lambda: parse_version(typed))
    if refused:
        assert refused.sentence.isprintable()
    else:
        version = parse_version(typed)
        assert version.version == Version(version.spelling)
        assert version.spelling.isascii()


@pytest.mark.parametrize(
    ("candidate", "released", "newer"),
    [
        ("1.2.0", [], True),
        ("1.2.0", ["1.1.0", "1.0.0"], True),
        ("1.10", ["1.9"], True),
        ("1.1.0", ["1.1"], False),
        ("1.0.9", ["1.1.0"], False),
        ("1.2.0", ["1.2.0rc1"], True),
        ("1.2.0rc1", ["1.2.0"], False),
        ("1.2.0.post1", ["1.2.0"], True),
        ("1.2.0.dev1", ["1.2.0a1"], False),
        ("1.2.1", ["1.2.0", "2.0.0a1"], False),
        ("1!0.1", ["2026.1"], True),
        ("1.2.0", ["not-a-version", "1.1.0"], True),
        ("nonsense", [], False),
    ],
)
def test_newer_means_after_everything_released(candidate: str, released: list[str], newer: bool) -> None:
    assert is_newer(candidate, released) is newer


@pytest.mark.parametrize(
    ("candidate", "newer"),
    [("1.1.3", True), ("1.1.2", False), ("1.1.2.post1", True), ("1.2.1", False), ("1.1.3rc1", True), ("1.10.0", False)],
)
def test_on_a_maintenance_line_only_that_line_counts(candidate: str, newer: bool) -> None:
    assert is_newer(candidate, ["1.2.0", "1.1.2", "1.0.9"], MaintenanceLine((1, 1))) is newer


@pytest.mark.parametrize(
    ("branch", "numbers"),
    [
        ("1.1.x", (1, 1)),
        ("1.x", (1,)),
        ("v2.x", (2,)),
        ("1.1.X", (1, 1)),
        ("release/1.1.x", (1, 1)),
        ("release/1.1", (1, 1)),
        ("stable-3.0", (3, 0)),
        ("maintenance/v4", (4,)),
        ("4.2", (4, 2)),
        ("main", None),
        ("release/next", None),
        ("feature-2", None),
        ("fix/1.1", None),
        ("dependabot/pip/foo-1.2.3", None),
        ("9" * 200 + ".x", None),
    ],
)
def test_a_branch_names_its_line(branch: str, numbers: tuple[int, ...] | None) -> None:
    line = find_maintenance_line(branch)
    assert (line.numbers if line else None) == numbers


def test_a_line_is_named_as_branches_are() -> None:
    assert str(MaintenanceLine((1, 1))) == "1.1.x"


@pytest.mark.parametrize(
    ("candidate", "line", "code", "suggestion"),
    [
        ("1.2", None, VersionCode.TAKEN, "1.2.1"),
        ("1.1.9", None, VersionCode.NOT_NEWER, "1.2.1"),
        ("1.3.0", MaintenanceLine((1, 1)), VersionCode.OUTSIDE_LINE, "1.1.3"),
        ("1.1.1", MaintenanceLine((1, 1)), VersionCode.NOT_NEWER, "1.1.3"),
        ("2.0.0", MaintenanceLine((3,)), VersionCode.OUTSIDE_LINE, None),
    ],
)
def test_a_refusal_suggests_the_next_version(
    candidate: str, line: MaintenanceLine | None, code: VersionCode, suggestion: str | None
) -> None:
    with pytest.raises(VersionProblem) as refused:
        check_newer(parse_version(candidate), ["1.2.0", "1.1.2"], line)
    assert (refused.value.code, refused.value.suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    ("newest", "suggestion"),
    [
        ("1.2.0rc1", "1.2.0"),
        ("1.2", "1.3"),
        ("1!1.9", "1!1.10"),
        ("1.2.0.post1", "1.2.1"),
        ("1!2.0a1", "1!2.0"),
        ("3", "4"),
    ],
)
def test_the_suggestion_is_the_smallest_step(newest: str, suggestion: str) -> None:
    with pytest.raises(VersionProblem) as refused:
        check_newer(parse_version("0.1"), [newest])
    assert refused.value.suggestion == suggestion


versions = st.builds(
    lambda numbers, tail: ".".join(map(str, numbers)) + tail,
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.sampled_from(["", "a1", "b2", "rc1", ".post1", ".dev0", "rc1.dev3"]),
)


@given(versions, st.lists(versions, max_size=6))
def test_newer_and_the_refusal_agree_and_the_suggestion_is_accepted(candidate: str, released: list[str]) -> None:
    refused = _refusal(lambda: check_newer(parse_version(candidate), released))
    assert is_newer(candidate, released) is (refused is None)
    if refused:
        assert refused.suggestion is not None
        assert is_newer(refused.suggestion, released)


def test_equality_is_that_of_versions_not_of_spellings() -> None:
    assert same_version("1.0", "v1.0.0")
    assert same_version("1.0-rc.1", "1.0RC1")
    assert not same_version("1.0", "1.0.1")
    assert not same_version("x", "x")


@pytest.mark.parametrize(
    ("version", "prerelease"),
    [("1.0", False), ("1.0rc1", True), ("1.0.dev0", True), ("1.0.post1", False), ("1.0.post1.dev0", True), ("?", True)],
)
def test_prereleases_are_told_apart_and_nonsense_is_never_final(version: str, prerelease: bool) -> None:
    assert is_prerelease(version) is prerelease


def test_the_newest_is_found_among_what_are_versions() -> None:
    assert find_newest(["1.2", "junk", "1.10"]) == Version("1.10")
    assert find_newest(["1.2", "2.0"], MaintenanceLine((1,))) == Version("1.2")
    assert find_newest([]) is None


def test_normalising_leaves_nonsense_as_it_is() -> None:
    assert normalise("1.0.0-rc.1") == "1.0.0rc1"
    assert normalise("junk") == "junk"


def test_a_spelled_version_is_a_value() -> None:
    assert parse_version("1.0") == SpelledVersion("1.0", Version("1.0"))
    assert parse_version("1.0") != parse_version("1.0.0")

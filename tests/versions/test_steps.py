"""The next version by a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import (
    VersionCode,
    VersionProblem,
    VersionStep,
    find_maintenance_line,
    is_newer,
    next_version,
)


@pytest.mark.parametrize(
    ("step", "released", "following"),
    [
        ("major", "1.2.3", "2.0.0"),
        ("minor", "1.2.3", "1.3.0"),
        ("patch", "1.2.3", "1.2.4"),
        ("minor", "3.6", "3.7"),
        ("patch", "3.6", "3.6.1"),
        ("major", "4", "5"),
        ("minor", "1.2.3.4.5", "1.3.0.0.0"),
        ("major", "1!2.3", "1!3.0"),
        ("major", "2.0.0rc1", "2.0.0"),
        ("minor", "2.0.0rc1", "2.0.0"),
        ("major", "2.1.0rc1", "3.0.0"),
        ("patch", "1.2.3.post1", "1.2.4"),
        ("a", "1.2.3", "1.2.4a1"),
        ("b", "1.3.0a2", "1.3.0b1"),
        ("rc", "1.3.0rc1", "1.3.0rc2"),
        ("rc", "1.3.0-rc.1", "1.3.0-rc.2"),
        ("b", "1.3.0-alpha.2", "1.3.0-beta.1"),
        ("rc", "1.3.0b0", "1.3.0rc1"),
        ("a", "1.3a0", "1.3a1"),
        ("final", "1.3.0rc2", "1.3.0"),
        ("final", "1.3.0.dev4", "1.3.0"),
        ("post", "1.3.0", "1.3.0.post1"),
        ("post", "1.3.0.post1", "1.3.0.post2"),
        ("dev", "1.3.0", "1.3.1.dev0"),
        ("dev", "1.3.0rc1", "1.3.0rc2.dev0"),
        ("dev", "1.3.1.dev0", "1.3.1.dev1"),
        ("patch", "0.9", "0.9.1"),
    ],
)
def test_a_step_leads_from_the_newest_release(step: str, released: str, following: str) -> None:
    found = next_version(VersionStep(step), stated="0", released=["0.0.1", released])
    assert found.spelling == following


@pytest.mark.parametrize(
    ("step", "stated"), [("final", "1.3.0"), ("a", "1.3.0rc1"), ("b", "1.3.0rc1"), ("post", "1.3.0rc1")]
)
def test_a_step_that_leads_nowhere_is_refused(step: str, stated: str) -> None:
    with pytest.raises(VersionProblem) as refused:
        next_version(VersionStep(step), stated=stated, released=[stated])
    assert refused.value.code is VersionCode.NOT_NEWER


def test_the_marker_between_releases_does_not_decide() -> None:
    assert next_version(VersionStep.PATCH, stated="1.3.0.dev0", released=["1.2.0"]).spelling == "1.2.1"
    assert next_version(VersionStep.MINOR, stated="1.2.1.dev0", released=["1.2.0"]).spelling == "1.3.0"


def test_a_candidate_is_for_what_the_files_announce() -> None:
    assert next_version(VersionStep.RC, stated="1.3.0.dev0", released=["1.2.0"]).spelling == "1.3.0rc1"
    assert next_version(VersionStep.FINAL, stated="1.3.0.dev0", released=["1.2.0"]).spelling == "1.3.0"


def test_without_a_release_the_files_decide() -> None:
    assert next_version(VersionStep.MINOR, stated="0.1.0.dev0").spelling == "0.1.0"
    assert next_version(VersionStep.MINOR, stated="0.1.0").spelling == "0.2.0"


@pytest.mark.parametrize(("step", "following"), [("major", "0.5.0"), ("minor", "0.4.3"), ("patch", "0.4.3")])
def test_below_one_a_setting_shifts_the_steps(step: str, following: str) -> None:
    found = next_version(VersionStep(step), stated="0.4.2", released=["0.4.2"], initial_development=True)
    assert found.spelling == following


def test_a_maintenance_line_goes_on_by_itself() -> None:
    line, released = find_maintenance_line("1.1.x"), ["1.1.2", "1.2.0"]
    assert next_version(VersionStep.PATCH, stated="1.1.2", released=released, line=line).spelling == "1.1.3"
    with pytest.raises(VersionProblem) as refused:
        next_version(VersionStep.MINOR, stated="1.1.2", released=released, line=line)
    assert refused.value.code is VersionCode.OUTSIDE_LINE


def test_counting_begins_where_the_project_begins() -> None:
    assert next_version(VersionStep.RC, stated="3.6", released=["3.5rc0", "3.5", "3.6"]).spelling == "3.6.1rc0"


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("1.3.0.dev0", "1.3.0.dev1"),
        ("1.3.0.dev", "1.3.0.dev1"),
        ("1.3.0a0", "1.3.0a1.dev0"),
        ("1.2.0", "1.2.1.dev0"),
        ("1.2.0+dev", "1.2.1.dev0"),
    ],
)
def test_a_development_release_goes_on_from_what_the_files_announce(stated: str, found: str) -> None:
    assert next_version(VersionStep.DEV, stated=stated, released=["1.2.0"]).spelling == found


@given(
    st.sampled_from(VersionStep),
    st.lists(st.integers(0, 50), min_size=1, max_size=5),
    st.sampled_from(["", "a0", "b2", "rc1", "-rc.3", ".post1", ".dev0", "rc1.dev2"]),
    st.booleans(),
)
def test_every_step_leads_to_something_newer(step: VersionStep, numbers: list[int], tail: str, initial: bool) -> None:
    released = ".".join(map(str, numbers)) + tail
    try:
        found = next_version(step, stated=released, released=[released], initial_development=initial)
    except VersionProblem:
        return
    assert is_newer(found.spelling, [released])

"""How projects spell their tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import (
    VersionCode,
    VersionProblem,
    check_tag_pattern,
    find_tag,
    infer_tag_pattern,
    released_versions,
    tag_for,
    version_of,
)


@pytest.mark.parametrize(
    ("pattern", "tag"),
    [
        ("v{version}", "v1.2.0"),
        ("{version}", "1.2.0"),
        ("widget-{version}", "widget-1.2.0"),
        ("widget@{version}", "widget@1.2.0"),
        ("widget=={version}", "widget==1.2.0"),
        ("releases/{version}", "releases/1.2.0"),
        ("{version}-release", "1.2.0-release"),
    ],
)
def test_tag_and_version_lead_to_each_other(pattern: str, tag: str) -> None:
    assert tag_for("1.2.0", pattern) == tag
    assert version_of(tag, pattern) == "1.2.0"


@pytest.mark.parametrize("tag", ["1.2.0", "vv1.2.0", "v", "v-1.2", "vnext", "version-1.2", "v1.2.0\n", ""])
def test_a_tag_of_another_shape_holds_no_version(tag: str) -> None:
    assert version_of(tag, "v{version}") is None


@pytest.mark.parametrize("tag", ["a", "aa", "a1"])
def test_what_stands_before_and_after_the_version_must_not_overlap(tag: str) -> None:
    assert version_of(tag, "a{version}a") is None


@pytest.mark.parametrize("version", ["1.0.0-rc.1", "1!2.0", "2026.06.17"])
def test_a_tag_keeps_the_spelling(version: str) -> None:
    assert version_of(tag_for(version)) == version


@pytest.mark.parametrize(
    "pattern",
    [
        "v",
        "{version}{version}",
        "v {version}",
        "-{version}",
        "v..{version}",
        "a//{version}",
        "/{version}",
        "{version}.lock",
        "v{version}/",
        "a/.b{version}",
        "v~{version}",
        "x@{version}{",
        "`{version}`",
        "v{version}\n",
        "{version}.",
        "x" * 100 + "{version}",
    ],
)
def test_a_pattern_that_git_or_a_reader_would_choke_on_is_refused(pattern: str) -> None:
    with pytest.raises(VersionProblem) as refused:
        check_tag_pattern(pattern)
    assert refused.value.code is VersionCode.BAD_TAG_PATTERN
    with pytest.raises(VersionProblem):
        tag_for("1.0", pattern)


def test_a_version_cannot_smuggle_anything_into_a_tag() -> None:
    with pytest.raises(VersionProblem):
        tag_for("1.0 --force")


@pytest.mark.parametrize(
    ("newest_first", "pattern"),
    [
        ([], "v{version}"),
        (["v1.2.0", "v1.1.0"], "v{version}"),
        (["1.2.0", "v1.1.0"], "{version}"),
        (["release-7.2.2"], "release-{version}"),
        (["widget-3.6.1", "widget-3.6.0"], "widget-{version}"),
        (["Widget_v1.0"], "Widget_v{version}"),
        (["widget==0.4.3"], "widget=={version}"),
        (["widget@0.9.2"], "widget@{version}"),
        (["widget/v0.9.2"], "widget/v{version}"),
        (["helm-chart-0.3.0", "v1.2.0"], "v{version}"),
        (["other==9.9", "widget==1.0"], "widget=={version}"),
        (["v1", "v1.2.0", "v1.1.0"], "v{version}"),
        (["v1", "1.2.0"], "{version}"),
        (["23", "22"], "{version}"),
        (["latest", "nightly", "weird tag", "v1.0"], "v{version}"),
        (["v1.0.0-rc.1"], "v{version}"),
        (["latest"], "v{version}"),
        (["x" * 5_000 + "1.0"], "v{version}"),
    ],
)
def test_the_newest_tag_of_the_project_tells_the_shape(newest_first: list[str], pattern: str) -> None:
    assert infer_tag_pattern(newest_first, "widget") == pattern


def test_names_with_digits_are_no_versions() -> None:
    assert infer_tag_pattern(["h5py-3.1.0"], "h5py") == "h5py-{version}"


@given(st.lists(st.text(alphabet="v1.0-/@=ax", max_size=12)), st.sampled_from([None, "a-x"]))
def test_what_is_inferred_is_always_a_pattern(tags: list[str], package: str | None) -> None:
    pattern = infer_tag_pattern(tags, package)
    check_tag_pattern(pattern)


def test_a_tag_is_found_in_any_spelling_and_the_exact_one_first() -> None:
    assert find_tag(["v1.2", "v1.1"], "1.2.0") == "v1.2"
    assert find_tag(["v1.2", "v1.2.0"], "1.2.0") == "v1.2.0"
    assert find_tag(["1.2.0"], "1.2.0") is None
    assert find_tag(["v1.2.0"], "junk") is None


def test_released_versions_are_sorted_as_versions() -> None:
    assert released_versions(["v1.10", "v1.9", "nightly", "v1.2.0rc1"]) == ["1.2.0rc1", "1.9", "1.10"]


def test_tags_that_move_along_do_not_tell_how_a_version_is_written() -> None:
    assert released_versions(["v2", "v2.0", "v2.0.0", "v1", "v1.4", "v1.4.0"]) == ["1", "1.4.0", "2.0.0"]
    assert released_versions(["v2.0.0", "v2.0", "v2"]) == ["2.0.0"]
    assert released_versions(["v2.0.0.dev1", "v2.0.dev1"]) == ["2.0.0.dev1"]

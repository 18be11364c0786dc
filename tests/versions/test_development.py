"""Back to development: which marker the files get after a release, and which of their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import (
    Project,
    SpelledVersion,
    VersionProblem,
    check_development_pattern,
    find_development,
    find_maintenance_line,
    is_newer,
    list_development_edits,
    parse_version,
    read_project,
)

CITATION = "cff-version: 1.2.0\nversion: {}\ndate-released: 2026-01-02\n"


@pytest.mark.parametrize(
    ("before", "released", "earlier", "after"),
    [
        # No marker was ever written.
        ("1.1.0", "1.2.0", ["1.1.0"], "1.3.0.dev0"),
        ("1.2.0", "1.2.0", [], "1.3.0.dev0"),
        ("25.9", "26.1", ["25.9"], "26.2.dev0"),
        ("240", "241", ["240"], "242.dev0"),
        # The marker is spelled as before.
        ("1.2.0.dev0", "1.2.0", ["1.1.0"], "1.3.0.dev0"),
        ("1.2.0.dev", "1.2.0", ["1.1.0"], "1.3.0.dev"),
        ("1.2.0-dev", "1.2.0", ["1.1.0"], "1.3.0-dev"),
        ("1.2.0-dev0", "1.2.0", ["1.1.0"], "1.3.0-dev0"),
        ("1.2.0dev", "1.2.0", ["1.1.0"], "1.3.0dev"),
        ("1.2.0.dev7", "1.2.0", ["1.1.0"], "1.3.0.dev0"),
        ("1.2.0a0", "1.2.0", ["1.1.0"], "1.3.0a0"),
        ("1.2.0a0+dev", "1.2.0", ["1.1.0"], "1.3.0a0+dev"),
        ("1.2.0rc2.dev0", "1.2.0", ["1.1.0", "1.2.0rc1"], "1.3.0.dev0"),
        ("0.14-dev", "0.14", ["0.13"], "0.15-dev"),
        ("1.2.dev0", "1.2.0", ["1.1.0"], "1.3.0.dev0"),
        # What was released is no marker.
        ("1.2.0a1", "1.2.0", ["1.1.0", "1.2.0a1"], "1.3.0.dev0"),
        ("1.2.0rc1", "1.2.0", ["1.1.0"], "1.3.0.dev0"),
        # How far it looks ahead is what the last one did.
        ("1.1.5.dev0", "1.1.5", ["1.1.4"], "1.1.6.dev0"),
        ("1.2.0.dev0", "1.1.5", ["1.1.4"], "1.2.0.dev0"),
        ("2.0.0.dev0", "2.0.0", ["1.4.0"], "2.1.0.dev0"),
        ("26.3.dev0", "26.2.1", ["26.2"], "26.3.0.dev0"),
        # It may look back.
        ("1.1.0+dev", "1.2.0", ["1.1.0"], "1.2.0+dev"),
        ("1.2.0+dev", "1.2.0", ["1.1.0"], "1.3.0+dev"),
        ("1.1.0.post0", "1.2.0", ["1.1.0"], "1.2.0.post0"),
        # By date nobody knows the next day.
        ("2026.5.0", "2026.6.0", ["2026.4.0", "2026.5.0"], "2026.6.1.dev0"),
        ("2026.05.07", "2026.06.17", ["2026.04.02", "2026.05.07"], "2026.06.18.dev0"),
        ("1!1.2.0.dev0", "1!1.2.0", ["1!1.1.0"], "1!1.3.0.dev0"),
    ],
)
def test_the_marker_after_a_release(before: str, released: str, earlier: list[str], after: str) -> None:
    assert find_development(released, before, earlier=earlier).spelling == after


def test_a_maintenance_line_stays_on_its_line() -> None:
    line = find_maintenance_line("1.1.x")
    found = find_development("1.1.3", "1.1.2", earlier=["1.1.2", "1.2.0"], line=line)
    assert found.spelling == "1.1.4.dev0"


@pytest.mark.parametrize(
    ("pattern", "after"),
    [
        ("{next_minor}.dev0", "1.3.0.dev0"),
        ("{next_patch}-dev", "1.2.2-dev"),
        ("{next_major}a0", "2.0.0a0"),
        ("{version}+dev", "1.2.1+dev"),
        ("{version}.post0.dev0", "1.2.1.post0.dev0"),
    ],
)
def test_the_settings_say_it_outright(pattern: str, after: str) -> None:
    check_development_pattern(pattern)
    assert find_development("1.2.1", "1.2.1.dev0", pattern=pattern, earlier=["1.2.0"]).spelling == after


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "1.3.0.dev0",
        "{next_minor}",
        "{version}.dev0",
        "{next}.dev0",
        "{next_minor}.1",
        "{next_minor}.dev0\n",
        "{next_minor}x",
    ],
)
def test_a_pattern_that_would_pass_for_a_release_is_refused(pattern: str) -> None:
    with pytest.raises(VersionProblem, match="development version"):
        check_development_pattern(pattern)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
    st.sampled_from(["", ".dev0", ".dev", "-dev", "a0", ".dev3", "dev", "rc1", "+dev", ".post1"]),
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
)
def test_it_is_no_release_and_never_older_than_what_was_released(now: list[int], tail: str, last: list[int]) -> None:
    released, before = ".".join(map(str, now)), ".".join(map(str, now)) + tail
    found = find_development(released, before, earlier=[".".join(map(str, last))])
    assert is_newer(found.spelling, [released])
    assert found.version.is_prerelease or found.version.local or found.version.is_postrelease


def project(version: str, cited: str, readme: str = "") -> Project:
    files = {
        "pyproject.toml": f'[project]\nname = "widget"\nversion = "{version}"\n',
        "widget/__init__.py": f'__version__ = "{version}"\n',
        "CITATION.cff": CITATION.format(cited),
        "uv.lock": f'[[package]]\nname = "widget"\nversion = "{parse_or(version)}"\nsource = {{ editable = "." }}\n',
        "README.md": readme,
    }
    found = read_project({path: text.encode() for path, text in files.items()})
    assert isinstance(found, Project), found
    return found


def parse_or(version: str) -> str:
    return str(parse_version(version).version)


def written(before: Project, now: Project, version: str) -> dict[str, str]:
    edits = list_development_edits(now, before, SpelledVersion(version, parse_version(version).version))
    return {edit.path: edit.new.decode() for edit in edits}


def test_places_that_speak_of_releases_say_no_marker() -> None:
    edits = written(project("1.2.0.dev", "1.1.0"), project("1.2.0", "1.2.0"), "1.3.0.dev")
    assert set(edits) == {"pyproject.toml", "widget/__init__.py", "uv.lock"}
    assert 'version = "1.3.0.dev"' in edits["pyproject.toml"]
    assert 'version = "1.3.0.dev0"' in edits["uv.lock"]


def test_places_that_said_the_last_marker_say_the_next_one() -> None:
    edits = written(project("1.2.0.dev0", "1.2.0.dev0"), project("1.2.0", "1.2.0"), "1.3.0.dev0")
    assert edits["CITATION.cff"] == CITATION.format("1.3.0.dev0")


def test_where_no_marker_ever_stood_the_citation_stays() -> None:
    edits = written(project("1.1.0", "1.1.0"), project("1.2.0", "1.2.0"), "1.3.0.dev0")
    assert set(edits) == {"pyproject.toml", "widget/__init__.py", "uv.lock"}


@pytest.mark.parametrize(("before", "follows"), [("1.2.0.dev0", True), ("1.1.0", False)])
def test_a_sibling_requires_a_marker_only_where_it_did_before(before: str, follows: bool) -> None:
    def read(version: str) -> Project:
        core = f'[project]\nname = "core"\nversion = "{version}"\n'
        cli = f'[project]\nname = "cli"\nversion = "0.1"\ndependencies = ["core=={version}"]\n'
        found = read_project({"core/pyproject.toml": core.encode(), "cli/pyproject.toml": cli.encode()}, "core")
        assert isinstance(found, Project), found
        return found

    assert ("cli/pyproject.toml" in written(read(before), read("1.2.0"), "1.3.0.dev0")) is follows


@pytest.mark.parametrize("before", ["1.2.0.dev3", "1.2.0.dev0"])
def test_a_header_that_said_the_last_marker_says_the_next_one(before: str) -> None:
    def read(version: str, dev: str) -> Project:
        header = "#define VERSION_MAJOR 1\n#define VERSION_MINOR 2\n#define VERSION_PATCH 0\n#define VERSION_DEV "
        files = {"pyproject.toml": f'[project]\nname = "widget"\nversion = "{version}"\n', "version.h": header + dev}
        found = read_project({path: text.encode() for path, text in files.items()})
        assert isinstance(found, Project), found
        return found

    header = written(read(before, before[-1]), read("1.2.0", "0"), "1.3.0.dev1")["version.h"]
    assert [line.split()[-1] for line in header.splitlines()] == ["1", "3", "0", "1"]

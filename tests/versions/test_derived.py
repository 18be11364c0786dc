"""A version that a tool takes from the tag: no file has to say it, and what says it all the same follows or is offered."""

from __future__ import annotations

from datetime import date

import pytest

from bot.versions import Project, ProjectCode, VersionFile, bump, read_project, wanted_paths
from tests.versions.test_tools import DERIVED

DAY = date(2026, 3, 1)
README = "rev: v1.1.0\nSince 1.1.0.\n"
CITATION = "cff-version: 1.1.0\nversion: 1.1.0\ndate-released: 2026-01-02\n"


def read(
    tree: dict[str, str],
    released: str | None,
    *named: VersionFile,
    together: tuple[str, ...] = (),
) -> Project:
    """The project after that release, from the files that are asked for."""
    known: dict[str, bytes] = {}
    for _ in range(5):
        more = wanted_paths(tree, known, ".", named, together)
        known |= {path: tree[path].encode() for path in more}
    project = read_project(known, ".", named, together, released)
    assert isinstance(project, Project), project
    assert project.derived_by == "hatch-vcs"
    return project


def change(project: Project, version: str = "1.2.0") -> dict[str, str]:
    return {edit.path: edit.new.decode() for edit in bump(project, version, day=DAY)}


def test_what_was_released_last_is_the_version() -> None:
    tree = {"pyproject.toml": DERIVED}
    assert [(str(one.version), one.spelling) for one in (read(tree, "1.1"), read(tree, None))] == [
        ("1.1", "1.1"),
        ("0", "0"),
    ]


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        (VersionFile("README.md", "rev: v{version}"), {"README.md": README.replace("v1.1.0", "v1.2.0")}),
        (VersionFile("README.md"), {"README.md": README.replace("1.1.0", "1.2.0")}),
        (
            VersionFile("CITATION.cff"),
            {
                "CITATION.cff": CITATION.replace("\nversion: 1.1.0", "\nversion: 1.2.0").replace(
                    "2026-01-02", "2026-03-01"
                )
            },
        ),
        (VersionFile("docs/conf.py"), {"docs/conf.py": "release = '1.2.0'\n"}),
        (VersionFile("a.txt"), {"a.txt": "1.2.0 # x-aweigh-version\n1.1.0\n"}),
        (VersionFile("b.txt"), {}),
        (VersionFile("missing.txt"), {}),
    ],
)
def test_what_the_settings_name_follows_as_far_as_it_says_what_was_released_last(
    named: VersionFile, changed: dict[str, str]
) -> None:
    tree = {
        "pyproject.toml": DERIVED,
        "README.md": README,
        "CITATION.cff": CITATION,
        "docs/conf.py": "release = '1.1.0'\n",
    }
    tree |= {"a.txt": "1.1.0 # x-aweigh-version\n1.1.0\n", "b.txt": "1.0.0\n"}
    assert change(read(tree, "1.1.0", named)) == changed
    # Before the first release, and after one that the files do not tell of, nothing does.
    assert change(read(tree, None, named)) == {}
    assert change(read(tree, "1.1.1", named)) == {} or named.path == "docs/conf.py"


def test_what_documents_and_mentions_say_is_offered() -> None:
    tree = {
        "pyproject.toml": DERIVED,
        "README.md": README,
        "CITATION.cff": CITATION,
        "docs/conf.py": "release = '1.1.0'\n",
    }
    project = read(tree, "1.1.0")
    assert change(project) == {}
    assert {(item.path, item.line, item.setting) for item in project.lookalikes} == {
        ("docs/conf.py", 1, "docs/conf.py"),
        ("CITATION.cff", 2, "CITATION.cff"),
        ("README.md", 1, "README.md"),
        ("README.md", 2, "README.md"),
    }
    assert read(tree, None).lookalikes == ()


@pytest.mark.parametrize("told", ["src/widget/v.py", "src/widget/v.py:^V"])
def test_what_commitizen_is_told_follows(told: str) -> None:
    tool = f'[tool.commitizen]\nversion_provider = "scm"\nversion_files = ["{told}"]\n'
    tree = {"pyproject.toml": DERIVED + tool, "src/widget/v.py": "V = '1.1.0'\nOLD = '1.0.0'\n"}
    assert change(read(tree, "1.1.0")) == {"src/widget/v.py": "V = '1.2.0'\nOLD = '1.0.0'\n"}
    assert change(read(tree, "1.0.1")) == {}


def test_a_record_of_another_release_is_out_of_use() -> None:
    tool = '[version]\ncurrent = "1.1.0"\n[[file]]\nsrc = "a.txt"\n'
    tree = {"pyproject.toml": DERIVED, "tbump.toml": tool, "a.txt": "1.1.0\n"}
    assert change(read(tree, "1.1.0")).keys() == {"tbump.toml", "a.txt"}
    later = read(tree, "1.3.0")
    assert change(later, "1.4.0") == {}
    assert [(item.path, item.line) for item in later.lookalikes] == [("tbump.toml", 2)]


def test_packages_that_go_on_with_it_follow() -> None:
    tree = {
        "pyproject.toml": DERIVED,
        "libs/a/pyproject.toml": '[project]\nname = "widget-a"\nversion = "1.1.0"\ndependencies = ["widget==1.1.0"]\n',
        "libs/b/pyproject.toml": DERIVED.replace('"widget"', '"widget-b"'),
    }
    project = read(tree, "1.1.0", together=("libs/a", "libs/b"))
    assert [place.name for place in project.together] == ["widget-a", "widget-b"]
    changed = tree["libs/a/pyproject.toml"].replace("1.1.0", "1.2.0")
    assert change(project) == {"libs/a/pyproject.toml": changed}


def test_what_a_sibling_requires_of_it_follows() -> None:
    sibling = '[project]\nname = "widget-a"\nversion = "0.1.0"\ndependencies = ["widget==1.1.0"]\n'
    workspace = '[tool.uv.workspace]\nmembers = ["libs/*"]\n'
    project = read({"pyproject.toml": DERIVED + workspace, "libs/a/pyproject.toml": sibling}, "1.1.0")
    assert change(project) == {"libs/a/pyproject.toml": sibling.replace("1.1.0", "1.2.0")}


@pytest.mark.parametrize(
    ("said", "is_joined"), [("1.1.0", True), ("1.2.0.dev0", True), ("0.3.0", False), ("2.0.0", True)]
)
def test_a_package_that_goes_on_with_it_says_what_was_released_or_what_comes_next(said: str, is_joined: bool) -> None:
    member = f'[project]\nname = "widget-a"\nversion = "{said}"\n'
    tree = {"pyproject.toml": DERIVED.encode(), "libs/a/pyproject.toml": member.encode()}
    project = read_project(tree, ".", (), ("libs/a",), "1.1.0")
    assert isinstance(project, Project) is is_joined
    if not isinstance(project, Project):
        assert project.code is ProjectCode.SITES_DISAGREE
        assert project.sentence == (
            'The package goes on with "widget", whose last release is "1.1.0", and says "0.3.0" in "libs/a/pyproject.toml" line 3.'
        )


def test_the_lock_of_npm_follows_the_package_json_that_the_settings_name() -> None:
    own = '{"version": "1.1.0", "packages": {"": {"version": "1.1.0"}}}'
    tree = {"pyproject.toml": DERIVED, "package.json": '{"version": "1.1.0"}', "package-lock.json": own}
    named = VersionFile("package.json")
    assert change(read(tree, "1.1.0", named)) == {
        "package.json": '{"version": "1.2.0"}',
        "package-lock.json": own.replace("1.1.0", "1.2.0"),
    }


def test_a_place_may_spell_it_as_the_tag_does() -> None:
    named = VersionFile("README.md", "rev: v{version}")
    tree = {"pyproject.toml": DERIVED, "README.md": "rev: v2024.01.02\n"}
    assert change(read(tree, "2024.01.02", named), "2024.02.03") == {"README.md": "rev: v2024.02.03\n"}

"""Places that the project's own settings name."""

from bot.versions import Project, VersionFile, bump, read_project, wanted_paths

STATIC = b'[project]\nname = "widget"\nversion = "1.1.0"\n'


def bump_with(files: dict[str, bytes], *places: VersionFile) -> dict[str, bytes]:
    project = read_project(files, version_files=places)
    assert isinstance(project, Project)
    return {edit.path: edit.new for edit in bump(project, "1.2.0") if edit.path != "pyproject.toml"}


def test_a_pattern_tells_the_version_from_other_mentions() -> None:
    files = {"pyproject.toml": STATIC, "README.md": b"rev: v1.1.0\nsince 1.1.0\n"}
    assert bump_with(files) == {}
    changed = bump_with(files, VersionFile("README.md", "rev: v{version}"))
    assert changed == {"README.md": b"rev: v1.2.0\nsince 1.1.0\n"}


def test_a_marker_in_the_file_is_enough() -> None:
    files = {"pyproject.toml": STATIC, "a.yml": b"v: 1.1.0 # x-aweigh-version\nw: 1.1.0\n"}
    assert bump_with(files, VersionFile("*.yml")) == {"a.yml": b"v: 1.2.0 # x-aweigh-version\nw: 1.1.0\n"}


def test_without_either_every_mention_follows() -> None:
    files = {"pyproject.toml": STATIC, "docs/a.md": b"1.1.0, v1.1.0 and 11.1.0"}
    assert bump_with(files, VersionFile("docs/*.md")) == {"docs/a.md": b"1.2.0, v1.2.0 and 11.1.0"}


def test_a_place_without_the_version_is_shown() -> None:
    files = {"pyproject.toml": STATIC, "a.txt": b"0.9"}
    project = read_project(files, version_files=(VersionFile("a.txt"), VersionFile("../b"), VersionFile("none")))
    assert isinstance(project, Project)
    assert [item.path for item in project.lookalikes] == ["a.txt"]


def test_the_files_that_are_named_are_asked_for() -> None:
    assert wanted_paths(["a.txt", "b.txt"], STATIC, version_files=(VersionFile("a.*"),)) == ["a.txt"]

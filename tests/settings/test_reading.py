"""Settings come from the default branch; what cannot be read is a problem, never a silent default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.settings.reading import SettingsProblem, read_settings
from bot.settings.repository import PackageSettings, RepositorySettings
from bot.versions import PackagePlace, Project, VersionFile, read_project


def read(pyproject: str) -> RepositorySettings | SettingsProblem:
    return read_settings({"pyproject.toml": pyproject.encode()})


def test_no_settings_are_the_defaults() -> None:
    settings = read("[project]\nname = 'x'\n")
    assert settings == RepositorySettings()
    assert isinstance(settings, RepositorySettings)
    assert settings.approval.required is None
    assert settings.approval.self_ is False


def test_every_key_is_read() -> None:
    settings = read("""
        [tool.aweigh]
        tag = "widget-{version}"
        workflow = "publish.yml"
        workflow-inputs = { target = "pypi" }
        environment = "release"
        approval = { required = 2, self = true }
        """)
    assert isinstance(settings, RepositorySettings)
    assert (settings.tag, settings.workflow, settings.environment) == ("widget-{version}", "publish.yml", "release")
    assert settings.workflow_inputs == {"target": "pypi"}
    assert (settings.approval.required, settings.approval.self_) == (2, True)
    assert settings.source == "pyproject.toml"


def test_who_may_is_read_and_mistyped_it_is_a_problem_with_a_suggestion() -> None:
    settings = read("[tool.aweigh]\nrelease.role = 'maintain'\napproval = {role = 'admin', teams = ['core']}\n")
    assert isinstance(settings, RepositorySettings)
    assert (settings.release.role, settings.approval.role, settings.approval.teams) == ("maintain", "admin", ("core",))
    problem = read("[tool.aweigh]\napproval.requird = 2\n")
    assert isinstance(problem, SettingsProblem)
    assert problem.detail == "approval.requird is no setting, did you mean approval.required?"


@pytest.mark.parametrize(
    "line",
    [
        "release.role = 'triage'",
        "approval.role = 'boss'",
        "approval.teams = 'core'",
        "approval.teams = ['a/b']",
        "approval.teams = ['@core']",
    ],
)
def test_nobody_else_may(line: str) -> None:
    assert isinstance(read(f"[tool.aweigh]\n{line}\n"), SettingsProblem)


def test_defaults_hold_key_by_key_for_what_a_repository_does_not_set() -> None:
    defaults = (
        b"tag = 'o{version}'\napproval = {required = 2, role = 'admin'}\nworkflow-inputs = {a = '1'}\nwrong = 1\n"
    )
    files = {".github/aweigh.toml": b"approval.required = 1\nworkflow-inputs = {b = '2'}\n"}
    settings = read_settings(files, defaults)
    assert isinstance(settings, RepositorySettings)
    assert (settings.tag, settings.approval.required, settings.approval.role) == ("o{version}", 1, "admin")
    assert settings.workflow_inputs == {"a": "1", "b": "2"}
    assert [key for key, _ in settings.unknown] == ["wrong"]
    alone = read_settings({}, defaults)
    assert isinstance(alone, RepositorySettings)
    assert alone.approval.required == 2
    assert isinstance(read_settings(files, b"tag = 7"), SettingsProblem)


def test_a_second_file_with_settings_is_named_and_counts_for_nothing() -> None:
    files = {"pyproject.toml": b"[tool.aweigh]\ntag='a{version}'\n", ".github/aweigh.toml": b"workflow='b.yml'\n"}
    settings = read_settings(files)
    assert isinstance(settings, RepositorySettings)
    assert (settings.shadowed, settings.tag, settings.workflow) == ("pyproject.toml", None, "b.yml")
    alone = read_settings(files | {"pyproject.toml": b"[project]\nname='x'\n"})
    assert isinstance(alone, RepositorySettings)
    assert alone.shadowed is None
    # What counts for nothing stops nothing either.
    broken = read_settings(files | {"pyproject.toml": b"[tool.aweigh"})
    assert isinstance(broken, RepositorySettings)


def test_the_file_of_its_own_counts_first() -> None:
    files = {"pyproject.toml": b"[tool.aweigh]\ntag='a{version}'\n", ".github/aweigh.toml": b"tag='b{version}'\n"}
    settings = read_settings(files)
    assert isinstance(settings, RepositorySettings)
    assert settings.tag == "b{version}"


def test_a_file_without_settings_does_not_put_the_others_out_of_force() -> None:
    files = {
        "pyproject.toml": b"[tool.aweigh]\napproval.required = 2\n",
        ".github/aweigh.toml": b"# tag = 'v{version}'\n",
    }
    settings = read_settings(files)
    assert isinstance(settings, RepositorySettings)
    assert settings.approval.required == 2


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[tool.aweigh]\napproval = { required = '1' }", "approval.required"),
        ("[tool.aweigh]\napproval = { required = -1 }", "approval.required"),
        ("[tool.aweigh]\napproval = { self = 'false' }", "approval.self"),
        ("[tool.aweigh]\napproval = 1", "approval"),
        ("[tool.aweigh]\napproval = { requird = 2 }", "approval.requird"),
        ("[tool.aweigh]\naproval = { required = 2 }", "it is called approval"),
        ("[tool.aweigh]\napprovals.required = 2", "it is called approval"),
        ("[tool.aweigh]\n'approval.required' = 2", "it is called approval"),
        ("# " + "x" * 600_000, "above 512 kB"),
        ("[tool.aweigh]\ntag = 'v'", "tag"),
        ("[tool.aweigh]\ntag = 'v{version}\\n'", "tag"),
        ("[tool.aweigh]\nworkflow = '../x.yml'", "workflow"),
        ("[tool]\naweigh = 3", "not a table"),
        ("[tool.aweigh", "not TOML"),
        ("a" + ".a" * 100_000 + " = 1", "not TOML"),
        ("a = " + "9" * 5000, "not TOML"),
        ("a = " + "[" * 100_000, "not TOML"),
    ],
)
def test_a_wrong_value_is_a_problem_that_names_its_place(text: str, where: str) -> None:
    problem = read(text)
    assert isinstance(problem, SettingsProblem)
    assert where in problem.detail


def test_unknown_keys_are_reported_with_a_suggestion() -> None:
    settings = read("[tool.aweigh]\nworkflows = 'x'\nzzz = 1\nunknown = 1")
    assert isinstance(settings, RepositorySettings)
    assert settings.unknown == (("workflows", "workflow"), ("zzz", None), ("unknown", None))


def test_further_places_of_the_version_are_files_with_or_without_a_pattern() -> None:
    settings = read(
        "[tool.aweigh]\nversioning = 'calver:YY.0M'\n"
        "version-files = ['docs/*.md', {path = 'README.md', pattern = 'rev: v{version}'}]\n"
    )
    assert isinstance(settings, RepositorySettings)
    assert settings.versioning == "calver:YY.0M"
    assert settings.places == (VersionFile("docs/*.md"), VersionFile("README.md", "rev: v{version}"))


@pytest.mark.parametrize(
    ("text", "found"), [("true", True), ("'{next_minor}.dev0'", "{next_minor}.dev0"), ("false", False)]
)
def test_the_way_back_to_development_is_asked_for(text: str, found: bool | str) -> None:
    settings = read(f"[tool.aweigh]\ndevelopment = {text}\n")
    assert isinstance(settings, RepositorySettings)
    assert settings.development == found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("versioning = 'calver:MM.YYYY'", "versioning"),
        ("versioning = 'date'", "calver: with a pattern"),
        ("development = 1", "development"),
        ("development = '1.3.0.dev0'", "development version"),
        ("development = '{next_minor}'", "development version"),
        ("version-files = 'README.md'", "version-files"),
        ("version-files = [7]", "version-files.0"),
        ("version-files = ['']", "version-files.0.path"),
        ("version-files = [{path = 'a', pattern = 'v'}]", "{version} exactly once"),
        ("version-files = [{path = 'a', patern = '{version}'}]", "version-files"),
    ],
)
def test_places_and_schemes_that_cannot_be_are_said(text: str, named: str) -> None:
    problem = read(f"[tool.aweigh]\n{text}\n")
    assert isinstance(problem, SettingsProblem)
    assert named in problem.detail


def test_each_package_has_settings_of_its_own() -> None:
    settings = read("""
        [tool.aweigh]
        packages.Acme_Core = { path = "libs/core/", tag = "core-{version}", changelog = "libs/core/NEWS.md" }
        packages.acme-cli.workflow = "cli.yml"
        """)
    assert isinstance(settings, RepositorySettings)
    assert settings.folders == {"acme-core": "libs/core"}
    core = settings.get_package("acme.core")
    assert (core.tag, core.changelog, core.workflow) == ("core-{version}", "libs/core/NEWS.md", None)
    assert settings.get_package("acme-cli").workflow == "cli.yml"
    assert settings.get_package("other") == PackageSettings()


@pytest.mark.parametrize(
    "line",
    [
        "packages.core.path = '/etc'",
        "packages.core.path = 'libs/../../etc'",
        "packages.core.tag = 'core'",
        "packages.'a/b'.path = 'libs'",
        "packages.core = 'libs'",
        "packages.core.development = '1.3.0.dev0'",
        "packages = ['core']",
        "packages = { a-b = {}, A_b = {} }",
    ],
)
def test_settings_of_packages_that_make_no_sense_are_a_problem(line: str) -> None:
    assert isinstance(read(f"[tool.aweigh]\n{line}\n"), SettingsProblem)


@pytest.mark.parametrize(
    ("line", "wish"), [("true", True), ("false", False), ("['a', 'A_b']", ("a", "A_b")), ("[]", ()), (None, None)]
)
def test_which_packages_go_on_together(line: str | None, wish: bool | tuple[str, ...] | None) -> None:
    settings = read("[tool.aweigh]\nmode = 'auto'\n" + (f"lockstep = {line}\n" if line else ""))
    assert isinstance(settings, RepositorySettings)
    assert settings.lockstep == wish
    packages = [PackagePlace("a", "x/a", version="1.2"), PackagePlace("a-b", "x/b", version="1.2")]
    joined = settings.join(packages, ["v1.1", "v1.2"])
    assert len(joined) == (2 if wish in (False, ()) else 1)


@pytest.mark.parametrize("line", ["lockstep = 1", "lockstep = 'a'", "lockstep = ['a/b']", "lockstep = [true]"])
def test_what_cannot_go_on_together_is_a_problem(line: str) -> None:
    assert isinstance(read(f"[tool.aweigh]\n{line}\n"), SettingsProblem)


def test_the_tag_of_packages_that_go_on_together_is_called_after_none() -> None:
    core = replace(core_at("libs/core", "cli"), together=(PackagePlace("core-x", "libs/x"),))
    assert RepositorySettings().tag_pattern(core, ["cli@1.0", "2.0"]) == "{version}"
    assert RepositorySettings(tag="r{version}").tag_pattern(core, ["cli@1.0", "2.0"]) == "r{version}"


@pytest.mark.parametrize(
    ("own", "found"),
    [("", True), ("development = false", False), ("development = '{next_patch}.dev0'", "{next_patch}.dev0")],
)
def test_a_package_may_go_back_to_development_in_its_own_way(own: str, found: bool | str) -> None:
    settings = read(f"[tool.aweigh]\ndevelopment = true\n[tool.aweigh.packages.Core]\n{own}\n")
    assert isinstance(settings, RepositorySettings)
    assert (settings.development_of("core"), settings.development_of("cli")) == (found, True)


def test_unknown_keys_of_a_package_are_reported_with_a_suggestion() -> None:
    settings = read("[tool.aweigh.packages.core]\ntags = 'x'\nzzz = 1\n")
    assert isinstance(settings, RepositorySettings)
    assert settings.unknown == (("packages.core.tags", "packages.core.tag"), ("packages.core.zzz", None))


def core_at(root: str, *siblings: str) -> Project:
    found = read_project({f"{root}/pyproject.toml": b"[project]\nname = 'core'\nversion = '1.0'\n"}, root)
    assert isinstance(found, Project)
    return replace(found, siblings=tuple(PackagePlace(name, f"libs/{name}") for name in siblings))


@pytest.mark.parametrize(
    ("line", "siblings", "pattern"),
    [
        ("", ["cli"], "core@{version}"),
        ("tag = 'all-{version}'", ["cli"], "core@{version}"),
        ("packages.core.tag = 'c/{version}'", ["cli"], "c/{version}"),
        ("tag = 'all-{version}'", [], "all-{version}"),
        ("", [], "{version}"),
    ],
)
def test_the_tags_of_a_package_beside_others_are_its_own(line: str, siblings: list[str], pattern: str) -> None:
    settings = read(f"[tool.aweigh]\n{line}\n")
    assert isinstance(settings, RepositorySettings)
    assert settings.tag_pattern(core_at("libs/core", *siblings), ["cli@1.0", "2.0"]) == pattern

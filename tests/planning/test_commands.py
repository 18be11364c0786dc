"""``aweigh plan`` and ``aweigh next`` in a checkout: what they print, what they write, and how they end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.changelog import Act, FileChange
from bot.planning.commands import STEPS
from bot.planning.folder import Folder, FolderError
from bot.versions import FileEdit, VersionStep

PYPROJECT = '[project]\nname = "widget"\nversion = "1.1.0"\n'
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Sails.\n\n## [1.1.0] - 2026-01-02\n\n- Oars.\n"
FILES = {
    "pyproject.toml": PYPROJECT,
    "widget/__init__.py": '__version__ = "1.1.0"\n',
    "README.md": "Since 1.1.0.\n",
    "CHANGELOG.md": CHANGELOG,
}


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=Mona", "-c", "user.email=mona@example.org"]
    subprocess.run(["git", *identity, "-C", folder, *words], check=True, capture_output=True)


def make(folder: Path, files: dict[str, str], *tags: str, branch: str = "main") -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    git(folder, "init", "-b", branch)
    git(folder, "add", ".")
    git(folder, "commit", "-m", "Begin")
    for tag in tags:
        git(folder, "tag", tag)
    return folder


def run(folder: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [*words, "--folder", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


def read(folder: Path, *words: str) -> Any:
    return json.loads(run(folder, *words, "--json"))


def test_the_plan_names_each_place_its_reason_and_what_is_left_alone(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES, "v1.0.0", "v1.1.0")
    assert run(folder, "plan", "minor").splitlines() == [
        "widget 1.1.0 -> 1.2.0, tag v1.2.0",
        "  pyproject.toml:3      1.1.0 -> 1.2.0  [project] version",
        "  widget/__init__.py:1  1.1.0 -> 1.2.0  __version__ of the package",
        "  CHANGELOG.md  the unreleased changes become this version's",
        "",
        "Looks like the version, and is left as it is:",
        '  README.md:1  1.1.0  It mentions the version, but nothing says that it has to follow.  To include it: version-files = ["README.md"]',
        "",
        "3 files to change; --apply writes them.",
    ]
    assert (folder / "pyproject.toml").read_text() == PYPROJECT


def test_apply_writes_what_the_plan_says_and_nothing_else(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES, "v1.1.0")
    (folder / "widget" / "__init__.py").chmod(0o755)
    assert run(folder, "plan", "1.2.0", "--apply").splitlines()[-1] == "Wrote 3 files."
    assert (folder / "pyproject.toml").read_text() == PYPROJECT.replace("1.1.0", "1.2.0")
    assert (folder / "widget/__init__.py").read_text() == '__version__ = "1.2.0"\n'
    assert (folder / "widget/__init__.py").stat().st_mode & 0o777 == 0o755
    day = datetime.now(UTC).date()
    assert re.search(rf"## \[1\.2\.0\] - ({day}|{day:%Y-%m}-\d\d)\n\n### Added", (folder / "CHANGELOG.md").read_text())
    assert (folder / "README.md").read_text() == "Since 1.1.0.\n"
    assert not list(folder.rglob(".aweigh-*"))
    assert run(folder, "plan", "1.2.0", "--apply").splitlines()[-1] == "Nothing has to change."


def test_apply_deletes_fragments_and_makes_files(tmp_path: Path) -> None:
    towncrier = (
        '[tool.towncrier]\nname = "widget"\ndirectory = "news"\nsingle_file = false\nfilename = "docs/{version}.rst"\n'
    )
    files = FILES | {"towncrier.toml": towncrier, "news/1.feature.rst": "Sails.\n", "news/README": "x"}
    folder = make(tmp_path, files, "v1.1.0")
    said = run(folder, "plan", "1.2.0", "--apply").splitlines()
    assert "  docs/1.2.0.rst  the notes of this version" in said
    assert "  news/1.feature.rst  a news fragment that is in the changelog now" in said
    assert said[-1] == "Wrote 4 files."
    assert "- Sails. (#1)" in (folder / "docs/1.2.0.rst").read_text()
    assert [path.name for path in (folder / "news").iterdir()] == ["README"]


def test_without_a_version_it_shows_where_it_stands(tmp_path: Path) -> None:
    assert run(make(tmp_path, FILES), "plan").splitlines()[:3] == [
        "widget 1.1.0",
        "  pyproject.toml:3      1.1.0  [project] version",
        "  widget/__init__.py:1  1.1.0  __version__ of the package",
    ]
    assert "needs a version" in run(tmp_path, "plan", "--apply", code=2)


def test_scripts_get_one_object(tmp_path: Path) -> None:
    said = read(make(tmp_path, FILES, "widget-1.0", "widget-1.1.0"), "plan", "v1.2.0-rc.1")
    assert (said["version"], said["next"], said["tag"]) == ("1.1.0", "1.2.0-rc.1", "widget-1.2.0-rc.1")
    assert said["sites"][0] == {
        "path": "pyproject.toml",
        "line": 3,
        "reason": "[project] version",
        "old": "1.1.0",
        "new": "1.2.0-rc.1",
    }
    assert said["files"] == ["pyproject.toml", "widget/__init__.py", "CHANGELOG.md"]
    assert [one["version-files"] for one in said["lookalikes"]] == ["README.md"]
    assert said["applied"] is False
    assert read(tmp_path, "next", "rc") == {
        "project": "widget",
        "version": "1.1.0",
        "next": "1.1.1rc1",
        "normalised": "1.1.1rc1",
    }


def test_next_prints_the_version_alone(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES, "v1.1.0", "v1.1.1")
    assert [run(folder, "next"), run(folder, "next", "major")] == ["1.1.2\n", "2.0.0\n"]
    assert "one of major" in run(folder, "next", "sideways", code=2)


def test_the_words_are_those_of_the_conversation() -> None:
    assert STEPS.split(", ") == list(VersionStep)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.1.0", "is released already"),
        ("1.0.5", "is not newer than 1.1.0"),
        ("one", "is not a version"),
        ("1.2.0+local", "is a local version"),
        ("final", "There is no final step"),
    ],
)
def test_what_the_bot_would_refuse_is_refused_here(tmp_path: Path, version: str, said: str) -> None:
    folder = make(tmp_path, FILES, "v1.1.0")
    assert said in run(folder, "plan", version, "--apply", code=1)
    assert (folder / "pyproject.toml").read_text() == PYPROJECT


def test_settings_of_the_checkout_count(tmp_path: Path) -> None:
    settings = '[tool.aweigh]\ntag = "release-{version}"\nversioning = "calver:YYYY.MINOR.MICRO"\nversion-files = ["README.md"]\n'
    folder = make(tmp_path, FILES | {"pyproject.toml": PYPROJECT + settings})
    year = datetime.now(UTC).year
    said = read(folder, "plan", "minor")
    assert said["tag"] in {f"release-{year}.0.0", f"release-{year + 1}.0.0", f"release-{year}.1.0"}
    assert [site["path"] for site in said["sites"]] == ["pyproject.toml", "widget/__init__.py", "README.md"]
    (folder / "pyproject.toml").write_text(PYPROJECT + "[tool.aweigh]\nversioning = 'x'\n")
    assert "settings in pyproject.toml cannot be used" in run(folder, "plan", code=1)


def test_a_maintenance_branch_continues_its_line(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES, "v1.1.0", "v2.0.0", branch="1.1.x")
    assert run(folder, "next", "patch") == "1.1.1\n"
    assert "does not belong to the line 1.1.x" in run(folder, "plan", "2.1.0", code=1)


def test_a_version_from_the_tags_needs_no_edit(tmp_path: Path) -> None:
    dynamic = '[build-system]\nrequires = ["hatch-vcs"]\nbuild-backend = "hatchling.build"\n'
    dynamic += '[project]\nname = "widget"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\n'
    folder = make(tmp_path, {"pyproject.toml": dynamic}, "v1.1.0")
    assert run(folder, "plan", "minor").splitlines() == [
        "widget 1.1.0 -> 1.2.0, tag v1.2.0",
        "  hatch-vcs takes the version from the newest tag: no file has to say it.",
        "  No changelog was found; changelog.file in the settings names one.",
        "",
        "Nothing has to change.",
    ]


def test_one_of_several_packages_is_planned_by_name_or_folder(tmp_path: Path) -> None:
    member = PYPROJECT.replace("widget", "gadget").replace("1.1.0", "0.3.0")
    root = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    lock = '[[package]]\nname = "gadget"\nversion = "0.3.0"\nsource = { editable = "packages/gadget" }\n'
    files = {"pyproject.toml": root, "packages/gadget/pyproject.toml": member, "uv.lock": lock}
    folder = make(tmp_path, files, "gadget-0.3.0", "v9.0")
    assert "for --package: gadget (packages/gadget)" in run(folder, "plan", code=1)
    for name in ("Gadget", "packages/gadget"):
        said = read(folder, "plan", "minor", "--package", name)
        assert (said["next"], said["root"], said["files"]) == (
            "0.4.0",
            "packages/gadget",
            ["packages/gadget/pyproject.toml", "uv.lock"],
        )
    assert "There is no package other here. There are: gadget" in run(folder, "plan", "--package", "other", code=1)


def test_a_package_that_is_called_as_its_crate_is_planned_by_that_name(tmp_path: Path) -> None:
    crate = '[package]\nname = "widget-rs"\nversion = "1.1.0"\n'
    told = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'
    folder = make(tmp_path, {"libs/py/pyproject.toml": told, "libs/py/Cargo.toml": crate}, "widget-rs-1.1.0")
    said = read(folder, "plan", "minor", "--package", "widget-rs")
    assert (said["project"], said["next"], said["files"]) == ("widget-rs", "1.2.0", ["libs/py/Cargo.toml"])


@pytest.mark.parametrize("top", [True, False])
def test_packages_that_go_on_together_are_planned_as_one(tmp_path: Path, top: bool) -> None:
    leading = "pyproject.toml" if top else "libs/w/pyproject.toml"
    extra = PYPROJECT.replace("widget", "widget-extra")
    folder = make(tmp_path, {leading: PYPROJECT, "libs/extra/pyproject.toml": extra}, "v1.0.0", "v1.1.0")
    for words in ((), ("--package", "libs/extra"), ("--package", "widget")):
        said = read(folder, "plan", "minor", *words)
        assert (said["project"], said["tag"], said["together"]) == ("widget", "v1.2.0", ["widget-extra"])
        assert said["files"] == [leading, "libs/extra/pyproject.toml"]
    assert "  Together with widget-extra." in run(folder, "plan").splitlines()
    (folder / ".github").mkdir()
    (folder / ".github" / "aweigh.toml").write_text("lockstep = false\n")
    git(folder, "add", ".")
    assert read(folder, "plan", "minor", "--package", "widget")["files"] == [leading]


def test_without_git_the_folder_is_enough_and_links_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "widget"
    make_plain(outside, {"version.py": '__version__ = "1.1.0"\n'})
    make_plain(folder, FILES | {".venv/widget/__init__.py": '__version__ = "1.1.0"\n'})
    (folder / "widget" / "_version.py").symlink_to(outside / "version.py")
    (folder / "src").symlink_to(outside)
    run(folder, "plan", "1.2.0", "--apply")
    assert (outside / "version.py").read_text() == '__version__ = "1.1.0"\n'
    assert (folder / ".venv/widget/__init__.py").read_text() == '__version__ = "1.1.0"\n'
    assert (folder / "widget/__init__.py").read_text() == '__version__ = "1.2.0"\n'


def test_a_link_that_is_called_like_the_changelog_stays_one(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path != "CHANGELOG.md"}
    folder = make(tmp_path, files | {"docs/changelog.md": FILES["CHANGELOG.md"]}, "v1.1.0")
    (folder / "CHANGELOG.md").symlink_to("docs/changelog.md")
    git(folder, "add", ".")
    run(folder, "plan", "1.2.0", "--apply")
    assert (folder / "CHANGELOG.md").is_symlink()
    assert "1.2.0" in (folder / "docs/changelog.md").read_text()


def test_a_news_fragment_may_be_a_link_to_another_one(tmp_path: Path) -> None:
    news = {
        "pyproject.toml": FILES["pyproject.toml"] + '\n[tool.towncrier]\nfilename = "NEWS.rst"\ndirectory = "news"\n',
        "NEWS.rst": "1.1.0 (2026-01-02)\n==================\n\n- Old.\n",
        "news/2.feature.rst": "Widgets can be spun.\n",
    }
    folder = make(tmp_path, FILES | news, "v1.1.0")
    (folder / "news/3.feature.rst").symlink_to("2.feature.rst")
    git(folder, "add", ".")
    assert Folder(folder).read(["news/3.feature.rst"]) == {}
    run(folder, "plan", "1.2.0", "--apply")
    assert "- Widgets can be spun. (#2, #3)\n" in (folder / "NEWS.rst").read_text()
    assert sorted(path.name for path in (folder / "news").iterdir()) == []


@pytest.mark.parametrize(
    "to", ["../../outside", "../.git/config", "nothing", "3.feature.rst", "../.env", "4.feature.rst"]
)
def test_a_fragment_that_links_out_of_the_checkout_is_no_fragment(tmp_path: Path, to: str) -> None:
    folder = make(tmp_path, FILES | {".gitignore": ".env\n"}, "v1.1.0")
    (tmp_path / "outside").write_text("secret")
    (folder / ".env").write_text("TOKEN=secret")
    (folder / "news").mkdir()
    (folder / "news/4.feature.rst").symlink_to("../../outside")
    (folder / "news/3.feature.rst").symlink_to(to)
    git(folder, "add", ".")
    assert Folder(folder).list_links() == []
    assert Folder(folder).read(["news/3.feature.rst"], through_links=True) == {}


def make_plain(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    assert "is not a folder" in run(tmp_path / "none", "plan", code=1)


def test_untracked_and_deleted_files_do_not_count(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES)
    (folder / "widget" / "_version.py").write_text('__version__ = "1.1.0"\n')
    (folder / "widget" / "__init__.py").unlink()
    assert Folder(folder).list_files() == ["CHANGELOG.md", "README.md", "pyproject.toml"]


def test_nothing_is_written_once_a_file_has_changed_or_became_a_link(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES)
    edits = [FileEdit(path, FILES[path].encode(), b"new", "") for path in ("pyproject.toml", "README.md")]
    (folder / "README.md").write_text("other")
    with pytest.raises(FolderError, match="changed meanwhile"):
        Folder(folder).write(edits)
    assert (folder / "pyproject.toml").read_text() == PYPROJECT
    made = FileChange("README.md", None, b"new", Act.CREATED)
    with pytest.raises(FolderError, match="changed meanwhile"):
        Folder(folder).write([made])
    (folder / "linked").symlink_to(tmp_path.parent)
    with pytest.raises(FolderError, match="changed meanwhile"):
        Folder(folder).write([FileChange("linked/evil", None, b"new", Act.CREATED)])
    (folder / "elsewhere").write_text(FILES["README.md"])
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(folder / "elsewhere")
    with pytest.raises(FolderError, match="changed meanwhile"):
        Folder(folder).write(edits)


def test_what_git_is_told_to_run_is_not_run(tmp_path: Path) -> None:
    folder, ran = make(tmp_path, FILES, "v1.1.0"), tmp_path / "ran"
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand"):
        git(folder, "config", key, str(program))
    run(folder, "plan", "minor")
    assert not ran.exists()


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:acme/widget.git", "https://github.com/acme/widget"),
        ("https://x:secret@github.com/acme/widget", "https://github.com/acme/widget"),
        ("ssh://git@git.acme.example:2222/acme/widget.git", "https://git.acme.example/acme/widget"),
        ("/srv/widget.git", None),
        ("https://a b/acme/widget", None),
    ],
)
def test_links_of_the_changelog_lead_to_the_origin(tmp_path: Path, remote: str, page: str | None) -> None:
    folder = make(tmp_path, FILES)
    git(folder, "remote", "add", "origin", remote)
    assert Folder(folder).find_web_url() == page


def test_no_text_of_the_repository_plays_with_the_terminal(tmp_path: Path) -> None:
    folder = make(tmp_path, {"pyproject.toml": PYPROJECT, "docs/\x1b[31m/conf.py": "release = '1.1.0'\n"})
    settings = PYPROJECT + "[tool.aweigh]\nversion-files = ['docs/*/conf.py']\n"
    (folder / "pyproject.toml").write_text(settings)
    assert "\x1b" not in run(folder, "plan", "minor")
    assert "\\u001b" in run(folder, "plan", "minor", "--json")


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    folder = make(tmp_path, FILES)
    command = ["-m", "bot", "next", "minor", "--folder", str(folder)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(Path.cwd())])}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "1.2.0\n"


def test_a_package_is_planned_with_its_own_tags_and_changelog(tmp_path: Path) -> None:
    files = {"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n- All.\n"}
    for name in ("gadget", "gizmo"):
        files[f"packages/{name}/pyproject.toml"] = f'[project]\nname = "{name}"\nversion = "0.3.0"\n'
    files["packages/gadget/CHANGES.md"] = "# Changes\n\n## Unreleased\n\n- One.\n"
    folder = make(tmp_path, files, "gizmo@0.3.0", "v9.0")
    gadget = read(folder, "plan", "minor", "--package", "gadget")
    assert (gadget["tag"], gadget["files"]) == (
        "gadget@0.4.0",
        ["packages/gadget/pyproject.toml", "packages/gadget/CHANGES.md"],
    )
    # What all of them share is nobody's to stamp.
    assert read(folder, "plan", "minor", "--package", "gizmo")["files"] == ["packages/gizmo/pyproject.toml"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "No changelog was found; changelog.file in the settings names one."),
        (
            {"CHANGELOG.md": "# Changelog\n\n## 1.1.0\n\n- Old.\n"},
            "CHANGELOG.md lists nothing as unreleased. The release pull request lists what was merged,",
        ),
        ({"CHANGELOG.md": "# Changelog\n\n## 1.2.0\n\n- New.\n"}, "CHANGELOG.md has a section of 1.2.0 already."),
        ({"CHANGELOG.md": "x" * 2_000_000}, "CHANGELOG.md stays as it is, since it is larger than 1024 kB."),
        (
            {
                "pyproject.toml": FILES["pyproject.toml"]
                + '\n[tool.towncrier]\ntemplate = "t.md"\ndirectory = "news"\n',
                "t.md": "{{ cycler }}",
                "news/1.feature": "One.",
            },
            "t.md stays as it is, since it needs more than I work out of a template: it uses cycler.",
        ),
        ({".github/aweigh.toml": 'changelog.style = "none"\n', "CHANGELOG.md": "# Changelog\n"}, ""),
        (
            {".github/aweigh.toml": 'changelog.style = "by-hand"\n', "CHANGELOG.md": "# Changelog\n\n## Unreleased\n"},
            "CHANGELOG.md lists nothing as unreleased.",
        ),
    ],
)
def test_a_plan_says_why_the_changelog_stays(tmp_path: Path, files: dict[str, str], said: str) -> None:
    plain = {path: text for path, text in FILES.items() if path != "CHANGELOG.md"}
    folder = make(tmp_path, plain | files, "v1.1.0")
    assert said in run(folder, "plan", "1.2.0")
    stays = read(folder, "plan", "1.2.0")["changelog_stays"]
    assert stays.startswith(said) if said else stays == ""

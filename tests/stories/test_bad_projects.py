"""Projects that cannot be released as they are: the answer says what is wrong and what to do, and nothing is made."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest

from bot.sandbox.acme_files import changelog, project_files, publish_workflow
from bot.sandbox.rest import git_data
from tests.stories.theatre import Theatre, open_theatre

Files: TypeAlias = dict[str, str | bytes | None]

FILES = project_files("release-published")
PYPROJECT = FILES["pyproject.toml"]
PUBLISH = ".github/workflows/publish.yml"
WORKFLOW = FILES[PUBLISH]
POETRY = PYPROJECT.replace("hatchling.build", "poetry.core.masonry.api")
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)


def settings(text: str) -> Files:
    return {"pyproject.toml": f"{PYPROJECT}\n[tool.aweigh]\n{text}\n"}


def version_line(line: str) -> Files:
    return {"pyproject.toml": PYPROJECT.replace('version = "1.1.0"', line)}


def dynamic(source: str) -> Files:
    """A version that pyproject.toml says to be elsewhere."""
    return {"pyproject.toml": PYPROJECT.replace('version = "1.1.0"', 'dynamic = ["version"]') + f"\n{source}\n"}


REFUSED: dict[str, tuple[Files, str]] = {
    "not TOML": ({"pyproject.toml": "[project\nversion = 1"}, "is not TOML"),
    "not UTF-8": ({"pyproject.toml": b"\xff\xfe" + PYPROJECT.encode("utf-16-le")}, "is not"),
    "nested without end": ({"pyproject.toml": "a = " + "[" * 50_000}, "is not TOML"),
    "no pyproject.toml": ({"pyproject.toml": None, "setup.py": "import os; os.abort()"}, "There is no pyproject.toml"),
    "empty": ({"pyproject.toml": ""}, "does not name a project"),
    "1 MB": ({"pyproject.toml": PYPROJECT + "# x\n" * 262_144}, "files above 512 kB are not read"),
    "600 kB": ({"pyproject.toml": PYPROJECT + "# x\n" * 150_000}, "files above 512 kB are not read"),
    "no version": (version_line("maintainers = []"), "has no version"),
    "a number for a version": (version_line("version = 1.1"), "is not a string"),
    "no PEP 440 version": (version_line('version = "next"'), "`next`, is not a version in the sense of PEP 440"),
    "markup for a version": (version_line('version = "<b>@hugo</b>"'), "`<b>@hugo</b>`, is not a version"),
    "dynamic from somewhere": (version_line('dynamic = ["version"]'), "where it comes from is not known"),
    "outside": (
        dynamic('[tool.hatch.version]\npath = "../../etc/passwd"'),
        "leads out of the repository",
    ),
    "a name that is none": ({"pyproject.toml": PYPROJECT.replace('"widget"', '"../@hugo"', 1)}, "cannot be the name"),
    "sites that disagree": (
        {"pyproject.toml": POETRY + '\n[tool.poetry]\nversion = "1.0.9"\n'},
        "do not agree: `1.1.0` in `pyproject.toml` line 7, `1.0.9` in `pyproject.toml` line 19. Make them equal.",
    ),
    "a version that is computed": (
        dynamic('[tool.hatch.version]\npath = "widget/__init__.py"')
        | {"widget/__init__.py": '__version__ = "1." + "1"\n'},
        "`widget/__init__.py` (line 1) is not",
    ),
    "no publish workflow": ({PUBLISH: None}, "Nothing would publish this release"),
    "a workflow that is not YAML": ({PUBLISH: "on: [release\njobs: }"}, "it is not YAML"),
    "a YAML bomb": ({PUBLISH: BOMB}, "values"),
    "a workflow of 1 MB": ({PUBLISH: WORKFLOW + "# x\n" * 262_144}, "longer than"),
    "a workflow that is a list": ({PUBLISH: "- on: release\n"}, "it is not a mapping"),
    "two publish workflows": (
        {".github/workflows/other.yml": publish_workflow("release-published")},
        "2 workflow files have a job that publishes to PyPI. Name the one to use as `workflow`",
    ),
    "a workflow that nothing starts": (
        {PUBLISH: WORKFLOW.replace("types: [published]", "types: [deleted]")},
        "Nothing would publish this release",
    ),
    "a job that GitHub fails at our gate": (
        {PUBLISH: WORKFLOW.replace("      name: pypi\n", "      name: pypi\n      deployment: false\n")},
        "`deployment: false`",
    ),
    "a number that is a word": (settings('approval.required = "two"'), "approval.required"),
    "a truth that is a word": (settings('approval.self = "no"'), "approval.self"),
    "too many approvals": (settings("approval.required = 100"), "approval.required"),
    "a tag without the version": (settings('tag = "release"'), "tag"),
    "a tag with a line break": (settings('tag = "v{version}\\nx"'), "tag"),
    "a workflow elsewhere": (settings('workflow = "../../evil.yml"'), "workflow"),
    "a workflow that is not there": (settings('workflow = "release.yml"'), "`.github/workflows/release.yml`"),
    "an environment that is not used": (settings('environment = "production"'), "`production`"),
    "settings that are no table": ({"pyproject.toml": f"{PYPROJECT}\n[tool]\naweigh = 3\n"}, "is not a table"),
    "a settings file that is not TOML": ({".github/aweigh.toml": "tag = "}, "`.github/aweigh.toml`"),
}


async def push(theatre: Theatre, files: Files) -> None:
    theatre.acme.mona.push_commit("main", files, "Change the project")
    await theatre.settle()


@pytest.mark.parametrize("project", REFUSED)
async def test_refused_with_the_cause_and_the_fix(tmp_path: Path, project: str) -> None:
    files, cause = REFUSED[project]
    async with open_theatre(tmp_path) as theatre:
        await push(theatre, files)
        store = theatre.acme.repository.store
        before = store.refs("refs/heads/") | store.refs("refs/tags/")
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        (reply,) = theatre.replies(theatre.feature)
        assert cause in reply, reply
        assert len(reply) < 1_500
        assert "@hugo" not in reply.replace("`<b>@hugo</b>`", "").replace("`../@hugo`", "")
        assert store.refs("refs/heads/") | store.refs("refs/tags/") == before
        assert theatre.find_release_pull() is None
        assert not theatre.acme.repository.check_runs


async def test_an_environment_that_admits_no_tags_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        environment = theatre.acme.repository.environments["pypi"]
        environment.protected_branches_only = True
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "*Selected branches and tags*" in theatre.reply(theatre.feature)
        environment.protected_branches_only = False
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.parametrize("project", ["not TOML", "no version", "two publish workflows", "a number that is a word"])
async def test_mended_and_asked_again(tmp_path: Path, project: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        files, _ = REFUSED[project]
        await push(theatre, files)
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        theatre.read_all()
        await push(theatre, {path: FILES.get(path) for path in files})
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


@pytest.mark.parametrize(
    "project", ["not TOML", "no version", "sites that disagree", "no publish workflow", "a number that is a word"]
)
async def test_broken_by_the_merge_it_stops_before_the_tag(tmp_path: Path, project: str) -> None:
    """The files that are released are those of the merge commit, whatever they were when the release was asked for."""
    files, cause = REFUSED[project]
    async with open_theatre(tmp_path) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        theatre.read_all()
        if project == "no version":
            files = {"pyproject.toml": PYPROJECT.replace('version = "1.1.0"', "maintainers = []")}
        theatre.acme.mona.push_commit(pull.head_ref, files, "Break it")
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.settle()
        status = theatre.plain(pull.comments[0].body)
        assert "Stopped" in status
        assert cause.partition(": ")[0] in status, status
        assert "refs/tags/v1.2.0" not in theatre.acme.repository.store.refs("refs/tags/")
        assert not theatre.acme.repository.runs
        theatre.read_all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workflows = 2", "`workflows`. Did you mean `workflow`?"),
        ('"@hugo <b>" = 1', "`@hugo <b>`"),
    ],
)
async def test_an_unknown_setting_is_named_and_stops_nothing(tmp_path: Path, text: str, said: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        await push(theatre, settings(text))
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert said in "".join(theatre.replies(theatre.release_pull.number))
        theatre.read_all()


CRLF = changelog(unreleased=True).replace("\n", "\r\n")
CHANGELOGS: dict[str, tuple[str | bytes | None, bool]] = {
    "none": (None, False),
    "empty": ("", False),
    "of another kind": ("Everything changed, see git log.\n", False),
    "nothing unreleased": (changelog(unreleased=False), True),
    "with CRLF": (CRLF, True),
    "with a BOM": ("\ufeff" + changelog(unreleased=True), True),
    "not UTF-8": (changelog(unreleased=True).replace("Widgets", "W\u00fcdgets").encode("latin-1"), False),
    "2 MB": (changelog(unreleased=True) + "x\n" * 1_048_576, False),
    "that pings and hides": (
        changelog(unreleased=True).replace("Widgets can", "@hugo, @acme/everybody &commat;mona <!-- aweigh:status --> can"),
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGELOGS)
async def test_an_odd_changelog_is_left_alone_or_kept_as_it_is(tmp_path: Path, kind: str) -> None:
    content, changes = CHANGELOGS[kind]
    async with open_theatre(tmp_path) as theatre:
        await push(theatre, {"CHANGELOG.md": content})
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        pull, store = theatre.release_pull, theatre.acme.repository.store
        files = {
            path: store.blob(entry.sha) for path, entry in store.files(pull.head_sha).items() if entry.kind == "blob"
        }
        before = content.encode() if isinstance(content, str) else content
        after = files.get("CHANGELOG.md")
        assert (after != before) is changes
        if changes and before is not None and after is not None:
            assert b"## [1.2.0]" in after
            assert (after.count(b"\r\n") > 0) is (b"\r\n" in before)
            assert after.count(b"\n") == after.count(b"\r\n") or b"\r\n" not in before
            assert after.startswith(b"\xef\xbb\xbf") is before.startswith(b"\xef\xbb\xbf")
        assert b'version = "1.2.0"' in files["pyproject.toml"]
        body = pull.body or ""
        assert body.count("<!--") == 1
        assert "@hugo" not in body
        assert "@acme/everybody" not in body
        assert "&commat;" not in body
        theatre.read_all()


async def test_line_ends_of_a_project_from_windows_are_kept(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        windows = PYPROJECT.replace("\n", "\r\n")
        await push(theatre, {"pyproject.toml": windows})
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        store = theatre.acme.repository.store
        content = store.blob(store.files(theatre.release_pull.head_sha)["pyproject.toml"].sha)
        assert content == windows.replace("1.1.0", "1.2.0").encode()
        theatre.read_all()


async def test_a_repository_of_which_github_lists_only_a_part_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_theatre(tmp_path) as theatre:
        # The version would be found in what is listed; whether it stands in the rest as well nobody can tell.
        monkeypatch.setattr(git_data, "_LARGEST_LISTING", 8)
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "GitHub lists only a part of the repository's files" in theatre.reply(theatre.feature)
        assert theatre.find_release_pull() is None

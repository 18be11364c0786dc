"""Two packages in one repository: each is released in a conversation of its own, and neither disturbs the other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from packaging.version import Version
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.theatre import BOT, Theatre, open_theatre

CORE, CLI = "acme-core", "acme-cli"
MINUTE = timedelta(minutes=1)


def list_pulls(theatre: Theatre, package: str) -> list[PullRequest]:
    """The release pull requests of a package, oldest first."""
    issues = theatre.acme.repository.issues.values()
    ours = [one for one in issues if isinstance(one, PullRequest) and one.user.login == BOT]
    return [one for one in ours if one.head_ref == f"aweigh/main--{package}"]


async def propose(theatre: Theatre, package: str, version: str) -> PullRequest:
    """Ask for a release of a package on the feature pull request; its release pull request."""
    comment = await theatre.say(theatre.acme.mona, f"/release {package} {version}")
    assert theatre.reactions(comment) == ["eyes", "rocket"], theatre.replies(theatre.feature)
    theatre.read_all()
    return list_pulls(theatre, package)[-1]


async def approve(theatre: Theatre, pull: PullRequest, words: str) -> list[str]:
    """Approve by somebody who may; the reactions to that."""
    comment = await theatre.say(theatre.acme.hugo, f"/release approve {words}", pull.number)
    return theatre.reactions(comment)


def files_of(theatre: Theatre, package: str, version: str) -> list[str]:
    """The files of a version of a package on the index."""
    project = theatre.sandbox.index.state.find_project(package)
    assert project is not None
    return sorted(file.filename for file in project.release(Version(version)))


def text_at(theatre: Theatre, path: str, branch: str = "main") -> str:
    """A file of a branch."""
    store = theatre.acme.repository.store
    sha = store.find_ref(f"refs/heads/{branch}")
    assert sha is not None
    return store.blob(store.files(sha)[path].sha).decode()


async def test_both_packages_are_released_side_by_side(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        first = next(iter(theatre.acme.repository.releases.values()))
        theatre.acme.repository.latest_release_id = first.id
        core = await propose(theatre, CORE, "1.2.0")
        cli = await propose(theatre, CLI, "0.4.0")
        assert (core.title, cli.title) == ("Release acme-core 1.2.0", "Release acme-cli 0.4.0")
        await theatre.pass_time(MINUTE)
        await theatre.merge(core)
        # What the first merge changed for the second is in its branch before anybody merges that.
        assert '"acme-core==1.2.0"' in text_at(theatre, "libs/cli/pyproject.toml", "aweigh/main--acme-cli")
        await theatre.merge(cli)
        assert [run.status for run in theatre.runs] == ["waiting", "waiting"]
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, cli, "0.4.0") == ["eyes", "rocket"]
        assert (files_of(theatre, CORE, "1.2.0"), len(files_of(theatre, CLI, "0.4.0"))) == ([], 2)
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, core, "acme_core 1.2.0") == ["eyes", "rocket"]
        assert len(files_of(theatre, CORE, "1.2.0")) == 2
        assert theatre.thread(core.number) == snapshot(name="core")
        assert theatre.thread(cli.number) == snapshot(name="cli")
        lock = text_at(theatre, "uv.lock")
        assert 'name = "acme-core"\nversion = "1.2.0"' in lock
        assert 'name = "acme-cli"\nversion = "0.4.0"' in lock
        tags = [theatre.find_tag(name) for name in ("acme-core-v1.2.0", "acme-cli-v0.4.0")]
        assert len({commit for _, commit in filter(None, tags)}) == 2
        assert [run.head_branch for run in theatre.runs] == ["acme-core-v1.2.0", "acme-cli-v0.4.0"]
        # Neither package takes the front page of the repository from what was put there.
        assert theatre.acme.repository.latest_release_id == first.id
        theatre.read_all()


async def test_where_several_may_be_meant_the_package_has_to_be_named(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0 --dry-run")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="pull")
        issue = theatre.open_issue(theatre.acme.mona)
        comment = await theatre.say(theatre.acme.mona, "/release minor", issue.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(issue.number) == snapshot(name="issue")
        assert theatre.find_release_pull() is None


@pytest.mark.parametrize(
    ("line", "reaction"),
    [
        ("/release acme-croe 1.2.0", "confused"),
        ("/release nonsense 1.2.0", "confused"),
        ("/release aprove 1.2.0", "confused"),
        ("/release status nonsense", "confused"),
        ("/release approve acme-croe 1.2.0", "confused"),
    ],
)
async def test_a_misspelt_package_is_asked_back(
    tmp_path: Path, snapshot: SnapshotAssertion, line: str, reaction: str
) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        comment = await theatre.say(
            theatre.acme.mona, f"/release acme-cli 0.4.0\n{line}" if "approve" not in line else line
        )
        assert theatre.reactions(comment) == ["eyes", reaction]
        assert theatre.reply(theatre.feature) == snapshot
        # The line before it was not carried out either.
        assert theatre.find_release_pull() is None


@pytest.mark.parametrize("named", ["acme-core", "Acme.Core", "libs/core", "libs/core/"])
async def test_a_package_may_be_named_in_any_spelling_or_by_its_folder(tmp_path: Path, named: str) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        comment = await theatre.say(theatre.acme.mona, f"/release {named} minor")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert "`acme-core 1.2.0`" in theatre.reply(theatre.feature)
        assert theatre.release_pull.head_ref == "aweigh/main--acme-core"
        assert theatre.record(theatre.release_pull).tag == "acme-core-v1.2.0"
        theatre.read_all()


async def test_both_may_be_asked_for_in_one_comment(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release acme-core 1.2.0\n/release acme-cli 0.4.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot
        assert [len(list_pulls(theatre, package)) for package in (CORE, CLI)] == [1, 1]
        theatre.read_all()


async def test_a_refused_release_names_its_package_in_the_line_to_paste(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release acme-core 1.1.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot


async def test_a_release_pull_request_is_about_its_own_package(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        core = await propose(theatre, CORE, "1.2.0")
        comment = await theatre.say(theatre.acme.mona, "/release acme-cli 0.4.0", core.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(core.number) == snapshot(name="none")
        cli = await propose(theatre, CLI, "0.4.0")
        comment = await theatre.say(theatre.acme.mona, "/release acme-cli 0.5.0", core.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(core.number) == snapshot(name="other")
        assert theatre.record(cli).version == "0.4.0"
        # Without a name, or with its own, the version of this one changes.
        for line, version in (("/release 1.3.0", "1.3.0"), ("/release acme-core 1.4.0", "1.4.0")):
            comment = await theatre.say(theatre.acme.mona, line, core.number)
            assert theatre.reactions(comment) == ["eyes", "rocket"]
            assert theatre.record(core).version == version
        theatre.read_all()


async def test_an_approval_of_another_package_counts_for_nothing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        core = await propose(theatre, CORE, "1.2.0")
        cli = await propose(theatre, CLI, "1.2.0")
        for pull in (core, cli):
            await theatre.pass_time(MINUTE)
            await theatre.merge(pull)
        theatre.read_all()
        assert await approve(theatre, core, "acme-cli 1.2.0") == ["eyes", "-1"]
        assert theatre.reply(core.number) == snapshot(name="on the other")
        comment = await theatre.say(theatre.acme.hugo, "/release approve acme-cli 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="elsewhere")
        comment = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="elsewhere, without a name")
        # Nor is it taken for one of this package when somebody looks again.
        theatre.acme.hugo.push_commit("main", {"more.md": "More.\n"}, "Wakes everybody up")
        await theatre.pass_time(MINUTE)
        assert files_of(theatre, CORE, "1.2.0") == files_of(theatre, CLI, "1.2.0") == []
        assert await approve(theatre, cli, "acme-cli 1.2.0") == ["eyes", "rocket"]
        assert (files_of(theatre, CORE, "1.2.0"), len(files_of(theatre, CLI, "1.2.0"))) == ([], 2)
        theatre.read_all()


async def test_one_is_held_while_the_other_goes_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        core = await propose(theatre, CORE, "1.2.0")
        cli = await propose(theatre, CLI, "0.4.0")
        comment = await theatre.say(theatre.acme.mona, "/release hold", core.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        await theatre.pass_time(MINUTE)
        await theatre.merge(cli)
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, cli, "0.4.0") == ["eyes", "rocket"]
        assert len(files_of(theatre, CLI, "0.4.0")) == 2
        assert theatre.record(core).held is not None
        assert theatre.check_runs(core)[-1].conclusion == "failure"
        await theatre.merge(core)
        assert theatre.find_tag("acme-core-v1.2.0") is None
        await theatre.pass_time(MINUTE)
        await theatre.say(theatre.acme.mona, "/release unhold", core.number)
        assert theatre.find_tag("acme-core-v1.2.0") is not None
        theatre.read_all()


async def test_the_status_of_all_releases_is_told_where_none_is_named(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await propose(theatre, CORE, "1.2.0")
        await propose(theatre, CLI, "0.4.0")
        for line, name in (("/release status", "all"), ("/release status acme-cli", "one")):
            comment = await theatre.say(theatre.acme.tariq, line)
            assert theatre.reactions(comment) == ["eyes", "rocket"]
            assert theatre.reply(theatre.feature) == snapshot(name=name)
        theatre.read_all()


async def test_what_waits_for_a_merge_remembers_its_package(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release acme-core minor --when-merged")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="asked")
        await theatre.pass_time(MINUTE)
        await theatre.merge(theatre.acme.feature)
        assert theatre.reply(theatre.feature) == snapshot(name="done")
        assert theatre.release_pull.title == "Release acme-core 1.2.0"
        theatre.read_all()


async def test_both_are_found_again_from_github_alone(tmp_path: Path) -> None:
    """The database is lost between the merges and the approvals; the branches were deleted after their merges."""
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, workspace=True, clock=clock) as theatre:
        pulls = [await propose(theatre, package, version) for package, version in ((CORE, "1.2.0"), (CLI, "0.4.0"))]
        await theatre.pass_time(MINUTE)
        await theatre.leave()
        for pull in pulls:
            theatre.acme.mona.merge_pull(pull.number)
            theatre.acme.mona.delete_branch(pull.head_ref)
        await theatre.settle()
        assert theatre.find_tag("acme-core-v1.2.0") is None
        await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=clock))
        await theatre.pass_time(5 * MINUTE)
        assert theatre.find_tag("acme-core-v1.2.0") is not None
        assert theatre.find_tag("acme-cli-v0.4.0") is not None
        for pull, version in zip(pulls, ("1.2.0", "0.4.0"), strict=True):
            await theatre.pass_time(MINUTE)
            assert await approve(theatre, pull, version) == ["eyes", "rocket"]
        assert len(files_of(theatre, CORE, "1.2.0")) == len(files_of(theatre, CLI, "0.4.0")) == 2
        theatre.read_all()


SETTINGS = """
[packages.Acme_Core]
tag = "core/{version}"
changelog = "NEWS.md"
workflow = "other.yml"
"""


async def test_settings_say_what_holds_for_one_package(tmp_path: Path) -> None:
    news = "# News\n\n## Unreleased\n\n- Something.\n"
    async with open_theatre(tmp_path, workspace=True, settings=SETTINGS, files={"NEWS.md": news}) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release acme-core 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "`.github/workflows/other.yml`" in theatre.reply(theatre.feature)
        changed = SETTINGS.replace("other.yml", "core.yml")
        workflow = text_at(theatre, ".github/workflows/core.yml").replace("acme-core-v*", "core/*")
        files: dict[str, str | bytes | None] = {".github/aweigh.toml": changed, ".github/workflows/core.yml": workflow}
        theatre.acme.hugo.push_commit("main", files)
        core = await propose(theatre, CORE, "1.2.0")
        assert theatre.record(core).tag == "core/1.2.0"
        assert "## 1.2.0" in text_at(theatre, "NEWS.md", "aweigh/main--acme-core")
        assert "1.2.0" not in text_at(theatre, "libs/core/CHANGELOG.md", "aweigh/main--acme-core")


async def test_one_package_needs_no_name_and_may_have_it(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release Widget 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.reply(theatre.feature) == snapshot(name="named")
        pull = theatre.release_pull
        assert pull.head_ref == "aweigh/main"
        theatre.read_all()
        for line in ("/release gadget 1.3.0", "/release status now", "/release aprove 1.2.0"):
            comment = await theatre.say(theatre.acme.mona, line, pull.number)
            assert theatre.reactions(comment) == ["eyes", "confused"]
            assert theatre.reply(pull.number) == snapshot(name=line)
        theatre.read_all()


async def test_one_package_in_a_folder_is_the_one_that_is_meant(tmp_path: Path) -> None:
    """Its tags, its changelog at the top and what GitHub calls latest are as of a package at the top."""
    files: dict[str, str | None] = {"pyproject.toml": None, "widget/__init__.py": None}
    async with open_theatre(tmp_path) as before:
        files["python/pyproject.toml"] = text_at(before, "pyproject.toml")
        files["python/widget/__init__.py"] = text_at(before, "widget/__init__.py")
        files["python/README.md"] = text_at(before, "README.md")
    async with open_theatre(tmp_path, files=files) as theatre:
        pull = await theatre.propose()
        assert pull.head_ref == "aweigh/main--widget"
        assert theatre.record(pull).tag == "v1.2.0"
        assert "## [1.2.0]" in text_at(theatre, "CHANGELOG.md", pull.head_ref)
        assert 'version = "1.2.0"' in text_at(theatre, "python/pyproject.toml", pull.head_ref)


MEMBER = '[project]\nname = "widget-core"\nversion = "3.1.0"\n'


async def test_the_package_at_the_top_has_the_branch_and_the_tags_of_the_base_itself(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Beside a member of its workspace it has to be named, and stays what GitHub calls latest."""
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        top = text_at(theatre, "pyproject.toml") + '\n[tool.uv.workspace]\nmembers = ["libs/*"]\n'
        files: dict[str, str | bytes | None] = {"pyproject.toml": top, "libs/core/pyproject.toml": MEMBER}
        theatre.acme.hugo.push_commit("main", files)
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        comment = await theatre.say(theatre.acme.mona, "/release widget 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        pull = theatre.release_pull
        assert (pull.head_ref, theatre.record(pull).tag) == ("aweigh/main", "v1.2.0")
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull)
        await theatre.pass_time(MINUTE)
        theatre.read_all()
        assert await approve(theatre, pull, "widget-core 1.2.0") == ["eyes", "-1"]
        assert "This is the release pull request of `widget`" in theatre.reply(pull.number)
        assert await approve(theatre, pull, "Widget 1.2.0") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.acme.repository.latest_release_id == theatre.release("v1.2.0").id
        theatre.read_all()


EXTRA = '[project]\nname = "widget-extra"\nversion = "1.1.0"\ndependencies = ["widget==1.1.0"]\n'


@pytest.mark.parametrize("settings", [None, "lockstep = true\n"])
async def test_packages_of_one_version_under_one_tag_are_released_as_one(tmp_path: Path, settings: str | None) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING), settings=settings) as theatre:
        hugo = theatre.acme.hugo
        if settings is None:
            # Files and tags tell: the second release has both, and no tag is called after either.
            hugo.push_tag("v1.0.0", "v1.1.0")
        hugo.push_commit("main", {"extra/pyproject.toml": EXTRA, "extra/widget_extra.py": "__version__ = '1.1.0'\n"})
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"], theatre.replies(theatre.feature)
        pull = theatre.release_pull
        assert (pull.head_ref, theatre.record(pull).tag) == ("aweigh/main", "v1.2.0")
        assert text_at(theatre, "extra/pyproject.toml", pull.head_ref) == EXTRA.replace("1.1.0", "1.2.0")
        assert text_at(theatre, "extra/widget_extra.py", pull.head_ref) == "__version__ = '1.2.0'\n"
        assert 'version = "1.2.0"' in text_at(theatre, "pyproject.toml", pull.head_ref)
        assert "extra/pyproject.toml" in (pull.body or "")
        said = "`widget-extra` goes on with it, under the same version and tag. On the index I look for the files of `widget` alone."
        assert said in (pull.body or "")
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release widget-extra 1.2.0")
        assert f"Already done: #{pull.number} is the release" in theatre.reply(theatre.feature)
        await theatre.pass_time(MINUTE)
        await theatre.merge(pull)
        await theatre.pass_time(MINUTE)
        assert await approve(theatre, pull, "1.2.0") == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_packages_that_have_been_equal_once_are_released_apart(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        theatre.acme.hugo.push_commit("main", {"extra/pyproject.toml": EXTRA})
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"], theatre.replies(theatre.feature)
        extra = text_at(theatre, "extra/pyproject.toml", theatre.release_pull.head_ref)
        # What it requires follows, and nothing else of it.
        assert extra == EXTRA.replace("==1.1.0", "==1.2.0")
        theatre.read_all()


async def test_a_second_version_of_a_package_is_refused_while_another_package_goes_ahead(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await propose(theatre, CORE, "1.2.0")
        comment = await theatre.say(theatre.acme.mona, "/release acme-core 1.3.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        await propose(theatre, CLI, "0.4.0")
        assert [theatre.record(list_pulls(theatre, one)[-1]).version for one in (CORE, CLI)] == ["1.2.0", "0.4.0"]
        theatre.read_all()


async def test_the_tags_of_a_package_are_seen_behind_very_many_of_its_siblings(tmp_path: Path) -> None:
    """GitHub tells the newest hundred tags; what one package has released may lie far behind them."""
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        hugo = theatre.acme.hugo
        hugo.push_tag("acme-core-v1.1.5", "acme-core-v1.1.0")
        await theatre.pass_time(MINUTE)
        hugo.push_commit("main", {"more.md": "More.\n"}, "More")
        hugo.push_tags(*(f"acme-cli-v0.2.{number}" for number in range(120)), revision="main")
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release acme-core 1.1.5")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "The tag `acme-core-v1.1.5` exists already" in theatre.reply(theatre.feature)
        theatre.read_all()


async def test_one_workflow_for_all_is_dispatched_with_the_name_of_the_package(tmp_path: Path) -> None:
    inputs = "  workflow_dispatch:\n    inputs:\n      package: {required: true}\n"
    files: dict[str, str | None] = {
        ".github/workflows/core.yml": None,
        ".github/workflows/cli.yml": None,
        ".github/workflows/publish.yml": publish_workflow("dispatch").replace("  workflow_dispatch:\n", inputs),
    }
    settings = '[workflow-inputs]\npackage = "{package}"\n'
    async with open_theatre(
        tmp_path, workspace=True, clock=VirtualClock(MORNING), files=files, settings=settings
    ) as theatre:
        pulls = [await propose(theatre, package, version) for package, version in ((CORE, "1.2.0"), (CLI, "0.4.0"))]
        for pull in pulls:
            await theatre.pass_time(MINUTE)
            await theatre.merge(pull)
        assert [(run.head_branch, run.inputs) for run in theatre.runs] == [
            ("acme-core-v1.2.0", {"package": CORE}),
            ("acme-cli-v0.4.0", {"package": CLI}),
        ]
        theatre.read_all()


async def test_the_package_at_the_top_is_meant_where_its_setup_py_alone_names_it(tmp_path: Path) -> None:
    setup = "from setuptools import setup\n\nsetup(name='{}', version='1.1.0')\n"
    files: dict[str, str | None] = {
        "pyproject.toml": "[tool.mypy]\nstrict = true\n",
        "setup.py": setup.format("widget"),
        "utils/cli/setup.py": setup.format("widget-cli"),
    }
    async with open_theatre(tmp_path, files=files) as theatre:
        pull = await theatre.propose()
        assert (pull.title, pull.head_ref) == ("Release widget 1.2.0", "aweigh/main")
        repository = theatre.acme.repository
        said = {path: repository.store.read(pull.head_sha, path) for path in ("setup.py", "utils/cli/setup.py")}
        assert {path: b"1.2.0" in (text or b"") for path, text in said.items()} == {
            "setup.py": True,
            "utils/cli/setup.py": False,
        }

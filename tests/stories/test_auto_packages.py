"""Several packages in one repository, each with a release pull request that follows what is merged in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine
from bot.release import histories, unasked
from bot.sandbox.acme_files import publish_workflow_of
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.plays import open_play
from tests.stories.test_auto import AUTO
from tests.stories.test_commands import open_pulls
from tests.stories.test_monorepo import CLI, CORE, MINUTE, approve, files_of, list_pulls, propose
from tests.stories.theatre import Theatre, open_theatre

IN_CORE, IN_CLI = "libs/core/acme_core", "libs/cli/acme_cli"
WITH_TOP: dict[str, str | None] = {
    "pyproject.toml": '[project]\nname = "acme"\nversion = "3.0.0"\n\n[tool.uv.workspace]\nmembers = ["libs/*"]\n',
    ".github/workflows/top.yml": publish_workflow_of("v*", "."),
}
"""What makes a package of the top of the workspace."""


async def turn_on(theatre: Theatre, *, released: bool = True) -> None:
    """Let somebody choose the mode; ``released``: with all that is there released by hand just before."""
    if released:
        theatre.acme.hugo.push_tags("acme-core-v1.1.5", "acme-cli-v0.3.5", revision="main")
    theatre.acme.hugo.push_commit("main", AUTO, "ci: let releases be proposed")
    await theatre.settle()


async def push(theatre: Theatre, title: str, *folders: str) -> None:
    """Let somebody push to the default branch, with a new file in each folder."""
    number = theatre.acme.repository.next_number()
    theatre.acme.hugo.push_commit("main", {f"{folder}/n{number}.py": "NEW = 1\n" for folder in folders}, title)
    await theatre.settle()


async def merge(
    theatre: Theatre, title: str, files: Mapping[str, str | None], method: MergeMethod = "squash"
) -> PullRequest:
    """Let somebody merge a pull request of theirs."""
    acme = theatre.acme
    branch = f"topic-{len(acme.repository.issues)}"
    acme.wanda.push_commit(branch, files, title)
    pull = acme.wanda.open_pull(branch, title, "")
    await theatre.merge(pull, method)
    return pull


def proposed(theatre: Theatre) -> list[str]:
    """What the open release pull requests release."""
    return sorted(title.removeprefix("Release ") for title in open_pulls(theatre))


async def test_what_is_there_already_opens_one_for_each_package(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre, released=False)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.0"]
        theatre.read_all()


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
async def test_a_merge_in_one_folder_opens_that_package_alone(tmp_path: Path, method: MergeMethod) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        assert proposed(theatre) == []
        pull = await merge(theatre, "feat: float", {f"{IN_CORE}/new.py": "NEW = 1\n"}, method)
        assert proposed(theatre) == ["acme-core 1.2.0"]
        record = theatre.record(theatre.release_pull)
        assert (record.tag, record.follows, record.comment_id) == ("acme-core-v1.2.0", True, 0)
        assert f"#{pull.number}" in (theatre.release_pull.body or "")
        theatre.read_all()


async def test_what_is_in_no_package_opens_none_and_what_is_in_both_opens_both(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await push(theatre, "feat: tell more", "docs")
        assert proposed(theatre) == []
        await push(theatre, "feat: float", IN_CORE, IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.0"]
        theatre.read_all()


async def test_each_version_follows_its_own_changes_only(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await push(theatre, "fix: sink less", IN_CORE)
        await push(theatre, "feat: ask twice", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.1.6"]
        [core], [cli] = list_pulls(theatre, CORE), list_pulls(theatre, CLI)
        head = cli.head_sha
        await push(theatre, "feat!: no more sails", IN_CORE)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 2.0.0"]
        assert (list_pulls(theatre, CORE), list_pulls(theatre, CLI), cli.head_sha) == ([core], [cli], head)
        assert "sails" not in (cli.body or "")
        assert "Ask twice" not in theatre.plain(core.body or "")
        theatre.read_all()


async def test_one_is_released_and_the_other_stays_as_it_is(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        await turn_on(theatre)
        await push(theatre, "feat: float", IN_CORE, IN_CLI)
        [core], [cli] = list_pulls(theatre, CORE), list_pulls(theatre, CLI)
        await theatre.pass_time(MINUTE)
        await theatre.merge(core)
        await theatre.pass_time(MINUTE)
        theatre.acme.hugo.delete_branch("aweigh/main--acme-core")
        assert await approve(theatre, core, "1.2.0") == ["eyes", "rocket"]
        assert len(files_of(theatre, CORE, "1.2.0")) == 2
        assert theatre.find_tag("acme-core-v1.2.0") is not None
        assert theatre.find_tag("acme-cli-v0.4.0") is None
        await theatre.pass_time(MINUTE)
        # Our own merge changed what the other requires, which is no change of it.
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        await push(theatre, "fix: ask less", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        # Of the one that was released a branch is there no more, and it is found all the same.
        await push(theatre, "fix: sink less", IN_CORE)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.1"]
        assert cli.state == "open"
        theatre.read_all()


async def test_it_has_to_be_named_whose_version_is_to_follow(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, files={".github/aweigh.toml": 'mode = "on-demand"\n'}) as theatre:
        theatre.acme.hugo.push_tags("acme-core-v1.1.5", "acme-cli-v0.3.5", revision="main")
        await push(theatre, "feat: float", IN_CORE)
        comment = await theatre.say(theatre.acme.mona, "/release auto")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "/release acme-core auto" in theatre.reply(theatre.feature)
        comment = await theatre.say(theatre.acme.mona, "/release acme-cli auto")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        comment = await theatre.say(theatre.acme.mona, "/release acme-core auto")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert proposed(theatre) == ["acme-core 1.2.0"]
        theatre.read_all()


async def test_a_package_at_the_top_has_what_no_other_one_has(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, files=WITH_TOP) as theatre:
        theatre.acme.hugo.push_tag("v3.0.0", "main")
        await turn_on(theatre)
        await push(theatre, "feat: float", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        await push(theatre, "fix: sink less", "acme")
        assert proposed(theatre) == ["acme 3.0.1", "acme-cli 0.4.0"]
        # What is there for the top does not follow a package either.
        await push(theatre, "feat!: no more sails", IN_CORE)
        assert proposed(theatre) == ["acme 3.0.1", "acme-cli 0.4.0", "acme-core 2.0.0"]
        await push(theatre, "feat: float higher", "acme")
        assert proposed(theatre) == ["acme 3.1.0", "acme-cli 0.4.0", "acme-core 2.0.0"]
        theatre.read_all()


async def test_beside_one_that_people_closed_the_others_open(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await push(theatre, "feat: float", IN_CORE)
        theatre.acme.hugo.close_pull(theatre.release_pull.number)
        await theatre.settle()
        await push(theatre, "feat: float higher", IN_CORE, IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        theatre.read_all()


async def test_without_settings_each_package_is_turned_on_by_its_own_first_release(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, clock=VirtualClock(MORNING)) as theatre:
        core = await propose(theatre, CORE, "1.2.0")
        await theatre.pass_time(MINUTE)
        await theatre.merge(core)
        await theatre.pass_time(MINUTE)
        await approve(theatre, core, "1.2.0")
        theatre.acme.hugo.delete_branch("aweigh/main--acme-core")
        await theatre.settle()
        await push(theatre, "feat: float", IN_CORE, IN_CLI)
        assert proposed(theatre) == ["acme-core 1.3.0"]
        theatre.read_all()


@pytest.mark.parametrize("way", ["pull request", "push"])
async def test_a_file_that_moved_out_of_a_package_is_a_change_of_it(tmp_path: Path, way: str) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        text = "".join(f"LINE_{number} = {number}\n" for number in range(50))
        theatre.acme.hugo.push_commit("main", {f"{IN_CORE}/moving.py": text}, "chore: write much")
        await turn_on(theatre)
        moved: dict[str, str | None] = {f"{IN_CORE}/moving.py": None, f"{IN_CLI}/moving.py": text}
        if way == "push":
            theatre.acme.hugo.push_commit("main", moved, "feat: move it")
            await theatre.settle()
        else:
            await merge(theatre, "feat: move it", moved)
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.0"]
        theatre.read_all()


async def test_more_files_than_one_page_tells_are_looked_for(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await merge(theatre, "feat: much", {f"{IN_CLI}/n{number}.py": "N = 1\n" for number in range(120)})
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        # Of so many nobody is told all; they may be anybody's.
        await merge(theatre, "fix: very much", {f"{IN_CLI}/m{number}.py": "M = 1\n" for number in range(320)})
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.1.6"]
        theatre.read_all()


async def test_what_was_pushed_without_a_pull_request_is_looked_into_so_often_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "_MOST_LOOKED_INTO", 3)
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await push(theatre, "fix: ask less", IN_CLI)
        await push(theatre, "docs: how to ask", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.3.6"]
        # One more, and of the first ones nobody knows any more whose they are.
        await push(theatre, "docs: how to ask less", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.3.6"]
        await push(theatre, "docs: how not to ask", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.3.6", "acme-core 1.1.6"]
        theatre.read_all()


async def test_a_commit_with_more_files_than_github_tells_may_be_of_any_package(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        many: dict[str, str | None] = {f"{IN_CLI}/n{number}.py": "N = 1\n" for number in range(300)}
        theatre.acme.hugo.push_commit("main", many, "feat: very much")
        await theatre.settle()
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.0"]
        theatre.read_all()


async def test_of_very_many_packages_the_further_ones_take_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unasked, "MOST_PACKAGES", 1)
    async with open_theatre(tmp_path, workspace=True) as theatre:
        await turn_on(theatre)
        await push(theatre, "feat: float", IN_CORE, IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        await theatre.say(theatre.acme.mona, "/release acme-core auto")
        assert proposed(theatre) == ["acme-cli 0.4.0", "acme-core 1.2.0"]
        theatre.read_all()


async def test_a_push_that_nobody_heard_of_is_found_after_an_absence(tmp_path: Path) -> None:
    async with open_play(tmp_path, workspace=True) as play:
        theatre = play.theatre
        await turn_on(theatre)
        await theatre.leave()
        theatre.acme.hugo.push_commit("main", {f"{IN_CLI}/new.py": "NEW = 1\n"}, "feat: float")
        await theatre.sandbox.deliverer.drain()
        theatre.sandbox.world.deliveries.clear()
        await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=play.clock))
        await theatre.pass_time(timedelta(minutes=5))
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        theatre.read_all()


async def test_whoever_begins_anew_looks_once_whether_there_are_packages(tmp_path: Path) -> None:
    async with open_play(tmp_path, workspace=True, files=WITH_TOP) as play:
        theatre = play.theatre
        theatre.acme.hugo.push_tag("v3.0.0", "main")
        await turn_on(theatre)
        await push(theatre, "feat: float", "acme")
        assert proposed(theatre) == ["acme 3.1.0"]
        theatre.acme.hugo.close_pull(theatre.release_pull.number)
        await theatre.settle()
        await theatre.leave()
        await theatre.come_back(MemoryEngine(observe=theatre.observe, clock=play.clock))
        await push(theatre, "feat: ask twice", IN_CLI)
        assert proposed(theatre) == ["acme-cli 0.4.0"]
        theatre.read_all()


def many_packages(count: int) -> dict[str, str | None]:
    """What makes further packages of a workspace, each with a workflow of its own."""
    files: dict[str, str | None] = {}
    for number in range(count):
        name, folder = f"acme-p{number}", f"libs/p{number}"
        files[f"{folder}/pyproject.toml"] = (
            f'[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "{name}"\nversion = "1.0.0"\n'
        )
        files[f"{folder}/acme_p{number}/__init__.py"] = ""
        files[f".github/workflows/p{number}.yml"] = publish_workflow_of(f"{name}-v*", folder)
    return files


async def test_the_packages_of_a_workspace_share_one_reading_of_the_history(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True, files=many_packages(8)) as theatre:
        acme, log = theatre.acme, theatre.sandbox.world.requests
        acme.hugo.push_tags(
            "acme-core-v1.1.5", "acme-cli-v0.3.5", *(f"acme-p{n}-v1.0.0" for n in range(7)), revision="main"
        )
        await turn_on(theatre, released=False)
        for number in range(7):
            await push(theatre, "docs: say it", f"libs/p{number}")
            acme.hugo.push_tag(f"acme-p{number}-v1.0.1", "main")
        await theatre.settle()
        made = len(log)
        await push(theatre, "feat: float", IN_CORE)
        told = log[made:]
        histories = [one for one in told if b"compare(headRef: $head)" in one.body]
        assert len(histories) == 1
        assert sum(not one.path.endswith("/access_tokens") for one in told) <= 25
        assert proposed(theatre)[0] == "acme-core 1.2.0"
        theatre.read_all()


async def test_of_a_long_history_neither_pages_nor_files_are_asked_for_again(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, workspace=True) as theatre:
        acme, log = theatre.acme, theatre.sandbox.world.requests
        await turn_on(theatre)
        for number in range(60):
            acme.hugo.push_commit("main", {f"{IN_CLI}/n{number}.py": "NEW = 1\n"}, "docs: say it")
        await push(theatre, "fix: sink less", IN_CORE)
        asked = []
        for title in ("docs: say more", "feat: float"):
            made = len(log)
            await push(theatre, title, IN_CORE)
            histories = sum(b"compare(headRef: $head)" in one.body for one in log[made:])
            files = sum("/commits/" in one.path and not one.path.endswith("/check-runs") for one in log[made:])
            asked.append((histories, files))
        # Only the commit that is new is looked into.
        assert asked == [(1, 1), (1, 1)]
        assert proposed(theatre)[-1] == "acme-core 1.2.0"
        theatre.read_all()

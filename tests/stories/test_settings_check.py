"""A pull request that changes the settings hears at once whether they can be used; any other costs one look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.people import Person
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Grant
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

OWN = ".github/aweigh.toml"
PYPROJECT = "pyproject.toml"


async def propose_settings(
    theatre: Theatre, files: dict[str, str | bytes | None], branch: str = "settings", *, base: str | None = None
) -> PullRequest:
    """Let the writer open a pull request that changes files."""
    theatre.acme.wanda.push_commit(branch, files, "Settings")
    pull = theatre.acme.wanda.open_pull(branch, "Settings", base=base)
    await theatre.settle()
    return pull


def list_checks(theatre: Theatre, pull: PullRequest) -> list[CheckRun]:
    """The check runs about settings on the head, oldest first."""
    return [run for run in theatre.check_runs(pull) if run.name == "Aweigh settings"]


def read_check(theatre: Theatre, pull: PullRequest) -> str:
    """The newest one as people read it."""
    run = list_checks(theatre, pull)[-1]
    said = [
        f"{one['path']}:{one['start_line']} {one['annotation_level']}: {one['message']}"
        for one in run.output.annotations
    ]
    return "\n".join([f"{run.conclusion}: {run.output.title}", "", run.output.summary or "", "", *said])


async def test_what_is_wrong_is_told_with_its_line_and_what_may_be_meant(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        text = '# Ours\nworkflows = "publish.yml"\n\n[approval]\nrequird = 2\nself = "no"\n'
        pull = await propose_settings(theatre, {OWN: text})
        assert read_check(theatre, pull) == snapshot
        # It is mended with the next commit, which is told of by itself.
        theatre.acme.wanda.push_commit("settings", {OWN: "approval.required = 2\n"}, "Mend it")
        await theatre.settle()
        assert read_check(theatre, pull) == snapshot(name="mended")
        assert len(list_checks(theatre, pull)) == 1


async def test_another_pull_request_costs_one_request_and_hears_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        before = theatre.request_count
        pull = await propose_settings(theatre, {"more.md": "More.\n"})
        # Who we are, a token, and the look.
        assert theatre.asked("POST", "/graphql$", before) == 1
        assert list_checks(theatre, pull) == []
        before = theatre.request_count
        theatre.acme.wanda.push_commit("settings", {"more.md": "Even more.\n"}, "More")
        await theatre.settle()
        assert theatre.request_count == before + 1
        # What shows the same head as before is not looked at again.
        theatre.acme.wanda.edit_pull(pull.number, title="Other words")
        theatre.acme.wanda.close_pull(pull.number)
        await theatre.settle()
        assert theatre.request_count == before + 1
        # Only what was closed meanwhile may have become another one in silence.
        theatre.acme.wanda.reopen_pull(pull.number)
        await theatre.settle()
        assert theatre.request_count == before + 2


async def test_of_pyproject_only_our_table_counts(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        text = (theatre.acme.repository.store.read("main", PYPROJECT) or b"").decode()
        pull = await propose_settings(theatre, {PYPROJECT: text + "\n[tool.other]\na = 1\n"})
        assert list_checks(theatre, pull) == []
        pull = await propose_settings(theatre, {PYPROJECT: text + "\n[tool.aweigh]\ntag = 'v'\n"}, "ours")
        assert f"{PYPROJECT}:{text.count(chr(10)) + 3} failure: tag" in read_check(theatre, pull)
        pull = await propose_settings(theatre, {PYPROJECT: text + "[tool.aweigh"}, "broken")
        assert read_check(theatre, pull).startswith("failure")


async def test_a_fork_is_read_as_data(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        world, acme = theatre.sandbox.world, theatre.acme
        fork = world.add_repository(acme.stan.user, "widget", fork_of=acme.repository)
        fork.store.take_objects(acme.repository.store)
        fork.store.set_ref("refs/heads/main", acme.repository.store.refs("refs/heads/")["refs/heads/main"])
        Person(world, fork, acme.stan.user).push_commit("evil", {OWN: "approval.requird = 0\n"}, "Evil")
        pull = acme.stan.open_pull("stan:evil", "Settings")
        await theatre.settle()
        assert "approval.requird is no setting" in read_check(theatre, pull)
        # What it says counts for nothing.
        comment = await theatre.say(acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        theatre.read_all()


async def test_settings_that_are_taken_away_can_be_used(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        pull = await propose_settings(theatre, {OWN: None})
        assert read_check(theatre, pull).startswith("success: The settings can be used")


async def test_settings_that_would_count_for_nothing_are_named(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        text = (theatre.acme.repository.store.read("main", PYPROJECT) or b"").decode()
        pull = await propose_settings(theatre, {PYPROJECT: text + "\n[tool.aweigh]\ntag = 'v{version}'\n"})
        assert read_check(theatre, pull) == snapshot


async def test_a_pull_request_into_another_branch_is_not_looked_at(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.wanda.push_branch("next", "main")
        await theatre.settle()
        before = theatre.request_count
        await propose_settings(theatre, {OWN: "tag = 'v'\n"}, base="next")
        assert theatre.request_count == before


async def test_the_defaults_of_an_organisation_are_settings_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        world, acme = theatre.sandbox.world, theatre.acme
        home = world.add_repository(acme.organization, ".github")
        world.add_collaborator(home, acme.hugo.user, Grant("admin"))
        hugo = Person(world, home, acme.hugo.user)
        hugo.push_commit("main", {"README.md": "Home.\n"}, "Begin")
        hugo.push_commit("defaults", {"aweigh.toml": "aproval.required = 2\n"}, "Defaults")
        hugo.open_pull("defaults", "Defaults")
        await theatre.settle()
        (run,) = home.check_runs.values()
        assert (run.name, run.conclusion) == ("Aweigh settings", "failure")
        assert "aweigh.toml:1" in (run.output.summary or "")


@pytest.mark.parametrize("lacking", ["checks", "pull_requests"])
async def test_without_the_permission_nothing_is_said_and_nothing_fails(tmp_path: Path, lacking: str) -> None:
    permissions = {name: level for name, level in PERMISSIONS.items() if name != lacking}
    async with open_theatre(tmp_path, permissions=permissions) as theatre:
        pull = await propose_settings(theatre, {OWN: "tag = 'v'\n"})
        assert list_checks(theatre, pull) == []


async def test_a_head_that_does_not_show_yet_is_looked_at_a_little_later(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await propose_settings(theatre, {"more.md": "More.\n"})
        old = pull.head_sha
        theatre.acme.wanda.push_commit("settings", {OWN: "tag = 'v'\n"}, "Settings")
        new, pull.head_sha = pull.head_sha, old
        await theatre.settle()
        assert list_checks(theatre, pull) == []
        pull.head_sha = new
        await theatre.pass_time(timedelta(seconds=30))
        assert len(list_checks(theatre, pull)) == 1


async def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await propose_settings(theatre, {OWN: b"\x00\xff\xfe"})
        assert "it is not TOML" in read_check(theatre, pull)


async def test_whoever_asks_again_is_told_once_more_and_nothing_is_said_twice(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await propose_settings(theatre, {OWN: "tag = 'v'\n"})
        before = theatre.request_count
        theatre.acme.wanda.rerequest_check(list_checks(theatre, pull)[-1])
        await theatre.settle()
        assert theatre.request_count == before + 1
        assert len(list_checks(theatre, pull)) == 1

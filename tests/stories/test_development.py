"""Back to development: what follows a release where the settings want it, once, and then belongs to people."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme_files import project_files
from bot.sandbox.faults import Lost, Refused, When
from bot.sandbox.http import reply
from bot.sandbox.state.conversation import PullRequest
from tests.stories.hours import MORNING
from tests.stories.plays import open_play
from tests.stories.theatre import BOT, Theatre, open_theatre

WANTED = "development = true\n"
BRANCH = "aweigh-dev/main/1.2.0"


def marked(marker: str) -> dict[str, str | None]:
    """A project whose files say ``marker`` between releases."""
    pyproject = project_files("release-published")["pyproject.toml"]
    return {"pyproject.toml": pyproject.replace('version = "1.1.0"', f'version = "{marker}"')}


def list_followers(theatre: Theatre) -> list[PullRequest]:
    pulls = theatre.acme.repository.pulls
    return [pull for pull in pulls if pull.user.login == BOT and pull.head_ref.startswith("aweigh-dev/")]


async def release(theatre: Theatre, version: str = "1.2.0") -> PullRequest:
    pull = await theatre.reach_gate(version)
    await theatre.say(theatre.acme.hugo, f"/release approve {version}", pull.number)
    return pull


def text_of(theatre: Theatre, ref: str) -> str:
    content = theatre.acme.repository.store.read(ref, "pyproject.toml")
    assert content is not None
    return content.decode()


async def test_a_second_pull_request_brings_the_files_back(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=WANTED, files=marked("1.2.0.dev")) as theatre:
        pull = await release(theatre)
        (follower,) = list_followers(theatre)
        assert (follower.title, follower.head_ref) == ("Back to development: widget 1.3.0.dev", BRANCH)
        assert theatre.plain(follower.body or "") == snapshot(name="pull request")
        assert text_of(theatre, BRANCH) == marked("1.3.0.dev")["pyproject.toml"]
        (outcome,) = theatre.comments(pull.number, "outcome")
        assert outcome.endswith(f"Back to development: #{follower.number}.")
        theatre.read_all()


async def test_a_local_marker_can_be_released_from_where_the_package_wants_it(tmp_path: Path) -> None:
    own = f"[packages.widget]\n{WANTED}"
    async with open_theatre(tmp_path, settings=own, files=marked("1.2.0+dev")) as theatre:
        await release(theatre)
        assert 'version = "1.3.0+dev"' in text_of(theatre, BRANCH)
        theatre.read_all()


async def test_nobody_gets_one_unasked(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files=marked("1.2.0.dev0")) as theatre:
        pull = await release(theatre)
        assert not list_followers(theatre)
        assert "Back to development" not in theatre.comments(pull.number, "outcome")[0]
        theatre.read_all()


@pytest.mark.parametrize("version", ["1.2.0rc1", "1.2.0.dev1"])
async def test_what_is_not_final_is_followed_by_no_marker(tmp_path: Path, version: str) -> None:
    async with open_theatre(tmp_path, settings=WANTED, files=marked("1.2.0.dev0")) as theatre:
        await release(theatre, version)
        assert theatre.files(version)
        assert not list_followers(theatre)
        theatre.read_all()


async def test_after_it_was_merged_the_next_release_goes_on(tmp_path: Path) -> None:
    async with open_play(tmp_path, settings=WANTED) as play:
        theatre, acme = play.theatre, play.theatre.acme
        await play.run()
        (first,) = list_followers(theatre)
        acme.mona.merge_pull(first.number)
        # Two releases within a minute would be more than GitHub lets an App write.
        await play.wait(timedelta(minutes=10))
        assert 'version = "1.3.0.dev0"' in text_of(theatre, "main")
        assert len(theatre.runs) == 1
        acme.mona.comment(theatre.feature, "/release minor")
        await play.wait()
        pull = theatre.release_pull
        assert pull.title == "Release widget 1.3.0"
        acme.mona.merge_pull(pull.number)
        await play.wait()
        acme.hugo.comment(pull.number, "/release approve 1.3.0")
        await play.wait()
        assert theatre.files("1.3.0")
        assert [one.head_ref for one in list_followers(theatre)] == [BRANCH, "aweigh-dev/main/1.3.0"]
        assert 'version = "1.4.0.dev0"' in text_of(theatre, "aweigh-dev/main/1.3.0")
        theatre.read_all()


async def test_merging_it_proposes_no_release_by_itself(tmp_path: Path) -> None:
    settings = f'mode = "auto"\n{WANTED}'
    async with open_theatre(tmp_path, settings=settings) as theatre:
        await theatre.settle()
        await release(theatre)
        theatre.read_all()
        (follower,) = list_followers(theatre)
        newest = theatre.release_pull.number
        # By whatever name people merge it, it is ours.
        follower.title = "The next version begins"
        await theatre.merge(follower, "squash")
        assert 'version = "1.3.0.dev0"' in text_of(theatre, "main")
        assert theatre.release_pull.number == newest
        # What others merge after it does.
        theatre.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "fix: sink less")
        await theatre.settle()
        assert theatre.release_pull.title == "Release widget 1.3.0"
        theatre.read_all()


async def test_a_command_in_its_thread_is_one_on_an_ordinary_pull_request(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=WANTED) as theatre:
        await release(theatre)
        (follower,) = list_followers(theatre)
        theatre.read_all()
        comment = await theatre.say(theatre.acme.mona, "/release cancel", follower.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()
        assert follower.state == "open"
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.1", follower.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.release_pull.title == "Release widget 1.2.1"
        theatre.read_all()


async def test_one_that_a_person_closed_stays_closed(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=WANTED) as theatre:
        await release(theatre)
        (follower,) = list_followers(theatre)
        theatre.acme.mona.close_pull(follower.number)
        theatre.acme.mona.push_commit("main", {"NOTES.md": "after\n"})
        await theatre.settle()
        assert [pull.state for pull in list_followers(theatre)] == ["closed"]
        theatre.read_all()


async def test_files_that_people_changed_since_are_theirs(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=WANTED) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.mona.push_commit("main", dict(marked("2.0.0.dev0")))
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert not list_followers(theatre)
        assert theatre.files("1.2.0")
        theatre.read_all()


async def test_a_branch_of_somebody_else_is_left_alone_and_the_release_is_announced(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=WANTED) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.wanda.push_branch(BRANCH, "main")
        head = theatre.acme.wanda.push_commit(BRANCH, {"evil.py": "import os\n"})
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert not list_followers(theatre)
        assert theatre.acme.repository.store.refs(f"refs/heads/{BRANCH}") == {f"refs/heads/{BRANCH}": head}
        (outcome,) = theatre.comments(pull.number, "outcome")
        assert "could not be opened. The branch `aweigh-dev/main/1.2.0` holds commits that are not mine" in outcome
        theatre.read_all()


async def test_each_package_of_several_goes_back_by_itself(tmp_path: Path) -> None:
    settings = 'mode = "on-demand"\ndevelopment = "{next_patch}.dev0"\n'
    async with open_theatre(tmp_path, workspace=True, settings=settings, clock=VirtualClock(MORNING)) as theatre:
        acme = theatre.acme
        await theatre.say(acme.mona, "/release acme-core 1.2.0")
        await theatre.merge(theatre.release_pull)
        await theatre.pass_time(timedelta(minutes=3))
        await theatre.say(acme.hugo, "/release approve 1.2.0", theatre.release_pull.number)
        await theatre.pass_time(timedelta(minutes=3))
        (follower,) = list_followers(theatre)
        assert follower.head_ref == "aweigh-dev/main--acme-core/1.2.0"
        read = acme.repository.store.read
        assert b'version = "1.2.1.dev0"' in (read(follower.head_ref, "libs/core/pyproject.toml") or b"")
        assert b'"acme-core==1.2.0"' in (read(follower.head_ref, "libs/cli/pyproject.toml") or b"")
        theatre.read_all()


async def test_one_that_github_refuses_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=WANTED) as theatre:
        pull = await theatre.reach_gate()
        refused = Refused(reply(422, {"message": "Validation Failed", "errors": [{"message": "No."}]}))
        theatre.sandbox.github.faults.add(When(method="POST", path=r"/pulls$"), refused)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        (outcome,) = theatre.comments(pull.number, "outcome")
        assert "⚠️ The pull request back to development could not be opened." in outcome
        assert "is on" in outcome
        theatre.read_all()


async def test_a_lost_answer_makes_no_second_one(tmp_path: Path) -> None:
    async with open_play(tmp_path, settings=WANTED) as play:
        play.theatre.sandbox.github.faults.add(When(method="POST", path=r"/pulls$", body="Back to"), Lost(applied=True))
        await play.run()
        await play.wait()
        (follower,) = list_followers(play.theatre)
        assert (
            play.outcome.endswith(f"Back to development: #{follower.number}.\n")
            or f"#{follower.number}." in play.outcome
        )
        play.theatre.read_all()

"""A command that is tried again after an outage finds what it has done already, whatever people have made of it since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.clock import VirtualClock
from bot.sandbox.faults import When, unicorn
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.hours import MORNING
from tests.stories.theatre import BOT, Theatre, open_theatre


def list_release_pulls(theatre: Theatre) -> list[PullRequest]:
    issues = theatre.acme.repository.issues.values()
    return [issue for issue in issues if isinstance(issue, PullRequest) and issue.user.login == BOT]


@asynccontextmanager
async def down_from(theatre: Theatre, name: str, action: str) -> AsyncIterator[None]:
    """GitHub answers nothing from the moment at which this happened, until the end of the block."""

    def fall(_world: World, _repository: Repository, event: Event, _sender: User) -> None:
        if (event.name, event.action) == (name, action):
            theatre.sandbox.github.faults.add(When(), unicorn(), times=None)

    theatre.sandbox.world.observers.append(fall)
    yield
    theatre.sandbox.world.observers.remove(fall)
    theatre.sandbox.github.faults.clear()


async def test_a_release_that_was_moved_and_merged_in_an_outage_is_not_made_twice(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, gate="none", trigger="tag-push") as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(timedelta(minutes=1))
        async with down_from(theatre, "pull_request", "edited"):
            comment = theatre.acme.mona.comment(pull.number, "/release 1.3.0")
            await theatre.settle()
            assert pull.title == "Release widget 1.3.0"
            theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(minutes=10))
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert list_release_pulls(theatre) == [pull]
        assert len(theatre.files("1.3.0")) == 2
        theatre.read_all()


async def test_a_release_that_was_moved_merged_and_followed_by_another_is_not_refused(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, gate="none") as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(timedelta(minutes=1))
        async with down_from(theatre, "pull_request", "edited"):
            comment = theatre.acme.mona.comment(pull.number, "/release 1.3.0")
            await theatre.settle()
            theatre.acme.mona.merge_pull(pull.number)
        # The first command waits for its turn to be tried again; the lane is free for the next one meanwhile.
        next_one = theatre.acme.wanda.comment(theatre.feature, "/release 1.4.0")
        await theatre.pass_time(timedelta(minutes=10))
        assert theatre.reactions(next_one) == ["eyes", "rocket"]
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert [one.title for one in list_release_pulls(theatre)] == ["Release widget 1.3.0", "Release widget 1.4.0"]
        assert theatre.find_tag("v1.3.0") is not None
        theatre.read_all()


async def test_two_lines_of_one_commit_that_are_released_in_one_second_share_no_record(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        wanda = theatre.acme.wanda
        wanda.push_branch("1.x", "main")
        wanda.push_commit("topic", {"x.py": "a = 1\n"}, "Topic", onto="1.x")
        topic = wanda.open_pull("topic", "Topic", base="1.x")
        for number in (theatre.feature, topic.number):
            comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", number)
            assert theatre.reactions(comment) == ["eyes", "rocket"]
        one, other = list_release_pulls(theatre)
        assert {one.base_ref, other.base_ref} == {"main", "1.x"}
        assert one.head_sha != other.head_sha
        assert theatre.record(one).comment_id != theatre.record(other).comment_id
        theatre.read_all()


async def test_a_branch_that_was_confirmed_and_merged_in_an_outage_is_not_refused(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit("aweigh/main", {"surprise.py": "a = 1\n"}, "More")
        await theatre.pass_time(timedelta(minutes=1))
        async with down_from(theatre, "check_run", "created"):
            comment = theatre.acme.mona.comment(pull.number, "/release 1.2.0")
            await theatre.settle()
            assert theatre.reactions(comment) == ["eyes"]
            theatre.acme.mona.merge_pull(pull.number)
        await theatre.pass_time(timedelta(minutes=10))
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert list_release_pulls(theatre) == [pull]
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()

"""Webhooks get lost, the bot is away, its database is deleted: the release goes on, and everybody is answered once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from bot.clock import VirtualClock
from bot.engine.durable import DurableEngine
from bot.engine.memory import MemoryEngine
from bot.intake.sweep import EVERY
from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.deliveries import Delivery
from tests.stories.hours import MORNING
from tests.stories.plays import Play, open_play
from tests.stories.theatre import Theatre, open_theatre

Act = Literal["ask", "merge", "approve"]
ACTS: tuple[Act, ...] = ("ask", "merge", "approve")
LISTED = pytest.mark.parametrize("listed", [True, False], ids=["listed as failed", "not listed"])
HOUR = timedelta(hours=1)


def lose_webhooks(theatre: Theatre) -> None:
    """From now on GitHub reaches nobody."""
    theatre.sandbox.deliverer.faults.add("drop", times=None)


def find_webhooks(theatre: Theatre, *, listed: bool) -> list[Delivery]:
    """GitHub reaches us again; what was lost, and whether GitHub's list of deliveries knows of it."""
    theatre.sandbox.deliverer.faults.waiting.clear()
    deliveries = theatre.sandbox.world.deliveries
    lost = [one for one in deliveries if one.status not in {"", "OK"}]
    if not listed:
        deliveries[:] = [one for one in deliveries if one not in lost]
    return lost


def delete_database(folder: Path) -> None:
    for file in folder.glob("aweigh.db*"):
        file.unlink()


def new_engine(play: Play) -> MemoryEngine:
    """An engine whose database is new."""
    return MemoryEngine(observe=play.theatre.observe, clock=play.clock)


def count_successes(theatre: Theatre, lost: list[Delivery]) -> Counter[str]:
    """How often each GUID among ``lost`` was delivered in the end."""
    guids = {one.guid for one in lost}
    return Counter(one.guid for one in theatre.sandbox.world.deliveries if one.guid in guids and one.status == "OK")


@LISTED
@pytest.mark.parametrize("act", ACTS)
async def test_the_webhooks_of_an_act_are_lost(tmp_path: Path, act: Act, listed: bool) -> None:
    async with open_play(tmp_path) as play:
        for each in ACTS:
            if each != act:
                await getattr(play, each)()
                continue
            lose_webhooks(play.theatre)
            await getattr(play, each)()
            lost = find_webhooks(play.theatre, listed=listed)
            assert any(one.event in {"issue_comment", "pull_request"} for one in lost)
            # What GitHub does not even list is found by the daily pass, where no release is under way.
            await play.wait(timedelta(minutes=12) if listed else timedelta(hours=25))
            if listed:
                used = [one for one in lost if one.event in {"issue_comment", "pull_request", "push"}]
                assert set(count_successes(play.theatre, used).values()) == {1}
        await play.wait(HOUR)
        play.check_one_of_everything()


@LISTED
@pytest.mark.parametrize("trigger", ["release-published", "tag-push", "dispatch"])
@pytest.mark.parametrize("act", ACTS)
async def test_the_database_is_deleted_while_somebody_acts(
    tmp_path: Path, act: Act, trigger: Trigger, listed: bool
) -> None:
    async with open_play(tmp_path, trigger=trigger) as play:
        for each in ACTS:
            if each != act:
                await getattr(play, each)()
                continue
            await play.theatre.leave()
            await getattr(play, each)()
            find_webhooks(play.theatre, listed=listed)
            await play.theatre.come_back(new_engine(play))
            await play.wait(timedelta(minutes=12))
        await play.wait(HOUR)
        play.check_one_of_everything()


@pytest.mark.parametrize("act", ACTS)
async def test_the_database_is_deleted_between_the_acts(tmp_path: Path, act: Act) -> None:
    async with open_play(tmp_path) as play:
        for each in ACTS:
            await getattr(play, each)()
            if each == act:
                await play.theatre.leave()
                await play.theatre.come_back(new_engine(play))
        await play.wait(HOUR)
        play.check_one_of_everything()


async def test_a_merged_release_goes_on_at_the_start_with_a_new_database(tmp_path: Path) -> None:
    """Nobody does anything any more: the bot finds by itself what it has to do."""
    async with open_play(tmp_path) as play:
        await play.ask()
        await play.theatre.leave()
        play.theatre.acme.mona.merge_pull(play.theatre.release_pull.number)
        await play.wait()
        play.theatre.sandbox.world.deliveries.clear()
        assert not play.has_tag()
        await play.theatre.come_back(new_engine(play))
        assert play.has_tag()
        await play.approve()
        play.check_one_of_everything()


async def test_on_a_real_database_the_file_is_deleted_mid_release(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, durable=True) as theatre:
        pull = await theatre.propose()
        await theatre.leave()
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.settle()
        delete_database(tmp_path)
        url = theatre.bot.settings.database_url.reveal()
        await theatre.come_back(DurableEngine(url, observe=theatre.observe))
        assert theatre.find_tag("v1.2.0") is not None
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(approval) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_failed_delivery_is_made_again_under_its_guid_and_handled_once(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        lose_webhooks(theatre)
        comment = theatre.acme.mona.comment(theatre.feature, "/release 1.2.0")
        await theatre.settle()
        (lost,) = find_webhooks(theatre, listed=True)
        assert theatre.reactions(comment) == []
        await play.wait(EVERY)
        tried = [one for one in theatre.sandbox.world.deliveries if one.guid == lost.guid]
        assert [(one.redelivery, one.status) for one in tried] == [(False, lost.status), (True, "OK")]
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert "is the release pull request" in theatre.reply(theatre.feature)
        await play.wait(HOUR)
        assert len([one for one in theatre.sandbox.world.deliveries if one.guid == lost.guid]) == 2
        theatre.read_all()


@pytest.mark.parametrize("where", ["comment", "review"])
async def test_a_lost_command_is_found_and_its_late_webhook_changes_nothing(tmp_path: Path, where: str) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        theatre.read_all()
        lose_webhooks(theatre)
        wanda = theatre.acme.wanda
        say = wanda.comment if where == "comment" else wanda.submit_review
        said = say(theatre.release_pull.number, "/release status")
        await theatre.settle()
        (late, *_) = find_webhooks(theatre, listed=False)
        await play.wait(timedelta(minutes=7))
        assert "**Ready: merging releases 1.2.0.**" in theatre.reply(theatre.release_pull.number)
        assert [one.content for one in said.reactions] == ["eyes", "rocket"]
        theatre.sandbox.world.requeue(late)
        await theatre.settle()
        await play.wait(HOUR)
        assert theatre.replies(theatre.release_pull.number) == []
        assert [one.content for one in said.reactions] == ["eyes", "rocket"]


async def test_an_approval_that_was_counted_before_its_command_came_is_answered_with_a_rocket_alone(
    tmp_path: Path,
) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        await play.merge()
        theatre.read_all()
        number = theatre.release_pull.number
        lose_webhooks(theatre)
        said = theatre.acme.hugo.comment(number, "/release approve 1.2.0")
        await theatre.settle()
        (late, *_) = find_webhooks(theatre, listed=False)
        theatre.acme.wanda.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()
        theatre.sandbox.world.requeue(late)
        await theatre.settle()
        assert theatre.reactions(said) == ["eyes", "rocket"]
        assert theatre.replies(number) == []
        # Whoever approves what was approved is told so.
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", number)
        assert "Already done" in theatre.reply(number)


async def test_webhook_and_sweep_at_the_same_time_carry_a_command_out_once(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        theatre.read_all()
        lose_webhooks(theatre)
        comment = theatre.acme.wanda.comment(theatre.release_pull.number, "/release status")
        await theatre.settle()
        (late,) = find_webhooks(theatre, listed=False)
        await play.clock.advance(timedelta(minutes=2))
        theatre.sandbox.world.requeue(late)
        await asyncio.gather(theatre.bot.sweep(), theatre.sandbox.deliverer.drain(), theatre.bot.sweep())
        await play.wait()
        assert len(theatre.replies(theatre.release_pull.number)) == 1
        assert theatre.reactions(comment) == ["eyes", "rocket"]


async def test_strangers_are_answered_as_sparsely_by_the_sweep(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        await play.ask()
        theatre.read_all()
        lose_webhooks(theatre)
        comment = theatre.acme.stan.comment(theatre.release_pull.number, "/release 6.6.6")
        await theatre.settle()
        find_webhooks(theatre, listed=False)
        await play.wait(timedelta(minutes=12))
        assert theatre.reactions(comment) == ["-1"]
        await play.wait(HOUR)
        assert theatre.reactions(comment) == ["-1"]
        assert theatre.replies(theatre.release_pull.number) == []


async def test_without_a_release_under_way_each_period_costs_one_request(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        for number in range(150):
            theatre.sandbox.world.add_repository(theatre.acme.organization, f"r{number}")
        # The first pass wakes what was pushed to lately, once.
        await theatre.pass_time(EVERY)
        made = theatre.request_count
        periods = 24
        await theatre.pass_time(EVERY * periods)
        cost = theatre.request_count - made
        print(f"151 repositories, nothing under way: {cost} requests in {periods} sweeps")
        assert cost == theatre.asked("GET", "/app/hook/deliveries", made) == periods


async def test_after_a_release_it_costs_one_request_again(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        await play.ask()
        under_way = play.theatre.request_count
        await play.wait(EVERY * 12)
        print(f"a release pull request is open: {play.theatre.request_count - under_way} requests in 12 sweeps")
        await play.merge()
        await play.approve()
        await play.wait(HOUR)
        made = play.theatre.request_count
        await play.wait(EVERY * 12)
        assert play.theatre.request_count - made == 12
        play.check_one_of_everything()

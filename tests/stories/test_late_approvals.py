"""An approval that the bot hears of late is answered all the same, and counts for nothing that was asked after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.clock import VirtualClock
from bot.sandbox.faults import When, unicorn
from bot.sandbox.state.conversation import Comment
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

APPROVE = "/release approve 1.2.0"
MINUTE = timedelta(minutes=1)


async def in_an_outage(theatre: Theatre, act: Callable[[], Comment]) -> Comment:
    """Let something be said while GitHub answers nothing for some minutes."""
    theatre.sandbox.github.faults.add(When(), unicorn(), times=None)
    said = act()
    await theatre.pass_time(3 * MINUTE)
    theatre.sandbox.github.faults.clear()
    return said


async def test_an_approval_whose_webhook_was_lost_until_it_was_asked_for_is_answered(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.sandbox.deliverer.faults.add("drop", event="issue_comment")
        early = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        await theatre.pass_time(timedelta(seconds=5))
        await theatre.merge(pull)
        theatre.read_all()
        await theatre.pass_time(30 * MINUTE)
        assert theatre.reactions(early) == ["eyes", "-1"]
        assert "was written before I asked" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == []
        again = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_an_approval_in_an_outage_before_it_was_asked_for_is_answered(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(MINUTE)
        theatre.acme.mona.merge_pull(pull.number)
        early = await in_an_outage(theatre, lambda: theatre.acme.hugo.comment(pull.number, APPROVE))
        await theatre.pass_time(20 * MINUTE)
        assert theatre.reactions(early) == ["eyes", "-1"]
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_an_approval_that_was_taken_back_in_an_outage_is_answered(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.reach_gate()
        hugo = theatre.acme.hugo

        def think_twice() -> Comment:
            comment = hugo.comment(pull.number, APPROVE)
            hugo.edit_comment(pull.number, comment, "Wait, not yet.")
            return comment

        taken_back = await in_an_outage(theatre, think_twice)
        await theatre.pass_time(20 * MINUTE)
        assert theatre.reactions(taken_back) == ["eyes", "-1"]
        assert "was edited" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == []


async def test_an_approval_while_the_settings_are_broken_is_told_that_it_goes_on(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.reach_gate()
        theatre.acme.wanda.push_commit("main", {".github/aweigh.toml": "approval.required = one\n"}, "Broken")
        await theatre.settle()
        assert "I go on by myself" in theatre.status(pull)
        meanwhile = await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert theatre.reactions(meanwhile) == ["eyes", "-1"]
        assert "Mend them there, and I go on by myself." in theatre.reply(pull.number)
        theatre.acme.wanda.push_commit("main", {".github/aweigh.toml": None}, "Mended")
        await theatre.settle()
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_an_approval_that_was_hidden_in_an_outage_is_answered(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.reach_gate()
        hidden = await in_an_outage(theatre, lambda: _hide(theatre.acme.hugo.comment(pull.number, APPROVE)))
        await theatre.pass_time(20 * MINUTE)
        assert theatre.reactions(hidden) == ["eyes", "-1"]
        assert "was hidden" in theatre.reply(pull.number)
        assert theatre.files("1.2.0") == []


def _hide(comment: Comment) -> Comment:
    comment.minimized_reason = "spam"
    return comment

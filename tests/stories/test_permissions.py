"""The owner did not grant the App everything: what it lacks is named, and whatever can go on goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS
from tests.stories.hours import MORNING, pass_time
from tests.stories.logbook import LogLines
from tests.stories.theatre import Theatre, open_theatre

PURPOSES = {
    "actions": "start the publish workflow",
    "checks": "keep who asked for a release",
    "contents": "read the project",
    "deployments": "open the gate",
    "pull_requests": "open the release pull request",
}


def without(*names: str) -> dict[str, str]:
    return {name: level for name, level in PERMISSIONS.items() if name not in names}


def take_away(theatre: Theatre, name: str) -> None:
    """The owner changes their mind: tokens made before are worthless from then on."""
    del theatre.acme.installation.permissions[name]
    theatre.sandbox.world.tokens.clear()


def refs(theatre: Theatre) -> set[str]:
    return {ref for ref in theatre.acme.repository.store.refs("refs/") if not ref.startswith("refs/pull/")}


def names_it(text: str, name: str) -> bool:
    return f"`{name}: write` to" in text and PURPOSES[name] in text


@pytest.mark.parametrize("name", ["actions", "checks", "contents", "pull_requests"])
async def test_a_release_that_cannot_be_carried_out_is_refused_with_the_permission(tmp_path: Path, name: str) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, permissions=without(name)) as theatre:
        before = refs(theatre)
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        (reply,) = theatre.replies(theatre.feature)
        assert theatre.reactions(comment)[-1] == "-1"
        assert names_it(reply, name)
        assert reply.count("granted a permission") == 1
        assert theatre.find_release_pull() is None
        assert refs(theatre) == before
        # Nothing is asked again and again meanwhile.
        asked = len(theatre.sandbox.world.requests)
        await pass_time(theatre, clock, timedelta(hours=3))
        assert len(theatre.sandbox.world.requests) - asked < 30


async def test_once_granted_the_same_command_works(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock, permissions=without("checks")) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        theatre.read_all()
        theatre.acme.installation.permissions["checks"] = "write"
        # A token that lacks something is not kept for its hour: the owner may grant it at any moment.
        await pass_time(theatre, clock, timedelta(minutes=2))
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert theatre.release_pull.state == "open"
        theatre.read_all()


@pytest.mark.parametrize("name", ["actions", "checks", "contents", "deployments"])
async def test_a_release_under_way_stands_says_why_and_goes_on_when_granted(tmp_path: Path, name: str) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        theatre.acme.mona.merge_pull(pull.number)
        await theatre.settle()
        theatre.read_all()
        take_away(theatre, name)
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(approval)[-1] == "-1"
        (reply,) = theatre.replies(pull.number)
        assert names_it(reply, name)
        status = theatre.plain(pull.comments[0].body)
        assert "Stopped" in status
        assert names_it(status, name)
        asked = len(theatre.sandbox.world.requests)
        await pass_time(theatre, clock, timedelta(hours=1))
        assert len(theatre.sandbox.world.requests) - asked < 250
        assert not theatre.replies(pull.number)
        theatre.acme.installation.permissions[name] = "write"
        await pass_time(theatre, clock, timedelta(minutes=12))
        (outcome,) = theatre.replies(pull.number)
        assert "🎉" in outcome


async def test_without_pull_requests_a_release_under_way_is_taken_up_again(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        pull = theatre.release_pull
        theatre.read_all()
        take_away(theatre, "pull_requests")
        theatre.acme.mona.merge_pull(pull.number)
        # Without the permission there is no webhook about the merge, and no pull request to be found.
        await pass_time(theatre, clock, timedelta(hours=2))
        assert "refs/tags/v1.2.0" not in refs(theatre)
        theatre.acme.installation.permissions["pull_requests"] = "write"
        await pass_time(theatre, clock, timedelta(hours=1, minutes=1))
        assert "refs/tags/v1.2.0" in refs(theatre)
        assert any("wants to publish" in said for said in theatre.replies(pull.number))


async def test_without_issues_a_review_is_heard_and_answered(tmp_path: Path) -> None:
    # Comments are not delivered without that permission, and pull requests can be spoken on without it.
    async with open_theatre(tmp_path, permissions=without("issues")) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == []
        review = theatre.acme.mona.submit_review(theatre.feature, "/release 1.2.0")
        await theatre.settle()
        # Reviews have no reactions of their own over REST, and go with the permission for pull requests.
        assert theatre.reactions(review) == ["eyes", "rocket"]
        assert "is the release pull request" in "".join(theatre.replies(theatre.feature))
        assert theatre.release_pull.state == "open"
        theatre.read_all()


async def test_mute_and_blind_it_leaves_a_line_in_the_log(tmp_path: Path, log_lines: LogLines) -> None:
    async with open_theatre(tmp_path) as theatre:
        take_away(theatre, "issues")
        take_away(theatre, "pull_requests")
        # The webhook was on its way when the permissions went.
        theatre.acme.installation.permissions["issues"] = "read"
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == []
        (line,) = [line for line in log_lines() if line["event"] == "command not answered"]
        assert line["delivery"]
        assert theatre.find_release_pull() is None

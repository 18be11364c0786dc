"""Many repositories at once: GitHub never has to refuse anything, and nobody waits for somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from bot.sandbox.faults import When, unicorn
from tests.stories.town import Town, add_owner, count_per_minute, list_refused, open_strict_stage

MANY = 24
HALF_A_MINUTE = timedelta(seconds=30)


async def test_a_whole_organisation_releases_at_once_and_githubs_limits_are_kept() -> None:
    stage = await open_strict_stage()
    requests, limits = stage.sandbox.world.requests, stage.sandbox.github.limits
    many, one = add_owner(stage, "globex", MANY), add_owner(stage, "initech", 1)
    last = Town(stage, stage.sandbox.world.get_user("globex"), 1, "late-")
    began = stage.clock.now()
    many.ask()
    one.ask()
    await stage.settle()
    # Somebody else's command is carried out at once, whatever the others wait for.
    assert one.count_answered() == 1
    assert 0 < many.count_answered() < MANY, "their limit is reached, or this shows nothing"
    await _until(many, lambda: many.count_answered() == MANY, timedelta(minutes=6))
    many.merge()
    one.merge()
    await stage.settle()
    assert one.count_tags() == 1
    await _until(many, lambda: many.count_tags() > MANY // 2, timedelta(minutes=6))
    # What they may write in an hour without being asked is used up, and a command finds something left.
    await stage.pass_time(timedelta(minutes=10))
    tagged = many.count_tags()
    assert tagged < MANY
    last.ask()
    await stage.settle()
    assert last.count_answered() == 1
    # Nobody is forgotten: the hour ends, and the rest goes on by itself.
    await _until(many, lambda: many.count_tags() == MANY, timedelta(minutes=75))
    assert list_refused(requests) == []
    assert max(count_per_minute(requests, began)) < 900
    assert limits.secondary is not None
    assert limits.secondary.most_at_once <= 32
    for town in (many, one, last):
        town.check_said_once()
    await stage.stop()


async def test_the_last_of_an_hours_requests_is_for_commands() -> None:
    stage = await open_strict_stage()
    requests, limits = stage.sandbox.world.requests, stage.sandbox.github.limits
    town = add_owner(stage, "globex", 12)
    late = Town(stage, stage.sandbox.world.get_user("globex"), 1, "late-")
    town.push()
    await stage.pass_time(timedelta(minutes=1))
    # Somebody else has used the installation's hour up, but for a little.
    (globex,) = (one for one in stage.sandbox.world.installations.values() if one.account.login == "globex")
    bucket = limits._buckets[f"installation {globex.id}", "graphql"]
    bucket.used = bucket.limit - 200
    town.push()
    await stage.pass_time(timedelta(minutes=5))
    looked = len(requests)
    town.push()
    await stage.pass_time(timedelta(minutes=5))
    assert len(requests) == looked, "what nobody asked for waits"
    late.ask()
    await stage.settle()
    assert late.count_answered() == 1
    # When the hour is over the others are looked at, too.
    looked = len(requests)
    await stage.pass_time(timedelta(minutes=60))
    assert len(requests) - looked >= 12
    assert list_refused(requests) == []
    await stage.stop()


async def test_after_ten_minutes_without_github_nobody_is_flooded() -> None:
    stage = await open_strict_stage()
    requests, faults = stage.sandbox.world.requests, stage.sandbox.github.faults
    town = add_owner(stage, "globex", MANY)
    town.push()
    await stage.pass_time(timedelta(minutes=3))
    quiet = len(requests)
    town.push()
    await stage.pass_time(timedelta(minutes=3))
    # What looking at all of them once takes.
    quiet = len(requests) - quiet
    assert quiet >= MANY
    faults.add(When(), unicorn(), times=None)
    town.push()
    began = stage.clock.now()
    await stage.pass_time(timedelta(minutes=10))
    during = [one for one in requests if one.at >= began]
    assert MANY <= len(during) <= MANY * 3 * 6
    faults.clear()
    ended, count = stage.clock.now(), len(requests)
    await stage.pass_time(timedelta(minutes=6))
    later = requests[count:]
    assert len(later) <= 1.25 * quiet + MANY, "each is looked at once"
    looked = {json.loads(one.body)["variables"].get("name") for one in later if one.path.endswith("/graphql")}
    assert len(looked) == MANY, "and none is forgotten"
    assert max(count_per_minute(later, ended)) <= quiet
    assert list_refused(requests) == []
    await stage.stop()


async def _until(town: Town, holds: Callable[[], bool], most: timedelta) -> None:
    """Let time pass until something holds."""
    stage = town.stage
    began = stage.clock.now()
    while not holds():
        assert stage.clock.now() - began < most, stage.describe_work()
        await stage.pass_time(HALF_A_MINUTE)

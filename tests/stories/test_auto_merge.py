"""``merge.auto``: a release pull request is merged by itself once nothing is in the way, and never anything else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.state.rulesets import RuleKind, Ruleset
from tests.stories.hours import MORNING
from tests.stories.test_merge_queue import conclude, demand_queue, list_groups
from tests.stories.theatre import Theatre, open_theatre

AUTO = "merge.auto = true\n"
A_WHILE = timedelta(minutes=6)


def demand(theatre: Theatre, *checks: str) -> None:
    """Let the default branch require checks."""
    required: frozenset[RuleKind] = frozenset({"required_status_checks"})
    theatre.acme.repository.rulesets.append(Ruleset("Checks", "branch", required, ("refs/heads/main",), checks=checks))


async def test_it_is_merged_once_what_is_required_has_passed(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=AUTO, clock=VirtualClock(MORNING)) as theatre:
        demand(theatre, "Release", "Tests")
        pull = await theatre.propose()
        await theatre.pass_time(A_WHILE)
        assert pull.state == "open"
        assert theatre.status(pull) == snapshot(name="waiting")
        conclude(theatre, pull.head_sha, "Tests", "failure")
        await theatre.pass_time(A_WHILE)
        assert pull.state == "open"
        conclude(theatre, pull.head_sha, "Tests")
        await theatre.pass_time(A_WHILE)
        assert pull.merged
        assert theatre.find_tag("v1.2.0") is not None
        # With the head that was looked at, always.
        merges = [one for one in theatre.sandbox.world.requests if one.method == "PUT" and one.path.endswith("/merge")]
        assert [pull.head_sha.encode() in one.body for one in merges] == [True]
        # The gate still asks a person.
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_new_head_is_left_alone_until_checks_have_had_time_to_begin(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=AUTO, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        assert pull.state == "open"
        await theatre.pass_time(timedelta(minutes=1))
        assert pull.state == "open"
        await theatre.pass_time(timedelta(minutes=3))
        assert pull.merged
        theatre.read_all()


async def test_a_check_that_is_not_required_and_fails_keeps_it_open_too(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=AUTO, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        conclude(theatre, pull.head_sha, "Tests", "failure")
        await theatre.pass_time(A_WHILE)
        assert pull.state == "open"
        assert "a check fails or still runs" in theatre.status(pull)
        theatre.read_all()


@pytest.mark.parametrize("how", ["hold", "label", "freeze"])
async def test_what_holds_it_holds_the_merge(tmp_path: Path, how: str) -> None:
    freeze = "freeze = [{from = 2026-01-01, until = 2026-12-31}]\n" if how == "freeze" else ""
    async with open_theatre(tmp_path, settings=freeze + AUTO, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        if how == "hold":
            await theatre.say(theatre.acme.mona, "/release hold", pull.number)
        elif how == "label":
            theatre.acme.mona.label(pull.number, "release-blocker")
        await theatre.pass_time(timedelta(hours=2))
        assert pull.state == "open"
        if how == "hold":
            await theatre.say(theatre.acme.mona, "/release unhold", pull.number)
            await theatre.pass_time(A_WHILE)
            assert pull.merged
        theatre.read_all()


async def test_what_people_pushed_is_merged_by_people(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=AUTO, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit("aweigh/main", {"CHANGELOG.md": "Mine.\n"}, "Mend")
        await theatre.pass_time(timedelta(hours=2))
        assert pull.state == "open"
        theatre.read_all()


async def test_the_setting_of_a_pull_request_merges_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_commit("settings", {".github/aweigh.toml": AUTO}, "Settings")
        theatre.acme.wanda.open_pull("settings", "Settings")
        await theatre.pass_time(timedelta(hours=2))
        assert pull.state == "open"
        theatre.read_all()


@pytest.mark.parametrize(("method", "parents"), [("squash", 1), ("merge", 2), ("rebase", 1)])
async def test_the_method_is_that_of_the_settings(tmp_path: Path, method: str, parents: int) -> None:
    settings = f'{AUTO}merge.method = "{method}"\n'
    async with open_theatre(tmp_path, settings=settings, clock=VirtualClock(MORNING)) as theatre:
        pull = await theatre.propose()
        await theatre.pass_time(A_WHILE)
        assert pull.merged
        assert len(theatre.acme.repository.store.commit(pull.merge_commit_sha or "").parents) == parents
        theatre.read_all()


async def test_a_method_that_the_repository_does_not_offer_is_said(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    settings = f'{AUTO}merge.method = "rebase"\n'
    async with open_theatre(tmp_path, settings=settings, clock=VirtualClock(MORNING)) as theatre:
        theatre.acme.repository.merge_settings.rebase = False
        pull = await theatre.propose()
        await theatre.pass_time(A_WHILE)
        assert pull.state == "open"
        assert theatre.status(pull) == snapshot
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        theatre.read_all()


async def test_it_goes_through_a_queue_and_not_back_into_it_by_itself(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=AUTO, clock=VirtualClock(MORNING)) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        pull = await theatre.propose()
        conclude(theatre, pull.head_sha, "Tests")
        await theatre.pass_time(A_WHILE)
        (group,) = list_groups(theatre).values()
        conclude(theatre, group, "Tests", "failure")
        await theatre.pass_time(timedelta(hours=2))
        assert theatre.acme.repository.queue == []
        assert "it was taken out of the merge queue" in theatre.status(pull)
        # Somebody's word puts it there again.
        await theatre.say(theatre.acme.mona, "/release merge", pull.number)
        (group,) = list_groups(theatre).values()
        conclude(theatre, group, "Tests")
        await theatre.settle()
        assert pull.merged
        theatre.read_all()

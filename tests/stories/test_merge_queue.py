"""A merge queue: our check never keeps it waiting, and lets a release through only while it may be merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.rulesets import QueueMethod, RuleKind, Ruleset
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

QUEUE = "refs/heads/gh-readonly-queue/main/"


def demand_queue(theatre: Theatre, *, checks: tuple[str, ...] = ("Release",), method: QueueMethod = "merge") -> None:
    """Let the default branch have a merge queue in which these checks are required."""
    queue = Ruleset("Queue", "branch", frozenset({"merge_queue"}), ("refs/heads/main",), queue_method=method)
    required: frozenset[RuleKind] = frozenset({"required_status_checks"})
    asked = Ruleset("Checks", "branch", required, ("refs/heads/main",), checks=checks)
    theatre.acme.repository.rulesets += [queue, asked]


def conclude(theatre: Theatre, sha: str, name: str, conclusion: str = "success") -> None:
    """Let another App's check end on a commit."""
    from bot.sandbox.acts.checks import CheckChange, create_check_run  # noqa: PLC0415

    world = theatre.sandbox.world
    change = CheckChange(name=name, conclusion=conclusion)
    create_check_run(world, theatre.acme.repository, world.actions_app, sha, change)


def list_groups(theatre: Theatre) -> dict[int, str]:
    """The commits on which the queue tests its pull requests."""
    found = theatre.acme.repository.store.refs(QUEUE)
    return {int(name.removeprefix(QUEUE).split("-")[1]): sha for name, sha in found.items()}


def our_checks(theatre: Theatre, sha: str) -> list[CheckRun]:
    """What we said on a commit, oldest first."""
    runs = theatre.acme.repository.check_runs.values()
    return [run for run in runs if run.head_sha == sha and run.app is theatre.acme.app]


async def enqueue(theatre: Theatre, pull: PullRequest) -> None:
    """Let a maintainer press *Merge when ready*."""
    theatre.acme.mona.enqueue_pull(pull.number)
    await theatre.settle()


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_release_goes_through_the_queue_and_is_tagged_on_the_exact_commit(
    tmp_path: Path, method: QueueMethod
) -> None:
    async with open_theatre(tmp_path, gate="none") as theatre:
        demand_queue(theatre, checks=("Release", "Tests"), method=method)
        pull = await theatre.propose()
        conclude(theatre, pull.head_sha, "Tests")
        await enqueue(theatre, pull)
        ((number, group),) = list_groups(theatre).items()
        assert number == pull.number
        assert [run.conclusion for run in our_checks(theatre, group)] == ["success"]
        conclude(theatre, group, "Tests")
        await theatre.settle()
        assert (pull.merged, pull.merge_commit_sha) == (True, group)
        assert theatre.find_tag("v1.2.0") == ("tag", group)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_group_without_a_release_passes_at_once_for_few_requests(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path) as theatre:
        demand_queue(theatre, checks=("Tests", "Release"))
        feature = theatre.acme.feature
        for name in ("Tests", "Release"):
            conclude(theatre, feature.head_sha, name)
        before = theatre.request_count
        await enqueue(theatre, feature)
        (group,) = list_groups(theatre).values()
        (run,) = our_checks(theatre, group)
        assert (run.conclusion, run.output.title, run.output.summary) == snapshot
        # What waits in the queue, what that is, and our check; the first time two tokens and who we are as well.
        assert theatre.request_count - before == 3 + 4
        conclude(theatre, group, "Tests")
        await theatre.settle()
        assert feature.merged


@pytest.mark.parametrize("how", ["hold", "label"])
async def test_what_stops_a_release_in_the_queue_takes_it_out(tmp_path: Path, how: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        pull = await theatre.propose()
        conclude(theatre, pull.head_sha, "Tests")
        await enqueue(theatre, pull)
        (group,) = list_groups(theatre).values()
        if how == "hold":
            await theatre.say(theatre.acme.mona, "/release hold the docs are missing", pull.number)
        else:
            theatre.acme.mona.label(pull.number, "release-blocker")
            await theatre.settle()
        assert [run.conclusion for run in our_checks(theatre, group)] == ["success", "failure"]
        assert list_groups(theatre) == {}
        assert theatre.acme.repository.queue == []
        assert pull.state == "open"
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()


async def test_a_release_that_is_held_does_not_get_into_the_base_behind_others(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        pull, feature = await theatre.propose(), theatre.acme.feature
        for one in (pull, feature):
            conclude(theatre, one.head_sha, "Tests")
        conclude(theatre, feature.head_sha, "Release")
        await enqueue(theatre, pull)
        await enqueue(theatre, feature)
        groups = list_groups(theatre)
        assert our_checks(theatre, groups[feature.number])[-1].conclusion == "success"
        await theatre.say(theatre.acme.mona, "/release hold", pull.number)
        # What stands behind is tested anew without the release, and passes.
        (group,) = list_groups(theatre).values()
        assert group not in groups.values()
        assert our_checks(theatre, group)[-1].conclusion == "success"
        conclude(theatre, group, "Tests")
        await theatre.settle()
        assert (feature.merged, pull.merged) == (True, False)
        theatre.read_all()


async def test_what_is_merged_meanwhile_does_not_take_it_out_of_the_queue(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        feature, pull = theatre.acme.feature, await theatre.propose()
        for one in (pull, feature):
            conclude(theatre, one.head_sha, "Tests")
        conclude(theatre, feature.head_sha, "Release")
        await enqueue(theatre, feature)
        await enqueue(theatre, pull)
        head, groups = pull.head_sha, list_groups(theatre)
        conclude(theatre, groups[feature.number], "Tests")
        await theatre.settle()
        assert feature.merged
        assert pull.head_sha == head
        assert list_groups(theatre) == {pull.number: groups[pull.number]}
        assert theatre.status(pull).count("In the merge queue") == 1
        conclude(theatre, groups[pull.number], "Tests")
        await theatre.settle()
        assert pull.merged
        theatre.read_all()


async def test_release_merge_puts_it_into_the_queue(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        pull = await theatre.propose()
        refused = await theatre.say(theatre.acme.mona, "/release merge", pull.number)
        assert theatre.reactions(refused) == ["eyes", "-1"]
        assert theatre.replies(pull.number) == snapshot(name="a check is missing")
        conclude(theatre, pull.head_sha, "Tests")
        asked = await theatre.say(theatre.acme.mona, "/release merge", pull.number)
        assert theatre.reactions(asked) == ["eyes", "rocket"]
        assert [entry.pull.number for entry in theatre.acme.repository.queue] == [pull.number]
        assert theatre.status(pull) == snapshot(name="status")
        # Asked again it stays where it is.
        again = await theatre.say(theatre.acme.mona, "/release merge", pull.number)
        assert theatre.reactions(again) == ["eyes", "rocket"]
        assert len(theatre.acme.repository.queue) == 1
        (group,) = list_groups(theatre).values()
        conclude(theatre, group, "Tests")
        await theatre.settle()
        assert pull.merged
        theatre.read_all()


async def test_a_group_that_is_over_before_we_look_is_left_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, clock=VirtualClock(MORNING)) as theatre:
        demand_queue(theatre, checks=("Release", "Tests"))
        feature = theatre.acme.feature
        for name in ("Tests", "Release"):
            conclude(theatre, feature.head_sha, name)
        theatre.acme.mona.enqueue_pull(feature.number)
        (group,) = list_groups(theatre).values()
        theatre.acme.mona.dequeue_pull(feature.number)
        await theatre.settle()
        await theatre.pass_time(timedelta(minutes=2))
        assert our_checks(theatre, group) == []


async def test_a_merge_group_missed_while_away_is_judged_when_github_is_asked_to_tell_again(tmp_path: Path) -> None:
    permissions = {name: level for name, level in PERMISSIONS.items() if name != "merge_queues"}
    async with open_theatre(tmp_path, permissions=permissions) as theatre:
        # Without the permission GitHub tells us nothing, and nothing fails.
        demand_queue(theatre, checks=("Release",))
        conclude(theatre, theatre.acme.feature.head_sha, "Release")
        await enqueue(theatre, theatre.acme.feature)
        (group,) = list_groups(theatre).values()
        assert our_checks(theatre, group) == []

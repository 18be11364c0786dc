"""The merge queue of a branch: nothing is merged past it, and everything in it is tested on top of what stands before it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.acts.checks import CheckChange, create_check_run
from bot.sandbox.http import MethodNotAllowedError, UnprocessableError
from bot.sandbox.state.rulesets import QueueMethod, Ruleset
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

PAST = "Repository rule violations found\n\nChanges must be made through the merge queue\n\n"


def rule(*checks: str, method: QueueMethod = "merge") -> Ruleset:
    rules = frozenset({"merge_queue", "required_status_checks"} if checks else {"merge_queue"})
    return Ruleset("Queue", "branch", rules, ("refs/heads/main",), checks=checks, queue_method=method)  # type: ignore[arg-type]


def conclude(desk: Desk, sha: str, conclusion: str = "success", name: str = "Release") -> None:
    create_check_run(desk.world, desk.repository, desk.acme.app, sha, CheckChange(name=name, conclusion=conclusion))


def groups(desk: Desk) -> dict[str, str]:
    """The branches of the queue, and where they point."""
    prefix = "refs/heads/gh-readonly-queue/main/"
    return {name.removeprefix(prefix): sha for name, sha in desk.repository.store.refs(prefix).items()}


async def queued(desk: Desk, name: str) -> dict[str, Any]:
    """A pull request whose check has passed, in the queue."""
    pull = await desk.pull(name, {name: name})
    conclude(desk, pull["head"]["sha"])
    desk.acme.mona.enqueue_pull(pull["number"])
    return pull


async def test_nothing_is_merged_or_pushed_past_the_queue(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.repository.rulesets.append(rule())
    answer = await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {}, status=405)
    assert answer["message"] == PAST
    with pytest.raises(MethodNotAllowedError):
        desk.acme.hugo.merge_pull(pull["number"])
    with pytest.raises(UnprocessableError, match="merge queue"):
        desk.acme.hugo.push_commit("main", {"b": "b"})


async def test_a_check_that_is_required_is_expected_before_a_merge(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.repository.rulesets.append(
        Ruleset("Checks", "branch", frozenset({"required_status_checks"}), checks=("Release",))
    )
    url = f"{REPO}/pulls/{pull['number']}/merge"
    answer = await desk.api.put(url, {}, status=405)
    assert answer["message"] == 'Repository rule violations found\n\nRequired status check "Release" is expected.\n\n'
    conclude(desk, pull["head"]["sha"], "failure")
    await desk.api.put(url, {}, status=405)
    conclude(desk, pull["head"]["sha"])
    await desk.api.put(url, {})


async def test_a_group_waits_for_its_checks_and_the_base_moves_to_exactly_it(desk: Desk) -> None:
    desk.repository.rulesets.append(rule("Release"))
    before = desk.head
    pull = await queued(desk, "work")
    ((name, group),) = groups(desk).items()
    assert name == f"pr-{pull['number']}-{before}"
    assert desk.head == before
    told = [one for one in desk.world.take_deliveries() if one.event in ("merge_group", "pull_request")]
    assert [(one.event, one.action) for one in told][-2:] == [
        ("pull_request", "enqueued"),
        ("merge_group", "checks_requested"),
    ]
    conclude(desk, group)
    assert desk.head == group
    assert groups(desk) == {}
    found = desk.repository.find_pull(pull["number"])
    assert found is not None
    assert (found.merged, found.merge_commit_sha) == (True, group)
    assert [one for one in desk.heard() if one[0] != "check_run"] == [
        ("check_suite", "completed"),
        ("pull_request", "dequeued"),
        ("pull_request", "closed"),
        ("push", None),
        ("check_suite", "requested"),
        ("merge_group", "destroyed"),
        ("delete", None),
        ("push", None),
    ]


async def test_what_stands_behind_is_tested_on_top_and_anew_when_what_is_before_it_fails(desk: Desk) -> None:
    desk.repository.rulesets.append(rule("Release"))
    base = desk.head
    first, second = await queued(desk, "one"), await queued(desk, "two")
    there = groups(desk)
    ahead = there[f"pr-{first['number']}-{base}"]
    assert f"pr-{second['number']}-{ahead}" in there
    conclude(desk, there[f"pr-{second['number']}-{ahead}"])
    # It has passed, and waits for what stands before it.
    assert desk.head == base
    conclude(desk, ahead, "failure")
    assert set(groups(desk)) == {f"pr-{second['number']}-{base}"}
    assert [entry.pull.number for entry in desk.repository.queue] == [second["number"]]


async def test_without_a_required_check_it_is_merged_at_once(desk: Desk) -> None:
    desk.repository.rulesets.append(rule(method="squash"))
    pull = await desk.pull("work", {"a": "a"})
    desk.acme.mona.enqueue_pull(pull["number"])
    assert groups(desk) == {}
    assert len(desk.repository.store.commit(desk.head).parents) == 1


@pytest.mark.parametrize("how", ["push", "close", "remove"])
async def test_another_head_or_a_person_takes_it_out_of_the_queue(desk: Desk, how: str) -> None:
    desk.repository.rulesets.append(rule("Release"))
    pull = await queued(desk, "work")
    desk.heard()
    if how == "push":
        desk.acme.mona.push_commit("work", {"b": "b"})
    elif how == "close":
        desk.acme.mona.close_pull(pull["number"])
    else:
        desk.acme.mona.dequeue_pull(pull["number"])
    assert groups(desk) == {}
    assert ("pull_request", "dequeued") in (heard := desk.heard())
    assert ("merge_group", "destroyed") in heard


async def test_over_graphql_a_pull_request_is_queued_with_its_head(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    mutation = """mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) {
        mergeQueueEntry { position headCommit { oid } pullRequest { isInMergeQueue isMergeQueueEnabled } } } }"""
    given = {"pullRequestId": pull["node_id"]}
    answer = await desk.api.graphql(mutation, input=given)
    assert answer["errors"][0]["message"] == "Merge queue is not enabled for this branch"
    desk.repository.rulesets.append(rule("Release"))
    answer = await desk.api.graphql(mutation, input=given)
    assert 'Required status check "Release" is expected.' in answer["errors"][0]["message"]
    conclude(desk, pull["head"]["sha"])
    answer = await desk.api.graphql(mutation, input={**given, "expectedHeadOid": "0" * 40})
    assert "Head branch was modified" in answer["errors"][0]["message"]
    answer = await desk.api.graphql(mutation, input={**given, "expectedHeadOid": pull["head"]["sha"]})
    assert "errors" not in answer, answer
    entry = answer["data"]["enqueuePullRequest"]["mergeQueueEntry"]
    assert entry["position"] == 1
    assert entry["pullRequest"] == {"isInMergeQueue": True, "isMergeQueueEnabled": True}
    assert list(groups(desk).values()) == [entry["headCommit"]["oid"]]


@pytest.mark.parametrize(
    ("conclusion", "state"), [(None, "CLEAN"), ("success", "CLEAN"), ("failure", "UNSTABLE"), ("neutral", "CLEAN")]
)
async def test_the_state_of_a_merge_tells_of_every_check(desk: Desk, conclusion: str | None, state: str) -> None:
    pull = await desk.pull("work", {"a": "a"})
    if conclusion is not None:
        conclude(desk, pull["head"]["sha"], conclusion, "Tests")
    query = """query($n: Int!) { repository(owner: "acme", name: "widget") { pullRequest(number: $n) { mergeStateStatus } } }"""

    async def ask() -> str:
        answer = await desk.api.graphql(query, n=pull["number"])
        return str(answer["data"]["repository"]["pullRequest"]["mergeStateStatus"])

    assert await ask() == state
    desk.repository.rulesets.append(
        Ruleset("Checks", "branch", frozenset({"required_status_checks"}), checks=("Release",))
    )
    assert await ask() == "BLOCKED"
    desk.acme.mona.push_commit("main", {"a": "theirs"})
    assert await ask() == "DIRTY"

"""Pull requests: opened, listed, followed and merged in three ways with the base advancing."""

from typing import Any

import pytest

from bot.sandbox.people import Person
from bot.sandbox.state.repository import MergeSettings
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk


def first_error(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["message"] == "Validation Failed"
    error: dict[str, Any] = answer["errors"][0]
    return error


async def test_a_pull_request_is_the_apps_own_and_mergeable(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    assert (pull["user"]["login"], pull["user"]["type"]) == ("aweigh[bot]", "Bot")
    assert (pull["state"], pull["merged"], pull["mergeable"]) == ("open", False, None)
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["mergeable"] is True
    assert pull["head"]["label"] == "acme:work"
    assert pull["commits"] == pull["changed_files"] == 1


async def test_an_open_pull_request_shows_a_test_merge_not_the_merge(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    test_merge = (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["merge_commit_sha"]
    assert test_merge
    done = await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {})
    merged = await desk.api.get(f"{REPO}/pulls/{pull['number']}")
    assert merged["merge_commit_sha"] == done["sha"] == desk.head
    assert done["sha"] != test_merge
    assert (merged["merged"], merged["mergeable"], merged["state"]) == (True, None, "closed")


async def test_what_cannot_become_a_pull_request_is_refused_as_github_does(desk: Desk) -> None:
    await desk.pull("work", {"a": "a"})
    ask = {"title": "t", "head": "work", "base": "main"}
    again = await desk.api.post(f"{REPO}/pulls", ask, status=422)
    assert first_error(again) == {
        "resource": "PullRequest", "code": "custom", "message": "A pull request already exists for acme:work.",
    }  # fmt: skip
    for name in ("head", "base"):
        error = first_error(await desk.api.post(f"{REPO}/pulls", ask | {name: "none"}, status=422))
        assert (error["field"], error["code"]) == (name, "invalid")
    desk.acme.mona.push_branch("same", "main")
    empty = await desk.api.post(f"{REPO}/pulls", ask | {"head": "same"}, status=422)
    assert first_error(empty)["message"] == "No commits between main and same"
    missing = await desk.api.post(f"{REPO}/pulls", {"head": "work", "base": "main"}, status=422)
    assert "title" in missing["message"]


async def test_mergeability_can_take_its_time(desk: Desk) -> None:
    desk.world.unknown_reads = 2
    pull = await desk.pull("work", {"a": "a"})
    seen = [(await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["mergeable"] for _ in range(3)]
    assert seen == [None, None, True]


async def test_pull_requests_are_found_by_branch(desk: Desk) -> None:
    pull = await desk.pull("aweigh/main", {"a": "a"})
    found = await desk.api.get(f"{REPO}/pulls?head=acme:aweigh/main&base=main")
    assert [one["number"] for one in found] == [pull["number"]]
    assert await desk.api.get(f"{REPO}/pulls?head=other:aweigh/main") == []
    everything = await desk.api.get(f"{REPO}/pulls?state=all&sort=created&direction=asc")
    assert [one["number"] for one in everything] == [1, pull["number"]]
    await desk.api.get(f"{REPO}/pulls?state=nonsense", status=422)


async def test_the_pull_request_follows_its_branch(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.heard()
    moved = await desk.commit({"b": "b"})
    await desk.api.patch(f"{REPO}/git/refs/heads/work", {"sha": moved, "force": True})
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["head"]["sha"] == moved
    assert desk.heard() == [("push", None), ("check_suite", "requested"), ("pull_request", "synchronize")]


async def test_a_branch_with_nothing_left_to_merge_closes_its_pull_request(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    await desk.api.patch(f"{REPO}/git/refs/heads/work", {"sha": desk.head, "force": True})
    shown = await desk.api.get(f"{REPO}/pulls/{pull['number']}")
    assert (shown["state"], shown["merged"]) == ("closed", False)


async def test_deleting_the_branch_closes_the_pull_request(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.acme.mona.delete_branch("work")
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["state"] == "closed"
    answer = await desk.api.patch(f"{REPO}/pulls/{pull['number']}", {"state": "open"}, status=422)
    assert "deleted" in first_error(answer)["message"]


async def test_pushing_the_commits_by_hand_counts_as_merged(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.acme.mona.push_branch("main", "work")
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["merged"] is True


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
async def test_each_merge_keeps_what_the_base_gained_meanwhile(desk: Desk, method: str, parents: int) -> None:
    pull = await desk.pull("work", {"a": "a"})
    meanwhile = desk.acme.mona.push_commit("main", {"README.md": "new\n"}, "Meanwhile")
    done = await desk.api.put(
        f"{REPO}/pulls/{pull['number']}/merge", {"merge_method": method, "sha": pull["head"]["sha"]}
    )
    assert done == {"sha": desk.head, "merged": True, "message": "Pull Request successfully merged"}
    commit = desk.repository.store.commit(desk.head)
    assert commit.parents[0] == meanwhile
    assert len(commit.parents) == parents
    assert desk.repository.store.read("main", "a") == b"a"
    assert desk.repository.store.read("main", "README.md") == b"new\n"
    assert (await desk.api.get(f"{REPO}/commits/{desk.head}/pulls"))[0]["number"] == pull["number"]
    expected = {
        "merge": "Merge pull request #2 from acme/work\n\nMerge work",
        "squash": "A change (#2)",
        "rebase": "A change",
    }
    assert commit.message == expected[method]


async def test_a_merge_is_bound_to_the_head_that_was_looked_at(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    answer = await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {"sha": desk.head}, status=409)
    assert answer["message"] == "Head branch was modified. Review and try the merge again."


async def test_what_cannot_be_merged_is_405(desk: Desk) -> None:
    pull = await desk.pull("work", {"README.md": "mine\n"})
    url = f"{REPO}/pulls/{pull['number']}/merge"
    desk.repository.merge_settings = MergeSettings(squash=False)
    answer = await desk.api.put(url, {"merge_method": "squash"}, status=405)
    assert answer["message"] == "Squash merges are not allowed on this repository."
    desk.acme.mona.push_commit("main", {"README.md": "theirs\n"})
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["mergeable"] is False
    assert (await desk.api.put(url, {}, status=405))["message"] == "Pull Request is not mergeable"
    await desk.api.patch(f"{REPO}/pulls/{pull['number']}", {"state": "closed"})
    assert (await desk.api.put(url, {}, status=405))["message"] == "Pull Request is not mergeable"


async def test_a_fork_brings_its_commits_along(desk: Desk) -> None:
    stan = desk.acme.stan.user
    fork = desk.world.add_repository(stan, "widget", fork_of=desk.repository)
    fork.store.take_objects(desk.repository.store)
    fork.store.set_ref("refs/heads/main", desk.head)
    Person(desk.world, fork, stan).push_commit("evil", {"x": "x"})
    pull = desk.acme.stan.open_pull("stan:evil", "From a fork")
    shown = await desk.api.get(f"{REPO}/pulls/{pull.number}")
    assert shown["head"]["repo"]["full_name"] == "stan/widget"
    assert shown["author_association"] == "NONE"
    files = await desk.api.get(f"{REPO}/pulls/{pull.number}/files")
    assert [one["filename"] for one in files] == ["x"]


async def test_the_newer_api_version_leaves_the_merge_commit_out(desk: Desk) -> None:
    old = await desk.api.send("GET", f"{REPO}/pulls/1")
    new = await desk.api.send("GET", f"{REPO}/pulls/1", X_GitHub_Api_Version="2026-03-10")
    assert "merge_commit_sha" in old.json()
    assert not {"merge_commit_sha", "assignee"} & set(new.json())
    assert (old.headers["x-github-api-version-selected"], new.headers["x-github-api-version-selected"]) == (
        "2022-11-28",
        "2026-03-10",
    )
    assert (await desk.api.send("GET", f"{REPO}/pulls/1", X_GitHub_Api_Version="2030-01-01")).status == 400

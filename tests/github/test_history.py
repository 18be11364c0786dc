"""What landed since a tag, with the pull requests that brought it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.github import history
from bot.github.client import Session
from bot.github.errors import GraphQLError, GraphQLProblem, Unavailable
from bot.github.landed import History, Landed
from bot.github.session import Session as RealSession

A, B, C = "a" * 40, "b" * 40, "c" * 40


def pull(number: int, sha: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Change {number}",
        "body": None,
        "merged": True,
        "baseRefName": "main",
        "headRefName": "feature",
        "author": {"__typename": "User", "login": "mona", "databaseId": 1},
        "mergeCommit": {"oid": sha},
        "labels": {"nodes": [{"name": "bug"}]},
    } | changes


def commit(sha: str, message: str, *pulls: dict[str, Any], parents: int = 1) -> dict[str, Any]:
    return {
        "oid": sha,
        "message": message,
        "author": {"user": {"login": "mona"}},
        "parents": {"totalCount": parents, "nodes": [{"oid": "f" * 40}]},
        "associatedPullRequests": {"nodes": list(pulls)},
    }


def page(*commits: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    info = {"hasNextPage": after is not None, "endCursor": after}
    compared = {"headTarget": {"oid": C}, "behindBy": 0, "commits": {"pageInfo": info, "nodes": list(commits)}}
    return {"repository": {"ref": {"compare": compared}}}


class Told:
    """A session that answers one document after the other, or fails."""

    owner, name = "acme", "widget"

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((query, variables))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    graphql_in_part = RealSession.graphql_in_part


async def read(told: Told, *, paths: bool = False) -> History | None:
    session: Session = told  # type: ignore[assignment]
    return await history.read_history(session, tag="v1.0", branch="main", paths=paths)


def files(*changed: str, more: bool = False, kind: str = "MODIFIED") -> dict[str, Any]:
    nodes = [{"path": path, "changeType": kind} for path in changed]
    return {"files": {"pageInfo": {"hasNextPage": more}, "nodes": nodes}}


async def test_every_page_is_read_in_its_order() -> None:
    told = Told(page(commit(A, "One"), after="x"), page(commit(B, "Two", pull(2, B)), commit(C, "Three")))
    found = await read(told)
    assert found is not None
    assert [(one.sha, one.parent) for one in found.commits] == [(A, "f" * 40), (B, "f" * 40), (C, "f" * 40)]
    assert (found.head, found.complete) == (C, True)
    assert [variables["after"] for _, variables in told.asked] == [None, "x"]
    assert told.asked[0][1]["tag"] == "refs/tags/v1.0"


async def test_the_end_of_a_long_history_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_COMMITS", 1)
    found = await read(Told(page(commit(A, "One"), after="x")))
    assert found is not None
    assert not found.complete


@pytest.mark.parametrize("data", [{"repository": {"ref": None}}, {"repository": {"ref": {"compare": None}}}])
async def test_without_a_common_history_there_is_none(data: dict[str, Any]) -> None:
    assert await read(Told(data)) is None


async def test_a_pull_request_that_is_not_associated_yet_is_found_by_the_number_that_github_wrote() -> None:
    named = {"repository": {"p2": pull(2, A), "p3": pull(3, B)}}
    told = Told(page(commit(A, "One (#2)\n\nMore."), commit(B, "Merge pull request #3 from acme/x", parents=2)), named)
    found = await read(told)
    assert found is not None
    assert [one.pull.number for one in found.commits if one.pull] == [2, 3]
    assert [one.is_merge for one in found.commits] == [False, True]
    assert len(told.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"p2": pull(2, B)},
        {"p2": pull(2, A, merged=False)},
        {"p2": pull(2, A, baseRefName="other")},
        {"p2": {}},
    ],
)
async def test_a_number_that_anybody_may_write_proves_nothing(answer: dict[str, Any]) -> None:
    found = await read(Told(page(commit(A, "One (#2)")), {"repository": answer}))
    assert found is not None
    assert found.commits[0].pull is None


async def test_a_number_of_nothing_is_passed_over() -> None:
    missing = GraphQLProblem("NOT_FOUND", ("repository", "p2"), "Could not resolve")
    gone = GraphQLError("gone", 200, "POST", "/graphql", errors=(missing,), data={"repository": {"p2": None}})
    found = await read(Told(page(commit(A, "One (#2)"), commit(B, "Two (#99999999999)")), gone))
    assert found is not None
    assert [one.pull for one in found.commits] == [None, None]


async def test_of_stacked_pull_requests_the_one_into_this_branch_counts() -> None:
    stacked = pull(2, B, baseRefName="feature")
    found = await read(Told(page(commit(A, "One", stacked, pull(3, A)))))
    assert found is not None
    assert found.commits[0].pull is not None
    assert found.commits[0].pull.number == 3


async def test_where_github_gives_up_smaller_pages_are_asked_for() -> None:
    up = Unavailable("it gave up on the query", 200, "POST", "/graphql", ambiguous=False)
    told = Told(up, page(commit(A, "One")))
    assert await read(told) is not None
    assert [variables["first"] for _, variables in told.asked] == [100, 20]
    with pytest.raises(Unavailable):
        await read(Told(up, up))


@pytest.mark.parametrize(
    ("told", "paths"),
    [
        (files("a.py", "b.py"), ("a.py", "b.py")),
        (files(), ()),
        (files("a.py", more=True), None),
        (files("b.py", kind="RENAMED"), None),
        ({"files": None}, None),
    ],
)
async def test_the_files_of_a_pull_request_are_told_if_these_are_all(
    told: dict[str, Any], paths: tuple[str, ...] | None
) -> None:
    found = await read(Told(page(commit(A, "One", pull(2, A, **told)))), paths=True)
    assert found is not None
    assert found.commits[0].pull is not None
    assert found.commits[0].pull.paths == paths


async def test_files_are_asked_for_only_where_they_matter_and_in_smaller_pages() -> None:
    without, up = Told(page()), Unavailable("it gave up on the query", 200, "POST", "/graphql", ambiguous=False)
    await read(without)
    assert "files(" not in without.asked[0][0]
    told = Told(up, page(commit(A, "One (#2)")), {"repository": {"p2": pull(2, A, **files("a.py"))}})
    found = await read(told, paths=True)
    assert [variables.get("first") for _, variables in told.asked] == [25, 5, None]
    assert all("files(first: 100)" in query for query, _ in told.asked)
    assert found is not None
    assert found.commits[0].pull is not None
    assert found.commits[0].pull.paths == ("a.py",)


def landed(sha: str, *parents: str) -> Landed:
    return Landed(sha, "x", None, is_merge=len(parents) > 1, pull=None, parents=parents)


def test_what_landed_since_a_later_commit_follows_from_what_landed_since_an_earlier_one() -> None:
    # a - b - d - e, and beside it c, which d has merged.
    commits = landed("a", "0"), landed("b", "a"), landed("c", "a"), landed("d", "b", "c"), landed("e", "d")
    history = History("e", commits, complete=True, is_beside=True)

    def list_since(commit: str) -> list[str] | None:
        found = history.find_since(commit)
        return [one.sha for one in found.commits] if found is not None and not found.is_beside else None

    assert list_since("b") == ["c", "d", "e"]
    assert list_since("c") == ["b", "d", "e"]
    assert list_since("d") == ["e"]
    assert list_since("e") == []
    assert list_since("0") is None
    assert replace(history, complete=False).find_since("b") is None
    octopus = replace(history, commits=(landed("a", *map(str, range(10))), *commits[1:]))
    assert octopus.find_since("b") is None

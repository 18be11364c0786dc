"""The overview tells what the document held whole, and leaves out the rest."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bot.github.client import Session
from bot.github.facts import CheckRun, Person, ReleaseRef, TagRef
from bot.github.overview import Blob, LineRefs, Overview, read_overview

HEAD, MERGE, OTHER = "a" * 40, "b" * 40, "c" * 40
LINE = LineRefs("main", "aweigh/main")
WHOLE = {"hasNextPage": False}
MORE = {"hasNextPage": True}


def run(number: int, external_id: str) -> dict[str, Any]:
    return {"databaseId": number, "conclusion": "SUCCESS", "externalId": external_id, "title": "T", "summary": None, "url": "u"}  # fmt: skip


SUITE = {"checkRuns": {"pageInfo": WHOLE, "nodes": [run(7, "new"), run(5, "old")]}}
PULL = {
    "number": 2,
    "id": "PR_2",
    "title": "Release",
    "url": "https://github.test/pull/2",
    "state": "MERGED",
    "merged": True,
    "locked": False,
    "headRefName": "aweigh/main",
    "headRefOid": HEAD,
    "baseRefName": "main",
    "createdAt": "2026-11-02T09:00:00Z",
    "mergedAt": "2026-11-02T10:00:00Z",
    "headRepository": {"databaseId": 3},
    "author": {"__typename": "Bot", "login": "aweigh", "databaseId": 9},
    "mergeCommit": {"oid": MERGE},
    "commits": {"nodes": [{"commit": {"oid": HEAD, "checkSuites": {"pageInfo": WHOLE, "nodes": [SUITE]}}}]},
}
COMMENT = {
    "id": "IC_1",
    "databaseId": 1,
    "body": "Hm.",
    "url": "u",
    "createdAt": "2026-11-02T09:30:00Z",
    "lastEditedAt": None,
    "isMinimized": False,
    "author": None,
}
DATA: dict[str, Any] = {
    "id": "R_3",
    "databaseId": 3,
    "nameWithOwner": "acme/widget",
    "url": "https://github.test/acme/widget",
    "isPrivate": False,
    "isFork": False,
    "isArchived": False,
    "owner": {"databaseId": 4},
    "defaultBranchRef": {"name": "main"},
    "branches": {
        "pageInfo": WHOLE,
        "nodes": [{"prefix": "refs/heads/", "name": "aweigh/main", "target": {"oid": HEAD}}],
    },
    "labelled": {"nodes": [{"number": 8}]},
    "tags": {"pageInfo": WHOLE, "nodes": [{"name": "v1", "target": {"__typename": "Commit", "oid": MERGE}}]},
    "releases": {
        "pageInfo": WHOLE,
        "nodes": [{"tagName": "v1", "url": "r1", "isDraft": False}, {"tagName": "v2", "url": "r2", "isDraft": True}],
    },
    "file0": {"oid": OTHER, "byteSize": 2, "isTruncated": False, "text": "x\n"},
    "file1": None,
    "head0": {"target": {"oid": HEAD}},
    "base0": None,
    "pulls0": {"pageInfo": WHOLE, "nodes": [PULL]},
    "newest0": {"nodes": [{"number": 2, "comments": {"pageInfo": {"hasPreviousPage": False}, "nodes": [COMMENT]}}]},
}


class Told:
    """A session that answers every document alike."""

    owner, name = "acme", "widget"

    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.variables = data, dict[str, Any]()

    async def graphql(self, _query: str, variables: dict[str, Any]) -> dict[str, Any]:
        self.variables = variables
        return {"repository": self.data}


async def read(**changes: Any) -> Overview:
    told: Session = Told(deepcopy(DATA) | changes)  # type: ignore[assignment]
    found = await read_overview(
        told, app_id=9, prefix="aweigh/", label="wait", paths=["one.toml", "two.toml"], lines=[LINE]
    )
    assert found is not None
    return found


def pulls(**changes: Any) -> dict[str, Any]:
    return {"pageInfo": WHOLE, "nodes": [PULL | changes]}


def checks(head: str, suites: dict[str, Any]) -> dict[str, Any]:
    return pulls(commits={"nodes": [{"commit": {"oid": head, "checkSuites": suites}}]})


async def test_everything_is_told() -> None:
    found = await read()
    assert (found.repository.full_name, found.repository.default_branch) == ("acme/widget", "main")
    assert found.branches == {"aweigh/main": HEAD}
    assert found.heads == {"aweigh/main": HEAD, "main": None}
    assert (found.tags, found.has_all_tags) == ((TagRef("v1", MERGE, annotated=False),), True)
    assert (found.releases, found.has_all_releases) == ((ReleaseRef("v1", "r1"),), True)
    assert found.files == {"one.toml": Blob(OTHER, b"x\n"), "two.toml": None}
    (pull,) = found.pulls["aweigh/main"].pulls
    assert (pull.state, pull.merged, pull.merge_commit, pull.head_repository_id) == ("closed", True, MERGE, 3)
    assert pull.author == Person(9, "aweigh[bot]", is_bot=True)
    assert found.checks == {HEAD: CheckRun(7, HEAD, "success", "new", "T", "", "u")}
    assert [comment.id for comment in found.conversations[2]] == [1]


async def test_a_page_that_is_not_the_last_does_not_pass_for_the_whole() -> None:
    assert (await read(branches={"pageInfo": MORE, "nodes": []})).branches is None
    assert not (await read(tags={"pageInfo": MORE, "nodes": []})).has_all_tags
    assert not (await read(releases={"pageInfo": MORE, "nodes": []})).has_all_releases
    assert not (await read(pulls0={"pageInfo": MORE, "nodes": [PULL]})).pulls["aweigh/main"].complete
    longer = {"number": 2, "comments": {"pageInfo": {"hasPreviousPage": True}, "nodes": [COMMENT]}}
    assert (await read(newest0={"nodes": [longer]})).conversations == {}


@pytest.mark.parametrize(
    "told",
    [
        checks(OTHER, {"pageInfo": WHOLE, "nodes": [SUITE]}),
        checks(HEAD, {"pageInfo": MORE, "nodes": [SUITE]}),
        checks(HEAD, {"pageInfo": WHOLE, "nodes": [SUITE, {"checkRuns": {"pageInfo": MORE, "nodes": []}}]}),
        pulls(commits={"nodes": []}),
    ],
    ids=["another commit", "more suites", "more runs", "no commit"],
)
async def test_the_check_of_a_head_is_told_only_when_all_of_its_runs_were(told: dict[str, Any]) -> None:
    assert (await read(pulls0=told)).checks == {}


async def test_that_there_is_no_check_is_told_as_well() -> None:
    assert (await read(pulls0=checks(HEAD, {"pageInfo": WHOLE, "nodes": []}))).checks == {HEAD: None}


@pytest.mark.parametrize(("prefix", "name"), [("refs/heads/", "aweigh/main"), ("refs/heads/aweigh/", "main")])
async def test_a_branch_is_found_wherever_its_name_begins(prefix: str, name: str) -> None:
    node = {"prefix": prefix, "name": name, "target": {"oid": HEAD}}
    assert (await read(branches={"pageInfo": WHOLE, "nodes": [node]})).branches == {"aweigh/main": HEAD}


async def test_a_branch_whose_name_is_not_understood_is_not_told() -> None:
    node = {"prefix": "refs/heads/", "name": "main", "target": {"oid": HEAD}}
    assert (await read(branches={"pageInfo": WHOLE, "nodes": [node]})).branches is None


async def test_files_are_told_with_their_exact_bytes_or_not_at_all() -> None:
    assert (await read(file1=DATA["file0"] | {"isTruncated": True})).files is None
    assert (await read(file1=DATA["file0"] | {"byteSize": 3})).files is None


async def test_without_a_commit_nothing_is_told() -> None:
    told: Session = Told(DATA | {"defaultBranchRef": None})  # type: ignore[assignment]
    assert (
        await read_overview(
            told, app_id=9, prefix="aweigh/", label="wait", paths=["one.toml", "two.toml"], lines=[LINE]
        )
        is None
    )


async def test_more_lines_than_fit_are_left_out() -> None:
    more = {f"{name}{i}": DATA[f"{name}0"] for i in range(5) for name in ("head", "base", "pulls", "newest")}
    told = Told(DATA | more)
    lines = [LineRefs(f"{i}.x", f"aweigh/{i}.x") for i in range(7)]
    session: Session = told  # type: ignore[assignment]
    found = await read_overview(
        session, app_id=9, prefix="aweigh/", label="wait", paths=["one.toml", "two.toml"], lines=lines
    )
    assert found is not None
    assert list(found.pulls) == [f"aweigh/{i}.x" for i in range(5)]
    assert told.variables["base4"] == "refs/heads/4.x"
    assert "base5" not in told.variables

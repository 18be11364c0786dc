"""The overview tells what the document held whole, and leaves out the rest."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from graphql import parse, validate

from bot.github.client import Session
from bot.github.facts import (
    CheckRun,
    Environment,
    Person,
    PullText,
    ReleaseRef,
    TagRef,
    TagRuleset,
)
from bot.github.listing import TreeEntry
from bot.github.overview import Besides, Blob, LineRefs, Overview, read_overview
from bot.sandbox.graph.schema import load_schema

HEAD, MERGE, OTHER = "a" * 40, "b" * 40, "c" * 40
LINE = LineRefs("main", "aweigh/main")
WHOLE = {"hasNextPage": False}
MORE = {"hasNextPage": True}


def run(number: int, external_id: str) -> dict[str, Any]:
    return {"databaseId": number, "conclusion": "SUCCESS", "externalId": external_id, "title": "T", "summary": None, "url": "u"}  # fmt: skip


def forced(to: str, by: int | None) -> dict[str, Any]:
    actor = {"__typename": "Bot", "login": "aweigh", "databaseId": by} if by is not None else None
    return {"actor": actor, "afterCommit": {"oid": to}}


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
NEWEST = {
    "number": 2,
    "title": "T",
    "body": "B",
    "headRefOid": HEAD,
    "comments": {"pageInfo": {"hasPreviousPage": False}, "nodes": [COMMENT]},
    "timelineItems": {"nodes": []},
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
    "newest0": {"nodes": [NEWEST]},
}


class Told:
    """A session that answers every document alike."""

    owner, name = "acme", "widget"

    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.query, self.variables = data, "", dict[str, Any]()

    async def graphql(self, query: str, variables: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.query, self.variables = query, variables
        return {"repository": self.data}


async def read(besides: Besides = Besides(), **changes: Any) -> Overview:  # noqa: B008 (it is frozen)
    told: Session = Told(deepcopy(DATA) | changes)  # type: ignore[assignment]
    paths = ["one.toml", "two.toml"]
    found = await read_overview(
        told, app_id=9, prefix="aweigh/", label="wait", paths=paths, lines=[LINE], besides=besides
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
    assert [comment.id for comment in found.newest[2].conversation or ()] == [1]


async def test_a_page_that_is_not_the_last_does_not_pass_for_the_whole() -> None:
    assert (await read(branches={"pageInfo": MORE, "nodes": []})).branches is None
    assert not (await read(tags={"pageInfo": MORE, "nodes": []})).has_all_tags
    assert not (await read(releases={"pageInfo": MORE, "nodes": []})).has_all_releases
    assert not (await read(pulls0={"pageInfo": MORE, "nodes": [PULL]})).pulls["aweigh/main"].complete
    longer = NEWEST | {"comments": {"pageInfo": {"hasPreviousPage": True}, "nodes": [COMMENT]}}
    assert (await read(newest0={"nodes": [longer]})).newest[2].conversation is None


@pytest.mark.parametrize(
    ("forced", "by_us"),
    [
        ([], True),
        ([forced(HEAD, 9)], True),
        ([forced(HEAD, 7)], False),
        ([forced(OTHER, 9)], False),
        ([forced(HEAD, None)], False),
        ([None], False),
    ],
    ids=["never forced", "by us", "by somebody else", "moved since", "by a deleted account", "untold"],
)
async def test_who_put_a_branch_where_it_is(forced: list[dict[str, Any] | None], by_us: bool) -> None:
    found = await read(newest0={"nodes": [NEWEST | {"timelineItems": {"nodes": forced}}]})
    assert found.newest[2].text == PullText("T", "B")
    assert found.newest[2].is_put_by(9) is by_us


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


def entry(name: str, kind: str = "blob", mode: int = 0o100644, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "mode": mode, "oid": OTHER, "size": 3, **more}


def base(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"target": {"oid": MERGE, "tree": {"oid": HEAD, "entries": list(entries)}}}


FOLDER = entry("src", "tree", 0o40000, object={"entries": [entry("one.py", mode=0o100755)]})


async def test_a_listing_comes_along_as_rest_would_give_it() -> None:
    links = [entry("link", mode=0o120000), entry("module", "commit", 0o160000)]
    found = await read(Besides(levels=2), base0=base(FOLDER, *links, entry("two.txt")))
    (tree,) = found.trees
    assert (tree.commit, tree.sha, tree.truncated) == (MERGE, HEAD, False)
    assert tree.entries == (
        TreeEntry("src/one.py", OTHER, "100755", 3),
        TreeEntry("two.txt", OTHER, "100644", 3),
    )
    assert tree.links == (TreeEntry("link", OTHER, "120000", 3),)


async def test_what_a_release_has_edited_comes_along_from_its_branch() -> None:
    edited = {"oid": OTHER, "byteSize": 2, "isTruncated": False, "text": "y\n"}
    head = {"target": {"oid": OTHER, "tree": {"oid": HEAD, "entries": [entry("one.txt")]}}}
    besides = Besides(levels=1, edited=("one.txt",))
    found = await read(besides, base0=base(entry("one.txt")), head0=head, edited0=edited)
    assert [tree.commit for tree in found.trees] == [MERGE, OTHER]
    assert found.blobs == {OTHER: b"y\n"}


@pytest.mark.parametrize(
    "odd",
    [
        entry("src", "tree", 0o40000),
        entry("src", "tree", 0o40000, object=None),
        entry("src", "tree", 0o40000, object={"entries": [entry("below", "tree", 0o40000, object={})]}),
        entry("src", "tree", 0o40000, object={"entries": None}),
        entry("file", mode=100644),
    ],
    ids=["not asked", "not told", "deeper", "null", "another mode"],
)
async def test_a_listing_with_anything_missing_is_none(odd: dict[str, Any]) -> None:
    assert (await read(Besides(levels=2), base0=base(entry("two.txt"), odd))).trees == ()


async def test_files_come_along_where_their_exact_bytes_do() -> None:
    whole = {"oid": OTHER, "byteSize": 2, "isTruncated": False, "text": "x\n"}
    more = {"more0": whole, "more1": None, "more2": whole | {"oid": HEAD, "isTruncated": True}, "more3": {}}
    assert (await read(Besides(paths=("a", "b", "c", "d")), **more)).blobs == {OTHER: b"x\n"}


async def test_the_check_run_of_another_name_comes_along_with_what_was_said_where_it_was_asked_for() -> None:
    commit = {"oid": OTHER, "checkSuites": {"pageInfo": WHOLE, "nodes": [SUITE]}}
    spoken = {"comments": {"pageInfo": {"hasPreviousPage": False}, "nodes": [COMMENT]}}
    besides = Besides(thread=8, check=(OTHER, "Release v1"))
    told = await read(besides, commit=commit, spoken=spoken)
    check = told.named[OTHER, "Release v1"]
    assert check is not None
    assert (check.id, check.head_sha, check.external_id) == (7, OTHER, "new")
    assert [comment.id for comment in told.spoken[8]] == [1]
    # A page that is not whole, and a commit that is not there, tell nothing.
    cut = commit | {"checkSuites": {"pageInfo": MORE, "nodes": []}}
    long = {"comments": {"pageInfo": {"hasPreviousPage": True}, "nodes": [COMMENT]}}
    for changes in ({"commit": cut, "spoken": long}, {"commit": None, "spoken": None}):
        told = await read(besides, **changes)
        assert (told.named, told.spoken) == ({}, {})
    without = {"pageInfo": WHOLE, "nodes": []}
    assert (await read(besides, commit=commit | {"checkSuites": without}, spoken=spoken)).named == {
        (OTHER, "Release v1"): None
    }


async def test_the_thread_comes_along() -> None:
    labels = {"nodes": [{"name": "release-blocker"}]}
    issue = {"__typename": "Issue", "id": "I_1", "url": "u", "locked": True, "labels": labels}
    found = (await read(Besides(thread=1), thread=issue)).thread
    assert found is not None
    assert (found.node_id, found.locked, found.pull) == ("I_1", True, None)
    assert (found.url, found.labels) == ("u", ("release-blocker",))
    told = await read(
        Besides(thread=2), thread=PULL | {"__typename": "PullRequest"}, pulls0=pulls(commits={"nodes": []})
    )
    assert told.thread is not None
    assert told.thread.pull is not None
    assert told.thread.pull.number == 2
    assert list(told.checks) == [HEAD]


def guarded(*rules: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"name": "pypi", "protectionRules": {"pageInfo": MORE if more else WHOLE, "nodes": list(rules)}}


def rule(kind: str, *reviewers: dict[str, Any] | None, more: bool = False) -> dict[str, Any]:
    return {"type": kind, "reviewers": {"pageInfo": MORE if more else WHOLE, "nodes": list(reviewers)}}


async def test_who_guards_the_environment_comes_along() -> None:
    asked = rule("REQUIRED_REVIEWERS", {"login": "mona"}, {"combinedSlug": "acme/core"})
    found = await read(Besides(environment="pypi"), environment=guarded(rule("WAIT_TIMER"), asked))
    assert found.environment == Environment("pypi", exists=True, reviewers=("mona", "acme/core"))
    bare = await read(Besides(environment="pypi"), environment=guarded())
    assert bare.environment == Environment("pypi", exists=True)


@pytest.mark.parametrize(
    "told",
    [
        None,
        guarded(more=True),
        guarded(rule("BRANCH_POLICY")),
        guarded(rule("REQUIRED_REVIEWERS", None)),
        guarded(rule("REQUIRED_REVIEWERS", {"login": "mona"}, more=True)),
    ],
    ids=["nothing", "more rules", "for branches", "somebody hidden", "more reviewers"],
)
async def test_what_graphql_cannot_say_of_an_environment_is_not_told(told: dict[str, Any] | None) -> None:
    assert (await read(Besides(environment="pypi"), environment=told)).environment is None


async def test_who_guards_the_tags_comes_along() -> None:
    names = {"refName": {"include": ["refs/tags/v*"], "exclude": []}}
    node = {"databaseId": 7, "name": "Guard", "target": "TAG", "enforcement": "ACTIVE", "rules": {"totalCount": 1}}
    node["conditions"] = names
    assert (await read(rulesets={"nodes": [node]})).rulesets == (TagRuleset(7, "Guard", ("refs/tags/v*",)),)
    assert (await read(rulesets=None)).rulesets == ()


async def test_the_document_is_valid_whatever_comes_along() -> None:
    schema = load_schema()
    for lines in ([], [LINE], [LINE, LineRefs("1.x", "aweigh/1.x")]):
        named = Besides(thread=1, check=(OTHER, "Release v1"))
        for besides in (
            Besides(),
            Besides(("a", "b"), 3, "pypi", 1),
            Besides(thread=1),
            named,
            Besides(environment="pypi"),
        ):
            more = {f"{name}1": DATA[f"{name}0"] for name in ("head", "base", "pulls", "newest")}
            told = Told(DATA | more)
            session: Session = told  # type: ignore[assignment]
            await read_overview(
                session, app_id=9, prefix="aweigh/", label="wait", paths=["one"], lines=lines, besides=besides
            )
            document = parse(told.query)
            assert validate(schema, document) == []
            declared = {one.variable.name.value for one in document.definitions[0].variable_definitions}  # type: ignore[attr-defined]
            assert declared == set(told.variables)

"""Git's objects and refs over REST, and the files in them."""

import base64
from typing import Any

import pytest

from bot.sandbox.http import Response
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

NOWHERE = "1" * 40


async def test_a_commit_without_author_is_the_apps_own_and_verified(desk: Desk) -> None:
    sha = await desk.commit({"a/b.txt": "hello"})
    commit = await desk.api.get(f"{REPO}/git/commits/{sha}")
    assert commit["author"]["name"] == "aweigh[bot]"
    assert commit["verification"]["verified"] is True
    shown = await desk.api.get(f"{REPO}/commits/{sha}")
    assert shown["author"]["type"] == "Bot"
    assert [(f["filename"], f["status"]) for f in shown["files"]] == [("a/b.txt", "added")]


async def test_a_tree_bears_the_name_it_was_asked_for_by(desk: Desk) -> None:
    tree = (await desk.api.get(f"{REPO}/git/commits/{desk.head}"))["tree"]["sha"]
    named = [(await desk.api.get(f"{REPO}/git/trees/{name}"))["sha"] for name in (desk.head, "main", tree)]
    assert named == [desk.head, desk.head, tree]


async def test_naming_an_author_loses_the_verification(desk: Desk) -> None:
    tree = (await desk.api.get(f"{REPO}/git/commits/{desk.head}"))["tree"]["sha"]
    body = {"message": "m", "tree": tree, "parents": [desk.head], "author": {"name": "A", "email": "a@acme.example"}}
    commit = await desk.api.post(f"{REPO}/git/commits", body)
    assert commit["verification"] == {
        "verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None,
    }  # fmt: skip


async def test_a_tree_keeps_sets_and_removes(desk: Desk) -> None:
    entries = [
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
        {"path": "bin/run", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
    ]
    tree = await desk.api.post(f"{REPO}/git/trees", {"base_tree": desk.head, "tree": entries})
    listed = await desk.api.get(f"{REPO}/git/trees/{tree['sha']}?recursive=1")
    modes = {one["path"]: one["mode"] for one in listed["tree"]}
    assert modes["bin/run"] == "100755"
    assert "README.md" not in modes
    assert "pyproject.toml" in modes
    assert listed["truncated"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"tree": []},
        {"tree": [{"path": "a", "mode": "100644", "type": "blob", "sha": NOWHERE}]},
        {"tree": [{"path": "../a", "mode": "100644", "type": "blob", "content": "x"}]},
        {"tree": [{"path": "a", "mode": "644", "type": "blob", "content": "x"}]},
        {"tree": [{"path": "a", "mode": "100644", "type": "blob"}]},
        {"tree": [{"path": "not/there", "mode": "100644", "type": "blob", "sha": None}]},
        {"base_tree": NOWHERE, "tree": [{"path": "a", "mode": "100644", "type": "blob", "content": "x"}]},
        {},
    ],
)
async def test_a_bad_tree_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    await desk.api.post(f"{REPO}/git/trees", body, status=422)


@pytest.mark.parametrize(
    ("ref", "sha", "message"),
    [
        ("refs/heads/main", None, "Reference already exists"),
        ("refs/heads/new", NOWHERE, "Object does not exist"),
        ("refs/tags", None, "Reference name must start with 'refs/' and contain at least two slashes"),
        ("heads/new", None, "Reference name must start with 'refs/' and contain at least two slashes"),
        ("refs/heads/a..b", None, "refs/heads/a..b is not a valid ref name."),
        ("refs/heads/main/x", None, "Reference update failed"),
        ("refs/tags/v1.1.0/x", None, "Reference update failed"),
        ("refs/pull/1/head", None, "refs/pull/1/head is reserved by GitHub."),
        ("refs/heads/a b", None, "refs/heads/a b is not a valid ref name."),
    ],
)
async def test_a_bad_ref_is_refused_without_a_list_of_errors(
    desk: Desk, ref: str, sha: str | None, message: str
) -> None:
    answer = await desk.api.post(f"{REPO}/git/refs", {"ref": ref, "sha": sha or desk.head}, status=422)
    assert answer["message"] == message
    assert "errors" not in answer


async def test_a_branch_moves_forward_or_by_force(desk: Desk) -> None:
    first = await desk.branch("work", {"a": "a"})
    forward, aside = await desk.commit({"b": "b"}, parent=first), await desk.commit({"c": "c"})
    url = f"{REPO}/git/refs/heads/work"
    assert (await desk.api.patch(url, {"sha": forward}))["object"]["sha"] == forward
    refused = await desk.api.patch(url, {"sha": aside}, status=422)
    assert refused["message"] == "Update is not a fast forward"
    await desk.api.patch(url, {"sha": aside, "force": True})
    assert (await desk.api.get(f"{REPO}/git/ref/heads/work"))["object"]["sha"] == aside
    assert (await desk.api.patch(f"{REPO}/git/refs/heads/none", {"sha": aside}, status=422))["message"] == (
        "Reference does not exist"
    )


async def test_refs_match_by_prefix_and_vanish(desk: Desk) -> None:
    for name in ("aweigh/main", "aweigh/1.x"):
        await desk.branch(name, {name: "x"})
    listed = await desk.api.get(f"{REPO}/git/matching-refs/heads/aweigh/")
    assert [one["ref"] for one in listed] == ["refs/heads/aweigh/1.x", "refs/heads/aweigh/main"]
    await desk.api.delete(f"{REPO}/git/refs/heads/aweigh/main")
    answer = await desk.api.delete(f"{REPO}/git/refs/heads/aweigh/main", status=422)
    assert answer["message"] == "Reference does not exist"
    await desk.api.get(f"{REPO}/git/ref/heads/aweigh/main", status=404)


async def test_an_annotated_tag_is_an_object_and_then_a_ref(desk: Desk) -> None:
    body = {"tag": "v1.2.0", "message": "widget 1.2.0", "object": desk.head, "type": "commit"}
    tag = await desk.api.post(f"{REPO}/git/tags", body)
    assert tag["tagger"]["name"] == "aweigh[bot]"
    assert tag["verification"]["reason"] == "unsigned"
    await desk.api.get(f"{REPO}/git/ref/tags/v1.2.0", status=404)
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": tag["sha"]})
    ref = await desk.api.get(f"{REPO}/git/ref/tags/v1.2.0")
    assert ref["object"]["type"] == "tag"
    assert (await desk.api.get(f"{REPO}/git/tags/{ref['object']['sha']}"))["object"]["sha"] == desk.head
    assert (await desk.api.get(f"{REPO}/tags"))[0]["commit"]["sha"] == desk.head
    await desk.api.post(f"{REPO}/git/tags", body | {"type": "tree"}, status=422)


async def test_files_are_read_in_json_and_raw_at_any_ref(desk: Desk) -> None:
    shown = await desk.api.get(f"{REPO}/contents/widget/__init__.py?ref=v1.1.0")
    assert b"spin" not in base64.b64decode(shown["content"])
    raw: Response = await desk.api.send(
        "GET", f"{REPO}/contents/widget/__init__.py", Accept="application/vnd.github.raw+json"
    )
    assert b"def spin" in raw.body
    assert (await desk.api.get(f"{REPO}/contents/none", status=404))["message"] == "Not Found"
    assert "No commit found" in (await desk.api.get(f"{REPO}/contents/widget?ref=none", status=404))["message"]
    names = {one["name"]: one["type"] for one in await desk.api.get(f"{REPO}/contents")}
    assert names["widget"] == "dir"
    assert names["pyproject.toml"] == "file"


async def test_a_file_of_more_than_a_megabyte_has_no_content_in_json(desk: Desk) -> None:
    large = "x" * (1024 * 1024 + 1)
    await desk.branch("large", {"large.txt": large})
    shown = await desk.api.get(f"{REPO}/contents/large.txt?ref=large")
    assert (shown["encoding"], shown["content"], shown["size"]) == ("none", "", len(large))
    raw = await desk.api.send("GET", f"{REPO}/contents/large.txt?ref=large", Accept="application/vnd.github.raw")
    assert len(raw.body) == len(large)


async def test_writing_a_file_asks_for_the_blob_that_is_there(desk: Desk) -> None:
    old = await desk.api.get(f"{REPO}/contents/README.md")
    body = {"message": "m", "content": base64.b64encode(b"new").decode()}
    url = f"{REPO}/contents/README.md"
    assert "wasn't supplied" in (await desk.api.put(url, body, status=422))["message"]
    stale = await desk.api.put(url, body | {"sha": NOWHERE}, status=409)
    assert stale["message"] == f"README.md does not match {NOWHERE}"
    done = await desk.api.put(url, body | {"sha": old["sha"]})
    assert done["commit"]["sha"] == desk.head
    await desk.api.put(f"{REPO}/contents/other.md", body, status=201)
    workflow = await desk.api.put(f"{REPO}/contents/.github/workflows/x.yml", body, status=403)
    assert "not accessible" in workflow["message"]


async def test_comparing_lists_all_commits_when_paged_and_files_once(desk: Desk) -> None:
    for number in range(4):
        desk.acme.mona.push_commit("main", {f"{number}.txt": "x"}, f"commit {number}")
    whole = await desk.api.get(f"{REPO}/compare/v1.1.0...main")
    assert (whole["ahead_by"], whole["behind_by"], whole["status"]) == (5, 0, "ahead")
    assert [one["commit"]["message"] for one in whole["commits"]][1:] == [f"commit {n}" for n in range(4)]
    second = await desk.api.send("GET", f"{REPO}/compare/v1.1.0...main?per_page=2&page=2")
    assert [one["commit"]["message"] for one in second.json()["commits"]] == ["commit 1", "commit 2"]
    assert second.json()["files"] == []
    assert 'rel="next"' in second.headers["link"]
    assert (await desk.api.get(f"{REPO}/compare/main...none", status=404))["message"] == "Not Found"


async def test_a_log_can_be_asked_for_one_path(desk: Desk) -> None:
    commits = await desk.api.get(f"{REPO}/commits?path=widget/__init__.py&sha=main")
    assert len(commits) == 2
    commits = await desk.api.get(f"{REPO}/commits?path=README.md")
    assert [one["commit"]["message"] for one in commits] == ["Release 1.1.0"]

"""Releases: drafts, publishing, what is latest, files, immutability."""

from typing import Any

import pytest

from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

RELEASES = f"{REPO}/releases"


async def tagged(desk: Desk, tag: str = "v1.2.0") -> str:
    body = {"tag": tag, "message": tag, "object": desk.head, "type": "commit"}
    made = await desk.api.post(f"{REPO}/git/tags", body)
    await desk.api.post(f"{REPO}/git/refs", {"ref": f"refs/tags/{tag}", "sha": made["sha"]})
    desk.heard()
    return str(made["sha"])


async def test_publishing_directly_says_created_published_released(desk: Desk) -> None:
    annotated = await tagged(desk)
    made = await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "name": "1.2.0"})
    assert made["author"]["login"] == "aweigh[bot]"
    assert made["published_at"]
    assert desk.heard() == [("release", "created"), ("release", "published"), ("release", "released")]
    assert desk.repository.store.find_ref("refs/tags/v1.2.0") == annotated
    assert (await desk.api.get(f"{RELEASES}/latest"))["id"] == made["id"]


async def test_a_missing_tag_is_made_lightweight(desk: Desk) -> None:
    await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "target_commitish": "main"})
    ref = await desk.api.get(f"{REPO}/git/ref/tags/v1.2.0")
    assert ref["object"] == ref["object"] | {"type": "commit", "sha": desk.head}
    assert desk.heard()[:2] == [("create", None), ("push", None)]
    bad = await desk.api.post(RELEASES, {"tag_name": "v9", "target_commitish": "none"}, status=422)
    assert bad["errors"][0]["field"] == "target_commitish"


async def test_a_draft_is_hidden_until_published(desk: Desk) -> None:
    await tagged(desk)
    draft = await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "draft": True})
    assert desk.heard() == [("release", "created")]
    await desk.api.get(f"{RELEASES}/tags/v1.2.0", status=404)
    reader = desk.limited(contents="read")
    assert [one["tag_name"] for one in await reader.get(RELEASES)] == ["v1.1.0"]
    await reader.get(f"{RELEASES}/{draft['id']}", status=404)
    assert (await desk.api.get(RELEASES))[0]["id"] == draft["id"]
    await desk.api.patch(f"{RELEASES}/{draft['id']}", {"draft": False})
    assert desk.heard() == [("release", "published"), ("release", "released")]
    assert (await desk.api.get(f"{RELEASES}/tags/v1.2.0"))["id"] == draft["id"]


async def test_several_drafts_may_share_a_tag_but_one_release_has_it(desk: Desk) -> None:
    await tagged(desk)
    drafts = [await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "draft": True}) for _ in range(2)]
    await desk.api.patch(f"{RELEASES}/{drafts[0]['id']}", {"draft": False})
    for answer in (
        await desk.api.patch(f"{RELEASES}/{drafts[1]['id']}", {"draft": False}, status=422),
        await desk.api.post(RELEASES, {"tag_name": "v1.2.0"}, status=422),
    ):
        assert answer["message"] == "Validation Failed"
        assert answer["errors"] == [{"resource": "Release", "code": "already_exists", "field": "tag_name"}]


@pytest.mark.parametrize(
    ("body", "latest"),
    [
        ({}, "v1.2.0"),
        ({"make_latest": "true"}, "v1.2.0"),
        ({"make_latest": "false"}, "v1.1.0"),
        ({"prerelease": True}, "v1.1.0"),
        ({"draft": True}, "v1.1.0"),
    ],
)
async def test_latest_is_what_was_asked_for(desk: Desk, body: dict[str, Any], latest: str) -> None:
    first = next(iter(desk.repository.releases.values()))
    desk.repository.latest_release_id = first.id
    await tagged(desk)
    await desk.api.post(RELEASES, {"tag_name": "v1.2.0"} | body)
    assert (await desk.api.get(f"{RELEASES}/latest"))["tag_name"] == latest


async def test_a_prerelease_cannot_be_latest(desk: Desk) -> None:
    await desk.api.post(RELEASES, {"tag_name": "v2", "prerelease": True, "make_latest": "true"}, status=422)
    await desk.api.post(RELEASES, {"tag_name": "v2", "make_latest": True}, status=422)


async def test_a_prerelease_from_a_draft_is_only_published(desk: Desk) -> None:
    await tagged(desk)
    draft = await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "draft": True, "prerelease": True})
    desk.heard()
    await desk.api.patch(f"{RELEASES}/{draft['id']}", {"draft": False})
    assert desk.heard() == [("release", "published")]


async def test_files_are_attached_once(desk: Desk) -> None:
    await tagged(desk)
    draft = await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "draft": True})
    url = draft["upload_url"].partition("{")[0].removeprefix(desk.world.links.uploads)
    asset = await desk.api.send("POST", f"/_uploads{url}?name=widget.whl", b"content", Content_Type="application/zip")
    assert asset.status == 201
    assert asset.json()["size"] == 7
    again = await desk.api.send("POST", f"/_uploads{url}?name=widget.whl", b"content")
    assert again.status == 422
    assert again.json()["errors"][0]["code"] == "already_exists"
    way = await desk.api.send("GET", f"{RELEASES}/assets/{asset.json()['id']}", Accept="application/octet-stream")
    assert way.status == 302
    path = "/_storage/" + way.headers["location"].rpartition("/")[2]
    assert (await desk.api.send("GET", path)).status == 400, "a blob store refuses a foreign Authorization header"
    anonymous = type(desk.api)(desk.sandbox, None)
    assert (await anonymous.send("GET", path)).body == b"content"
    desk.clock.advance(301)
    assert (await anonymous.send("GET", path)).status == 404


async def test_an_immutable_release_holds_its_tag_and_files(desk: Desk) -> None:
    desk.repository.immutable_releases = True
    await tagged(desk)
    made = await desk.api.post(RELEASES, {"tag_name": "v1.2.0"})
    assert made["immutable"] is True
    late = await desk.api.send("POST", f"/_uploads{RELEASES}/{made['id']}/assets?name=x", b"x")
    assert (late.status, late.json()["message"]) == (422, "Cannot upload assets to an immutable release.")
    await desk.api.delete(f"{REPO}/git/refs/tags/v1.2.0", status=422)
    await desk.api.patch(f"{RELEASES}/{made['id']}", {"body": "new notes"})
    await desk.api.patch(f"{RELEASES}/{made['id']}", {"tag_name": "v1.2.1"}, status=422)
    await desk.api.delete(f"{RELEASES}/{made['id']}")
    answer = await desk.api.post(RELEASES, {"tag_name": "v1.2.0"}, status=422)
    assert answer["errors"][0]["message"] == "tag_name was used by an immutable release"


async def test_deleting_the_tag_turns_the_release_into_a_draft(desk: Desk) -> None:
    await tagged(desk)
    made = await desk.api.post(RELEASES, {"tag_name": "v1.2.0"})
    desk.heard()
    desk.acme.hugo.delete_tag("v1.2.0")
    assert (await desk.api.get(f"{RELEASES}/{made['id']}"))["draft"] is True
    assert desk.heard() == [("delete", None), ("push", None), ("release", "unpublished")]


async def test_notes_list_what_was_merged_since_the_last_release(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {"merge_method": "squash"})
    notes = await desk.api.post(f"{RELEASES}/generate-notes", {"tag_name": "v1.2.0"}, status=200)
    assert notes["name"] == "v1.2.0"
    assert f"* Merge work by @aweigh[bot] in {desk.world.links.web}/acme/widget/pull/2" in notes["body"]
    assert "compare/v1.1.0...v1.2.0" in notes["body"]
    page = f"{desk.world.links.web}/acme/widget/pull/2"
    assert f"\n\n## New Contributors\n* @aweigh[bot] made their first contribution in {page}\n\n\n" in notes["body"]
    made = await desk.api.post(RELEASES, {"tag_name": "v1.2.0", "body": "Mine.", "generate_release_notes": True})
    assert made["body"].startswith("Mine.\n\n## What's Changed")


async def test_notes_follow_the_configuration_of_the_commit(desk: Desk) -> None:
    rules = """\
changelog:
  exclude: {labels: [skip], authors: [bertha]}
  categories:
    - {title: Wheels, labels: [wheel]}
    - {title: The rest, labels: ["*"]}
"""
    desk.acme.hugo.push_commit("main", {".github/release.yml": rules})
    for name, label in (("one", ""), ("two", "wheel"), ("three", "skip")):
        pull = await desk.pull(name, {name: name})
        if label:
            desk.acme.mona.label(pull["number"], label)
        await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {"merge_method": "squash"})
    ask = f"{RELEASES}/generate-notes"
    notes = (await desk.api.post(ask, {"tag_name": "v1.2.0", "previous_tag_name": "v1.1.0"}, status=200))["body"]
    assert notes.startswith("<!-- Release notes generated using configuration in .github/release.yml at main -->\n")
    lines = [line.partition(" by ")[0] for line in notes.splitlines() if line.startswith(("* M", "### "))]
    assert lines == ["### Wheels", "* Merge two", "### The rest", "* Merge one"]
    assert notes.count("made their first contribution") == 1
    later = await desk.api.post(ask, {"tag_name": "v1.2.0", "previous_tag_name": "v9"}, status=422)
    assert later["errors"][0]["field"] == "previous_tag_name"
    later = await desk.api.post(ask, {"tag_name": "v1.2.0", "target_commitish": "gone"}, status=422)
    assert later["errors"][0]["field"] == "target_commitish"
    await desk.api.post(ask, {"tag_name": "v1.2.0", "configuration_file_path": "no.yml"}, status=422)
    await desk.api.post(ask, {}, status=422)


async def test_notes_without_anything_merged_only_compare(desk: Desk) -> None:
    notes = await desk.api.post(
        f"{RELEASES}/generate-notes", {"tag_name": "v1.2.0", "previous_tag_name": "v1.1.0"}, status=200
    )
    assert notes["body"] == f"**Full Changelog**: {desk.world.links.web}/acme/widget/compare/v1.1.0...v1.2.0"

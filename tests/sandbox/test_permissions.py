"""Permissions: taken from GitHub's table, checked on each route."""

import json
from importlib import resources
from itertools import chain

import pytest

from bot.sandbox import rest
from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.actions.rest import PARTS as ACTIONS
from bot.sandbox.http import Route
from bot.sandbox.permissions import accepted_header, alternatives
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

ROUTES = [
    route
    for route in chain.from_iterable(part.all for part in [*rest.PARTS, rest.UPLOADS])
    if route.auth == "installation" and not route.template.startswith(("/installation", "/users"))
]
_VALUES = {
    "owner": "acme",
    "repo": "widget",
    "org": "acme",
    "username": "mona",
    "ref": "heads/main",
    "basehead": "v1.1.0...main",
}


def path_of(route: Route) -> str:
    """The route's template with something in each variable part."""
    parts = [_VALUES.get(part[1:-1], "1") if part.startswith("{") else part for part in route.template.split("/")]
    return "/".join(parts)


def name_of(route: Route) -> str:
    return f"{route.method} {route.template}"


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
async def test_a_route_is_closed_without_its_permissions(desk: Desk, route: Route) -> None:
    needed = alternatives(route.method, route.template)
    prefix = "/_uploads" if route in rest.UPLOADS.all else ""
    if any(needs == (("metadata", "read"),) for needs in needed) or not route.template.startswith("/repos"):
        return
    for needs in needed:
        for missing, _ in needs:
            others = {
                name: level for name, level in PERMISSIONS.items() if name not in {n for alt in needed for n, _ in alt}
            }
            assert missing not in others
            answer = await desk.limited(**others).send(route.method, prefix + path_of(route), {})
            assert answer.status == 403, answer.body
            assert answer.json()["message"] == "Resource not accessible by integration"
            assert answer.headers["x-accepted-github-permissions"] == accepted_header(needed)


def test_the_table_has_exactly_the_routes_that_are_served() -> None:
    lines = resources.files("bot.sandbox").joinpath("data/permissions.jsonl").read_text("utf-8").splitlines()
    source = json.loads(lines[0])
    assert source["_commit"]
    assert source["_api_version"]
    rows = {(row["verb"].upper(), row["path"]) for row in map(json.loads, lines[1:])}
    served = {(route.method, route.template) for route in chain.from_iterable(p.all for p in [*rest.PARTS, *ACTIONS])}
    assert rows <= served, "a row that no route needs"


async def test_read_is_not_enough_to_write(desk: Desk) -> None:
    reader = desk.limited(**dict.fromkeys(PERMISSIONS, "read"))
    await reader.get(f"{REPO}/pulls")
    answer = await reader.post(f"{REPO}/pulls", {"title": "t", "head": "turn-widgets", "base": "main"}, status=403)
    assert answer["message"] == "Resource not accessible by integration"


async def test_either_permission_opens_the_conversation_of_a_pull_request(desk: Desk) -> None:
    for name in ("issues", "pull_requests"):
        await desk.limited(**{name: "write"}).post(f"{REPO}/issues/1/comments", {"body": name})
    answer = await desk.limited(pull_requests="write").post(
        f"{REPO}/issues/1/reactions", {"content": "eyes"}, status=403
    )
    assert "not accessible" in answer["message"]


async def test_merging_needs_contents_and_nothing_else(desk: Desk) -> None:
    await desk.limited(pull_requests="write").put(f"{REPO}/pulls/1/merge", {}, status=403)
    await desk.limited(contents="write").put(f"{REPO}/pulls/1/merge", {})


async def test_a_strange_repository_does_not_exist(desk: Desk) -> None:
    stranger = desk.world.add_user("elsewhere", type="Organization")
    desk.world.add_repository(stranger, "thing")
    assert (await desk.api.get("/repos/elsewhere/thing", status=404))["message"] == "Not Found"
    desk.world.add_repository(desk.acme.organization, "secret").private = True
    assert (await desk.api.get("/repos/acme/secret"))["private"] is True
    desk.acme.installation.repository_ids = {desk.repository.id}
    assert (await desk.api.get("/repos/acme/secret", status=404))["message"] == "Not Found"


async def test_the_header_spells_alternatives(desk: Desk) -> None:
    answer = await desk.api.send("POST", f"{REPO}/git/refs", {"ref": "refs/heads/x", "sha": desk.head})
    assert answer.status == 201
    assert answer.headers["x-accepted-github-permissions"] == "contents=write; contents=write,workflows=write"


async def test_other_workflow_files_need_a_permission_of_their_own(desk: Desk) -> None:
    old = desk.head
    desk.acme.mona.push_commit("main", {".github/workflows/publish.yml": "name: Other\non: push\njobs: {}\n"})
    tag = {"ref": "refs/tags/v1.2.0", "sha": old}
    answer = await desk.api.send("POST", f"{REPO}/git/refs", tag)
    assert answer.status == 403
    assert answer.headers["x-accepted-github-permissions"] == "contents=write; contents=write,workflows=write"
    release = await desk.api.send("POST", f"{REPO}/releases", {"tag_name": "v1.2.0", "target_commitish": old})
    assert release.status == 404
    desk.acme.installation.permissions["workflows"] = "write"
    await desk.limited(contents="write", workflows="write").post(f"{REPO}/git/refs", tag)

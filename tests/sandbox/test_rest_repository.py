"""The repository, its people and its activity; pages, ETags and limits."""

import pytest

from bot.sandbox.state.repository import Grant
from tests.sandbox.client import REPO, Client
from tests.sandbox.conftest import Desk


@pytest.mark.parametrize(
    ("login", "permission", "role"),
    [
        ("hugo", "admin", "admin"),
        ("mona", "write", "maintain"),
        ("wanda", "write", "write"),
        ("tariq", "read", "triage"),
        ("rosa", "read", "read"),
        ("stan", "read", "read"),
    ],
)
async def test_permissions_fold_but_roles_do_not(desk: Desk, login: str, permission: str, role: str) -> None:
    shown = await desk.api.get(f"{REPO}/collaborators/{login}/permission")
    assert (shown["permission"], shown["role_name"]) == (permission, role)
    assert shown["user"]["id"] == desk.world.get_user(login).id


async def test_custom_roles_keep_their_name(desk: Desk) -> None:
    desk.world.add_collaborator(desk.repository, desk.acme.rosa.user, Grant("write", "release-captain"))
    shown = await desk.api.get(f"{REPO}/collaborators/rosa/permission")
    assert (shown["permission"], shown["role_name"]) == ("write", "release-captain")


async def test_unknown_accounts_are_not_found_and_private_ones_have_nothing(desk: Desk) -> None:
    await desk.api.get(f"{REPO}/collaborators/nobody/permission", status=404)
    desk.repository.private = True
    assert (await desk.api.get(f"{REPO}/collaborators/stan/permission"))["permission"] == "none"


async def test_activity_tells_who_pushed_whatever_the_commit_says(desk: Desk) -> None:
    await desk.branch("aweigh/main", {"a": "a"})
    desk.acme.wanda.push_commit("aweigh/main", {"b": "b"})
    listed = await desk.api.get(f"{REPO}/activity?ref=refs/heads/aweigh/main")
    assert [(one["activity_type"], one["actor"]["login"]) for one in listed] == [
        ("push", "wanda"),
        ("branch_creation", "aweigh[bot]"),
    ]
    assert await desk.api.get(f"{REPO}/activity?ref=aweigh/main&actor=wanda&activity_type=push") == listed[:1]
    await desk.api.get(f"{REPO}/activity?activity_type=nonsense", status=422)


async def test_pages_link_to_each_other(desk: Desk) -> None:
    for number in range(5):
        desk.acme.mona.comment(1, f"comment {number}")
    first = await desk.api.send("GET", f"{REPO}/issues/1/comments?per_page=2")
    assert len(first.json()) == 2
    assert first.headers["link"] == (
        f'<{desk.world.links.api}{REPO}/issues/1/comments?per_page=2&page=2>; rel="next", '
        f'<{desk.world.links.api}{REPO}/issues/1/comments?per_page=2&page=3>; rel="last"'
    )
    last = await desk.api.send("GET", f"{REPO}/issues/1/comments?per_page=2&page=3")
    assert len(last.json()) == 1
    assert 'rel="prev"' in last.headers["link"]
    assert 'rel="next"' not in last.headers["link"]


async def test_an_unchanged_answer_costs_nothing(desk: Desk) -> None:
    first = await desk.api.send("GET", REPO)
    again = await desk.api.send("GET", REPO, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"] == "1"
    desk.repository.description = "Another widget."
    assert (await desk.api.send("GET", REPO, If_None_Match=first.headers["etag"])).status == 200


async def test_the_hourly_limit_is_one(desk: Desk) -> None:
    desk.sandbox.limits.limit = 2
    await desk.api.get(REPO)
    await desk.api.get(REPO)
    answer = await desk.api.send("GET", REPO)
    assert answer.status == 403
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert "rate limit exceeded" in answer.json()["message"]
    desk.clock.advance(3600)
    await desk.api.get("/installation/repositories", status=401)  # The token has expired with the hour.


async def test_asking_for_the_limit_is_free(desk: Desk) -> None:
    await desk.api.get(REPO)
    for _ in range(2):
        shown = await desk.api.get("/rate_limit")
        assert shown["resources"]["core"]["used"] == 1
        assert shown["resources"]["graphql"]["remaining"] == 5000


async def test_every_answer_names_the_limit_and_itself(desk: Desk) -> None:
    anonymous = Client(desk.sandbox, "token nonsense")
    for answer in (
        await desk.api.send("GET", "/none"),
        await anonymous.send("GET", REPO),
        await desk.app.send("GET", "/app"),
    ):
        for header in ("limit", "remaining", "used", "reset", "resource"):
            assert answer.headers[f"x-ratelimit-{header}"]
        assert answer.headers["x-github-request-id"]


async def test_a_renamed_repository_redirects(desk: Desk) -> None:
    desk.repository.former_names.add("acme/old")
    moved = await desk.api.send("GET", "/repos/acme/old/branches")
    assert moved.status == 301
    path = moved.headers["location"].removeprefix(desk.world.links.api)
    assert (await desk.api.get(path))[0]["name"] == "main"


async def test_the_log_names_route_identity_and_answer(desk: Desk) -> None:
    await desk.api.get(f"{REPO}/pulls/1")
    await desk.app.get("/app")
    first, second = desk.world.requests[-2:]
    assert (first.method, first.route, first.status) == ("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", 200)
    assert first.identity.startswith(f"installation:{desk.acme.installation.id}:")
    assert second.identity == "app:aweigh"
    assert second.index == first.index + 1


async def test_unknown_addresses_and_methods_are_not_found(desk: Desk) -> None:
    for method, path in (("GET", "/nonsense"), ("DELETE", f"{REPO}/pulls/1"), ("GET", f"{REPO}/pulls/one")):
        answer = await desk.api.send(method, path)
        assert (answer.status, answer.json()["message"]) == (404, "Not Found")


async def test_a_body_that_is_not_json_is_a_bad_request(desk: Desk) -> None:
    answer = await desk.api.send("POST", f"{REPO}/issues/1/comments", b"{not json")
    assert (answer.status, answer.json()["message"]) == (400, "Problems parsing JSON")
    assert (await desk.api.send("POST", f"{REPO}/issues/1/comments", b"[1]")).status == 400

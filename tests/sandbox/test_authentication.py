"""App tokens, installation tokens, and what GitHub says about bad ones."""

from typing import Any

import pytest

from bot.sandbox.acme import new_private_key
from tests.sandbox.client import REPO, Client, make_jwt
from tests.sandbox.conftest import Desk


async def said(client: Client, path: str, status: int = 401) -> str:
    answer = await client.get(path, status=status)
    assert set(answer) == {"message", "documentation_url", "status"}
    assert answer["status"] == str(status)
    return str(answer["message"])


async def test_the_app_is_who_it_says_it_is(desk: Desk) -> None:
    assert (await desk.app.get("/app"))["slug"] == "aweigh"
    by_number = Client(desk.sandbox, f"Bearer {make_jwt(desk.acme, iss=str(desk.acme.app.id))}")
    assert (await by_number.get("/app"))["id"] == desk.acme.app.id


@pytest.mark.parametrize(
    ("times", "word"),
    [
        ({"expires": -1}, "assertion expires"),
        ({"expires": 700}, "too far in the future"),
        ({"issued": 30}, "'Issued at' claim"),
    ],
)
async def test_a_jwt_out_of_its_time_is_refused(desk: Desk, times: dict[str, float], word: str) -> None:
    assert word in await said(Client(desk.sandbox, f"Bearer {make_jwt(desk.acme, **times)}"), "/app")


async def test_a_jwt_of_somebody_else_is_refused(desk: Desk) -> None:
    desk.acme.private_key = new_private_key()
    forged = Client(desk.sandbox, f"Bearer {make_jwt(desk.acme)}")
    assert await said(forged, "/app") == "A JSON web token could not be decoded"


async def test_an_unknown_issuer_is_not_found(desk: Desk) -> None:
    unknown = Client(desk.sandbox, f"Bearer {make_jwt(desk.acme, iss='4711')}")
    assert await said(unknown, "/app", 404) == "Integration not found"


@pytest.mark.parametrize("header", ["token ghs_nobody", "Bearer nonsense", "Basic abc", "token"])
async def test_unknown_credentials_are_bad(desk: Desk, header: str) -> None:
    assert await said(Client(desk.sandbox, header), REPO) == "Bad credentials"


async def test_credentials_of_the_wrong_kind_do_not_help(desk: Desk) -> None:
    assert await said(desk.api, "/app") == "A JSON web token could not be decoded"
    assert await said(desk.app, REPO) == "Bad credentials"
    assert await said(Client(desk.sandbox, None), REPO) == "Requires authentication"


async def test_a_request_without_user_agent_is_refused(desk: Desk) -> None:
    answer = await desk.api.send("GET", REPO, User_Agent="")
    assert answer.status == 403


async def make_token(desk: Desk, body: dict[str, Any], status: int = 201) -> Any:
    return await desk.app.post(f"/app/installations/{desk.acme.installation.id}/access_tokens", body, status=status)


async def test_a_token_is_long_opaque_and_good_for_an_hour(desk: Desk) -> None:
    made = await make_token(desk, {})
    assert made["token"].startswith("ghs_")
    assert made["token"].count(".") == 2
    assert len(made["token"]) > 400
    assert made["repository_selection"] == "all"
    client = Client(desk.sandbox, f"token {made['token']}")
    desk.clock.advance(3599)
    await client.get(REPO)
    desk.clock.advance(1)
    assert await said(client, REPO) == "Bad credentials"


async def test_a_token_can_be_narrowed_but_not_widened(desk: Desk) -> None:
    made = await make_token(desk, {"permissions": {"contents": "read"}, "repositories": ["widget"]})
    assert made["permissions"] == {"contents": "read", "metadata": "read"}
    assert [one["full_name"] for one in made["repositories"]] == ["acme/widget"]
    for body in (
        {"permissions": {"workflows": "write"}},
        {"permissions": {"contents": "admin"}},
        {"repositories": ["nothing"]},
        {"repository_ids": [4711]},
    ):
        assert (await make_token(desk, body, 422))["message"]


async def test_asking_for_no_permission_by_name_means_all(desk: Desk) -> None:
    bodies: tuple[dict[str, object], ...] = ({}, {"permissions": {}})
    for body in bodies:
        assert (await make_token(desk, body))["permissions"] == desk.acme.installation.permissions


async def test_a_narrowed_token_reaches_its_repository_alone(desk: Desk) -> None:
    other = desk.world.add_repository(desk.acme.organization, "gadget")
    made = await make_token(desk, {"repository_ids": [other.id]})
    client = Client(desk.sandbox, f"token {made['token']}")
    assert await said(client, REPO, 404) == "Not Found"
    await client.get("/repos/acme/gadget")
    reached = await client.get("/installation/repositories")
    assert [one["name"] for one in reached["repositories"]] == ["gadget"]
    assert reached["total_count"] == 1


async def test_a_suspended_installation_gets_nothing(desk: Desk) -> None:
    desk.acme.installation.suspended_at = desk.world.now()
    assert "suspended" in (await make_token(desk, {}, 403))["message"]
    assert "suspended" in await said(desk.api, REPO, 403)


async def test_a_revoked_token_is_worthless(desk: Desk) -> None:
    await desk.api.delete("/installation/token")
    assert await said(desk.api, REPO) == "Bad credentials"


async def test_installations_are_found_from_both_ends(desk: Desk) -> None:
    listed = await desk.app.get("/app/installations")
    number = desk.acme.installation.id
    assert [one["id"] for one in listed] == [number]
    for path in (f"{REPO}/installation", "/orgs/acme/installation", f"/app/installations/{number}"):
        assert (await desk.app.get(path))["id"] == number
    for path in ("/repos/acme/none/installation", "/orgs/other/installation", "/app/installations/1"):
        await said(desk.app, path, 404)

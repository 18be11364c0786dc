"""Webhooks: derived from what happens, to whom they go, what they carry."""

import json
from typing import Any

from bot.sandbox.acme import EVENTS
from bot.sandbox.state.accounts import App
from bot.sandbox.state.deliveries import Delivery, Event
from tests.sandbox.client import REPO, as_app
from tests.sandbox.conftest import Desk


def read(delivery: Delivery) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(delivery.body)
    return payload


async def test_every_delivery_names_repository_organization_installation_and_sender(desk: Desk) -> None:
    desk.acme.mona.comment(1, "/release 1.2.0")
    (told,) = desk.world.take_deliveries()
    payload = read(told)
    assert payload["repository"]["full_name"] == "acme/widget"
    assert payload["organization"]["login"] == "acme"
    assert payload["installation"] == {
        "id": desk.acme.installation.id, "node_id": desk.acme.installation.node_id,
    }  # fmt: skip
    assert payload["sender"]["login"] == "mona"
    assert payload["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert payload["comment"]["body"] == "/release 1.2.0"


async def test_we_hear_of_our_own_doing(desk: Desk) -> None:
    await desk.api.post(f"{REPO}/issues/1/comments", {"body": "hello"})
    (told,) = desk.world.take_deliveries()
    assert read(told)["sender"] == read(told)["sender"] | {"login": "aweigh[bot]", "type": "Bot"}


async def test_a_new_branch_is_created_and_pushed(desk: Desk) -> None:
    sha = await desk.branch("aweigh/main", {"a": "a"})
    deliveries = desk.world.take_deliveries()
    assert [(one.event, one.action) for one in deliveries] == [
        ("create", None), ("push", None), ("check_suite", "requested"),
    ]  # fmt: skip
    created, pushed, _ = map(read, deliveries)
    assert (created["ref"], created["ref_type"], created["master_branch"]) == ("aweigh/main", "branch", "main")
    assert (pushed["ref"], pushed["before"], pushed["after"]) == ("refs/heads/aweigh/main", "0" * 40, sha)
    assert (pushed["created"], pushed["deleted"], pushed["forced"]) == (True, False, False)
    assert [one["added"] for one in pushed["commits"]] == [["a"]]


async def test_a_pushed_tag_names_the_tag_object_and_its_commit(desk: Desk) -> None:
    body = {"tag": "v1.2.0", "message": "m", "object": desk.head, "type": "commit"}
    tag = await desk.api.post(f"{REPO}/git/tags", body)
    assert desk.heard() == [], "a tag object alone is no news"
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": tag["sha"]})
    created, pushed = map(read, desk.world.take_deliveries())
    assert (created["ref"], created["ref_type"]) == ("v1.2.0", "tag")
    assert (pushed["after"], pushed["head_commit"]["id"]) == (tag["sha"], desk.head)
    assert (pushed["base_ref"], pushed["commits"]) == ("refs/heads/main", [])


async def test_a_merge_closes_pushes_and_deletes(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    desk.repository.merge_settings.delete_branch_on_merge = True
    desk.heard()
    await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {})
    deliveries = desk.world.take_deliveries()
    assert [(one.event, one.action) for one in deliveries] == [
        ("pull_request", "closed"), ("push", None), ("check_suite", "requested"), ("delete", None), ("push", None),
    ]  # fmt: skip
    closed, pushed = read(deliveries[0]), read(deliveries[1])
    assert closed["pull_request"]["merged"] is True
    assert closed["pull_request"]["merge_commit_sha"] == pushed["after"] == desk.head
    assert read(deliveries[4])["deleted"] is True


async def test_an_event_goes_only_to_the_subscribed_and_permitted(desk: Desk) -> None:
    installation = desk.acme.installation
    installation.events = [name for name in EVENTS if name != "issue_comment"]
    desk.acme.mona.comment(1, "x")
    assert desk.heard() == []
    installation.events = list(EVENTS)
    del installation.permissions["issues"]
    desk.acme.mona.comment(1, "x")
    assert desk.heard() == []
    installation.permissions["issues"] = "read"
    installation.suspended_at = desk.world.now()
    desk.acme.mona.comment(1, "x")
    assert desk.heard() == []


async def test_checks_are_heard_of_without_subscribing(desk: Desk) -> None:
    desk.acme.installation.events = []
    await desk.api.post(f"{REPO}/check-runs", {"name": "R", "head_sha": desk.head})
    assert desk.heard() == [("check_run", "created")]


async def test_a_second_app_hears_the_same_but_not_what_concerns_the_first(desk: Desk) -> None:
    second: App = desk.world.add_app(
        "second",
        name="Second",
        owner=desk.acme.organization,
        public_key="",
        permissions={"checks": "write", "contents": "read", "metadata": "read"},
        events=["push"],
        webhook_secret="s",
    )
    desk.world.install(second, desk.acme.organization, repositories=[desk.repository])
    desk.acme.mona.push_commit("main", {"x": "x"})
    told = [(one.app.slug, one.event) for one in desk.world.take_deliveries()]
    assert sorted(told) == [
        ("aweigh", "check_suite"), ("aweigh", "push"), ("second", "check_suite"), ("second", "push"),
    ]  # fmt: skip
    made = await desk.api.post(f"{REPO}/check-runs", {"name": "R", "head_sha": desk.head, "conclusion": "failure"})
    desk.heard()
    desk.acme.mona.rerequest_check(desk.repository.check_runs[made["id"]])
    assert [one.app.slug for one in desk.world.take_deliveries()] == ["aweigh"]


async def test_observers_see_what_starts_workflows(desk: Desk) -> None:
    seen: list[Event] = []
    desk.world.observers.append(lambda _world, _repository, event, _sender: seen.append(event))
    await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.2.0", "draft": True})
    assert [(one.name, one.action, one.starts_workflows) for one in seen] == [("release", "created", False)]
    seen.clear()
    await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.3.0"})
    assert [(one.name, one.action) for one in seen if one.starts_workflows] == [
        ("create", None), ("push", None), ("release", "created"), ("release", "published"), ("release", "released"),
    ]  # fmt: skip


async def test_an_installation_hears_of_itself(desk: Desk) -> None:
    desk.world.emit_installation(desk.acme.installation, "suspend", desk.acme.hugo.user)
    (told,) = desk.world.take_deliveries()
    assert (told.event, told.action) == ("installation", "suspend")
    assert read(told)["repositories"][0]["full_name"] == "acme/widget"


async def test_a_redelivery_keeps_guid_and_bytes(desk: Desk) -> None:
    desk.acme.mona.comment(1, "x")
    (first,) = desk.world.take_deliveries()
    first.delivered_at, first.status, first.status_code = desk.world.now(), "Invalid HTTP Response: 500", 500
    listed = await desk.app.get("/app/hook/deliveries?status=failure")
    assert [(one["guid"], one["status_code"], one["event"]) for one in listed] == [(first.guid, 500, "issue_comment")]
    shown = await desk.app.get(f"/app/hook/deliveries/{listed[0]['id']}")
    assert shown["request"]["payload"]["comment"]["body"] == "x"
    assert (await desk.app.send("POST", f"/app/hook/deliveries/{first.id}/attempts")).status == 202
    (again,) = desk.world.take_deliveries()
    assert (again.guid, again.body, again.redelivery) == (first.guid, first.body, True)
    assert again.id != first.id
    assert await desk.app.get("/app/hook/deliveries?status=success") == []


async def test_deliveries_are_paged_by_cursor_and_kept_three_days(desk: Desk) -> None:
    for number in range(3):
        desk.acme.mona.comment(1, f"{number}")
    for one in desk.world.take_deliveries():
        one.delivered_at, one.status, one.status_code = desk.world.now(), "OK", 202
    first = await desk.app.send("GET", "/app/hook/deliveries?per_page=2")
    assert len(first.json()) == 2
    path = first.headers["link"].partition(">")[0].removeprefix(f"<{desk.world.links.api}")
    second = await desk.app.send("GET", path)
    assert [one["id"] for one in (*first.json(), *second.json())] == [
        one.id for one in reversed(desk.world.deliveries)
    ]  # fmt: skip
    assert "link" not in second.headers
    assert (await desk.app.send("GET", "/app/hook/deliveries?cursor=7")).status == 422
    for _ in range(3):
        desk.clock.advance(24 * 3600)
    assert await as_app(desk.sandbox, desk.acme).get("/app/hook/deliveries") == []
    gone = f"/app/hook/deliveries/{desk.world.deliveries[0].id}/attempts"
    assert (await as_app(desk.sandbox, desk.acme).send("POST", gone)).status == 404


async def test_an_enterprise_server_keeps_deliveries_for_seven_days(desk: Desk) -> None:
    desk.world.links.enterprise_host = "git.acme.example"
    desk.acme.mona.comment(1, "x")
    for one in desk.world.take_deliveries():
        one.delivered_at, one.status, one.status_code = desk.world.now(), "OK", 202
    desk.clock.advance(6 * 24 * 3600)
    assert len(await as_app(desk.sandbox, desk.acme).get("/app/hook/deliveries")) == 1
    desk.clock.advance(24 * 3600)
    assert await as_app(desk.sandbox, desk.acme).get("/app/hook/deliveries") == []


async def test_the_filter_by_status_leaves_out_what_got_no_answer(desk: Desk) -> None:
    for number in range(5):
        desk.acme.mona.comment(1, f"{number}")
    told = desk.world.take_deliveries()
    for one, code in zip(told, (202, 0, 500, 503), strict=False):
        one.delivered_at, one.status, one.status_code = desk.world.now(), "OK" if code == 202 else "no", code
    for status, codes in (("", [503, 500, 0, 202]), ("failure", [503, 500]), ("success", [202])):
        listed = await desk.app.get(f"/app/hook/deliveries?status={status}")
        assert [one["status_code"] for one in listed] == codes, status
    assert (await desk.app.send("GET", "/app/hook/deliveries?status=pending")).status == 422
    paged = await desk.app.send("GET", "/app/hook/deliveries?status=failure&per_page=1")
    assert "status=failure" in paged.headers["link"]

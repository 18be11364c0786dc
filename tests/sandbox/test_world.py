"""The world itself: names, copies, short-lived files."""

import pytest

from bot.sandbox.clock import ManualClock, parse_iso
from bot.sandbox.deliverer import render_headers
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.ids import node_id, parse_node_id
from bot.sandbox.world import World
from tests.sandbox.client import REPO, Client
from tests.sandbox.conftest import Desk


def test_a_copy_stands_still_and_tells_nobody(desk: Desk) -> None:
    heard: list[str] = []
    desk.world.observers.append(lambda _world, _repository, event, _sender: heard.append(event.name))
    old = desk.world.copy()
    desk.acme.mona.comment(1, "later")
    desk.acme.mona.push_commit("main", {"x": "x"})
    then = old.get_repository("acme/widget")
    assert then.issues[1].comments == []
    assert then.store.find_ref("refs/heads/main") != desk.head
    assert then.owner is old.get_user("acme")
    assert (old.observers, list(old.outbox), old.deliveries) == ([], [], [])
    assert heard == ["issue_comment", "push", "check_suite"], "the world itself is still listened to"


async def test_a_file_lent_by_a_stale_answer_can_still_be_fetched(desk: Desk) -> None:
    url = desk.world.copy().lend_file(b"log", "text/plain")
    path = "/_storage/" + url.rpartition("/")[2]
    anonymous = Client(desk.sandbox, None)
    answer = await anonymous.send("GET", path)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"log", "text/plain")
    desk.clock.advance(60)
    assert (await anonymous.send("GET", path)).status == 404


def test_node_ids_name_their_object_and_nothing_else() -> None:
    assert parse_node_id(node_id("IssueComment", 7)) == ("IssueComment", "7")
    for text in ("", "IC_", "PR_" + node_id("IssueComment", 7).partition("_")[2], "IC_ä", "nonsense"):
        assert parse_node_id(text) is None


def test_names_are_taken_once_whatever_their_case() -> None:
    world = World(clock=ManualClock())
    world.add_user("mona")
    with pytest.raises(ValueError, match="already"):
        world.add_user("Mona")
    assert world.find_user("MONA") is world.get_user("mona")
    with pytest.raises(KeyError):
        world.get_repository("acme/none")


def test_the_clock_never_runs_backwards() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)
    assert parse_iso("2026-11-02T09:00:00") == clock.now()


async def test_an_enterprise_host_names_itself_in_its_webhooks(desk: Desk) -> None:
    GitHubSandbox(desk.world, style="enterprise").place("http://127.0.0.1:8080")
    desk.acme.mona.comment(1, "x")
    (told,) = desk.world.take_deliveries()
    headers = render_headers(told, enterprise_host=desk.world.links.enterprise_host)
    assert headers["X-GitHub-Enterprise-Host"] == "127.0.0.1:8080"
    assert b"http://127.0.0.1:8080/api/v3" + REPO.encode() in told.body
    desk.sandbox.place("http://127.0.0.1:8080")
    assert "X-GitHub-Enterprise-Host" not in render_headers(told, enterprise_host=desk.world.links.enterprise_host)

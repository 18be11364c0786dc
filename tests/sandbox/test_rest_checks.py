"""Check runs and suites."""

from typing import Any

import pytest

from bot.sandbox.acts.checks import CheckChange, create_check_run
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

RUNS = f"{REPO}/check-runs"


async def test_the_newest_run_of_a_name_counts(desk: Desk) -> None:
    body = {"name": "Release", "head_sha": desk.head, "status": "completed", "conclusion": "neutral"}
    await desk.api.post(RUNS, body | {"external_id": "one"})
    newest = await desk.api.post(RUNS, body | {"external_id": "two"})
    listed = await desk.api.get(f"{REPO}/commits/main/check-runs")
    assert [(one["id"], one["external_id"]) for one in listed["check_runs"]] == [(newest["id"], "two")]
    assert (await desk.api.get(f"{REPO}/commits/main/check-runs?filter=all"))["total_count"] == 2
    assert (await desk.api.get(f"{REPO}/commits/{desk.head}/check-runs?check_name=Other"))["total_count"] == 0


async def test_a_run_reports_its_life(desk: Desk) -> None:
    made = await desk.api.post(RUNS, {"name": "Release", "head_sha": desk.head})
    assert (made["status"], made["conclusion"]) == ("queued", None)
    assert desk.heard() == [("check_run", "created")]
    done = await desk.api.patch(f"{RUNS}/{made['id']}", {"conclusion": "success"})
    assert (done["status"], done["completed_at"]) == ("completed", "2026-11-02T09:00:00Z")
    assert desk.heard() == [("check_run", "completed"), ("check_suite", "completed")]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"conclusion": "splendid"},
        {"output": {"title": "t"}},
        {"output": {"title": "t", "summary": "x" * 65536}},
        {"actions": [{"label": "l", "description": "d", "identifier": "i"}] * 4},
        {"actions": [{"label": "l" * 21, "description": "d", "identifier": "i"}]},
        {"external_id": "x" * 256},
        {"head_sha": "1" * 40},
        {"name": None},
    ],
)
async def test_a_contradictory_run_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    await desk.api.post(RUNS, {"name": "Release", "head_sha": desk.head} | body, status=422)


async def test_only_its_app_may_change_a_run(desk: Desk) -> None:
    other = create_check_run(
        desk.world, desk.repository, desk.world.actions_app, desk.head, CheckChange(name="publish")
    )
    answer = await desk.api.patch(f"{RUNS}/{other.id}", {"conclusion": "success"}, status=403)
    assert "created it" in answer["message"]


async def test_a_button_reaches_its_app_with_the_human_as_sender(desk: Desk) -> None:
    action = {"label": "Retry", "description": "Again", "identifier": "retry"}
    body = {"name": "R", "head_sha": desk.head, "conclusion": "failure", "actions": [action]}
    made = await desk.api.post(RUNS, body)
    desk.heard()
    desk.acme.rosa.press_button(desk.repository.check_runs[made["id"]], "retry")
    (told,) = desk.world.take_deliveries()
    assert (told.event, told.action) == ("check_run", "requested_action")
    assert b'"requested_action":{"identifier":"retry"}' in told.body
    assert b'"sender":{"login":"rosa"' in told.body


async def test_suites_belong_to_one_app(desk: Desk) -> None:
    sha = await desk.branch("work", {"a": "a"})
    suites = (await desk.api.get(f"{REPO}/commits/{sha}/check-suites"))["check_suites"]
    assert [(one["app"]["slug"], one["head_branch"]) for one in suites] == [("aweigh", "work")]

"""What a visitor can do, and as whom."""

import asyncio

import pytest

from bot.sandbox.acts.checks import CheckChange, create_check_run
from bot.sandbox.page.house import Choice
from bot.sandbox.state.checks import CheckOutput
from tests.sandbox.page.conftest import HOME, Booth

ODD_FILE: dict[str, object] = {
    "path": "evil.py",
    "start_line": 1,
    "end_line": 1,
    "annotation_level": "warning",
    "message": "Odd.",
}


async def test_a_comment_is_written_by_who_speaks(booth: Booth) -> None:
    await booth.speak_as("hugo")
    answer = await booth.post(f"{HOME}/pull/1/comment", {"body": "/release 1.2.0\r\nplease"})
    (comment,) = booth.acme.feature.comments
    assert (comment.user.login, comment.body) == ("hugo", "/release 1.2.0\nplease")
    assert answer.headers["Location"] == f"{HOME}/pull/1#issuecomment-{comment.id}"


async def test_nobody_chosen_means_mona(booth: Booth) -> None:
    await booth.post(f"{HOME}/pull/1/comment", {"body": "hello"})
    assert booth.acme.feature.comments[0].user.login == "mona"


async def test_an_empty_comment_is_refused_with_githubs_words(booth: Booth) -> None:
    answer = await booth.post(f"{HOME}/pull/1/comment", {"body": ""})
    assert answer.status == 422
    assert "That did not work" in answer.words


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
async def test_the_three_ways_to_merge(booth: Booth, method: str, parents: int) -> None:
    answer = await booth.post(f"{HOME}/pull/1/merge", {"method": method})
    assert answer.status == 303
    merged = booth.acme.feature.merge_commit_sha
    assert merged is not None
    assert len(booth.acme.repository.store.commit(merged).parents) == parents


async def test_a_reader_does_not_merge(booth: Booth) -> None:
    await booth.speak_as("rosa")
    answer = await booth.post(f"{HOME}/pull/1/merge", {"method": "merge"})
    assert answer.status == 403
    assert "rosa may not do this" in answer.words
    assert not booth.acme.feature.merged


async def test_closing_and_opening_again(booth: Booth) -> None:
    await booth.post(f"{HOME}/pull/1/close")
    assert "closed this" in (await booth.get(f"{HOME}/pull/1")).words
    assert "0 open" in (await booth.get(f"{HOME}/pulls")).words
    await booth.post(f"{HOME}/pull/1/reopen")
    assert "1 open" in (await booth.get(f"{HOME}/pulls")).words


async def test_main_moves_on_as_often_as_one_likes(booth: Booth) -> None:
    await booth.post(f"{HOME}/push", {"message": "one"})
    await booth.post(f"{HOME}/push", {"message": ""})
    assert booth.acme.repository.store.read("main", "NOTES.md") == b"one\nSomebody was faster.\n"


async def test_a_run_is_called_off_and_started_again(booth: Booth) -> None:
    booth.acme.wanda.push_tag("v1.2.0", "main")
    (run,) = booth.acme.repository.runs.values()
    page = f"{HOME}/actions/runs/{run.id}"
    await booth.post(f"{page}/cancel")
    await booth.sandbox.actions.settle()
    assert run.conclusion == "cancelled"
    await booth.post(f"{page}/rerun")
    assert run.run_attempt == 2


async def test_switches_are_turned_on_and_off(booth: Booth) -> None:
    faults = booth.sandbox.index.faults
    await booth.post("/_/switch", {"switch": "uploads", "on": "yes"})
    assert faults.uploads_disabled
    await booth.post("/_/switch", {"switch": "uploads", "on": "no"})
    assert not faults.uploads_disabled
    for name in ("build", "publisher", "provenance"):
        await booth.post("/_/switch", {"switch": name, "on": "yes"})
    text = (await booth.get("/")).text
    assert text.count('aria-checked="true"') == 3
    assert (await booth.post("/_/switch", {"switch": "gravity", "on": "yes"})).status == 400


async def test_another_world_is_wished_for(booth: Booth) -> None:
    form = {"trigger": "dispatch", "gate": "none", "method": "rebase", "play": "yes"}
    assert (await booth.post("/_/world", form)).status == 303
    wished = await asyncio.wait_for(booth.house.next_wish(), 1)
    assert wished == Choice("dispatch", "none", "rebase", play=True)
    assert (await booth.get("/")).status == 503


@pytest.mark.parametrize("form", [{}, {"trigger": "never", "gate": "rule"}, {"trigger": "dispatch", "gate": "wall"}])
async def test_a_world_that_does_not_exist_is_not_made(booth: Booth, form: dict[str, str]) -> None:
    assert (await booth.post("/_/world", form)).status == 400
    assert booth.house.showing is not None


async def test_the_story_needs_a_world_that_nobody_touched(booth: Booth) -> None:
    await booth.post(f"{HOME}/pull/1/comment", {"body": "hello"})
    await booth.post("/_/story", {"order": "play", "back": "/"})
    assert (await asyncio.wait_for(booth.house.next_wish(), 1)).play


async def test_looking_and_speaking_touch_nothing(booth: Booth) -> None:
    await booth.speak_as("hugo")
    await booth.post("/_/story", {"order": "pause", "back": "/"})
    assert not booth.showing.touched
    assert booth.showing.player.state == "paused"


async def test_a_preview_is_what_the_thread_would_show_and_changes_nothing(booth: Booth) -> None:
    before = (len(booth.acme.feature.comments), booth.showing.touched)
    answer = await booth.post(f"{HOME}/pull/1/preview", {"body": "**loud** #1\r\n\r\n<script>alert(1)</script>"})
    assert answer.status == 200
    assert '<strong>loud</strong> <a href="/acme/widget/pull/1">#1</a>' in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert (len(booth.acme.feature.comments), booth.showing.touched) == before


async def test_a_preview_is_for_our_own_pages_and_for_threads_that_are_there(booth: Booth) -> None:
    assert (await booth.post(f"{HOME}/pull/1/preview", {"token": "", "body": "x"})).status == 403
    assert (await booth.post(f"{HOME}/pull/7/preview", {"body": "x"})).status == 404


async def test_the_longest_comment_github_takes_is_taken(booth: Booth) -> None:
    answer = await booth.post(f"{HOME}/pull/1/comment", {"body": "語" * 65536})
    assert answer.status == 303
    assert len(booth.acme.feature.comments[-1].body) == 65536


async def test_a_label_is_put_on_and_taken_off(booth: Booth) -> None:
    await booth.post(f"{HOME}/pull/1/label", {"label": " release-blocker ", "on": "yes"})
    await booth.post(f"{HOME}/pull/1/label", {"label": "docs", "on": "yes"})
    assert [label.name for label in booth.acme.feature.labels] == ["release-blocker", "docs"]
    assert "release-blocker" in (await booth.get(f"{HOME}/pull/1")).words
    await booth.post(f"{HOME}/pull/1/label", {"label": "Release-Blocker"})
    assert [label.name for label in booth.acme.feature.labels] == ["docs"]
    await booth.speak_as("rosa")
    assert (await booth.post(f"{HOME}/pull/1/label", {"label": "mine", "on": "yes"})).status == 403


async def test_a_button_of_a_check_is_pressed_by_who_speaks(booth: Booth) -> None:
    acme = booth.acme
    buttons = [{"identifier": "hold", "label": "Hold", "description": "Keep it"}]
    change = CheckChange(name="Release", status="completed", conclusion="success", actions=buttons)
    change.output = CheckOutput("Ready", "All is well.", None, [ODD_FILE])
    run = create_check_run(acme.world, acme.repository, acme.app, acme.feature.head_sha, change)
    pressed: list[tuple[str | None, str]] = []
    acme.world.observers.append(lambda _w, _r, event, sender: pressed.append((event.action, sender.login)))
    shown = (await booth.get(f"{HOME}/pull/1/checks")).words
    assert "Hold" in shown
    assert "evil.py warning Odd." in shown
    answer = await booth.post(f"{HOME}/runs/{run.id}/button", {"identifier": "hold"})
    assert answer.headers["Location"] == f"{HOME}/pull/1"
    assert pressed == [("requested_action", "mona")]
    await booth.post(f"{HOME}/runs/{run.id}/button", {"identifier": "approve"})
    assert len(pressed) == 1
    await booth.speak_as("rosa")
    assert "Keep it" not in (await booth.get(f"{HOME}/pull/1/checks")).text

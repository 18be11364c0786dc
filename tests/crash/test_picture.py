"""The picture shows every difference people could see, and none that only time and chance make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.sandbox.state.conversation import Comment, PullRequest
from tests.crash.matrix import Matrix, draw
from tests.crash.picture import BOT, Picture, list_repeats
from tests.crash.stage import Stage
from tests.crash.story import ACTS, play
from tests.crash.test_matrix import get_matrix


async def open_end() -> Stage:
    """The world when everything is over."""
    matrix: Matrix = await get_matrix("tag-push")
    return await matrix.end.open()


def pull_of(stage: Stage) -> PullRequest:
    assert stage.release_pull is not None
    return stage.release_pull


def said(stage: Stage, kind: str) -> Comment:
    marked = (comment for comment in pull_of(stage).comments if comment.body.startswith(f"<!-- aweigh:{kind}"))
    return next(marked)


def repeat(stage: Stage) -> None:
    """The bot's final comment once more, taken away again."""
    told = next(
        webhook
        for webhook in stage.sandbox.world.deliveries
        if (webhook.event, webhook.action) == ("issue_comment", "created") and b"aweigh:outcome" in webhook.body
    )
    stage.sandbox.world.deliveries.append(told)


CHANGES: dict[str, Callable[[Stage], object]] = {
    "a comment": lambda stage: stage.acme.mona.comment(1, "Hm."),
    "a word of a comment": lambda stage: stage.acme.mona.edit_comment(2, said(stage, "status"), "Hm."),
    "a comment less": lambda stage: stage.acme.mona.delete_comment(2, said(stage, "prompt")),
    "a reaction": lambda stage: stage.acme.mona.react(said(stage, "outcome"), "heart"),
    "a title": lambda stage: stage.acme.mona.edit_pull(2, title="Other"),
    "a tag less": lambda stage: stage.acme.mona.delete_tag("v1.2.0"),
    "a tag elsewhere": lambda stage: stage.acme.mona.move_tag("v1.2.0", "turn-widgets"),
    "a branch less": lambda stage: stage.acme.mona.delete_branch("aweigh/main"),
    "a commit": lambda stage: stage.acme.mona.push_commit("main", {"x.txt": "x"}),
    "a release less": lambda stage: stage.acme.mona.delete_release(list(stage.acme.repository.releases.values())[-1]),
    "an asset less": lambda stage: list(stage.acme.repository.releases.values())[-1].assets.pop(),
    "a lock": lambda stage: stage.acme.mona.lock(2),
    "a label": lambda stage: stage.acme.mona.label(2, "odd"),
    "another attempt": lambda stage: stage.acme.mona.rerun(list(stage.acme.repository.runs.values())[-1]),
    "a file less": lambda stage: stage.sandbox.index.state.delete_file("widget", "widget-1.2.0.tar.gz"),
    "a word of a check": lambda stage: setattr(
        list(stage.acme.repository.check_runs.values())[-1].output, "title", "Other"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_picture_shows(change: str) -> None:
    stage = await open_end()
    before = draw(stage)
    CHANGES[change](stage)
    assert draw(stage) != before
    await stage.stop()


async def test_the_picture_does_not_show_time_and_chance() -> None:
    matrix = await get_matrix("tag-push")
    stage = await matrix.get_beginning().open()
    stage.sandbox.world.ids.next()
    await stage.pass_time(timedelta(hours=1))
    for act in ACTS:
        await play(stage, act)
    await stage.stop()
    assert draw(stage) == matrix.final


async def test_side_talk_is_left_out_with_its_answers() -> None:
    stage = await open_end()
    before = draw(stage)
    comment = stage.acme.wanda.comment(1, "/release status")
    await stage.settle()
    assert stage.acme.feature.comments[-1].user.login == BOT
    assert draw(stage) != before
    assert Picture(stage.sandbox, frozenset({comment.id})).draw() == before
    await stage.stop()


async def test_what_was_said_twice_is_noticed_even_when_it_was_deleted() -> None:
    stage = await open_end()
    assert list_repeats(stage.sandbox) == []
    repeat(stage)
    assert list_repeats(stage.sandbox) == ["#2: outcome published"]
    await stage.stop()


def test_the_order_of_comments_can_be_left_out() -> None:
    one = "pull 2\n  comment by a []\n    | x\n  comment by b []\n    | y\n== checks\nfine\n"
    other = "pull 2\n  comment by b []\n    | y\n  comment by a []\n    | x\n== checks\nfine\n"
    assert one != other
    assert Picture.unordered(one) == Picture.unordered(other)
    assert Picture.unordered(one) != Picture.unordered(one.replace("x", "z"))

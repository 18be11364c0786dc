"""However much is said on a release pull request, an approval stays one; what is not read is not passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.github import comments
from bot.release import speech
from tests.stories.theatre import Theatre, open_theatre

UNREAD = "an approval further up has to be typed again"


def talk(theatre: Theatre, number: int, times: int) -> None:
    for n in range(times):
        theatre.acme.rosa.comment(number, f"Comment {n}")


async def test_an_approval_counts_below_hundreds_of_comments(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        pull = await theatre.reach_gate(by=theatre.acme.wanda)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        talk(theatre, pull.number, 301)
        await theatre.settle()
        second = await theatre.say(theatre.acme.mona, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(second) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "status")) == 1
        theatre.read_all()


async def test_where_more_was_said_than_is_read_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "_MOST_PAGES_SINCE", 1)
    # Where a thread is read in part, what we edit in place is looked for at its beginning.
    monkeypatch.setattr(speech, "MOST_COMMENTS", 100)
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        pull = await theatre.reach_gate(by=theatre.acme.wanda)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert UNREAD not in theatre.status(pull)
        talk(theatre, pull.number, 110)
        await theatre.settle()
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        assert "Waiting for approval (0 of 2)" in theatre.replies(pull.number)[-1]
        assert UNREAD in theatre.status(pull)
        for maintainer in (theatre.acme.hugo, theatre.acme.mona):
            await theatre.say(maintainer, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_approvals_of_strangers_are_not_looked_at_one_by_one(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        for _ in range(20):
            theatre.acme.rosa.comment(pull.number, "/release approve 1.2.0")
        await theatre.settle()
        before = theatre.request_count
        await theatre.say(theatre.acme.mona, "/release status", pull.number)
        assert theatre.asked("GET", r"/issues/comments/\d+$", since=before) == 0
        theatre.read_all()

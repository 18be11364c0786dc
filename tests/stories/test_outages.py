"""GitHub or the index has a bad hour: the bot waits, goes on, and in the end there is exactly one of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.sandbox.acme_files import Trigger
from bot.sandbox.faults import (
    Effect,
    Lost,
    Refused,
    StaleReads,
    When,
    bad_gateway,
    graphql_limit,
    primary_limit,
    secondary_limit,
    server_error,
    unicorn,
)
from bot.sandbox.http import reply
from tests.stories.hours import MORNING
from tests.stories.plays import Play, once_uploaded, open_play
from tests.stories.theatre import BOT

WRITES: list[tuple[str, Trigger, When]] = [
    ("tree", "release-published", When(method="POST", path=r"/git/trees$")),
    ("commit", "release-published", When(method="POST", path=r"/git/commits$")),
    ("check run", "release-published", When(method="POST", path=r"/check-runs$")),
    ("branch", "release-published", When(method="POST", path=r"/graphql$", body="updateRefs")),
    ("pull request", "release-published", When(method="POST", path=r"/pulls$")),
    (
        "status comment, reply and rocket",
        "release-published",
        When(method="POST", path=r"/graphql$", body="addComment"),
    ),
    ("eyes", "release-published", When(method="POST", path=r"/reactions$")),
    ("tag object", "release-published", When(method="POST", path=r"/git/tags$")),
    ("tag", "release-published", When(method="POST", path=r"/git/refs$")),
    ("release", "release-published", When(method="POST", path=r"/releases$")),
    ("edit", "release-published", When(method="PATCH", path=r"/issues/comments/")),
    ("prompt", "release-published", When(method="POST", path=r"/issues/2/comments$", body="wants to publish")),
    ("gate", "release-published", When(method="POST", path=r"/deployment_protection_rule$")),
    ("outcome", "release-published", When(method="POST", path=r"/issues/2/comments$", body="aweigh:outcome")),
    ("draft", "tag-push", When(method="POST", path=r"/releases$")),
    ("asset", "tag-push", When(method="POST", path=r"/releases/\d+/assets$")),
    ("publishing the draft", "tag-push", When(method="PATCH", path=r"/releases/\d+$")),
    ("dispatch", "dispatch", When(method="POST", path=r"/dispatches$")),
]


@pytest.mark.parametrize(("name", "trigger", "when"), WRITES, ids=[write[0] for write in WRITES])
async def test_an_answer_lost_after_the_write_took_effect(
    tmp_path: Path, name: str, trigger: Trigger, when: When
) -> None:
    async with open_play(tmp_path, trigger=trigger) as play:
        fault = play.theatre.sandbox.github.faults.add(when, Lost(applied=True))
        await play.run()
        assert fault.struck == 1, name
        play.check_one_of_everything()


@pytest.mark.parametrize(("name", "trigger", "when"), WRITES, ids=[write[0] for write in WRITES])
async def test_a_write_that_does_not_show_at_once(tmp_path: Path, name: str, trigger: Trigger, when: When) -> None:
    """The next reads see the world as it was before the write."""
    async with open_play(tmp_path, trigger=trigger) as play:
        faults = play.theatre.sandbox.github.faults
        fault = faults.add(when, StaleReads(8))
        await play.run()
        assert fault.struck == 1, name
        play.check_one_of_everything()


async def test_a_comment_that_may_be_there_is_not_said_twice_however_often_it_is_looked_for(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        theatre = play.theatre
        faults = theatre.sandbox.github.faults
        # From the look before the status comment on, reads show nothing new, and the comment's own answer is lost.
        faults.add(When(path=r"/graphql$", body="issueOrPullRequest"), StaleReads(100, of=r"/graphql$|/comments$"))
        lost = faults.add(When(method="POST", path=r"/graphql$", body="addComment"), Lost(applied=True))
        await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert lost.struck == 1
        for _ in range(4):
            await play.wait(timedelta(seconds=5))
            await theatre.say(theatre.acme.wanda, "/release status", theatre.release_pull.number)
        faults.clear()
        await play.wait()
        said = Counter(c.body.partition("\n")[0] for c in theatre.release_pull.comments if c.user.login == BOT)
        assert set(said.values()) == {1}
        assert len(said) == 5
        theatre.read_all()


async def test_a_command_on_a_pull_request_that_does_not_show_yet_is_not_dropped(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        await play.ask()
        play.theatre.read_all()
        missing = Refused(reply(404, {"message": "Not Found", "status": "404"}))
        faults = play.theatre.sandbox.github.faults
        error = {"type": "NOT_FOUND", "path": ["repository", "thread"], "message": "Could not resolve to a PullRequest"}
        nowhere = Refused(reply(200, {"data": {"repository": None}, "errors": [error]}))
        faults.add(When(path=r"/graphql$", body="issueOrPullRequest"), nowhere, times=2)
        hidden = faults.add(When(method="GET", path=r"/pulls/2$"), missing, times=2)
        comment = play.theatre.acme.wanda.comment(2, "/release help")
        await play.wait()
        assert hidden.struck == 2
        assert play.theatre.reactions(comment) == ["eyes", "rocket"]
        play.theatre.read_all()


OUTAGES: dict[str, Callable[[], Effect]] = {
    "unicorn": unicorn,
    "502": bad_gateway,
    "500": server_error,
    "connection": lambda: Lost(applied=False),
    "403 with retry-after": lambda: secondary_limit(retry_after=60),
    "429 without": lambda: secondary_limit(status=429, retry_after=None),
    "primary limit": lambda: primary_limit(reset=int((MORNING + timedelta(minutes=30)).timestamp())),
    "GraphQL limit": graphql_limit,
}
Act = Literal["ask", "merge", "approve"]


@pytest.mark.parametrize("act", ["ask", "merge", "approve"])
@pytest.mark.parametrize("outage", OUTAGES)
async def test_github_is_down_for_a_while(tmp_path: Path, outage: str, act: Act) -> None:
    async with open_play(tmp_path) as play:
        faults, requests = play.theatre.sandbox.github.faults, play.theatre.sandbox.world.requests
        for each in ("ask", "merge", "approve"):
            if each != act:
                await getattr(play, each)()
                continue
            before = len(requests)
            when = When(path=r"/graphql$") if outage == "GraphQL limit" else When()
            faults.add(when, OUTAGES[outage](), times=None)
            await _attempt(play, each)
            asked = len(requests) - before
            assert 0 < asked < 80, f"{asked} requests in five minutes"
            faults.clear()
            await play.wait(timedelta(hours=1))
        play.check_one_of_everything()


async def _attempt(play: Play, act: Act) -> None:
    """People act while GitHub's API is down (its pages and webhooks need not be), and five minutes pass."""
    await getattr(play, act)()
    await play.wait(timedelta(minutes=2))


async def test_a_limit_is_respected_to_the_second(tmp_path: Path) -> None:
    async with open_play(tmp_path) as play:
        faults, requests = play.theatre.sandbox.github.faults, play.theatre.sandbox.world.requests
        limit = faults.add(When(path=r"/repos/"), secondary_limit(status=429, retry_after=90))
        await play.theatre.say(play.theatre.acme.mona, "/release 1.2.0")
        assert limit.struck == 1
        before = len(requests)
        await play.wait(timedelta(seconds=89))
        assert len(requests) == before
        # It comes back within a quarter of that time, at this repository's own moment.
        await play.wait(timedelta(seconds=24))
        assert play.theatre.find_release_pull() is not None
        play.theatre.read_all()


class TestIndex:
    @pytest.mark.parametrize("trouble", ["connection", 503, "html"])
    async def test_it_is_unreachable_before_the_tag(self, tmp_path: Path, trouble: Any) -> None:
        async with open_play(tmp_path) as play:
            _break(play, trouble)
            await play.ask()
            assert "⚠️ The package index could not be asked whether this version is free" in play.status
            play.theatre.read_all()
            await play.merge()
            await play.wait(timedelta(hours=1))
            assert not play.has_tag()
            assert "Waiting for the package index before anything is tagged" in play.status
            assert not play.theatre.replies(play.theatre.release_pull.number)
            _mend(play)
            await play.wait(timedelta(minutes=12))
            assert play.has_tag()
            await play.approve()
            play.check_one_of_everything()

    async def test_somebody_took_the_version_while_it_was_unreachable(self, tmp_path: Path) -> None:
        async with open_play(tmp_path) as play:
            _break(play, 503)
            await play.ask()
            await play.merge()
            index = play.theatre.sandbox.index
            index.state.add_file("widget", "1.2.0", "widget-1.2.0.tar.gz", b"theirs", play.clock.now())
            _mend(play)
            await play.wait(timedelta(minutes=12))
            assert not play.has_tag()
            assert "`1.2.0` is taken" in play.status
            play.theatre.read_all()

    @pytest.mark.parametrize("trouble", ["connection", 503, "html"])
    async def test_it_is_unreachable_after_the_upload(self, tmp_path: Path, trouble: Any) -> None:
        async with open_play(tmp_path) as play:
            await play.ask()
            await play.merge()
            once_uploaded(play, lambda: _break(play, trouble))
            await play.approve()
            assert "The package index does not answer" in play.status
            assert not play.outcome
            await play.wait(timedelta(hours=2))
            assert not play.outcome
            _mend(play)
            await play.wait(timedelta(minutes=65))
            assert play.outcome
            play.check_one_of_everything()

    async def test_files_show_up_one_after_the_other(self, tmp_path: Path) -> None:
        async with open_play(tmp_path) as play:
            await play.ask()
            await play.merge()
            files = play.theatre.sandbox.index.state.projects["widget"].files

            def hide() -> None:
                files["widget-1.2.0.tar.gz"].hidden_reads = 3
                files["widget-1.2.0-py3-none-any.whl"].hidden_reads = 6

            once_uploaded(play, hide)
            play.theatre.acme.hugo.comment(play.theatre.release_pull.number, "/release approve 1.2.0")
            seen: list[list[str]] = []
            for _ in range(60):
                await play.wait(timedelta(seconds=5))
                hidden = [name for name, file in files.items() if file.hidden_reads > 0]
                if not seen or seen[-1] != hidden:
                    seen.append(hidden)
                    if hidden == ["widget-1.2.0-py3-none-any.whl"]:
                        assert "`widget-1.2.0-py3-none-any.whl`" in play.status.partition("Whose turn")[2]
                if hidden:
                    assert not play.outcome
            assert ["widget-1.2.0-py3-none-any.whl"] in seen
            outcome = play.outcome
            assert outcome.count("✅ verified") == 2
            play.check_one_of_everything()


def _break(play: Play, trouble: Any) -> None:
    faults = play.theatre.sandbox.index.faults
    faults.html_only = trouble == "html"
    faults.unreachable = None if trouble == "html" else trouble


def _mend(play: Play) -> None:
    faults = play.theatre.sandbox.index.faults
    faults.html_only, faults.unreachable = False, None

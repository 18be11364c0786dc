"""GitHub or the index has a bad hour: the bot waits, goes on, and in the end there is exactly one of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.clock import VirtualClock
from bot.sandbox.acme_files import Trigger
from bot.sandbox.faults import (
    Effect,
    Lost,
    StaleReads,
    When,
    bad_gateway,
    graphql_limit,
    primary_limit,
    secondary_limit,
    server_error,
    unicorn,
)
from bot.sandbox.state.accounts import User
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.hours import MORNING, pass_time
from tests.stories.theatre import BOT, Theatre, open_theatre

A_WHILE = timedelta(minutes=3)


class Play:
    """The story of a release, with time passing after each act."""

    def __init__(self, theatre: Theatre, clock: VirtualClock) -> None:
        self.theatre, self.clock = theatre, clock

    async def wait(self, by: timedelta = A_WHILE) -> None:
        await pass_time(self.theatre, self.clock, by)

    async def ask(self) -> None:
        self.theatre.acme.mona.comment(self.theatre.feature, "/release 1.2.0")
        await self.wait()

    async def merge(self) -> None:
        self.theatre.acme.mona.merge_pull(self.theatre.release_pull.number)
        await self.wait()

    async def approve(self) -> None:
        self.theatre.acme.hugo.comment(self.theatre.release_pull.number, "/release approve 1.2.0")
        await self.wait()

    async def run(self) -> None:
        await self.ask()
        await self.merge()
        await self.approve()

    @property
    def status(self) -> str:
        (status,) = [c for c in self.theatre.release_pull.comments if c.body.startswith("<!-- aweigh:status")]
        return status.body

    def has_tag(self) -> bool:
        return "refs/tags/v1.2.0" in self.theatre.acme.repository.store.refs("refs/tags/")

    def check_one_of_everything(self) -> None:
        """One pull request, tag, release and run; nothing said twice; everybody answered."""
        repository, faults = self.theatre.acme.repository, self.theatre.sandbox.github.faults
        faults.clear()
        assert [pull.title for pull in repository.pulls if pull.user.login == BOT] == ["Release widget 1.2.0"]
        tag = repository.store.refs("refs/tags/v1.2.0")["refs/tags/v1.2.0"]
        assert repository.store.has(tag, "tag")
        assert repository.store.peel(tag) == self.theatre.release_pull.merge_commit_sha
        releases = [release for release in repository.releases.values() if release.tag_name == "v1.2.0"]
        assert [release.draft for release in releases] == [False]
        assert len({asset.name for asset in releases[0].assets}) == len(releases[0].assets)
        assert [(run.conclusion, run.run_attempt) for run in repository.runs.values()] == [("success", 1)]
        for issue in repository.issues.values():
            said = Counter(c.body.partition("\n")[0] for c in issue.comments if c.user.login == BOT)
            assert set(said.values()) <= {1}, said
        kinds = [c.body.split()[1] for c in self.theatre.release_pull.comments if c.user.login == BOT]
        assert sorted(kinds) == ["aweigh:outcome", "aweigh:prompt", "aweigh:status"]
        for who in (repository.issues[self.theatre.feature].comments[0], self._approval()):
            assert self.theatre.reactions(who) == ["eyes", "rocket"]
        self.theatre.read_all()

    def _approval(self) -> Any:
        return next(c for c in self.theatre.release_pull.comments if c.user.login == "hugo")


@asynccontextmanager
async def open_play(folder: Path, **changes: Any) -> AsyncIterator[Play]:
    clock = VirtualClock(MORNING)
    async with open_theatre(folder, clock=clock, **changes) as theatre:
        yield Play(theatre, clock)


WRITES: list[tuple[str, Trigger, When]] = [
    ("tree", "release-published", When(method="POST", path=r"/git/trees$")),
    ("commit", "release-published", When(method="POST", path=r"/git/commits$")),
    ("check run", "release-published", When(method="POST", path=r"/check-runs$")),
    ("branch", "release-published", When(method="POST", path=r"/graphql$", body="updateRefs")),
    ("pull request", "release-published", When(method="POST", path=r"/pulls$")),
    ("status comment", "release-published", When(method="POST", path=r"/issues/2/comments$")),
    ("reply", "release-published", When(method="POST", path=r"/issues/1/comments$")),
    ("reaction", "release-published", When(method="POST", path=r"/reactions$")),
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

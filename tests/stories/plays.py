"""A release from the command to the final comment, act by act, with time passing in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.clock import VirtualClock
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

    @property
    def outcome(self) -> str:
        """The final comment, empty as long as there is none."""
        said = self.theatre.release_pull.comments
        return "".join(comment.body for comment in said if comment.body.startswith("<!-- aweigh:outcome"))

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


def once_uploaded(play: Play, act: Callable[[], None]) -> None:
    """Let something happen the moment the publish run is over, before the bot can look."""

    def watch(_world: World, _repository: Repository, event: Event, _sender: User) -> None:
        if event.name == "workflow_run" and event.action == "completed":
            act()

    play.theatre.sandbox.world.observers.append(watch)

"""Owners with many repositories at once: what they do to each other, and to GitHub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.sandbox import acme as history
from bot.sandbox.limits import SecondaryLimits
from bot.sandbox.people import Person
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import Comment, Issue, PullRequest
from bot.sandbox.state.deliveries import RequestRecord
from bot.sandbox.state.repository import Grant, Repository
from tests.crash.stage import Stage, open_stage
from tests.stories.theatre import BOT


class Town:
    """Repositories of one owner on a stage, each with an issue to talk on."""

    def __init__(self, stage: Stage, owner: User, count: int, prefix: str) -> None:
        self.stage = stage
        self.repositories = [self._build(owner, f"{prefix}{number}") for number in range(count)]
        self.said: list[Comment] = []

    @property
    def pulls(self) -> list[PullRequest]:
        """The release pull requests, in all repositories."""
        return [pull for repository in self.repositories for pull in repository.pulls if pull.user.login == BOT]

    def ask(self) -> None:
        """Let somebody ask for a release in every repository at the same moment."""
        for repository in self.repositories:
            mona = Person(self.stage.sandbox.world, repository, self.stage.acme.mona.user)
            self.said.append(mona.comment(1, "/release 1.2.0"))

    def merge(self) -> None:
        """Let somebody merge every release pull request at the same moment."""
        for repository in self.repositories:
            mona = Person(self.stage.sandbox.world, repository, self.stage.acme.mona.user)
            for pull in repository.pulls:
                if pull.state == "open":
                    mona.merge_pull(pull.number)

    def push(self) -> None:
        """Let somebody push to every default branch at the same moment: each repository is looked at."""
        for repository in self.repositories:
            mona = Person(self.stage.sandbox.world, repository, self.stage.acme.mona.user)
            mona.push_commit("main", {"more.md": "More.\n"}, "More")

    def count_answered(self) -> int:
        """How many of the commands were carried out; each of them has been answered once at most."""
        done = 0
        for comment in self.said:
            signs = [one.content for one in comment.reactions if one.user.login == BOT]
            assert signs in ([], ["eyes"], ["eyes", "rocket"]), signs
            done += signs == ["eyes", "rocket"]
        return done

    def count_tags(self) -> int:
        """How many repositories have the release's tag."""
        return sum("refs/tags/v1.2.0" in repository.store.refs("refs/tags/") for repository in self.repositories)

    def check_said_once(self) -> None:
        """Nothing was said twice in any thread."""
        for repository in self.repositories:
            for issue in repository.issues.values():
                said = Counter(one.body.partition("\n")[0] for one in issue.comments if one.user.login == BOT)
                assert set(said.values()) <= {1}, said

    def _build(self, owner: User, name: str) -> Repository:
        world, acme = self.stage.sandbox.world, self.stage.acme
        repository = world.add_repository(owner, name)
        people = {"mona": acme.mona.user, "hugo": acme.hugo.user}
        world.add_collaborator(repository, people["mona"], Grant("maintain"))
        world.add_collaborator(repository, people["hugo"], Grant("admin"))
        history._write_history(world, repository, people["mona"], history._history("release-published"), {})
        history._protect(world, repository, acme.app, people, "rule")
        now = world.now()
        repository.issues[1] = Issue(
            id=world.ids.next(),
            number=1,
            title="A release",
            body="",
            user=people["mona"],
            created_at=now,
            updated_at=now,
        )
        return repository


async def open_strict_stage() -> Stage:
    """A stage on which GitHub counts everything that it limits."""
    stage = await open_stage(trigger="release-published")
    stage.sandbox.github.limits.secondary = SecondaryLimits()
    return stage


def add_owner(stage: Stage, login: str, count: int) -> Town:
    """Another owner with an installation of its own."""
    world = stage.sandbox.world
    owner = world.add_user(login, type="Organization", members={stage.acme.mona.user.id, stage.acme.hugo.user.id})
    world.install(stage.acme.app, owner)
    return Town(stage, owner, count, f"{login}-")


def list_refused(requests: Sequence[RequestRecord]) -> list[str]:
    """Requests that a limit refused."""
    return [f"{one.at} {one.method} {one.path} {one.status}" for one in requests if one.status in (403, 429)]


def count_per_minute(requests: Sequence[RequestRecord], since: datetime) -> list[int]:
    """How many requests were made in each minute."""
    minutes = Counter((one.at - since) // timedelta(minutes=1) for one in requests if one.at >= since)
    return [minutes[minute] for minute in range(max(minutes, default=-1) + 1)]

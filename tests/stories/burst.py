"""An estate of many repositories that propose their releases by themselves, and a burst of pushes over some of them."""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.engine.protocol import Delivery, Handlers
from bot.github.facts import RepositoryRef
from bot.intake.durably import take_in
from bot.intake.events import AppIdentity, Ignored, translate
from bot.intake.payload import Malformed
from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.acts.commits import commit_files
from bot.sandbox.git.store import GitStore
from bot.sandbox.limits import SecondaryLimits
from bot.sandbox.people import Person
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Delivery as Webhook
from bot.sandbox.state.deliveries import RequestRecord
from bot.sandbox.state.repository import Grant, Repository
from tests.crash.picture import BOT
from tests.crash.stage import Stage, open_stage

_FILES: Final = {
    ".github/aweigh.toml": 'mode = "auto"\n',
    ".github/workflows/publish.yml": publish_workflow("tag-push"),
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-03-02\n\n### Added\n\n- It is there.\n",
    "README.md": "# gadget\n",
    "gadget/__init__.py": "",
    "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
    '[project]\nname = "gadget"\nversion = "1.0.0"\n',
}
_KINDS: Final = ("feat", "fix", "fix", "docs")
"""What is pushed, as often as people do it, more or less."""

_LONGEST: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Size:
    """How large the estate and the burst are."""

    repositories: int
    pushes: int
    touched: int
    """Over how many of the repositories the pushes are spread."""
    owners: int = 1
    to_busy: int = 0
    """How many of the pushes one of those repositories gets."""
    within: timedelta = timedelta(minutes=2)
    """From the first push to the last."""


@dataclass(eq=False)
class Target:
    """One repository of the burst: what was pushed to it, and when its release pull request was right."""

    repository: Repository
    person: Person
    messages: list[str] = field(default_factory=list)
    last_push: datetime | None = None
    right_at: datetime | None = None

    @property
    def wanted(self) -> str:
        """The version that semantic versioning and Conventional Commits ask for after 1.0.0; empty for none."""
        kinds = {message.partition(":")[0] for message in self.messages}
        return "1.1.0" if "feat" in kinds else "1.0.1" if "fix" in kinds else ""

    @property
    def waited(self) -> timedelta:
        """From the last push until all was right."""
        assert self.right_at is not None, self.describe()
        assert self.last_push is not None
        return max(self.right_at - self.last_push, timedelta(0))

    @property
    def pulls(self) -> list[PullRequest]:
        """The release pull requests."""
        return [pull for pull in self.repository.pulls if pull.user.login == BOT]

    def is_right(self) -> bool:
        """Whether one release pull request is there, of the version that is wanted, with everything that was pushed."""
        pulls = self.pulls
        if not self.wanted or len(pulls) != 1 or pulls[0].state != "open":
            return not self.wanted and not pulls
        store, head = self.repository.store, pulls[0].head_sha
        changelog, project = store.read(head, "CHANGELOG.md") or b"", store.read(head, "pyproject.toml") or b""
        told = [message.partition(": ")[2] for message in self.messages if not message.startswith("docs")]
        found = re.findall(r"^- Change (no\. \d+)$", changelog.decode(), re.MULTILINE)
        return (
            pulls[0].title == f"Release gadget {self.wanted}"
            and f'version = "{self.wanted}"'.encode() in project
            and sorted(f"change {one}" for one in found) == sorted(told)
        )

    def describe(self) -> str:
        """For whoever wonders what is wrong."""
        titles = [f"{pull.title} ({pull.state})" for pull in self.pulls]
        return f"{self.repository.full_name}: wants {self.wanted or 'none'} after {self.messages}, has {titles}"


class Counting:
    """The bot's handlers, and beside them a count of the looks, and of those that pushes led to and that came to an end."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._pushed: Counter[int] = Counter()
        self.looks = self.looks_for_pushes = 0

    def note_push(self, repository_id: int) -> None:
        """A push was told: the next look at the repository is for it, too."""
        self._pushed[repository_id] += 1

    async def handle_delivery(self, delivery: Delivery) -> None:
        """See ``Handlers``."""
        await self._handlers.handle_delivery(delivery)

    async def reconcile(self, repository: RepositoryRef) -> None:
        """See ``Handlers``."""
        self.looks += 1
        pushed = self._pushed.pop(repository.id, 0)
        try:
            await self._handlers.reconcile(repository)
        except Exception:
            # Put off: the next look is for them.
            self._pushed[repository.id] += pushed
            raise
        self.looks_for_pushes += pushed > 0

    async def give_up(self, delivery: Delivery) -> None:
        """See ``Handlers``."""
        await self._handlers.give_up(delivery)


class Burst:
    """The estate, and what happens to it. GitHub counts all its limits; time passes as fast as the machine can."""

    def __init__(self, stage: Stage, size: Size, seed: int) -> None:
        self.stage, self.size = stage, size
        self._dice = random.Random(seed)
        self._before = 0
        self.began = stage.clock.now()
        self.counting = Counting(stage.process.handlers)
        stage.process.engine._handlers = self.counting
        stage.carry = self._deliver
        self.told: Counter[str] = Counter()
        repositories = self._build()
        chosen = self._dice.sample(repositories, size.touched)
        mona = stage.acme.mona.user
        self.targets = [Target(one, Person(stage.sandbox.world, one, mona)) for one in chosen]

    @property
    def busy(self) -> Target | None:
        """The one that gets more than its part."""
        return self.targets[0] if self.size.to_busy else None

    @property
    def requests(self) -> list[RequestRecord]:
        """What the bot asked of GitHub since the first push."""
        return self.stage.sandbox.world.requests[self._before :]

    @property
    def others(self) -> list[Target]:
        """All but the busy one."""
        return [one for one in self.targets if one is not self.busy]

    @property
    def wrong(self) -> list[Target]:
        """Those whose release pull request was not right yet when it was looked at last."""
        return [one for one in self.targets if one.right_at is None]

    async def play(self) -> None:
        """Push everything, then let time pass until everything is right.

        Raises AssertionError when that takes longer than half a day.
        """
        stage, size = self.stage, self.size
        self.began = began = stage.clock.now()
        self._before = len(stage.sandbox.world.requests)
        for number, target in enumerate(self._deal()):
            await self._wait_until(began + size.within * number / size.pushes)
            self._push(target, number)
        await stage.settle()
        self._look()
        while self.wrong:
            due = stage.clock.next_due
            assert due is not None, [one.describe() for one in self.wrong]
            assert due - began < _LONGEST, [one.describe() for one in self.wrong]
            await self._wait_until(due)

    async def _wait_until(self, moment: datetime) -> None:
        clock = self.stage.clock
        while (due := clock.next_due) is not None and due <= moment:
            # Whoever is due within the same second acts in one go: nobody could tell the difference.
            await clock.advance_to(min(due + timedelta(seconds=1), max(moment, due)))
            await self.stage.settle()
            self._look()
        if moment > clock.now():
            await self.stage.settle()
            self._look()
            await clock.advance_to(moment)

    def _push(self, target: Target, number: int) -> None:
        kind = self._dice.choice(_KINDS)
        message = f"{kind}: change no. {number}"
        target.messages.append(message)
        target.person.push_commit("main", {f"gadget/n{number}.py": f"N = {number}\n"}, message)
        target.last_push, target.right_at = self.stage.clock.now(), None

    def _look(self) -> None:
        for target in self.targets:
            if target.right_at is None and target.is_right():
                target.right_at = self.stage.clock.now()

    def _deal(self) -> list[Target]:
        """Whom each push goes to: everybody once at least, the busy one as often as it should, the rest by chance."""
        others = self.others
        dealt = [*others, *([self.busy] * self.size.to_busy if self.busy else [])]
        dealt += self._dice.choices(others, k=self.size.pushes - len(dealt))
        self._dice.shuffle(dealt)
        return dealt

    async def _deliver(self, stage: Stage, webhook: Webhook) -> None:
        """Hand a webhook to the bot, as its front door does once the signature was checked."""
        webhook.status_code, webhook.status, webhook.delivered_at = 202, "OK", stage.clock.now()
        identity = AppIdentity(stage.acme.app.id, stage.process.handlers.bot_login)
        meaning = translate(webhook.event, json.loads(webhook.body), identity)
        self.told[webhook.event] += 1
        if isinstance(meaning, Ignored | Malformed):
            return
        if webhook.event == "push" and webhook.repository_id is not None:
            self.counting.note_push(webhook.repository_id)
        await take_in(stage.process.engine, meaning, webhook.guid, stage.clock.now())

    def _build(self) -> list[Repository]:
        """The estate: all repositories have the same history, and share its objects."""
        world, size, acme = self.stage.sandbox.world, self.size, self.stage.acme
        mona = acme.mona.user
        owners = [world.add_user(f"owner-{n}", type="Organization", members={mona.id}) for n in range(size.owners)]
        for owner in owners:
            world.install(acme.app, owner)
        made, store = [], GitStore()
        for number in range(size.repositories):
            repository = world.add_repository(owners[number % size.owners], f"gadget-{number}")
            world.add_collaborator(repository, mona, Grant("maintain"))
            if number == 0:
                repository.store = store = _write_history(self.stage, repository)
            else:
                repository.store = copy.deepcopy(store)
            repository.store.set_head("main")
            made.append(repository)
        return made


def _write_history(stage: Stage, repository: Repository) -> GitStore:
    store, mona = repository.store, stage.acme.mona.user
    sha = commit_files(
        stage.sandbox.world, repository, parent=None, files=_FILES, message="Release 1.0.0", author=mona, signed=True
    )
    store.set_ref("refs/heads/main", sha)
    store.set_ref("refs/tags/v1.0.0", sha)
    return store


async def open_burst(size: Size, seed: int = 1) -> Burst:
    """A fresh estate of this size, with the bot installed and running."""
    stage = await open_stage(trigger="tag-push")
    stage.sandbox.github.limits.secondary = SecondaryLimits()
    await stage.pass_time(timedelta(minutes=1))
    return Burst(stage, size, seed)

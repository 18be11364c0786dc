"""A large estate behind the sandbox's GitHub, and the sweep that looks after it, joined by functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine, MemoryStore
from bot.github.client import GitHub
from bot.github.facts import RepositoryRef
from bot.github.patience import Patience
from bot.github.transport import Answer, TransportError
from bot.intake.sweep import Sweep
from bot.release.record import Milestone, Record, render_record
from bot.sandbox.acme import Acme, build_acme, new_private_key
from bot.sandbox.acts.checks import CheckChange, create_check_run
from bot.sandbox.acts.commits import commit_files
from bot.sandbox.acts.pulls import open_pull
from bot.sandbox.acts.refs import create_ref
from bot.sandbox.faults import ConnectionLostError
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.http import Request
from bot.sandbox.people import Person
from bot.sandbox.state.accounts import Installation
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Delivery, RequestRecord
from bot.sandbox.state.repository import Grant, Repository
from tests.contract.watching import held_to_contract
from tests.engine.support import Recorder
from tests.stories.hours import MORNING, HurriedClock

private_key = cache(new_private_key)

_LONG_AGO = MORNING - timedelta(days=60)
"""When somebody last pushed to repositories in which nothing happens."""


@dataclass
class Estate:
    """Accounts with repositories, the App installed on them, and one bot whose handlers only write down what they get."""

    acme: Acme
    sandbox: GitHubSandbox
    clock: VirtualClock
    store: MemoryStore = field(default_factory=MemoryStore)
    seen: Recorder = field(default_factory=Recorder)
    before: Callable[[Request], None] = lambda _: None
    engine: MemoryEngine = field(init=False)
    sweep: Sweep = field(init=False)

    async def start(self) -> None:
        """Begin a life of the bot, with whatever its store holds."""
        self.engine = MemoryEngine(self.store, clock=self.clock)
        await self.engine.start(self.seen)
        self.sweep = self.make_sweep()

    async def restart(self, *, away: timedelta = timedelta(seconds=10), new_database: bool = False) -> None:
        """End this life, and begin the next one later."""
        await self.engine.kill()
        await self.clock.advance(away)
        if new_database:
            self.store = MemoryStore()
        self.seen = Recorder()
        await self.start()

    def make_sweep(self) -> Sweep:
        """What another process of the same bot would sweep with."""
        github = GitHub(
            self.acme.app.id,
            self.acme.private_key,
            self.acme.world.links.api,
            self._ask,
            user_agent="aweigh/tests",
            clock=HurriedClock(self.clock),
            patience=Patience(dice=lambda: 0.5),
        )
        return Sweep(self.engine, github, self.acme.app.id, self.clock)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request.of(method, url, headers, body)
        self.before(request)
        try:
            response = await self.sandbox.handle(request)
        except ConnectionLostError as lost:
            raise TransportError("the connection broke", sent=True) from lost
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, response.body)

    async def act(self) -> Counter[str]:
        """Sweep once and let everything follow; how many requests it cost, by route."""
        made = len(self.requests)
        await self.sweep.act()
        await self.engine.idle()
        return Counter(f"{one.method} {one.route or one.path}" for one in self.requests[made:])

    @property
    def requests(self) -> list[RequestRecord]:
        """Everything that was asked so far."""
        return self.acme.world.requests

    def add_repositories(self, count: int, owner: str = "acme") -> list[Repository]:
        """Repositories in which nothing has happened."""
        account = self.acme.world.get_user(owner)
        made = [self.acme.world.add_repository(account, f"r{number}") for number in range(count)]
        for repository in made:
            repository.pushed_at = _LONG_AGO
        return made

    def add_account(self, login: str, repositories: int) -> Installation:
        """Another account with the App installed."""
        account = self.acme.world.add_user(login, type="Organization")
        self.add_repositories(repositories, login)
        return self.acme.world.install(self.acme.app, account)

    def person(self, repository: Repository, login: str = "mona") -> Person:
        """Somebody who maintains a repository."""
        user = self.acme.world.get_user(login)
        self.acme.world.add_collaborator(repository, user, Grant("maintain"))
        return Person(self.acme.world, repository, user)

    def release(
        self,
        repository: Repository,
        base: str = "main",
        *,
        merged: bool = False,
        announced: bool = False,
        branch: str | None = None,
    ) -> PullRequest:
        """A release pull request of ours, with its record, as far as the bot would have brought it."""
        world, bot = self.acme.world, self.acme.app.bot
        person = self.person(repository)
        if repository.store.find_ref(f"refs/heads/{base}") is None:
            person.push_commit(base, {"README.md": base})
        head = branch or f"aweigh/{base.replace('/', '.')}"
        parent = repository.store.find_ref(f"refs/heads/{base}")
        sha = commit_files(world, repository, parent=parent, files={"VERSION": "1.2.0"}, message="Bump", author=bot)
        create_ref(world, repository, f"refs/heads/{head}", sha, bot)
        pull = open_pull(world, repository, bot, head=head, base=base, title="Release", body="")
        milestones = frozenset({Milestone.ANNOUNCED}) if announced else frozenset[Milestone]()
        line = render_record(Record("1.2.0", "v1.2.0", person.user.id, 1, sha, milestones=milestones))
        change = CheckChange(name="Release", status="completed", conclusion="success", external_id=line)
        create_check_run(world, repository, self.acme.app, sha, change)
        if merged:
            person.merge_pull(pull.number)
            person.delete_branch(head)
        return pull

    def refs(self, *repositories: Repository) -> list[RepositoryRef]:
        """How the bot knows these repositories."""
        world = self.acme.world
        found = []
        for one in repositories:
            installation = world.find_installation(self.acme.app, one)
            assert installation is not None
            found.append(RepositoryRef(installation.id, one.id, one.full_name))
        return found

    def lose_webhooks(self, status: str = "timed out", code: int = 0) -> list[Delivery]:
        """What GitHub has to tell is told to nobody."""
        lost = self.acme.world.take_deliveries()
        for one in lost:
            one.delivered_at, one.status, one.status_code = self.acme.world.now(), status, code
        return lost

    def deliver_webhooks(self) -> list[Delivery]:
        """What GitHub has to tell is told, as far as its list of deliveries goes."""
        return self.lose_webhooks("OK", 202)


@asynccontextmanager
async def open_estate(*, repositories: int = 0) -> AsyncIterator[Estate]:
    """acme with this many more repositories, and a bot with a new database."""
    clock = VirtualClock(MORNING)
    acme = build_acme(clock=clock, private_key=private_key())
    acme.repository.pushed_at = _LONG_AGO
    sandbox = GitHubSandbox(acme.world)
    estate = Estate(acme, sandbox, clock)
    estate.add_repositories(repositories)
    with held_to_contract(sandbox):
        await estate.start()
        yield estate
        await estate.engine.kill()

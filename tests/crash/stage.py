"""Where crashes are played: the whole sandbox and the bot in one process, joined by functions instead of sockets.

GitHub, engine and bot share one virtual clock. The bot lives in a ``Process``: ``crash`` ends one wherever it stands
and begins the next, which knows nothing but what the engine's store kept.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from graphql import FieldNode, OperationDefinitionNode, OperationType, parse

from bot.clock import VirtualClock
from bot.engine import Delivery
from bot.engine.memory import MemoryEngine, MemoryStore
from bot.github import tokens
from bot.github.client import GitHub
from bot.github.facts import RepositoryRef
from bot.github.patience import Patience
from bot.github.transport import Answer, TransportError
from bot.handlers import LaneHandlers
from bot.index.addresses import define_index
from bot.index.client import IndexClient
from bot.index.transport import Answer as IndexAnswer
from bot.index.transport import NoAnswerError
from bot.intake.command import CommandDelivery
from bot.intake.events import AppIdentity, Wake, translate
from bot.publishing.attestations import DsseVerifier
from bot.publishing.trust import load_verifier
from bot.release.evidence import Evidence
from bot.sandbox.acme import Acme, GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.faults import ConnectionLostError
from bot.sandbox.http import Request, Response
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.sigstore import LocalSigstore
from bot.sandbox.sigstore.rekor import SignatureLog
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Delivery as Webhook
from tests.crash.picture import BOT
from tests.stories.hours import MORNING, HurriedClock

_LONGEST_SETTLING = 20.0
"""Seconds of real time until something must have come to rest; a whole release takes a fraction of one."""

private_key = cache(new_private_key)
# Reading a key checks its primes, which takes longer than a whole release; every process of the bot would do it again.
read_key_once = cache(tokens._read_key)


class Here(ThreadPoolExecutor):
    """Does what was meant for a thread here and now: nothing then depends on the machine's scheduler."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See ``Executor``."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 (whoever waits for it gets it)
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Trust:
    """A Sigstore instance and the verifier that believes it; all stages of a test process share one."""

    sigstore: LocalSigstore
    verifier: DsseVerifier


@cache
def shared_trust() -> Trust:
    """Made once: loading the verifier takes longer than a release."""
    sigstore = LocalSigstore("http://sandbox.invalid")
    with TemporaryDirectory() as folder:
        path = Path(folder, "trusted_root.json")
        path.write_text(json.dumps(sigstore.trusted_root()))
        return Trust(sigstore, load_verifier(path).verifier)


@cache
def count_mutations(document: str) -> int:
    """How many mutations a GraphQL document holds."""
    operations = [part for part in parse(document).definitions if isinstance(part, OperationDefinitionNode)]
    changing = [part for part in operations if part.operation is OperationType.MUTATION]
    return sum(isinstance(part, FieldNode) for one in changing for part in one.selection_set.selections)


class Killed(Exception):  # noqa: N818 (the end of a life, not an error of the code that hears of it)
    """Raised to the harness, never to the bot: the process ends at this very request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the bot on its way: the ``number`` counts those to GitHub and to the index together, from 1."""

    number: int
    to: str
    request: Request

    @property
    def mutations(self) -> int:
        """How many mutations the request holds, if it is a GraphQL document."""
        if self.to != "github" or not self.request.path.endswith("/graphql"):
            return 0
        return count_mutations(json.loads(self.request.body)["query"])

    @property
    def changes(self) -> bool:
        """Whether the request may change the world, beyond tokens."""
        if self.request.method == "GET" or self.request.path.endswith("/access_tokens"):
            return False
        return self.mutations > 0 if self.request.path.endswith("/graphql") else True


class Mischief(Protocol):
    """What goes wrong on the way. Both may raise ``Killed``, or the transport's error; or give another answer."""

    async def before(self, asked: Asked) -> Response | None:
        """An answer in place of the true one, which then never happens."""
        ...

    async def after(self, asked: Asked, response: Response) -> Response:
        """The answer that arrives."""
        ...


class Peace:
    """Nothing goes wrong."""

    async def before(self, _: Asked) -> Response | None:
        """No answer but the true one."""
        return None

    async def after(self, _: Asked, response: Response) -> Response:
        """The answer as it was given."""
        return response


class NoAnswer(Exception):  # noqa: N818 (either transport has its own error for it)
    """No answer comes back; ``sent`` tells whether the request left."""

    def __init__(self, *, sent: bool = True) -> None:
        super().__init__("no answer")
        self.sent = sent


class Process:
    """One life of the bot: everything it knows by heart dies with it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.killed = asyncio.Event()
        sandbox, clock = stage.sandbox, HurriedClock(stage.clock)
        self.engine = MemoryEngine(stage.store, clock=stage.clock, observe=stage.observe)
        github = GitHub(
            sandbox.acme.app.id,
            sandbox.acme.private_key,
            sandbox.world.links.api,
            self._to_github,
            user_agent="aweigh/crash",
            clock=clock,
            patience=Patience(dice=lambda: 0.5),
        )
        index = define_index("pypi", sandbox.index.base)
        evidence = Evidence(
            IndexClient(index, self._to_index, user_agent="aweigh/crash"),
            _get_verifier,
            web_base=sandbox.world.links.web,
            issuer=sandbox.issuer.url,
        )
        self.handlers = LaneHandlers(self.engine, github, evidence, clock)

    async def start(self) -> None:
        """Take up what an earlier life left."""
        await self.engine.start(self.handlers)

    async def die(self) -> None:
        """End it where it stands."""
        self.killed.set()
        await self.engine.kill()
        if not self._end.done():
            # A token that was asked for is waited for by a task of its own.
            self._end.cancel()
        await asyncio.sleep(0)

    async def _to_github(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            response = await self._ask("github", Request.of(method, url, headers, body))
        except (NoAnswer, ConnectionLostError) as lost:
            raise TransportError("the connection broke", sent=getattr(lost, "sent", True)) from lost
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, response.body)

    async def _to_index(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> IndexAnswer:
        try:
            response = await self._ask("index", Request.of(method, url, headers, body))
        except (NoAnswer, ConnectionError) as lost:
            raise NoAnswerError("the connection broke") from lost
        return IndexAnswer(response.status, dict(response.headers), response.body)

    async def _ask(self, to: str, request: Request) -> Response:
        stage = self._stage
        if self.killed.is_set():
            await self._end
        stage.asked += 1
        asked = Asked(stage.asked, to, request)
        try:
            response = await stage.mischief.before(asked)
            if response is None:
                github, index = stage.sandbox.github, stage.sandbox.index
                response = await github.handle(request) if to == "github" else index.handle(request)
            return await stage.mischief.after(asked, response)
        except Killed:
            self.killed.set()
            await self._end
            raise


async def _get_verifier() -> DsseVerifier:
    return shared_trust().verifier


Carry = Callable[["Stage", Webhook], Awaitable[None]]


@dataclass(frozen=True)
class Saved:
    """A stage between two acts: the world, the time, and what the engine keeps. What a process knew is not there."""

    sandbox: Sandbox
    clock: VirtualClock
    store: MemoryStore

    def copy(self) -> Saved:
        """The same once more; keys, logs of signatures and built files are shared."""
        sandbox = self.sandbox
        sigstore, services = sandbox.sigstore, sandbox.actions.services
        shared = [sigstore._authority, sigstore._stranger, sigstore._transparency, sigstore._signatures.key]
        shared += [services.builder, sandbox.issuer._key]
        memo: dict[int, object] = {id(thing): thing for thing in shared}
        # Who slept on the old clock died with their process.
        memo[id(self.clock)] = clock = VirtualClock(self.clock.now())
        return Saved(copy.deepcopy(sandbox, memo), clock, copy.deepcopy(self.store, memo))

    async def open(self) -> Stage:
        """Go on from here with a fresh process, again and again."""
        asyncio.get_running_loop().set_default_executor(Here(1))
        own = self.copy()
        stage = Stage(own.sandbox, own.clock, store=own.store)
        await stage.start()
        return stage


@dataclass
class Stage:
    """One world and the life the bot leads in it now."""

    sandbox: Sandbox
    clock: VirtualClock
    mischief: Mischief = field(default_factory=Peace)
    carry: Carry | None = None
    """Carries one webhook to the bot; None: at once, and all of them."""
    store: MemoryStore = field(default_factory=MemoryStore)
    runners: bool = True
    """Whether workflow runs move."""
    asked: int = 0
    lives: int = 0
    lost: list[Webhook] = field(default_factory=list)
    """Webhooks that did not reach the bot; GitHub sends none again by itself."""
    outcomes: Counter[str] = field(default_factory=Counter)
    process: Process = field(init=False)

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def release_pull(self) -> PullRequest | None:
        """The newest pull request of the bot."""
        ours = [pull for pull in self.acme.repository.pulls if pull.user.login == BOT]
        return max(ours, key=lambda pull: pull.number, default=None)

    def observe(self, kind: str, outcome: str, _seconds: float) -> None:
        """Count how the bot's runs ended."""
        self.outcomes[f"{kind} {outcome}"] += 1

    async def start(self) -> None:
        """Begin a life."""
        self.lives += 1
        self.process = Process(self)
        await self.process.start()

    async def crash(self, away: timedelta = timedelta(seconds=5)) -> None:
        """End this life where it stands, and begin the next one ``away`` later."""
        await self.process.die()
        await self.clock.advance(away)
        await self.start()

    async def stop(self) -> Saved:
        """End the play; what is left can be gone on from."""
        await self.process.die()
        return Saved(self.sandbox, self.clock, self.store)

    async def settle(self) -> None:
        """Let webhooks, bot and runs act until none of them has anything to do; a crash begins the next life."""
        quiet = 0
        while quiet < 2:
            before = self._heartbeat()
            if self.runners:
                await self.sandbox.actions.settle()
            for webhook in self.sandbox.world.take_deliveries():
                await (self.carry(self, webhook) if self.carry else self.deliver(webhook))
            await self._rest()
            quiet = quiet + 1 if self._heartbeat() == before else 0

    async def deliver(self, webhook: Webhook) -> None:
        """Hand one webhook to the bot, as its front door does once the signature was checked."""
        if self.process.killed.is_set():
            await self.crash()
        engine, identity = self.process.engine, AppIdentity(self.acme.app.id, self.process.handlers.bot_login)
        match translate(webhook.event, json.loads(webhook.body), identity):
            case Wake(repository):
                await engine.wake(repository)
            case CommandDelivery() as command:
                content = command.to_content()
                await engine.accept(Delivery(webhook.guid, command.repository, self.clock.now(), content))
            case _:
                pass

    async def sweep(self) -> None:
        """What the sweep does: have failed deliveries sent again, and wake the repository up."""
        while self.lost:
            await self.deliver(self.lost.pop(0))
        acme = self.acme
        reference = RepositoryRef(acme.installation.id, acme.repository.id, acme.repository.full_name)
        await self.process.engine.wake(reference)

    async def pass_time(self, by: timedelta) -> None:
        """Let time go by: whatever falls due meanwhile happens at its moment, and settles before time goes on."""
        await self.settle()
        end = self.clock.now() + by
        while (due := self.clock.next_due) is not None and due <= end:
            await self.clock.advance_to(due)
            await self.settle()
        await self.clock.advance_to(max(end, self.clock.now()))
        await self.settle()

    def lose_webhooks(self) -> None:
        """What GitHub wants to tell right now reaches nobody."""
        self.lost += self.sandbox.world.take_deliveries()

    def is_busy(self) -> bool:
        """Whether a command is unanswered still, or something failed and waits to be tried again."""
        kept = self.store.deliveries.values()
        return any(one.state == "waiting" for one in kept) or any(one.attempts for one in self.store.lanes.values())

    def describe_work(self) -> str:
        """What the engine keeps, for whoever wonders why nothing moves."""
        deliveries = [f"{one.state} {one.error}" for one in self.store.deliveries.values() if one.state != "handled"]
        lanes = [f"due {one.due} {one.attempts} {one.error}" for one in self.store.lanes.values()]
        return f"{deliveries} {lanes} {dict(self.outcomes)}"

    async def _rest(self) -> None:
        """Wait until the bot has nothing to do. When it was killed meanwhile it comes back."""
        while True:
            idle = asyncio.ensure_future(self.process.engine.idle(timedelta(seconds=_LONGEST_SETTLING)))
            dead = asyncio.ensure_future(self.process.killed.wait())
            await asyncio.wait({idle, dead}, return_when=asyncio.FIRST_COMPLETED)
            dead.cancel()
            if not self.process.killed.is_set():
                return idle.result()
            idle.cancel()
            await asyncio.gather(idle, return_exceptions=True)
            await self.crash()

    def _heartbeat(self) -> tuple[int, int, int]:
        world = self.sandbox.world
        return self.asked, self.lives, len(world.deliveries) + len(world.outbox)


async def open_stage(*, trigger: Trigger, gate: GateKind = "rule", **changes: Any) -> Stage:
    """A fresh world of acme with the bot installed and running."""
    asyncio.get_running_loop().set_default_executor(Here(1))
    clock = VirtualClock(MORNING)
    acme = build_acme(trigger=trigger, gate=gate, clock=clock, private_key=private_key(), **changes)
    shared = shared_trust().sigstore
    # The same keys, but a log of its own: one that thousands of releases share would grow slow.
    sigstore = replace(shared, _signatures=SignatureLog(shared._signatures.key))
    sandbox = Sandbox.create(acme, sigstore=sigstore)
    links = sandbox.world.links
    sandbox.github.place(links.api, web=links.web, storage="http://storage.sandbox.invalid")
    await sandbox.publish_history()
    stage = Stage(sandbox, clock)
    await stage.start()
    return stage

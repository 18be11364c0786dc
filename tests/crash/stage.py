"""Where crashes are played: the whole sandbox and the bot in one process, joined by functions instead of sockets.

GitHub, engine and bot share one virtual clock. The bot lives in a ``Process``: ``crash`` ends one wherever it stands
and begins the next, which knows nothing but what the engine's store kept.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property, partial
from typing import Any

from bot.clock import VirtualClock
from bot.engine.memory import MemoryStore
from bot.intake.command import CommandDelivery
from bot.intake.durably import take_in
from bot.intake.events import AppIdentity, Wake, is_used, translate
from bot.sandbox.acme import Acme, GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.sigstore.rekor import SignatureLog
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.deliveries import Delivery as Webhook
from tests.crash.asking import Mischief, Peace
from tests.crash.packed import Packed
from tests.crash.picture import BOT
from tests.crash.process import Here, Process, shared_trust
from tests.stories.hours import MORNING

_LONGEST_SETTLING = 20.0
"""Seconds of real time until something must have come to rest; a whole release takes a fraction of one."""

private_key = cache(new_private_key)

Carry = Callable[["Stage", Webhook], Awaitable[None]]


@dataclass(frozen=True)
class Saved:
    """A stage between two acts: the world, the time, and what the engine keeps. What a process knew is not there."""

    sandbox: Sandbox
    clock: VirtualClock
    store: MemoryStore

    def copy(self) -> Saved:
        """The same once more; keys, logs of signatures, built files, objects of git and what was delivered are shared."""
        return Saved(*self._packed.unpack())

    @cached_property
    def _packed(self) -> Packed:
        sandbox = self.sandbox
        sigstore, services = sandbox.sigstore, sandbox.actions.services
        shared: list[object] = [sigstore._authority, sigstore._stranger, sigstore._transparency]
        shared += [sigstore._signatures.key, services.builder, sandbox.issuer._key, *sandbox.world.deliveries]
        for repository in sandbox.world.repositories.values():
            store = repository.store
            shared += [store.repo.object_store, store._raw, store._commits, store._tags, store._trees]
        anew: list[tuple[object, Callable[[], object]]] = [
            # Nobody here reads the log of requests, and it is the largest part of a world.
            (sandbox.world.requests, list),
            # Who slept on the old clock died with their process.
            (self.clock, partial(VirtualClock, self.clock.now())),
        ]
        return Packed((sandbox, self.clock, self.store), shared, anew)

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
    outcomes: Counter[str] = field(default_factory=Counter)
    process: Process = field(init=False)

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def release_pull(self) -> PullRequest | None:
        """The newest release pull request of the bot."""
        pulls = self.acme.repository.pulls
        ours = [pull for pull in pulls if pull.user.login == BOT and pull.head_ref.startswith("aweigh/")]
        return max(ours, key=lambda pull: pull.number, default=None)

    def observe(self, kind: str, outcome: str, _seconds: float) -> None:
        """Count how the bot's runs ended."""
        self.outcomes[f"{kind} {outcome}"] += 1

    async def start(self) -> None:
        """Begin a life, with a sweep if none was made for some minutes."""
        self.lives += 1
        self.process = Process(self)
        await self.process.start()
        await self._see_through(self.process.sweep.begin())

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
        self._close(webhook, 202)
        if not is_used(webhook.event):
            return
        engine, identity = self.process.engine, AppIdentity(self.acme.app.id, self.process.handlers.bot_login)
        meaning = translate(webhook.event, json.loads(webhook.body), identity)
        if isinstance(meaning, Wake | CommandDelivery):
            await take_in(engine, meaning, webhook.guid, self.clock.now())

    async def sweep(self) -> None:
        """Let the bot sweep, as it does every few minutes."""
        await self._see_through(self.process.sweep.act())

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
        for webhook in self.sandbox.world.take_deliveries():
            self.lose(webhook)

    def lose(self, webhook: Webhook) -> None:
        """Let a webhook reach nobody; GitHub sends none again unless it is asked to."""
        self._close(webhook, 0)

    def is_busy(self) -> bool:
        """Whether a command is unanswered still, or something failed and waits to be tried again."""
        kept = self.store.deliveries.values()
        return any(one.state == "waiting" for one in kept) or any(one.attempts for one in self.store.lanes.values())

    def describe_work(self) -> str:
        """What the engine keeps, for whoever wonders why nothing moves."""
        deliveries = [f"{one.state} {one.error}" for one in self.store.deliveries.values() if one.state != "handled"]
        lanes = [f"due {one.due} {one.attempts} {one.error}" for one in self.store.lanes.values()]
        return f"{deliveries} {lanes} {dict(self.outcomes)}"

    async def _see_through(self, sweep: Coroutine[Any, Any, None]) -> None:
        """Wait until the bot has swept; when it is killed over it, the next life begins."""
        sweeping = asyncio.ensure_future(sweep)
        dead = asyncio.ensure_future(self.process.killed.wait())
        await asyncio.wait({sweeping, dead}, return_when=asyncio.FIRST_COMPLETED)
        dead.cancel()
        if self.process.killed.is_set():
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await self.crash()
        else:
            sweeping.result()

    def _close(self, webhook: Webhook, code: int) -> None:
        webhook.status_code, webhook.status = code, "OK" if code else "failed to connect to host"
        webhook.delivered_at = self.clock.now()

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

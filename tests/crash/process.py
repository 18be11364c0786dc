"""One life of the bot: its engine and its handlers, joined to a sandbox by functions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from bot.clock import VirtualClock
from bot.engine.memory import MemoryEngine, MemoryStore
from bot.github.client import GitHub
from bot.github.patience import Patience
from bot.github.transport import Answer, TransportError
from bot.handlers import LaneHandlers
from bot.index.addresses import define_index
from bot.index.client import IndexClient
from bot.index.transport import Answer as IndexAnswer
from bot.index.transport import NoAnswerError
from bot.intake.sweep import Sweep
from bot.publishing.attestations import DsseVerifier
from bot.publishing.trust import load_verifier
from bot.release.evidence import Evidence
from bot.sandbox.faults import ConnectionLostError
from bot.sandbox.http import Request, Response
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.sigstore import LocalSigstore
from tests.crash.asking import Asked, Killed, Mischief, NoAnswer
from tests.stories.hours import HurriedClock


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


class Surroundings(Protocol):
    """What a process finds when it begins, and what stays when it ends."""

    sandbox: Sandbox
    clock: VirtualClock
    store: MemoryStore
    mischief: Mischief
    asked: int

    def observe(self, kind: str, outcome: str, seconds: float, /) -> None:
        """Told of each run in a lane."""
        ...


class Process:
    """One life of the bot: everything it knows by heart dies with it."""

    def __init__(self, stage: Surroundings) -> None:
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
        self.sweep = Sweep(self.engine, github, sandbox.acme.app.id, clock)

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

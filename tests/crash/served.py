"""The story with the real thing: ``aweigh serve`` in a process of its own, real HTTP, a database file, real time.

At one request of the bot its process is killed with SIGKILL and a new one is started on the same database and port, as
whoever watches over it would. Webhooks that GitHub posts meanwhile find nobody.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot.intake.sweep import NOTE
from bot.sandbox.acme import Acme, build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.demo import bot_process
from bot.sandbox.faults import ConnectionLostError
from bot.sandbox.http import Request, Response
from bot.sandbox.index import package_index
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.conversation import PullRequest
from tests.crash.picture import BOT, Picture, list_repeats
from tests.crash.stage import private_key
from tests.crash.story import ACTS, Act, Stuck
from tests.engine.processes import kill

_QUIET = 1.0
"""Seconds without a request of the bot after which it is taken to wait for somebody."""

_SUSPICIOUS = 35.0
"""How long after a kill the story may not end: the bot reads back for 30 s before it would do something again."""

_LONGEST_ACT = 180.0


class Death(StrEnum):
    """When the process is killed."""

    BEFORE = "killed before"
    """The request left, and nothing came of it."""
    AFTER = "killed after"
    """It was done, and the process ends before it hears of it."""


@dataclass
class Served:
    """One world, and the process of the bot that lives in it now."""

    sandbox: Sandbox
    folder: Path
    starting: asyncio.Semaphore
    kill_at: int | None = None
    death: Death = Death.AFTER
    asked: int = 0
    killed: float | None = None
    """When the process was killed, on the clock of ``time.monotonic``."""
    runners: bool = False
    _last: float = 0.0
    _port: int = 0
    _lives: int = 0
    _process: asyncio.subprocess.Process | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def release_pull(self) -> PullRequest | None:
        """The newest pull request of the bot."""
        ours = [pull for pull in self.acme.repository.pulls if pull.user.login == BOT]
        return max(ours, key=lambda pull: pull.number, default=None)

    def listen(self) -> None:
        """Count the bot's requests, and strike at one of them."""
        github, index = self.sandbox.github, self.sandbox.index
        to_github, to_index = github.handle, index.handle

        async def ask_github(request: Request) -> Response:
            if not self._is_struck(request):
                return await to_github(request)
            if self.death is Death.AFTER:
                await to_github(request)
            self._kill()
            raise ConnectionLostError

        def ask_index(request: Request) -> Response:
            if self._is_struck(request):
                self._kill()
                raise package_index.ConnectionLostError
            return to_index(request)

        github.handle, index.handle = ask_github, ask_index  # type: ignore[method-assign] # they stand in the way

    async def begin(self) -> None:
        """Start the first process, and let runs move."""
        await self._live()
        self._tasks.append(asyncio.create_task(self._move_runs()))

    async def end(self) -> None:
        """End whatever runs."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._process is not None:
            await kill(self._process)

    async def play(self, act: Act) -> None:
        """Play one act until the bot waits for whoever acts next. Raises Stuck."""
        self.runners = act.runners
        act.play(self)
        await self.wait_until(lambda: act.is_done(self), act.name)

    async def wait_until(self, is_done: Callable[[], bool], what: str) -> None:
        """Wait until this is so and nothing moves. Raises Stuck."""
        began = time.monotonic()
        while not (is_done() and self._is_quiet()):
            if time.monotonic() - began > _LONGEST_ACT:
                raise Stuck(f"{what}: after {_LONGEST_ACT:.0f} s, in life {self._lives} {self._read_log()}")
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.05)

    def is_past_suspicion(self) -> bool:
        """Whether whatever a kill might have brought about has happened."""
        return self.killed is None or time.monotonic() - self.killed > _SUSPICIOUS

    def draw(self) -> str:
        """The picture of the world, without its addresses; who was faster does not count."""
        drawn = Picture(self.sandbox).draw()
        drawn = drawn.replace(self.sandbox.world.links.web, "«github»").replace(self.sandbox.index.base, "«index»")
        return Picture.unordered(drawn.replace(f" (edited by {BOT})", ""))

    def _is_struck(self, request: Request) -> bool:
        """Count a request, if it is one of the bot's, and tell whether it is the one."""
        if not request.headers.get("user-agent", "").startswith("aweigh"):
            return False
        self.asked += 1
        self._last = time.monotonic()
        return self.asked == self.kill_at

    def _is_quiet(self) -> bool:
        alive = self._process is not None and self._process.returncode is None
        return alive and not self.sandbox.world.outbox and time.monotonic() - self._last > _QUIET

    def _kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self.killed = self._last = time.monotonic()
        self._tasks.append(asyncio.create_task(self._revive(self._process)))

    async def _revive(self, dead: asyncio.subprocess.Process) -> None:
        await dead.wait()
        self._process = None
        self._let_minutes_pass()
        await self._live()
        self._last = time.monotonic()

    def _let_minutes_pass(self) -> None:
        """As if the process had been away for the minutes after which it sweeps as soon as it begins."""
        with closing(sqlite3.connect(self.folder / "aweigh.db")) as db, db:
            db.execute("delete from aweigh_intents where key = ?", (NOTE,))

    async def _live(self) -> None:
        self._lives += 1
        log = self.folder / f"bot-{self._lives}.log"
        environment = {**bot_process._environment(self.sandbox, self.folder), "PORT": str(self._port)}
        async with self.starting:
            with log.open("wb") as output:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", "serve", env=environment, stdout=output, stderr=output
                )
            address = await bot_process._wait_until_ready(self._process, log)
        self._port = int(address.rpartition(":")[2])
        self.acme.app.webhook_url = f"{address}/webhook"

    async def _move_runs(self) -> None:
        while True:
            if self.runners:
                await self.sandbox.actions.advance()
            await asyncio.sleep(0.02)

    def _read_log(self) -> str:
        return (self.folder / f"bot-{self._lives}.log").read_text(errors="replace")[-3000:]


@asynccontextmanager
async def serving(
    order: Trigger, folder: Path, starting: asyncio.Semaphore, kill_at: int | None = None, death: Death = Death.AFTER
) -> AsyncIterator[Served]:
    """A world of its own, with the real bot at work in it."""
    sandbox = Sandbox.create(build_acme(trigger=order, private_key=private_key()))
    async with sandbox.serve(pause=None):
        await sandbox.publish_history()
        served = Served(sandbox, folder, starting, kill_at, death)
        served.listen()
        try:
            await served.begin()
            yield served
        finally:
            await served.end()


async def play_through(served: Served) -> str:
    """Play the whole story; the picture of the world in the end. Raises Stuck."""
    await served.wait_until(lambda: True, "begin")
    for act in ACTS:
        await served.play(act)
    await served.wait_until(served.is_past_suspicion, "end")
    repeats = list_repeats(served.sandbox)
    assert not repeats, f"said twice: {repeats}"
    return served.draw()

"""Where stories are played: the whole sandbox and the unchanged bot, joined by nothing but real HTTP on loopback.

A story speaks through people, calls ``settle`` until nobody can do anything any more, and reads what the bot said.
Leaving the theatre fails the story when a reply was not read, or when a handler of the bot failed.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.composition import Bot
from bot.engine import Engine
from bot.engine.memory import MemoryEngine
from bot.observability.metrics import Metrics
from bot.sandbox.acme import WEBHOOK_SECRET, Acme, GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.people import Person
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.conversation import Comment, PullRequest
from bot.settings.operator import OperatorSettings, read_operator_settings

BOT = "aweigh[bot]"
_KEY: list[str] = []


def private_key() -> str:
    """One key for all stories of a process: making one takes a moment."""
    if not _KEY:
        _KEY.append(new_private_key())
    return _KEY[0]


@dataclass
class Theatre:
    """One world, one bot, and what was said so far."""

    sandbox: Sandbox
    engine: Engine
    bot: Bot
    webhook_url: str
    failures: list[str] = field(default_factory=list)
    read_ids: set[int] = field(default_factory=set)

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def feature(self) -> int:
        """Number of the ordinary pull request on which commands are typed."""
        return self.acme.feature.number

    def find_release_pull(self) -> PullRequest | None:
        """The newest pull request of the bot."""
        ours = [issue for issue in self.acme.repository.issues.values() if isinstance(issue, PullRequest) and issue.user.login == BOT]
        return max(ours, key=lambda pull: pull.number, default=None)

    @property
    def release_pull(self) -> PullRequest:
        """The newest pull request of the bot, which must be there."""
        found = self.find_release_pull()
        assert found is not None, "the bot has not opened a pull request"
        return found

    async def settle(self, seconds: float = 60) -> None:
        """Let webhooks, bot and runs act until none of them has anything to do."""
        async with asyncio.timeout(seconds):
            quiet = 0
            while quiet < 2:
                before = self._heartbeat()
                await self.sandbox.deliverer.drain()
                await self.engine.idle(timedelta(seconds=seconds))
                await self.sandbox.actions.settle()
                quiet = quiet + 1 if self._heartbeat() == before else 0

    def _heartbeat(self) -> tuple[int, int]:
        world = self.sandbox.world
        return len(world.requests), len(world.deliveries) + len(world.outbox)

    async def say(self, who: Person, body: str, number: int | None = None) -> Comment:
        """Let somebody comment, on the feature pull request unless told otherwise, and let everything follow."""
        comment = who.comment(self.feature if number is None else number, body)
        await self.settle()
        return comment

    def replies(self, number: int) -> list[str]:
        """What the bot said on an issue or pull request and nobody has read yet, as it reads now."""
        thread = self.acme.repository.issues[number]
        said = [comment for comment in thread.comments if comment.user.login == BOT and comment.id not in self.read_ids]
        self.read_ids |= {comment.id for comment in said}
        return [self.plain(comment.body) for comment in said]

    def read_all(self) -> None:
        """Take note of everything that was said."""
        for number in self.acme.repository.issues:
            self.replies(number)

    def reactions(self, comment: Comment) -> list[str]:
        """The bot's reactions to a comment, in their order."""
        return [reaction.content for reaction in comment.reactions if reaction.user.login == BOT]

    def plain(self, text: str) -> str:
        """``text`` with what differs from run to run replaced: addresses, commits, digests, numbers, days."""
        links = self.sandbox.world.links
        text = text.replace(links.web, "https://git.acme.example").replace(self.sandbox.index.base, "https://index.acme.example")
        text = re.sub(r"\b[0-9a-f]{64}\b", "‹sha256›", text)
        text = re.sub(r"\b[0-9a-f]{40}\b", "‹commit›", text)
        text = re.sub(r"(?<![\w./-])(?=[0-9a-f]*\d)[0-9a-f]{7}(?![\w./-])", "‹commit›", text)
        text = re.sub(r"(?<=runs/)\d+|(?<=run )\d+|(?<=run:)\d+|(?<=reply )\d+", "‹id›", text)
        return re.sub(r"\d{4}-\d\d-\d\d", "‹day›", text)

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Post something to the webhook as a stranger would."""
        async with aiohttp.ClientSession() as session, session.post(self.webhook_url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def check(self) -> None:
        """Fail when something was said that nobody read, or when the bot's own work failed."""
        unread = {number: said for number in self.acme.repository.issues if (said := self.replies(number))}
        assert not unread, f"unread replies: {json.dumps(unread, indent=1)}"
        assert not self.failures, f"the bot failed: {self.failures}"
        assert not await self.engine.list_dead_letters()


@asynccontextmanager
async def open_theatre(
    folder: Path,
    *,
    trigger: Trigger = "release-published",
    gate: GateKind = "rule",
    files: dict[str, str | None] | None = None,
    engine: Engine | None = None,
    acme: Acme | None = None,
    **changes: Any,
) -> AsyncIterator[Theatre]:
    """Open a theatre for one story; ``files`` are further files of the project."""
    listening = socket.create_server(("127.0.0.1", 0))
    webhook_url = f"http://127.0.0.1:{listening.getsockname()[1]}/webhook"
    world = acme or build_acme(trigger=trigger, gate=gate, files=files, webhook_url=webhook_url, private_key=private_key(), **changes)
    sandbox = Sandbox.create(world, over_http=True)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sandbox.serve(pause=None))
        await sandbox.publish_history()
        settings = operator_settings(sandbox, folder)
        failures: list[str] = []
        engine = engine or MemoryEngine(observe=lambda kind, outcome, _: failures.append(kind) if outcome == "failed" else None)
        bot = Bot(settings, engine=engine)
        runner = web.AppRunner(bot.build_app(), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listening).start()
        theatre = Theatre(sandbox, engine, bot, webhook_url, failures)
        yield theatre
        await theatre.settle()
        await theatre.check()


def operator_settings(sandbox: Sandbox, folder: Path) -> OperatorSettings:
    """What the operator of this bot would set in the environment."""
    root = folder / "trusted_root.json"
    root.write_text(json.dumps(sandbox.trusted_root))
    links = sandbox.world.links
    environment = {
        "AWEIGH_APP_ID": str(sandbox.acme.app.id),
        "AWEIGH_PRIVATE_KEY": sandbox.acme.private_key,
        "AWEIGH_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "AWEIGH_GITHUB_API": links.api,
        "AWEIGH_GITHUB_WEB": links.web,
        "AWEIGH_OIDC_ISSUER": sandbox.issuer.url,
        "AWEIGH_TRUSTED_ROOT": str(root),
        "AWEIGH_INDEXES": json.dumps([{"name": "pypi", "base": sandbox.index.base}]),
        "DATABASE_URL": f"sqlite:///{folder / 'aweigh.db'}",
    }
    before = dict(os.environ)
    try:
        os.environ.update(environment)
        return read_operator_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)


__all__ = ["BOT", "Metrics", "Theatre", "open_theatre", "operator_settings"]

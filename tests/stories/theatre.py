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
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from packaging.version import Version

from bot.clock import VirtualClock
from bot.composition import Bot
from bot.engine import Engine
from bot.engine.durable import DurableEngine
from bot.engine.memory import MemoryEngine
from bot.release.record import Record, find_record
from bot.sandbox.acme import WEBHOOK_SECRET, Acme, GateKind, build_acme, new_private_key
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.github import Style
from bot.sandbox.people import Person
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import Comment, Issue, PullRequest, Review
from bot.sandbox.state.releases import Release
from bot.sandbox.state.runs import WorkflowRun
from bot.settings.operator import OperatorSettings, read_operator_settings
from tests.contract.watching import held_to_contract
from tests.stories.hours import HurriedClock, pass_time

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
    clock: VirtualClock | None = None
    failures: list[str] = field(default_factory=list)
    read_ids: set[int] = field(default_factory=set)
    _begin: Callable[[Engine], Awaitable[tuple[Bot, web.AppRunner]]] | None = None
    _runner: web.AppRunner | None = None

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def feature(self) -> int:
        """Number of the ordinary pull request on which commands are typed."""
        return self.acme.feature.number

    def find_release_pull(self) -> PullRequest | None:
        """The newest release pull request of the bot."""
        pulls = self.acme.repository.pulls
        ours = [pull for pull in pulls if pull.user.login == BOT and pull.head_ref.startswith("aweigh/")]
        return max(ours, key=lambda pull: pull.number, default=None)

    @property
    def release_pull(self) -> PullRequest:
        """The newest release pull request of the bot, which must be there."""
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
                if self._runner is not None:
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

    def open_issue(self, who: Person, title: str = "It is time for a release") -> Issue:
        """Let somebody open an issue."""
        world, repository = self.sandbox.world, self.acme.repository
        number, now = repository.next_number(), world.now()
        issue = Issue(
            id=world.ids.next(), number=number, title=title, body="", user=who.user, created_at=now, updated_at=now
        )
        repository.issues[number] = issue
        return issue

    async def propose(self, version: str = "1.2.0", *, by: Person | None = None) -> PullRequest:
        """Ask for a release on the feature pull request; the release pull request that comes of it."""
        comment = await self.say(by or self.acme.mona, f"/release {version}")
        assert self.reactions(comment) == ["eyes", "rocket"], self.replies(self.feature)
        self.read_all()
        return self.release_pull

    async def merge(self, pull: PullRequest, method: MergeMethod = "merge", *, by: Person | None = None) -> str:
        """Let somebody merge, and let everything follow; the commit the base branch points at then."""
        commit = (by or self.acme.mona).merge_pull(pull.number, method)
        await self.settle()
        return commit

    async def reach_gate(self, version: str = "1.2.0", *, by: Person | None = None) -> PullRequest:
        """Ask for a release and merge it, up to where the publish run waits; what was said on the way is read."""
        pull = await self.propose(version, by=by)
        await self.merge(pull)
        self.read_all()
        return pull

    def observe(self, kind: str, outcome: str, _seconds: float) -> None:
        """Told by engines how the bot's work ends."""
        if outcome == "failed":
            self.failures.append(kind)

    async def leave(self) -> None:
        """Let the bot's process end where it stands; whatever GitHub tells from now on finds nobody there."""
        assert self._runner is not None, "the bot has left"
        if isinstance(self.engine, MemoryEngine):
            await self.engine.kill()
        await self._runner.cleanup()
        self._runner = None

    async def come_back(self, engine: Engine) -> None:
        """Let another process of the bot begin, with this engine, and look around."""
        assert self._runner is None, "the bot is there"
        assert self._begin is not None
        self.engine = engine
        self.bot, self._runner = await self._begin(engine)
        await self.bot.first_sweep
        await self.settle()

    async def close(self) -> None:
        """Close the bot, if it is there."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass for GitHub, engine and bot alike; only where the theatre was opened with a clock."""
        assert self.clock is not None, "this theatre goes by the machine's clock"
        await pass_time(self, self.clock, by)

    # What there is to see

    def replies(self, number: int) -> list[str]:
        """What the bot said on an issue or pull request and nobody has read yet, as it reads now."""
        thread = self.acme.repository.issues[number]
        said = [comment for comment in thread.comments if comment.user.login == BOT and comment.id not in self.read_ids]
        self.read_ids |= {comment.id for comment in said}
        return [self.plain(comment.body) for comment in said]

    def reply(self, number: int) -> str:
        """The one thing the bot said on an issue or pull request and nobody has read yet."""
        said = self.replies(number)
        assert len(said) == 1, said
        return said[0]

    def read_all(self) -> None:
        """Take note of everything that was said."""
        for number in self.acme.repository.issues:
            self.replies(number)

    def reactions(self, comment: Comment | Review) -> list[str]:
        """The bot's reactions to a comment or review, in their order."""
        return [reaction.content for reaction in comment.reactions if reaction.user.login == BOT]

    def comments(self, number: int, kind: str) -> list[str]:
        """The bot's comments of one kind (status, prompt, outcome, reply) on a pull request, as they read now."""
        thread = self.acme.repository.issues[number].comments
        ours = [comment.body for comment in thread if comment.user.login == BOT]
        return [self.plain(body) for body in ours if body.startswith(f"<!-- aweigh:{kind}")]

    def status(self, pull: PullRequest) -> str:
        """The status comment."""
        (status,) = self.comments(pull.number, "status")
        return status

    def thread(self, number: int) -> str:
        """A whole conversation as people read it on GitHub."""
        thread = self.acme.repository.issues[number]
        parts = [f"# {thread.title} (#{number}, by {thread.user.login})\n\n{thread.body or ''}"]
        for comment in thread.comments:
            signs = " ".join(f":{reaction.content}:" for reaction in comment.reactions)
            parts.append(f"~~~ {comment.user.login} {signs}".rstrip() + f"\n{comment.body}")
        return self.plain("\n\n".join(parts))

    def check_runs(self, pull: PullRequest) -> list[CheckRun]:
        """The bot's check runs on a pull request's head, oldest first."""
        runs = self.acme.repository.check_runs.values()
        return [run for run in runs if run.head_sha == pull.head_sha and run.app is self.acme.app]

    def record(self, pull: PullRequest) -> Record:
        """What the bot's newest check run on a pull request remembers."""
        record = find_record(self.check_runs(pull)[-1].external_id)
        assert record is not None, "the check run holds no record"
        return record

    @property
    def runs(self) -> list[WorkflowRun]:
        """Every workflow run, oldest first."""
        return list(self.acme.repository.runs.values())

    @property
    def run(self) -> WorkflowRun:
        """The one workflow run there is."""
        (run,) = self.runs
        return run

    def find_tag(self, name: str) -> tuple[str, str] | None:
        """What a tag is (``tag`` when annotated, else ``commit``) and the commit it leads to."""
        store = self.acme.repository.store
        sha = store.find_ref(f"refs/tags/{name}")
        return (store.kind(sha), store.peel(sha)) if sha else None

    def release(self, tag: str) -> Release:
        """The one published GitHub Release of a tag."""
        (release,) = [one for one in self.acme.repository.releases.values() if one.tag_name == tag and not one.draft]
        return release

    def files(self, version: str) -> list[str]:
        """The files of a version on the package index."""
        project = self.sandbox.index.state.find_project(self.acme.repository.name)
        return sorted(file.filename for file in project.release(Version(version))) if project else []

    def uploads(self) -> int:
        """How many jobs got as far as uploading, whatever came of it."""
        return sum("Uploading " in job.log for run in self.runs for job in run.jobs)

    def asked(self, method: str, path: str, since: int = 0) -> int:
        """How many requests of the bot fit a method and a pattern in the path, after the first ``since``."""
        made = self.sandbox.world.requests[since:]
        return sum(request.method == method and re.search(path, request.path) is not None for request in made)

    def swept(self, since: int = 0) -> int:
        """How many requests the sweeps made, whatever the story: deliveries, and what was said, every few minutes."""
        made = self.sandbox.world.requests[since:]
        routes = ("/app/hook/deliveries", "/repos/{owner}/{repo}/issues/comments")
        return sum((one.method == "GET" and one.route in routes) or b"submittedAt" in one.body for one in made)

    @property
    def request_count(self) -> int:
        """How many requests the bot has made so far."""
        return len(self.sandbox.world.requests)

    def plain(self, text: str) -> str:
        """``text`` with what differs from run to run replaced: addresses, commits, digests, ids, days."""
        links = self.sandbox.world.links
        text = text.replace(links.web, "https://git.acme.example").replace(
            self.sandbox.index.base, "https://index.acme.example"
        )
        text = re.sub(r"\b[0-9a-f]{64}\b", "«sha256»", text)
        text = re.sub(r"\b[0-9a-f]{40}\b|(?<=prompt commit:)[0-9a-f]{12}\b", "«commit»", text)
        text = re.sub(r"(?<![\w./-])[0-9a-f]{7}(?![\w./-])", self._hide_commit, text)
        text = re.sub(
            r"(?<=runs/)\d+|(?<=[Rr]un )\d{3,}|(?<=run:)\d+|(?<=reply )\d+|(?<=issuecomment-)\d+|(?<=release-pull )[0-9a-f]{12}",
            "«id»",
            text,
        )
        # Said of a release without a pull request, a marker names the command.
        text = re.sub(r"(?<=<!-- aweigh:)((?:status|prompt|outcome)[^>]*?) \d+(?= -->)", r"\1 «id»", text)
        return re.sub(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?", "«day»", text)

    def _hide_commit(self, match: re.Match[str]) -> str:
        """One in a thousand abbreviated commits has no figure, as words have none."""
        found = match[0]
        is_commit = not found.isalpha() or self.acme.repository.store.find_commit(found) is not None
        return "«commit»" if is_commit else found

    async def post(self, body: bytes | BytesIO, headers: dict[str, str]) -> tuple[int, str]:
        """Post something to the webhook as a stranger would."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook_url, data=body, headers=headers) as answer,
        ):
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
    settings: str | None = None,
    durable: bool = False,
    clock: VirtualClock | None = None,
    engine: Engine | None = None,
    acme: Acme | None = None,
    style: Style = "dotcom",
    upload_hosts: Iterable[str] = (),
    **changes: Any,
) -> AsyncIterator[Theatre]:
    """Open a theatre for one story.

    Args:
        folder: Where the bot's files lie.
        trigger: What starts the publish workflow.
        gate: Who guards its environment.
        files: Further files of the project (None removes one).
        settings: What ``.github/aweigh.toml`` says, if there is one.
        durable: Whether the engine is the real one, on a database file, instead of the one in memory.
        clock: The time of GitHub, engine and bot alike, which the story lets pass; the machine's own by default.
        engine: An engine made elsewhere.
        acme: A world made elsewhere, instead of the usual one.
        style: Whether GitHub is laid out as github.com or as an Enterprise server.
        upload_hosts: Further hosts that the operator says the package index takes uploads at.
        changes: Further arguments for ``build_acme``.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    address = listening.getsockname()[:2]
    webhook_url = f"http://127.0.0.1:{address[1]}/webhook"
    if settings is not None:
        files = {".github/aweigh.toml": settings, **(files or {})}
    world = acme or build_acme(
        trigger=trigger,
        gate=gate,
        clock=clock,
        files=files,
        webhook_url=webhook_url,
        private_key=private_key(),
        **changes,
    )
    world.app.webhook_url = webhook_url
    sandbox = Sandbox.create(world, style=style, over_http=True)
    async with AsyncExitStack() as stack:
        stack.enter_context(held_to_contract(sandbox.github))
        await stack.enter_async_context(sandbox.serve(pause=None))
        await sandbox.publish_history()
        operator = operator_settings(sandbox, folder, upload_hosts=upload_hosts)
        doors = [listening]

        async def begin(engine: Engine) -> tuple[Bot, web.AppRunner]:
            bot = Bot(operator, engine=engine, clock=HurriedClock(clock) if clock else None)
            runner = web.AppRunner(bot.build_app(), access_log=None)
            await runner.setup()
            door = doors.pop() if doors else socket.create_server(address)
            await web.SockSite(runner, door).start()
            return bot, runner

        failures: list[str] = []

        def observe(kind: str, outcome: str, _seconds: float) -> None:
            if outcome == "failed":
                failures.append(kind)

        if durable:
            engine = DurableEngine(operator.database_url.reveal(), observe=observe)
        engine = engine or MemoryEngine(observe=observe, clock=clock)
        bot, runner = await begin(engine)
        theatre = Theatre(sandbox, engine, bot, webhook_url, clock, failures, _begin=begin, _runner=runner)
        stack.push_async_callback(theatre.close)
        # The story, and the log of its requests, begin once the bot has looked around.
        await bot.first_sweep
        sandbox.world.requests.clear()
        yield theatre
        await theatre.settle()
        await theatre.check()


def operator_settings(sandbox: Sandbox, folder: Path, *, upload_hosts: Iterable[str] = ()) -> OperatorSettings:
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
        "AWEIGH_INDEXES": json.dumps(
            [{"name": "pypi", "base": sandbox.index.base, "upload-hosts": list(upload_hosts)}]
        ),
        "DATABASE_URL": f"sqlite:///{folder / 'aweigh.db'}",
    }
    before = dict(os.environ)
    try:
        os.environ.update(environment)
        return read_operator_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)


__all__ = ["BOT", "Theatre", "open_theatre", "operator_settings"]

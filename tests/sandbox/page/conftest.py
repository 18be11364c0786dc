"""The demo's pages around acme/widget, without a bot: what people do is enough to fill them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rich.console import Console

from bot.sandbox.acme import Acme, GateKind, build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.story import Story
from bot.sandbox.page.house import Choice, House, Showing
from bot.sandbox.page.player import Player
from bot.sandbox.page.server import PageServer
from bot.sandbox.sandbox import Sandbox
from tests.sandbox.client import app_key

HOME = "/acme/widget"


@dataclass(frozen=True)
class Answer:
    """What a browser got."""

    status: int
    text: str
    headers: Any

    @property
    def words(self) -> str:
        """The text without its tags, in one line."""
        return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(head|svg)\b.*?</\1>", " ", self.text)).split())


@dataclass
class Booth:
    """One house, and a browser in front of it."""

    sandbox: Sandbox
    house: House
    server: PageServer
    session: aiohttp.ClientSession

    @property
    def acme(self) -> Acme:
        return self.sandbox.acme

    @property
    def showing(self) -> Showing:
        assert self.house.showing is not None
        return self.house.showing

    async def get(self, path: str, **headers: str) -> Answer:
        url = path if path.startswith("http") else self.server.base + path
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            return Answer(answer.status, (await answer.read()).decode(), answer.headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form as our own pages do; the token is in it unless the form names another."""
        data = {"token": self.house.token, **(form or {})}
        async with self.session.post(
            self.server.base + path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)

    async def speak_as(self, login: str) -> None:
        answer = await self.post("/_/speak", {"speaker": login, "back": "/"})
        assert answer.status == 303


OpenBooth = Callable[..., Awaitable[Booth]]


@pytest.fixture
async def open_booth(tmp_path: Path) -> AsyncIterator[OpenBooth]:
    async with AsyncExitStack() as stack:

        async def open_one(*, trigger: Trigger = "tag-push", gate: GateKind = "reviewers") -> Booth:
            sandbox = Sandbox.create(build_acme(trigger=trigger, gate=gate, private_key=app_key()))
            house = House()
            server = await stack.enter_async_context(PageServer(house))
            serving = sandbox.serve(web_base=server.base, pause=None, index_mounts=[server.mount_index])
            await stack.enter_async_context(serving)
            choice = Choice(trigger, gate)
            story = Story(sandbox, Display(0, Console(quiet=True)), choice.method, gate)
            log = tmp_path / "bot.log"
            links = sandbox.world.links
            house.showing = Showing(sandbox, choice, 1, links.api, "http://127.0.0.1:9", log, Player(story, pace=1000))
            stack.push_async_callback(house.showing.player.stop)
            # Cookies of a server that is named by its address are kept only when one asks for it.
            session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            await stack.enter_async_context(session)
            return Booth(sandbox, house, server, session)

        yield open_one


@pytest.fixture
async def booth(open_booth: OpenBooth) -> Booth:
    return await open_booth()

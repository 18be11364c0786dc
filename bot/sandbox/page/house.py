"""What all pages share: the world that is shown now, what can go wrong in it, and the wish for another one."""

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.acme import Acme, GateKind
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.page.player import Player
from bot.sandbox.people import Person
from bot.sandbox.sandbox import Sandbox

PEOPLE = ("mona", "hugo", "wanda", "tariq", "rosa", "stan")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which world is made."""

    trigger: Trigger = "release-published"
    gate: GateKind = "rule"
    method: MergeMethod = "merge"
    """How the story merges; a visitor can merge in any way."""
    play: bool = False
    """Whether the story begins by itself."""


@dataclass(slots=True)
class Showing:
    """One world with its bot, as it is shown."""

    sandbox: Sandbox
    choice: Choice
    number: int
    """The first world of a demo has number 1."""
    base: str
    """Where the world's own server listens: the API, git and the issuer of identities."""
    bot: str
    """The bot's address."""
    log: Path
    """The bot's log."""
    player: Player
    touched: bool = False
    """Whether the visitor has changed anything: then the story needs a fresh world."""

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        return self.sandbox.acme

    @property
    def people(self) -> dict[str, Person]:
        """Those as whom a visitor can speak."""
        return {login: getattr(self.acme, login) for login in PEOPLE}


@dataclass(slots=True)
class House:
    """The demo as a whole. Worlds come and go; the house and its address stay."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """Stands in every form, so that no foreign page can send one."""
    showing: Showing | None = None
    problem: str | None = None
    """Why there is no world, when making one failed."""
    audience: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a browser has shown a page."""
    _wish: Choice | None = None
    _wished: asyncio.Event = field(default_factory=asyncio.Event)

    def wish(self, choice: Choice) -> None:
        """Ask for another world; the one that is shown closes at once."""
        self._wish, self.showing, self.problem = choice, None, None
        self._wished.set()

    async def next_wish(self) -> Choice:
        """Wait until somebody asks for another world."""
        await self._wished.wait()
        self._wished.clear()
        return self._wish or Choice()

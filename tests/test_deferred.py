"""What a bot that only waits does not need is not loaded, and is there once it is needed."""

from __future__ import annotations

import asyncio
import gc
import importlib
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.first_work import FirstWork
from bot.github.facts import RepositoryRef

REPOSITORY = RepositoryRef(1, 2, "acme/widget")
UNUSED = ("bot.handlers", "bot.versions", "bot.publishing", "pygments", "psycopg.pq", "rich", "ruamel.yaml", "tomlkit")


def run(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_bot_that_waits_has_loaded_nothing_of_what_works_on_releases() -> None:
    code = f"import sys, bot.__main__, bot.serving; print([name for name in {UNUSED!r} if name in sys.modules])"
    assert run(code) == "[]"


@pytest.mark.parametrize(
    "use",
    [
        "issubclass(errors.LockNotAvailable, Exception)",
        "psycopg.errors.LockNotAvailable is errors.LockNotAvailable",
        "psycopg.connection.Connection is psycopg.Connection",
        "psycopg.__version__ and __import__('psycopg.pq')",
        "hasattr(psycopg, 'connect') and not hasattr(psycopg, 'nonsense')",
    ],
)
def test_a_module_that_was_deferred_is_the_real_one_when_it_is_used(use: str) -> None:
    begin = "import bot.deferred, sys, psycopg; from psycopg import errors; was = type(sys.modules['psycopg']).__name__"
    end = "assert type(sys.modules['psycopg']).__name__ == 'module'; print(was)"
    assert run(f"{begin}; assert {use}; {end}") == "Deferred"


def test_what_is_loaded_already_stays_as_it_is() -> None:
    assert run(
        "import psycopg as real, rich, bot.deferred, psycopg, sys; print(psycopg is real, 'rich' in sys.modules)"
    ) == ("True True")


class Handlers:
    bot_login = "aweigh[bot]"

    def __init__(self) -> None:
        self.opened: list[RepositoryRef] = []

    async def reconcile(self, repository: RepositoryRef) -> None:
        self.opened.append(repository)


def begin(monkeypatch: pytest.MonkeyPatch, made: list[Handlers]) -> FirstWork:
    nothing: Any = SimpleNamespace()
    work = FirstWork(nothing, nothing, nothing, nothing, SystemClock(), lambda command, decision, reason: None)
    monkeypatch.setattr(work, "_open", made.pop)
    return work


async def test_the_handlers_are_opened_once_however_much_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = Handlers()
    work = begin(monkeypatch, [handlers])
    before = work.bot_login
    await asyncio.gather(work.reconcile(REPOSITORY), work.reconcile(REPOSITORY))
    assert handlers.opened == [REPOSITORY, REPOSITORY]
    assert (before, work.bot_login) == (None, "aweigh[bot]")


async def test_what_one_bot_has_left_is_not_kept_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    importlib.import_module("bot.handlers")
    work, kept = begin(monkeypatch, [Handlers()]), gc.get_freeze_count()
    await work.reconcile(REPOSITORY)
    assert gc.get_freeze_count() <= kept

"""``aweigh demo`` as a command: what it says, how it ends, and beside what it does not start."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.sandbox.demo import story
from bot.sandbox.demo.bot_process import BotFailedError
from bot.sandbox.demo.story import StageFailedError, Story
from bot.settings.operator import OperatorSettings

COMMAND = [sys.executable, "-m", "bot", "demo"]
SETTINGS = [
    str(field.validation_alias or f"AWEIGH_{name.upper()}") for name, field in OperatorSettings.model_fields.items()
]


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWEIGH_", "DATABASE_URL"))}


@asynccontextmanager
async def staying(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A demo that stays, and the address it printed."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *options,
        env=clean_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Whoever runs the tests in the background of a shell has them ignore SIGINT; at a terminal nobody does.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process, (await read_until(process, r"Open (http://127\.0\.0\.1:\d+) in a browser"))[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read_until(process: asyncio.subprocess.Process, pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(120):
        while line := await process.stdout.readline():
            said += line.decode()
            if found := re.search(pattern, line.decode()):
                return found
    raise AssertionError(f"ended without saying {pattern!r}:\n{said}")


@pytest.mark.slow
async def test_with_exit_it_ends_well_after_the_whole_story() -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--exit", env=clean_environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await asyncio.wait_for(process.communicate(), 120))[0].decode()
    assert process.returncode == 0, said
    assert said.count("✓") == 6
    assert "widget.__version__ is 1.2.0" in said


@pytest.mark.slow
async def test_it_plays_where_it_is_watched_and_stays_until_ctrl_c() -> None:
    async with staying("--pace", "50") as (process, address):
        await read_until(process, "aweigh serve listens at")
        browser = {"Accept": "text/html"}
        async with aiohttp.ClientSession() as session:
            async with session.get(address, headers=browser) as page:
                assert page.status == 200
            # The terminal tells the same story.
            await read_until(process, "aweigh.bot. opened #2")
            await read_until(process, re.escape(f"The story is over. Go on by hand at {address}"))
            async with session.get(address, headers=browser) as page:
                assert "The story is over" in await page.text()
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 40) == 0


@asynccontextmanager
async def logging_bot(_sandbox: Any, folder: Path) -> AsyncIterator[str]:
    (folder / "bot.log").write_text("what the bot said last\n")
    yield "http://127.0.0.1:9"


@asynccontextmanager
async def broken_bot(*_: Any) -> AsyncIterator[str]:
    raise BotFailedError("it has no keel")
    yield


def run(*options: str) -> Any:
    return CliRunner().invoke(cli, ["demo", *options], env=dict.fromkeys(SETTINGS))


def test_a_stage_that_fails_is_told_and_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_off(_: Story) -> None:
        raise StageFailedError("the tag is on another commit")

    monkeypatch.setattr(story, "run_bot", logging_bot)
    monkeypatch.setattr(Story, "play", break_off)
    result = run("--exit")
    assert result.exit_code == 1
    assert "The story broke off  the tag is on another commit" in result.output


def test_a_bot_that_does_not_start_is_told_and_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "run_bot", broken_bot)
    result = run("--exit")
    assert result.exit_code == 1
    assert "it has no keel" in result.output


@pytest.mark.parametrize("name", ["AWEIGH_PRIVATE_KEY", "DATABASE_URL"])
def test_it_does_not_start_beside_the_settings_of_a_real_bot(name: str) -> None:
    result = CliRunner().invoke(cli, ["demo", "--exit"], env={**dict.fromkeys(SETTINGS), name: "real"})
    assert result.exit_code == 1
    assert f"unset {name} first" in result.output

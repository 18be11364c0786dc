"""``aweigh serve`` as a process: how it starts, what it refuses, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.intake.payloads import comment
from tests.intake.test_webhook import sign
from tests.settings.test_operator import PEM

SECRET = "a new secret of some length"
GUID = "69a73247-6a24-4027-a332-0e7dbf28b5aa"


def environment(folder: Path, **variables: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AWEIGH_APP_ID": "42",
        "AWEIGH_PRIVATE_KEY": PEM,
        "AWEIGH_WEBHOOK_SECRET": SECRET,
        # Nobody listens there: the bot must start, and keep what it is given, while GitHub is away.
        "AWEIGH_GITHUB_API": "http://127.0.0.1:9",
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        "PORT": "0",
        **variables,
    }


async def spawn(variables: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=variables, stderr=asyncio.subprocess.PIPE
    )


async def read_error(process: asyncio.subprocess.Process) -> str:
    _, said = await asyncio.wait_for(process.communicate(), 30)
    return said.decode()


async def wait_for(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    assert process.stderr is not None
    while line := (await asyncio.wait_for(process.stderr.readline(), 30)).decode():
        with suppress(json.JSONDecodeError):
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said
    raise AssertionError(f"ended without {event!r}")


@asynccontextmanager
async def serving(variables: dict[str, str]) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await spawn(variables)
    try:
        yield process, (await wait_for(process, "ready"))["address"]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def send(address: str, guid: str = GUID) -> tuple[int, str]:
    body = json.dumps(comment()).encode()
    headers = {
        "X-GitHub-Event": "issue_comment",
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": sign(body, SECRET),
        "Content-Type": "application/json",
    }
    async with ClientSession() as session, session.post(f"{address}/webhook", data=body, headers=headers) as response:
        return response.status, await response.text()


async def get(address: str, path: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(address + path) as response:
        return response.status, await response.text()


async def test_says_everything_that_is_missing_and_starts_nothing(tmp_path: Path) -> None:
    process = await spawn({"PATH": os.environ["PATH"], "PORT": "x", "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})
    lines = (await read_error(process)).splitlines()
    assert process.returncode == 1
    assert [line.split()[1] for line in lines] == [
        "AWEIGH_APP_ID",
        "AWEIGH_PRIVATE_KEY",
        "AWEIGH_WEBHOOK_SECRET",
        "PORT",
    ]
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async with serving(environment(tmp_path)) as (process, address):
        assert await get(address, "/healthz") == (200, "alive\n")
        assert await get(address, "/readyz") == (200, "ready\n")
        assert (await get(address, "/metrics"))[0] == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_what_was_accepted_before_a_kill_is_known_after_it(tmp_path: Path) -> None:
    async with serving(environment(tmp_path)) as (_, address):
        assert await send(address) == (202, "command: accepted\n")
    async with serving(environment(tmp_path)) as (process, address):
        assert await send(address) == (202, "duplicate: known already\n")
        # GitHub is away, so the command waits for it; every line about it says which delivery it is about.
        assert (await wait_for(process, "backed off"))["delivery"] == GUID


async def test_ends_with_a_reason_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await spawn(environment(tmp_path, PORT=port))
        said = await read_error(process)
    assert process.returncode == 1
    assert said == f"aweigh: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64])
async def test_ends_with_a_reason_when_the_host_is_none(tmp_path: Path, host: str) -> None:
    process = await spawn(environment(tmp_path, AWEIGH_HOST=host))
    said = await read_error(process)
    assert process.returncode == 1
    assert said == f"aweigh: cannot listen on {host}:0: it is no address of this machine\n"


async def test_ends_with_a_reason_when_the_database_is_in_use(tmp_path: Path) -> None:
    async with serving(environment(tmp_path)) as (_, address):
        second = await spawn(environment(tmp_path))
        said = await read_error(second)
        assert second.returncode == 1
        assert "another process works on this database" in said
        assert "Traceback" not in said
        assert await get(address, "/readyz") == (200, "ready\n")


async def test_ends_with_a_reason_when_the_database_cannot_be_made(tmp_path: Path) -> None:
    process = await spawn(environment(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/missing/bot.db"))
    said = await read_error(process)
    assert process.returncode == 1
    assert said.startswith("aweigh: the folder of the database does not exist")


@pytest.mark.parametrize("words", [[], ["--help"]])
async def test_says_what_it_can_do(words: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    assert b"serve" in said

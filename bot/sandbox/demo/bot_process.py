"""The bot, as its operator would run it: ``aweigh serve`` in a process of its own, told where everything is."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.acme import WEBHOOK_SECRET
from bot.sandbox.sandbox import Sandbox

_READY_WITHIN = 30.0
_STOP_WITHIN = 20.0


class BotFailedError(Exception):
    """The bot did not start; the message is the end of what it said."""


@asynccontextmanager
async def run_bot(sandbox: Sandbox, folder: Path) -> AsyncIterator[str]:
    """Run the bot against ``sandbox``, with its files in ``folder``; gives its address once it is ready.

    Raises:
        BotFailedError: it ended or did not become ready.
    """
    log = folder / "bot.log"
    environment = _environment(sandbox, folder)
    with open(log, "wb") as output:  # noqa: ASYNC230, PTH123 - a file of this machine opens at once
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=environment, stdout=output, stderr=output
        )
    try:
        yield await _wait_until_ready(process, log)
    finally:
        if process.returncode is None:
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _STOP_WITHIN)
        if process.returncode is None:
            process.kill()
            await process.wait()


def _environment(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    root = folder / "trusted_root.json"
    root.write_text(json.dumps(sandbox.trusted_root))
    links = sandbox.world.links
    return {
        **os.environ,
        "AWEIGH_APP_ID": str(sandbox.acme.app.id),
        "AWEIGH_PRIVATE_KEY": sandbox.acme.private_key,
        "AWEIGH_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "AWEIGH_GITHUB_API": links.api,
        "AWEIGH_GITHUB_WEB": links.web,
        "AWEIGH_OIDC_ISSUER": sandbox.issuer.url,
        "AWEIGH_TRUSTED_ROOT": str(root),
        "AWEIGH_INDEXES": json.dumps([{"name": "pypi", "base": sandbox.index.base}]),
        "DATABASE_URL": f"sqlite:///{folder / 'aweigh.db'}",
        "PORT": "0",
    }


async def _wait_until_ready(process: asyncio.subprocess.Process, log: Path) -> str:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_READY_WITHIN):
            while process.returncode is None:
                address = _find_address(log)
                if address is not None:
                    return address
                await asyncio.sleep(0.05)
    raise BotFailedError("\n".join(_read_lines(log)[-10:]))


def _find_address(log: Path) -> str | None:
    for line in _read_lines(log):
        with contextlib.suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and said.get("event") == "ready":
                return str(said["address"])
    return None


def _read_lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()

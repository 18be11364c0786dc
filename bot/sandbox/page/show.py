"""`aweigh demo`, as long as nobody presses Ctrl-C: a world, its bot and its pages; then another world, if one is wished."""

import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from bot.sandbox.acme import build_acme
from bot.sandbox.demo.bot_process import BotFailedError, run_bot
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.story import Story
from bot.sandbox.page.house import Choice, House, Showing
from bot.sandbox.page.player import Player
from bot.sandbox.page.server import PageServer
from bot.sandbox.sandbox import Sandbox


async def show(choice: Choice, *, port: int = 0, pace: float = 1.0) -> None:
    """Serve the pages on a loopback port (0: a free one) until Ctrl-C or SIGTERM, and leave no process behind.

    The story plays at ``pace`` times reading speed. Raises OSError when the port is taken.
    """
    showing = asyncio.ensure_future(_show_worlds(choice, port, pace))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, showing.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await showing


async def _show_worlds(choice: Choice, port: int, pace: float) -> None:
    house, display, number = House(), Display(0), 0
    async with PageServer(house, port=port) as server:
        display.announce(
            "[bold]This is a sandbox.[/bold] GitHub, the package index and Sigstore are stand-ins on this machine;",
            "the bot is the real one, in a process of its own, and knows nothing of it.",
            f"Open [bold]{server.base}[/bold] in a browser. The sandbox stays until Ctrl-C.",
        )
        while True:
            number += 1
            choice = await _show_world(house, server, choice, number, pace, display)


async def _show_world(
    house: House, server: PageServer, choice: Choice, number: int, pace: float, display: Display
) -> Choice:
    """Make a world, show it until another one is wished, and answer which."""
    with tempfile.TemporaryDirectory(prefix="aweigh-demo-") as name:
        folder = Path(name)
        sandbox = Sandbox.create(build_acme(trigger=choice.trigger, gate=choice.gate), over_http=True)
        async with sandbox.serve(web_base=server.base, index_mounts=[server.mount_index]):
            await sandbox.publish_history()
            try:
                async with run_bot(sandbox, folder) as address:
                    sandbox.acme.app.webhook_url = f"{address}/webhook"
                    base = sandbox.world.links.api
                    player = Player(_quiet_story(sandbox, choice), pace=pace)
                    house.showing = Showing(
                        sandbox, choice, number, base, address, folder / "bot.log", player
                    )  # fmt: skip
                    display.note(f"World {number}: {choice.trigger}, {choice.gate}; aweigh serve listens at {address}")
                    if choice.play:
                        player.play()
                    try:
                        return await house.next_wish()
                    finally:
                        house.showing = None
                        await player.stop()
            except BotFailedError as error:
                house.problem = str(error)
                display.failed("The bot did not start", str(error))
                return await house.next_wish()


def _quiet_story(sandbox: Sandbox, choice: Choice) -> Story:
    """The same story the terminal tells, without its words: the pages show everything themselves."""
    return Story(sandbox, Display(0, Console(quiet=True)), choice.method, choice.gate)

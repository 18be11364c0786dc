"""`aweigh demo`, as long as nobody presses Ctrl-C: a world, its bot and its pages; then another world, if one is wished."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.acme import build_acme
from bot.sandbox.demo.bot_process import BotFailedError, run_bot
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.story import Story, count_stages
from bot.sandbox.page.house import Choice, House, Showing
from bot.sandbox.page.player import Player
from bot.sandbox.page.server import PageServer
from bot.sandbox.sandbox import Sandbox

_AUDIENCE_SECONDS = 20.0
"""How long the story waits for somebody to open the page before it begins in the terminal alone."""


async def show(choice: Choice, *, port: int = 0, pace: float = 1.0) -> None:
    """Serve the pages on a loopback port (0: a free one) until Ctrl-C or SIGTERM, and leave no process behind.

    The story plays at ``pace`` times reading speed, on the pages and in the terminal. Raises OSError when the port is
    taken.
    """
    showing = asyncio.ensure_future(_show_worlds(choice, port, pace))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, showing.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await showing


async def _show_worlds(choice: Choice, port: int, pace: float) -> None:
    house, number = House(), 0
    async with PageServer(house, port=port) as server:
        Display(0).announce(*_banner(server.base, choice))
        while True:
            number += 1
            choice = await _show_world(house, server, choice, number, pace)


async def _show_world(house: House, server: PageServer, choice: Choice, number: int, pace: float) -> Choice:
    """Make a world, show it until another one is wished, and answer which."""
    display = Display(count_stages(choice.gate))
    display.note(f"World {number} is being made: acme/widget publishes by {choice.trigger}; its gate: {choice.gate}.")
    with tempfile.TemporaryDirectory(prefix="aweigh-demo-") as name:
        folder = Path(name)
        sandbox = Sandbox.create(build_acme(trigger=choice.trigger, gate=choice.gate), over_http=True)
        async with sandbox.serve(web_base=server.base, index_mounts=[server.mount_index]):
            await sandbox.publish_history()
            try:
                async with run_bot(sandbox, folder) as address:
                    sandbox.acme.app.webhook_url = f"{address}/webhook"
                    player = Player(Story(sandbox, display, choice.method, choice.gate), pace=pace)
                    log = folder / "bot.log"
                    house.showing = Showing(sandbox, choice, number, sandbox.world.links.api, address, log, player)
                    display.note(f"It is there. aweigh serve listens at {address}; its log is {log}.")
                    async with _telling(house, house.showing, display, server.base):
                        return await house.next_wish()
            except BotFailedError as error:
                house.problem = str(error)
                display.failed("The bot did not start", str(error))
                return await house.next_wish()


@asynccontextmanager
async def _telling(house: House, showing: Showing, display: Display, base: str) -> AsyncIterator[None]:
    """While this is entered the story of a world can be played, and the terminal shows it."""
    tasks = [asyncio.create_task(_narrate(showing.player, display, base), name="sandbox-narrator")]
    if showing.choice.play:
        tasks.append(asyncio.create_task(_begin(house, showing), name="sandbox-curtain"))
    try:
        yield
    finally:
        house.showing = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await showing.player.stop()


async def _begin(house: House, showing: Showing) -> None:
    """Begin the story once somebody looks, or nobody comes; not in a world in which somebody has begun by hand."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(house.audience.wait(), _AUDIENCE_SECONDS)
    if not showing.touched:
        showing.player.open()


async def _narrate(player: Player, display: Display, base: str) -> None:
    """Show the story in the terminal from its first scene to its last, and say how it ended."""
    await player.wait_for_beginning()
    with display:
        await player.wait_for_end()
    if player.state == "failed":
        display.failed("The story broke off", player.problem)
    else:
        display.note(f"The story is over. Go on by hand at {base}; Ctrl-C ends the sandbox.")


def _banner(base: str, choice: Choice) -> list[str]:
    begins = f" The story begins there, or here in {_AUDIENCE_SECONDS:.0f} seconds." if choice.play else ""
    return [
        "[bold]This is a sandbox.[/bold] GitHub, the package index and Sigstore are stand-ins on this machine;",
        "the bot is the real one, in a process of its own, and knows nothing of it.",
        f"Open [bold]{base}[/bold] in a browser.{begins}",
        "Then go on by hand: the sandbox stays until Ctrl-C.",
    ]

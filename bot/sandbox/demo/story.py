"""The story of the demo: one release of acme/widget, from a comment to a package that installs.

Every stage acts as a person would, then waits until the world shows what the bot must have done by itself.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bot.sandbox.acme import GateKind, build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.acts.merging import MergeMethod
from bot.sandbox.demo.bot_process import BotFailedError, run_bot
from bot.sandbox.demo.display import Display
from bot.sandbox.demo.install import InstallFailedError, install
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.runs import Gate

VERSION = "1.2.0"
_STAGE_SECONDS = 60.0
_BOT = "aweigh[bot]"
_ATTESTED = "✅ verified"
_T = TypeVar("_T")


class StageFailedError(Exception):
    """What had to happen did not."""


class Story:
    """One telling of the story against one sandbox."""

    def __init__(self, sandbox: Sandbox, display: Display, method: MergeMethod, gate: GateKind) -> None:
        self.sandbox, self.display, self.method, self.gate = sandbox, display, method, gate
        self.acme = sandbox.acme

    async def play(*, trigger: Trigger, gate: GateKind, method: MergeMethod, stay: bool) -> bool:
    """Play the story in a fresh world; True when every stage went well. With ``stay`` world and bot go on until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="aweigh-demo-") as name:
        folder = Path(name)
        sandbox = Sandbox.create(build_acme(trigger=trigger, gate=gate), over_http=True)
        async with sandbox.serve():
            await sandbox.publish_history()
            display = Display(_count_stages(gate))
            display.announce(*_banner(sandbox, trigger, gate))
            try:
                async with run_bot(sandbox, folder) as address:
                    sandbox.acme.app.webhook_url = f"{address}/webhook"
                    display.note(f"aweigh serve listens at {address}; its log is {folder / 'bot.log'}")
                    with display:
                        await Story(sandbox, display, method, gate).play()
                    if stay:
                        display.announce(*_farewell(sandbox))
                        await asyncio.Event().wait()
            except BotFailedError as error:
                display.failed("The bot did not start", str(error))
            except StageFailedError as error:
                display.failed("The story broke off", str(error))
                display.note((folder / "bot.log").read_text(errors="replace")[-4000:])
            else:
                return True
            return False


def _count_stages(gate: GateKind) -> int:
    return 5 + {"rule": 1, "reviewers": 1, "both": 2, "none": 0}[gate]


def _banner(sandbox: Sandbox, trigger: Trigger, gate: GateKind) -> list[str]:
    return [
        "[bold]This is a sandbox.[/bold] GitHub, the package index and Sigstore are stand-ins on this machine;",
        "the bot is the real one, in a process of its own, and knows nothing of it.",
        f"GitHub: {sandbox.world.links.web}   index: {sandbox.index.base}/simple/",
        f"acme/widget publishes by {trigger}; the environment pypi is guarded by: {gate}",
    ]


def _farewell(sandbox: Sandbox) -> list[str]:
    return [
        "The sandbox stays until Ctrl-C. Try, in another terminal:",
        f"  pip download --no-deps --index-url {sandbox.index.base}/simple/ widget=={VERSION}",
        f"  git clone {sandbox.world.links.web}/acme/widget.git && git -C widget cat-file -p v{VERSION}",
    ]

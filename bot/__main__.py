"""The command line: ``serve`` runs the bot, ``demo`` plays a release in the sandbox, ``plan`` and ``next`` work in a checkout.

``settings`` checks those of a repository, ``deadletters`` tidies up, and ``audit`` tells who did what.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from enum import StrEnum
from typing import Annotated

import typer

from bot import deferred  # noqa: F401 (what it defers must not be loaded by anything below)
from bot.audit import audit
from bot.deadletters import deadletters
from bot.engine import EngineUnavailableError
from bot.planning.commands import next_, plan
from bot.settings.commands import settings
from bot.settings.operator import OperatorSettings, OperatorSettingsError, read_operator_settings
from bot.terminal import fail

cli = typer.Typer(name="aweigh", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

cli.add_typer(deadletters)
cli.add_typer(settings, name="settings")
cli.command()(audit)
cli.command()(plan)
cli.command("next")(next_)


@cli.callback()
def aweigh() -> None:
    """PyPI releases by conversation."""


@cli.command()
def serve() -> None:
    """Run the bot with the settings in the environment, until it is told to stop (SIGTERM, SIGINT)."""
    settings = _get_settings()
    try:
        # Before anything else: a second process on the same port and database must end here, not disturb the first.
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family)
    except (OSError, UnicodeError) as error:
        fail(f"cannot listen on {settings.host}:{settings.port}: {_why_not(error)}")
    # The rest of the bot takes longest to load; a delivery that comes meanwhile waits in the socket and is not lost.
    from bot.serving import serve_on  # noqa: PLC0415 (see above)

    try:
        serve_on(listening, settings)
    except EngineUnavailableError as unavailable:
        fail(str(unavailable))


class TriggerChoice(StrEnum):
    """What starts the publish workflow of the demo's project."""

    RELEASE = "release-published"
    TAG = "tag-push"
    DISPATCH = "dispatch"


class GateChoice(StrEnum):
    """What guards the environment of the demo's project."""

    RULE = "rule"
    REVIEWERS = "reviewers"
    BOTH = "both"
    NONE = "none"


class MergeChoice(StrEnum):
    """How the demo's release pull request is merged."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


@cli.command()
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="End with the story; fail if any stage failed.")] = False,
    trigger: Annotated[TriggerChoice, typer.Option(help="What starts the publish workflow.")] = TriggerChoice.RELEASE,
    gate: Annotated[GateChoice, typer.Option(help="What guards its environment.")] = GateChoice.RULE,
    merge: Annotated[MergeChoice, typer.Option(help="How the release is merged.")] = MergeChoice.MERGE,
    begin: Annotated[bool, typer.Option("--play/--no-play", help="Begin the story when the page is opened.")] = True,
    port: Annotated[int, typer.Option(help="Port of the pages on loopback; 0 takes a free one.")] = 0,
    pace: Annotated[float, typer.Option(help="How many times reading speed the story plays at.", min=0.1)] = 1.0,
) -> None:
    """Live a whole release in a sandbox on this machine, in a browser: no account, no network, the real bot.

    The story plays on the page and in the terminal, then the page is yours until Ctrl-C. With --exit the story plays
    in the terminal alone, at full speed.
    """
    # The sandbox is imported here alone, so that serving never loads it.
    from bot.sandbox.demo.guard import RealCredentialsError, refuse_real_credentials  # noqa: PLC0415
    from bot.sandbox.demo.story import play  # noqa: PLC0415
    from bot.sandbox.page.house import Choice  # noqa: PLC0415
    from bot.sandbox.page.show import show  # noqa: PLC0415

    try:
        refuse_real_credentials(os.environ)
    except RealCredentialsError as error:
        fail(str(error))
    well = True
    try:
        if leave:
            well = asyncio.run(play(trigger=trigger.value, gate=gate.value, method=merge.value))
        else:
            asyncio.run(show(Choice(trigger.value, gate.value, merge.value, begin), port=port, pace=pace))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        fail(f"cannot listen on 127.0.0.1:{port}: {os.strerror(error.errno or 0)}")
    sys.exit(0 if well else 1)


def _get_settings() -> OperatorSettings:
    try:
        return read_operator_settings()
    except OperatorSettingsError as error:
        fail(*error.lines)


def _why_not(error: OSError | UnicodeError) -> str:
    # What is wrong with a name has a negative number, of which the operating system says "Unknown error".
    if isinstance(error, UnicodeError) or (error.errno or 0) < 0:
        return "it is no address of this machine"
    return os.strerror(error.errno or 0)


def main() -> None:
    """Entry point of the ``aweigh`` program."""
    cli()


if __name__ == "__main__":
    main()

"""The command line: ``aweigh serve`` runs the bot."""

from __future__ import annotations

import os
import socket
import sys
from typing import NoReturn

import structlog
import typer
from aiohttp import web

from bot.composition import build_app
from bot.engine import EngineUnavailableError
from bot.observability.logs import configure_logs
from bot.settings.operator import OperatorSettings, OperatorSettingsError, read_operator_settings

SHUTDOWN_SECONDS = 5.0

log = structlog.get_logger(__name__)
cli = typer.Typer(name="aweigh", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.callback()
def aweigh() -> None:
    """PyPI releases by conversation."""


@cli.command()
def serve() -> None:
    """Run the bot with the settings in the environment, until it is told to stop (SIGTERM, SIGINT)."""
    settings = _get_settings()
    configure_logs(settings.log_level, settings.log_format)
    try:
        # Before anything else: a second process on the same port and database must end here, not disturb the first.
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        _fail(f"cannot listen on {settings.host}:{settings.port}: {os.strerror(error.errno or 0)}")
    host, port = listening.getsockname()[:2]
    app = build_app(settings)

    async def say_ready(_: web.Application) -> None:
        log.info("ready", address=f"http://{host}:{port}")

    app.on_startup.append(say_ready)
    try:
        web.run_app(app, sock=listening, print=None, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    except EngineUnavailableError as unavailable:
        _fail(str(unavailable))


def _get_settings() -> OperatorSettings:
    try:
        return read_operator_settings()
    except OperatorSettingsError as error:
        _fail(*error.lines)


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        typer.echo(f"aweigh: {line}", err=True)
    sys.exit(1)


def main() -> None:
    """Entry point of the ``aweigh`` program."""
    cli()


if __name__ == "__main__":
    main()

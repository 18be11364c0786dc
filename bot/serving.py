"""``aweigh serve`` from the moment at which its socket listens. Importing this loads the whole of the bot."""

from __future__ import annotations

import ctypes
import gc
import socket
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web

from bot.composition import build_app
from bot.observability.logs import configure_logs
from bot.settings.operator import OperatorSettings

_SHUTDOWN_SECONDS: Final = 5.0
_M_ARENA_MAX: Final = -8
"""Of glibc's ``malloc.h``."""

log = structlog.get_logger(__name__)


def serve_on(listening: socket.socket, settings: OperatorSettings) -> None:
    """Answer on this socket until the process is told to stop. Raises EngineUnavailableError."""
    _share_one_heap()
    configure_logs(settings.log_level, settings.log_format)
    host, port = listening.getsockname()[:2]
    app = build_app(settings)

    async def say_ready(_: web.Application) -> None:
        log.info("ready", address=f"http://{host}:{port}")

    app.on_startup.append(say_ready)
    run(app, listening)


def run(app: web.Application, listening: socket.socket) -> None:
    """Run an application on this socket until the process is told to stop."""
    app.on_startup.append(_keep_what_is_loaded)
    web.run_app(app, sock=listening, print=None, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)


def _share_one_heap() -> None:
    # Only one thread at a time runs Python, but glibc gives each of them a heap of its own, which never shrinks.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _give_back() -> None:
    # What the start needed for a moment: glibc keeps it otherwise.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


async def _keep_what_is_loaded(_: web.Application) -> None:
    # Some 150,000 objects make up the program and live as long as it does. Each time the garbage collector looks through
    # them all, every delivery waits for the better part of a tenth of a second.
    gc.collect()
    gc.freeze()
    _give_back()

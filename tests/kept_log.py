"""What is logged in a test is shown where it fails, and written for nobody else.

structlog's own ways to show a line, and a traceback with all that its frames knew, took two fifths of what the tests of the
engine's contract reckon on SQLite.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import structlog
from structlog.typing import EventDict, WrappedLogger

_MOST_LINES: Final = 1000

_LINES: Final[deque[EventDict]] = deque(maxlen=_MOST_LINES)


def keep_log() -> None:
    """Let lines be kept instead of written, unless a test says otherwise."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
            _keep,
        ]
    )


def forget_log() -> None:
    """What comes now belongs to another test."""
    _LINES.clear()


def show_log() -> str:
    """The newest of what was logged since."""
    return "\n".join(map(_show, _LINES))


def _show(line: EventDict) -> str:
    # The renderer takes a line apart, which may be shown again where the end of the test fails as well.
    try:
        return str(structlog.dev.ConsoleRenderer(colors=False)(None, "", dict(line)))
    except Exception as error:  # noqa: BLE001 (a value that cannot be shown must not hide why the test failed)
        return f"a line that cannot be shown: {error!r}"


def _keep(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    _LINES.append(event)
    raise structlog.DropEvent

"""Every line, ours and the libraries', goes through one renderer that knows the delivery and no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.observability.logs import configure_logs

TOKEN = "ghs_" + "a" * 40


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_lines_and_the_libraries_look_alike() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    with structlog.contextvars.bound_contextvars(delivery="g-1"):
        structlog.get_logger("bot.here").info("delivery", status=202)
        logging.getLogger("library").warning("slow %s", "request")
    structlog.get_logger("bot.here").debug("unseen")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["status"], ours["delivery"], ours["logger"]) == ("delivery", 202, "g-1", "bot.here")
    assert (theirs["event"], theirs["level"], theirs["delivery"]) == ("slow request", "warning", "g-1")
    assert ours["time"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_line_holds_a_secret(form: Any) -> None:
    stream = io.StringIO()
    configure_logs("info", form, stream)
    log = structlog.get_logger("bot")
    log.info(TOKEN, header=f"token {TOKEN}", nested={"a": [TOKEN]})
    logging.getLogger("library").error("failed with %s", TOKEN)
    error = RuntimeError(TOKEN)
    log.error("broke", exc_info=error)
    logging.getLogger("library").error("broke too", exc_info=error)
    assert TOKEN not in stream.getvalue()
    assert stream.getvalue().count("***") >= 5
    assert stream.getvalue().count("RuntimeError") >= 2


def test_a_line_stays_one_line_whatever_is_in_it() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    structlog.get_logger("bot").info("x", given='a\n{"event": "forged"}\u2028')
    assert len(stream.getvalue().splitlines()) == 1

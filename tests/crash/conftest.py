"""What all crash tests share: no log, one private key, and a summary of what was played."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator

import pytest
import structlog
from _pytest.terminal import TerminalReporter

from bot.github import tokens
from tests.crash.process import read_key_once


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process of the bot begins many times in a second here: it neither writes a log nor checks its key again."""
    monkeypatch.setattr(tokens, "_read_key", read_key_once)
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how much was played: requests of the story, runs, and seconds on all processors together."""
    requests: dict[str, int] = {}
    runs: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if report.when != "call":
            continue
        facts = dict(report.user_properties)
        name = str(facts.get("crash", ""))
        if name:
            runs[name] += int(str(facts["runs"]))
            seconds[name] += report.duration
            requests[name] = int(str(facts.get("requests", 0)))
    for name in sorted(runs):
        story = f"N = {requests[name]}, " if requests[name] else ""
        terminalreporter.write_line(f"{name}: {story}{runs[name]} runs, {seconds[name]:.0f} s")

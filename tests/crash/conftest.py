"""What all crash tests share: no log, nothing reckoned twice, and a summary of what was played."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

import pytest
import structlog
from _pytest.terminal import TerminalReporter

from bot.release import commits
from bot.versions import Project, ProjectProblem, VersionFile, read_project, wanted_paths

Places: TypeAlias = tuple[VersionFile, ...]

Folders: TypeAlias = tuple[str, ...]


@lru_cache(maxsize=512)
def _read_once(
    files: tuple[tuple[str, bytes], ...], root: str, places: Places, together: Folders, released: str | None
) -> Project | ProjectProblem:
    return read_project(dict(files), root, places, together, released)


@lru_cache(maxsize=2048)
def _want_once(
    paths: tuple[str, ...], files: tuple[tuple[str, bytes], ...], root: str, places: Places, together: Folders
) -> list[str]:
    return wanted_paths(paths, dict(files), root, places, together)


def _read_project(
    files: Mapping[str, bytes],
    root: str = ".",
    places: Places = (),
    together: Folders = (),
    released: str | None = None,
) -> Project | ProjectProblem:
    return _read_once(tuple(files.items()), root, places, together, released)


def _wanted_paths(
    paths: Iterable[str],
    files: Mapping[str, bytes],
    root: str = ".",
    places: Places = (),
    together: Folders = (),
) -> list[str]:
    return list(_want_once(tuple(paths), tuple(files.items()), root, places, together))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thousands of releases are played here, all of the same project.

    A process of the bot begins many times in a second, and writes no log. What a commit says is a pure function of its
    files, and reckoned once.
    """
    monkeypatch.setattr(commits, "read_project", _read_project)
    monkeypatch.setattr(commits, "wanted_paths", _wanted_paths)
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

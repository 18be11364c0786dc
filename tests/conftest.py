"""What holds for all tests: no example is timed, the collector comes seldom, a private key is read once, the log of a test
that failed is shown, and soft findings of the contract are printed in the end.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped] # it has no types

from bot.github import tokens
from bot.sandbox.actions.steps import building
from bot.settings import operator
from tests.contract.watching import SOFT_SEEN
from tests.kept_log import forget_log, keep_log, show_log
from tests.rules import RULES

# An example that took long says that the machine is busy, and nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Worlds are made and thrown away by the thousand: looking every few hundred objects for what can be thrown away took a sixth
# of the time of the crash suite.
gc.set_threshold(50_000, 10, 10)

keep_log()

_COMPUTING, _WAITING = "crash", "engine"
"""The room whose tests compute for minutes, and the one whose tests mostly wait for an engine."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # for the same reason
    """Hands out each test by itself, but those of the browser to one process: they share a demo and build on each other.

    So do those of one command in the crash suite, which all begin with playing it undisturbed.

    pytest-xdist's own groups would say so with a mark, but it writes them into a field that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/"):
            return "browser"
        if nodeid.startswith("tests/crash/test_orders.py::test_every"):
            return nodeid.partition("[")[2].rpartition("-")[0]
        return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """For ``--dist loadgroup``, which is how ``make test`` runs."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For ``-n auto``: two more than there are processors, because whoever has the browser or an engine mostly waits for it."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A mark of no rule would say nothing; and where the whole is played its sample is not."""
    samples = [item for item in items if item.get_closest_marker("sample")]
    if samples and any(item.get_closest_marker("slow") for item in items) and "slow" not in config.option.markexpr:
        items[:] = [item for item in items if item not in samples]
        config.hook.pytest_deselected(items=samples)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = _spread(items)
    for item in items:
        for mark in item.iter_markers("rule"):
            if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in RULES:
                raise pytest.UsageError(f"{item.nodeid}: {mark} is of no rule")


def _spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests in another order: those that mostly wait stand evenly among those that compute.

    One after another they would leave processors idle.
    """
    rooms = [item.nodeid.split("/")[1] for item in items]
    waiting = [item for item, room in zip(items, rooms, strict=True) if room == _WAITING]
    spread, put, many = list[pytest.Item](), 0, max(1, rooms.count(_COMPUTING))
    for item, room in zip(items, rooms, strict=True):
        if room == _COMPUTING:
            spread.append(item)
            put += 1
            spread += waiting[(put - 1) * len(waiting) // many : put * len(waiting) // many]
        elif room != _WAITING or _COMPUTING not in rooms:
            spread.append(item)
    return spread


@pytest.fixture(scope="session", autouse=True)
def _keys_are_read_once() -> Iterator[None]:
    """Reading a key checks its primes, which takes as long as a short conversation, and the tests share a few keys."""
    read_once = cache(load_pem_private_key)
    with pytest.MonkeyPatch.context() as patch:
        for module in (tokens, operator):
            patch.setattr(module, "load_pem_private_key", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _trees_are_built_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A build takes as long as a story, and equal trees build equal: what one process of a run has built the others take.

    Workflows and settings say nothing to a build, so that tests which differ in nothing else share one.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "builds"
    folder.mkdir(exist_ok=True)

    async def build(whole: Mapping[str, bytes]) -> building.Build:
        files = {path: content for path, content in whole.items() if not path.startswith(".github/")}
        kept = folder / building.digest_of(files)
        if not kept.exists():
            made = await really_build(files)
            own = kept.with_suffix(f".{os.getpid()}")
            own.write_bytes(pickle.dumps(made))
            own.replace(kept)
        built: building.Build = pickle.loads(kept.read_bytes())
        return built

    really_build = building.build_anew
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "build_anew", build)
        yield


def pytest_collection_finish() -> None:
    """What modules and collected tests take stays for the whole run: the collector need not walk through it again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logstart() -> None:
    """Each test has its own log."""
    forget_log()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails says which rule it was, and what was logged."""
    report = yield
    if report.failed:
        report.sections += [("log", log)] if (log := show_log()) else []
        broken = [f"{mark.args[0]}. {RULES[mark.args[0]]}" for mark in item.iter_markers("rule")]
        report.sections += [("rules of security", line) for line in broken]
    return report


_ADDED: Counter[str] = Counter()
"""What the processes of a parallel run found."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process of a parallel run: hand the findings over to the one that prints."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["soft_findings"] = dict(SOFT_SEEN)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """In the process that prints: take the findings of another."""
    _ADDED.update(getattr(node, "workeroutput", {}).get("soft_findings", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print where the sandbox departs from GitHub's description in what does not matter."""
    found = SOFT_SEEN + _ADDED
    if found:
        terminalreporter.section("soft findings of the contract, and in how many worlds")
        for kind, count in sorted(found.items()):
            terminalreporter.write_line(f"{count:5} {kind}")

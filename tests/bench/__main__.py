"""``make bench``: what a plan costs, requests of a release, a burst over many repositories, the wait for 👀, and the webhook and the engine beside a bare server on the same machine.

Each scene is played in rounds that alternate between the servers, so that whatever else the machine does meets all of
them. Client, server and database share its processors. *CPU us* is what the server's process spent on each answer, which
for stored deliveries includes part of the work that follows it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.bench.estate import measure_burst, size_of
from tests.bench.eyes import count_unanswered, measure_eyes
from tests.bench.load import Load, send
from tests.bench.payloads import OWNERS, REPOSITORIES, SCENES, SECRET, SIZE, list_requests
from tests.bench.planning import list_trees, measure_plan
from tests.engine.postgresql import SERVER, execute, new_database
from tests.stories.auto_phases import AUTO_PHASES, Way, count_following
from tests.stories.phases import STARTS, count_cold_and_warm

BARE = "bare: signature only"
_SMALL_ESTATE = 200
BARE_SCENE = "dropped: an event that is not used"


@dataclass
class Server:
    """A process that answers on a port."""

    process: asyncio.subprocess.Process
    port: int
    seconds_to_listen: float
    seconds_to_first_answer: float

    def processor_seconds(self) -> float:
        """What the process has used of the processors until now: unlike a rate, whoever else is busy does not change it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, figure: str) -> float:
        """``VmRSS`` or ``VmHWM`` of the process in MB, as Linux tells them."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(figure):
                return int(line.split()[1]) / 1000
        return 0.0


async def main() -> None:
    words = argparse.ArgumentParser(prog="make bench", description=__doc__)
    words.add_argument("--seconds", type=float, default=3.0, help="of each round")
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--connections", type=int, nargs="+", default=[1, 10, 50])
    words.add_argument("--samples", type=int, default=100, help="commands whose eyes are waited for")
    words.add_argument("--commits", type=int, nargs="*", default=[10, 100, 500, 2000], help="since the last tag")
    words.add_argument("--estate", type=int, help="only a burst over so many installed repositories; 1000 take minutes")
    words.add_argument("--owners", type=int, default=20, help="of the estate")
    words.add_argument("--eyes", action="store_true", help="end with those, on SQLite")
    chosen = words.parse_args()
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before we began, Python {sys.version.split()[0]}"
    )
    if chosen.estate:
        await _measure_estate(chosen.estate, chosen.owners)
        return
    print(f"payloads of {SIZE / 1000:.0f} kB, signed, for {REPOSITORIES} repositories of {OWNERS} owners;"
          f" {chosen.rounds} rounds of"
          f" {chosen.seconds:.0f} s\n")  # fmt: skip
    await _measure_plans()
    await _count_requests()
    await _count_following(chosen.commits)
    await _measure_estate(_SMALL_ESTATE, 4)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/eyes.db"
        await _count_unanswered(url)
        await _measure_eyes(url, "SQLite", chosen.samples)
    if chosen.eyes:
        return
    await _measure_start()
    with tempfile.TemporaryDirectory() as folder:
        await _measure(f"sqlite:///{folder}/bench.db", "SQLite", chosen)
    try:
        execute(SERVER, "select 1")
    except Exception as error:  # noqa: BLE001 (whatever keeps us from it is the reason printed)
        print(f"PostgreSQL is not there: {str(error).splitlines()[0]}")
        return
    with new_database() as url:
        await _measure_eyes(url, "PostgreSQL", chosen.samples)
    with new_database() as url:
        await _measure(url, "PostgreSQL", chosen)


async def _count_requests() -> None:
    """What a release asks of GitHub, from the sandbox's own log: every request, those for tokens and 304s included."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"GitHub requests of a release, cold / warm  {'':19}of them 304   GraphQL points")
    for trigger in STARTS:
        cold, warm = await count_cold_and_warm(trigger)
        for first, second in zip(cold, warm, strict=True):
            print(f"{trigger:18} {first.name:32} {first.requests:5} / {second.requests:<5}"
                  f"{first.unchanged:9} / {second.unchanged:<5}{first.points:8} / {second.points:<5}")  # fmt: skip
        print(
            f"{trigger:18} {'together':32} {sum(one.requests for one in cold):5} / {sum(one.requests for one in warm)}\n"
        )


async def _count_following(numbers: list[int]) -> None:
    """What it takes to keep a release pull request up to date, by how much was merged since the last tag."""
    print(f"{'GitHub requests, automatic':38}{'commits':>8}" + "".join(f"{name:>26}" for name in AUTO_PHASES))
    for way in get_args(Way):
        for number in numbers:
            phases = await count_following(number, way)
            shown = [f"{phase.requests - phase.tokens} ({phase.points} points)" for phase in phases]
            print(f"{way:38}{number:8}" + "".join(f"{text:>26}" for text in shown))
    print()


async def _measure_estate(repositories: int, owners: int) -> None:
    """Many repositories at once."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = await measure_burst(size_of(repositories, owners))
    print("\n".join(figures.describe()) + "\n")


async def _measure_plans() -> None:
    """What finding and changing the version costs, of which the requests are GitHub's tree and the files it names."""
    print(f"{'plan of a release':38}{'requests':>10}{'read':>8}{'changed':>9}{'ms':>8}")
    for name, files in list_trees().items():
        costs = [await measure_plan(files) for _ in range(3)]
        best = min(costs, key=lambda cost: cost.seconds)
        print(f"{name:38}{best.requests:10}{best.read:8}{best.changed:9}{best.seconds * 1000:8.0f}")
    print()


async def _count_unanswered(url: str) -> None:
    for what, requests in (await count_unanswered(url)).items():
        print(f"GitHub requests for {what:42}{requests:3}")


async def _measure_eyes(url: str, name: str, samples: int) -> None:
    seen = await measure_eyes(url, samples)
    print(f"{name}: from a command to its eyes  p50 {seen.wait(0.5):.0f} ms, p99 {seen.wait(0.99):.0f} ms,"
          f" worst {seen.wait(1):.0f} ms of {samples}; sandbox and bot in one process\n")  # fmt: skip


async def _measure_start() -> None:
    empty = min([await _time_python("pass") for _ in range(3)])
    listening = min([await _time_python("import bot.__main__") for _ in range(3)])
    whole = min([await _time_python("import bot.serving") for _ in range(3)])
    bare = min([await _time_python("import aiohttp.web") for _ in range(3)])
    print(f"import time        {listening - empty:6.2f} s until it can listen, {whole - empty:.2f} s in all"
          f"   (aiohttp alone {bare - empty:.2f} s)")  # fmt: skip


async def _time_python(code: str) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await process.wait()
    return time.perf_counter() - began


async def _measure(url: str, name: str, chosen: argparse.Namespace) -> None:
    # The first start makes the tables; the figures are those of every later one.
    async with _serving(url) as first:
        fresh = first.seconds_to_first_answer
    async with _serving(url) as whole:
        await asyncio.sleep(1)
        idle, listens, start = whole.memory("VmRSS"), whole.seconds_to_listen, whole.seconds_to_first_answer
        # What works on releases is loaded with the first work there is; GitHub is away, and more than that does not happen.
        await send(whole.port, list_requests("stored: a wake-up"), 1, 0.1)
        await asyncio.sleep(3)
        worked = whole.memory("VmRSS")
    async with _serving(url, "-m", "tests.bench.served") as ours, _bare() as bare:
        print(f"\n{name}: listens {listens:.2f} s and answers {start:.2f} s after it was started"
              f" ({fresh:.2f} s with a new database, bare {bare.seconds_to_first_answer:.2f} s)")  # fmt: skip
        print(f"{'':38}{'connections':>12}{'per second':>12}{'of bare':>9}"
              f"{'CPU us':>8}{'of bare':>9}{'p50 ms':>8}{'p99 ms':>8}{'worst':>8}")  # fmt: skip
        for connections in chosen.connections:
            await _compare(ours, bare, connections, chosen)
        print(f"memory: {idle:.0f} MB idle, {worked:.0f} MB after its first work, {ours.memory('VmHWM'):.0f} MB at its peak"
              f" (bare {bare.memory('VmHWM'):.0f} MB)")  # fmt: skip


async def _compare(ours: Server, bare: Server, connections: int, chosen: argparse.Namespace) -> None:
    loads = {name: Load() for name in (BARE, *SCENES)}
    for _ in range(chosen.rounds):
        for name, load in loads.items():
            server, scene = (bare, BARE_SCENE) if name == BARE else (ours, name)
            spent = server.processor_seconds()
            found = await send(server.port, list_requests(scene), connections, chosen.seconds)
            found.processor = server.processor_seconds() - spent
            load.add(found)
            if name.startswith("stored"):
                # What was stored is worked off before the next round, or it would slow that down.
                await _settle(server)
    measure = loads[BARE]
    for name, load in loads.items():
        print(f"{name:38}{connections:12}{load.rate:12.0f}{load.rate / measure.rate:9.2f}"
              f"{load.cost:8.0f}{measure.cost / load.cost:9.2f}"
              f"{load.wait(0.5):8.1f}{load.wait(0.99):8.1f}{load.wait(1):8.1f}{_complain(load)}")  # fmt: skip


async def _settle(server: Server) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}/idle") as response:
        await response.read()


def _complain(load: Load) -> str:
    others = {status: number for status, number in load.statuses.items() if status != 202}
    return f"   NOT ACCEPTED: {others}" if others else ""


@asynccontextmanager
async def _serving(url: str, *words: str) -> AsyncIterator[Server]:
    """The whole bot with GitHub away, or what the words say."""
    variables = {
        "PATH": os.environ["PATH"],
        "AWEIGH_APP_ID": "42",
        "AWEIGH_PRIVATE_KEY": PRIVATE_KEY,
        "AWEIGH_WEBHOOK_SECRET": SECRET,
        "AWEIGH_GITHUB_API": "http://127.0.0.1:9",
        "AWEIGH_LOG_LEVEL": "error",
        "DATABASE_URL": url,
        "PORT": str(PORTS[0]),
    }
    async with _running(PORTS[0], variables, *(words or ("-m", "bot", "serve"))) as server:
        yield server


@asynccontextmanager
async def _bare() -> AsyncIterator[Server]:
    async with _running(PORTS[1], {"PATH": os.environ["PATH"]}, "-m", "tests.bench.bare", str(PORTS[1])) as server:
        yield server


@asynccontextmanager
async def _running(port: int, variables: dict[str, str], *words: str) -> AsyncIterator[Server]:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, *words, env=variables)
    try:
        await _wait_for_socket(port, process)
        listens = time.perf_counter() - began
        await _wait_for_answer(port)
        yield Server(process, port, listens, time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_for_socket(port: int, process: asyncio.subprocess.Process) -> None:
    while process.returncode is None:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.005)
    raise SystemExit("the server ended before it listened")


async def _wait_for_answer(port: int) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as response:
        response.raise_for_status()


PORTS = (18_471, 18_472)
PRIVATE_KEY = (
    rsa.generate_private_key(65537, 2048)
    .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    .decode()
)

if __name__ == "__main__":
    asyncio.run(main())

"""Random schedules end in the undisturbed world.

``RUNS`` and ``FIRST`` in the environment say how many and from where, ``SEED`` which one to play again.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.crash.matrix import ORDERS, Matrix
from tests.crash.schedules import Schedule
from tests.crash.test_matrix import get_matrix

RUNS = int(os.environ.get("RUNS", "2000"))
FIRST = int(os.environ.get("FIRST", "0"))
_CHUNK = 50

Note = Callable[[str, object], None]


async def play(seed: int) -> str | None:
    """What is wrong in the end with one seed, and how to play it again."""
    matrices: dict[str, Matrix] = {order: await get_matrix(order) for order in ORDERS}
    problem = await Schedule(seed, matrices).play()
    return problem and f"SEED={seed} pytest tests/crash/test_schedules.py -m 'slow or not slow' -k one_seed\n{problem}"


async def play_all(name: str, seeds: range, note: Note) -> None:
    wrong = [problem for seed in seeds if (problem := await play(seed)) is not None]
    note("crash", name)
    note("runs", len(seeds))
    assert not wrong, "\n\n".join(wrong)


async def test_a_few_random_schedules(record_property: Note) -> None:
    await play_all("a few random schedules", range(5), record_property)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(FIRST, FIRST + RUNS, _CHUNK))
async def test_random_schedules(start: int, record_property: Note) -> None:
    await play_all("random schedules", range(start, min(start + _CHUNK, FIRST + RUNS)), record_property)


@pytest.mark.skipif("SEED" not in os.environ, reason="SEED names no schedule to play again")
async def test_one_seed_alone() -> None:
    problem = await play(int(os.environ["SEED"]))
    assert problem is None, problem

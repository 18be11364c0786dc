"""Whatever happens at whichever request of a release, the world ends up as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from bot.sandbox.acme_files import Trigger
from tests.crash.matrix import ORDERS, Cell, Matrix
from tests.crash.mischief import Fault
from tests.crash.story import ACTS

_SAMPLE_EVERY = 29
"""The quick pass plays one request in so many, with one fault each."""

_drawn: dict[str, Matrix] = {}

Note = Callable[[str, object], None]


async def get_matrix(order: Trigger) -> Matrix:
    """Each process plays the undisturbed story once."""
    if order not in _drawn:
        _drawn[order] = await Matrix.draw(order)
    return _drawn[order]


async def play_all(name: str, matrix: Matrix, cells: Iterable[Cell], note: Note) -> None:
    """Play cells, and fail with whatever is wrong in any of them."""
    wrong, runs = {}, 0
    for cell in cells:
        runs += 1
        problem = await matrix.play(cell)
        if problem is not None:
            wrong[str(cell)] = problem
    note("crash", name)
    note("requests", matrix.requests)
    note("runs", runs)
    assert not wrong, "\n\n".join(f"{cell}\n{problem}" for cell, problem in wrong.items())


@pytest.mark.sample
@pytest.mark.parametrize("order", ORDERS)
async def test_a_sample_of_the_crash_matrix(order: Trigger, record_property: Note) -> None:
    matrix = await get_matrix(order)
    every = [cell for act in range(len(ACTS)) for cell in matrix.list_cells(act, Fault.REFUSED)]
    faults = [fault for fault in Fault if fault is not Fault.CUT]
    sample = [
        Cell(cell.act, cell.number, faults[turn % len(faults)]) for turn, cell in enumerate(every[::_SAMPLE_EVERY])
    ]
    await play_all(f"sample of the crash matrix, {order}", matrix, sample, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("act", range(len(ACTS)), ids=[act.name for act in ACTS])
@pytest.mark.parametrize("order", ORDERS)
async def test_the_crash_matrix(order: Trigger, act: int, fault: Fault, record_property: Note) -> None:
    matrix = await get_matrix(order)
    await play_all(f"crash matrix, {order}", matrix, matrix.list_cells(act, fault), record_property)

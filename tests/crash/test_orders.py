"""Whatever happens at whichever request of whichever command, the world ends up as if nothing had happened."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from tests.crash.mischief import Fault
from tests.crash.orders import CHAPTERS, Chapter, Played
from tests.crash.test_matrix import Note

_SAMPLE_EVERY = 7
"""The quick pass plays one request in so many, with one fault each."""

_TURNS = int(os.environ.get("TURNS", str(len(Fault))))
"""Of so many requests in a row each fault strikes one, so that each request is struck by one of the faults, and by others in
the next chapter: all of them by every fault take a quarter of an hour, and ``make soak`` plays that with one turn."""

_drawn: dict[str, Played] = {}


async def get_played(chapter: Chapter) -> Played:
    """Each process plays a chapter undisturbed once."""
    if chapter.name not in _drawn:
        _drawn[chapter.name] = await Played.draw(chapter)
    return _drawn[chapter.name]


async def play_all(name: str, played: Played, cells: Iterable[tuple[Fault, int, int]], note: Note) -> None:
    """Play cells, and fail with whatever is wrong in any of them."""
    wrong, runs = {}, 0
    for fault, number, cut_after in cells:
        runs += 1
        problem = await played.play(fault, number, cut_after)
        if problem is not None:
            wrong[f"{number}:{fault}"] = problem
    note("crash", name)
    note("requests", len(played.asked))
    note("runs", runs)
    assert not wrong, "\n\n".join(f"{cell}\n{problem}" for cell, problem in wrong.items())


@pytest.mark.sample
@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.name for chapter in CHAPTERS])
async def test_a_sample_of_each_command(chapter: Chapter, record_property: Note) -> None:
    played = await get_played(chapter)
    faults = [fault for fault in Fault if fault is not Fault.CUT]
    numbers = [number for number, _ in played.list_cells(Fault.REFUSED)][::_SAMPLE_EVERY]
    cells = [(faults[(turn + len(played.asked)) % len(faults)], number, 1) for turn, number in enumerate(numbers)]
    await play_all(f"sample of {chapter.name}", played, cells, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.name for chapter in CHAPTERS])
async def test_every_request_of_each_command(chapter: Chapter, fault: Fault, record_property: Note) -> None:
    played = await get_played(chapter)
    turn = list(Fault).index(fault) + CHAPTERS.index(chapter)
    every = _TURNS * chapter.rarely if _TURNS > 1 else 1
    struck = [cell for place, cell in enumerate(played.list_cells(fault)) if (place + turn) % every == 0]
    cells = [(fault, number, after) for number, after in struck]
    await play_all(f"{chapter.name}, {fault}", played, cells, record_property)

"""The crash matrix: every request of a whole release, and everything that may happen at it.

The story is played once undisturbed. Then, for each request and each fault, an act is played again from its beginning
with that fault, and the bot recovers. If world and engine then are what they were without it, so is all that follows,
and nothing more has to be played; if not, or for one run in ``TO_THE_END``, the story goes on to its end. There the whole
world must be the undisturbed one, and nobody may have been asked or told anything twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.engine.memory import MemoryStore
from bot.sandbox.acme_files import Trigger
from tests.crash.asking import Asked, Peace
from tests.crash.mischief import Fault, Strike
from tests.crash.picture import Picture, list_repeats
from tests.crash.stage import Saved, Stage, open_stage
from tests.crash.story import A_WHILE, ACTS, Stuck, play

ORDERS: tuple[Trigger, ...] = ("release-published", "tag-push", "dispatch")
TO_THE_END = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of the matrix: what happens at which request of which act."""

    act: int
    number: int
    fault: Fault
    cut_after: int = 1

    def __str__(self) -> str:
        return f"{ACTS[self.act].name}:{self.number}:{self.fault}"


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """One act as it goes when nothing goes wrong."""

    before: Saved
    asked: tuple[Asked, ...]
    picture: str
    kept: str

    def last_change(self, number: int) -> int:
        """The number of the last change before this request; 0 when there was none in this act."""
        return max((one.number for one in self.asked[: number - 1] if one.changes), default=0)


class Listen(Peace):
    """Nothing goes wrong, and every request is noted."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    async def before(self, asked: Asked) -> None:
        """Note the request."""
        self.asked.append(asked)


class Matrix:
    """All cells of one order of tag, release and publication."""

    def __init__(self, acts: list[Undisturbed], end: Saved) -> None:
        self._acts, self.end = acts, end

    @classmethod
    async def draw(cls, trigger: Trigger) -> Matrix:
        """Play the story undisturbed."""
        stage = await open_stage(trigger=trigger)
        saved = await stage.stop()
        acts: list[Undisturbed] = []
        for act in ACTS:
            stage = await saved.open()
            listen = stage.mischief = Listen()
            await play(stage, act)
            after = await stage.stop()
            assert not list_repeats(stage.sandbox), list_repeats(stage.sandbox)
            acts.append(Undisturbed(saved, tuple(listen.asked), draw(stage), describe_kept(stage.store)))
            saved = after
        return cls(acts, saved)

    def get_beginning(self, act: int = 0) -> Saved:
        """The stage before an act; before the first one nothing has happened."""
        return self._acts[act].before

    @property
    def final(self) -> str:
        """The world at the end of the undisturbed story."""
        return self._acts[-1].picture

    @property
    def requests(self) -> int:
        """N: how many requests the whole story takes."""
        return sum(len(act.asked) for act in self._acts)

    def list_cells(self, act: int, fault: Fault) -> Iterator[Cell]:
        """The cells of one act and fault; a document with a single mutation cannot be cut."""
        for asked in self._acts[act].asked:
            if fault is Fault.CUT:
                yield from (Cell(act, asked.number, fault, after) for after in range(1, asked.mutations))
            else:
                yield Cell(act, asked.number, fault)

    async def play(self, cell: Cell) -> str | None:
        """What is wrong in the end with this cell, or None."""
        acts = self._acts
        stage = await acts[cell.act].before.open()
        before = acts[cell.act].last_change(cell.number)
        strike = Strike(stage, cell.fault, cell.number, before=before, cut_after=cell.cut_after)
        stage.mischief = strike
        try:
            await play(stage, ACTS[cell.act], swept=cell.fault is Fault.KILLED_AFTER)
            if not strike.struck:
                return "the fault never struck"
            undisturbed = acts[cell.act]
            alike = draw(stage) == undisturbed.picture and describe_kept(stage.store) == undisturbed.kept
            if not alike or cell.number % TO_THE_END == 0:
                for act in ACTS[cell.act + 1 :]:
                    await play(stage, act)
                await stage.pass_time(A_WHILE)
        except Stuck as stuck:
            return f"stuck: {stuck}\n{differences(acts[cell.act].picture, draw(stage))}"
        finally:
            await stage.stop()
        final = acts[-1].picture if not alike or cell.number % TO_THE_END == 0 else acts[cell.act].picture
        return find_fault(stage, final)


def find_fault(stage: Stage, wanted: str) -> str | None:
    """What differs from the world that is wanted, or was said twice."""
    repeats = list_repeats(stage.sandbox)
    if repeats:
        return f"said twice: {repeats}"
    drawn = draw(stage)
    return None if drawn == wanted else differences(wanted, drawn)


def draw(stage: Stage) -> str:
    """The picture of a stage's world."""
    return Picture(stage.sandbox).draw()


def describe_kept(store: MemoryStore) -> str:
    """What the engine keeps, without what differs from run to run; only what can make a difference later.

    How far sweeps have come is left out: there are more of them after a kill.
    """
    waiting = sum(one.state != "handled" for one in store.deliveries.values())
    lanes = [(one.due is None, one.attempts) for one in store.lanes.values()]
    intents = sorted(kind for _, key in store.intents if (kind := key.partition(":")[0]) != "sweep")
    return f"{waiting} {lanes} {intents}"


def differences(wanted: str, drawn: str) -> str:
    """What was expected and what came, line by line."""
    return "\n".join(difflib.unified_diff(wanted.splitlines(), drawn.splitlines(), "wanted", "came", lineterm="", n=1))

"""Ten minutes without GitHub, or without the index, at every stage of a release.

Nothing is lost, nothing is said twice, and nobody is flooded afterwards: in the end the world is the one that it would
have been, and what it took is bounded. No sweep passes by: the bot comes back by itself.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from bot.sandbox.acme_files import Trigger
from bot.sandbox.faults import unicorn
from bot.sandbox.http import Response
from tests.crash.asking import Asked, NoAnswer, Peace
from tests.crash.matrix import ORDERS, Matrix, differences
from tests.crash.picture import Picture, list_repeats
from tests.crash.stage import Stage
from tests.crash.story import A_MOMENT, ACTS, Act

TEN_MINUTES = timedelta(minutes=10)
TURNS = 4
"""At how many requests of each act an outage begins, from its first to its last one."""

ASKING_THE_INDEX = [0, 1, 4]
"""The acts in which anybody looks at the index: what it says cannot matter while the run is on its way to its gate."""

_drawn: dict[Trigger, Matrix] = {}


class Outage(Peace):
    """From one request on, nobody at ``to`` answers for ten minutes; what is asked meanwhile and afterwards is counted."""

    def __init__(self, stage: Stage, to: str, start: int, *, by_page: bool) -> None:
        self._stage, self._to, self._start, self._by_page = stage, to, start, by_page
        self.began: datetime | None = None
        self.during: list[datetime] = []
        self.later: list[datetime] = []

    async def before(self, asked: Asked) -> Response | None:
        """See ``Mischief``."""
        now = self._stage.clock.now()
        if self.began is None and asked.to == self._to and asked.number >= self._start:
            self.began = now
        if self.began is None:
            return None
        if now - self.began >= TEN_MINUTES:
            self.later.append(now)
            return None
        if asked.to != self._to:
            return None
        self.during.append(now)
        if self._by_page:
            return unicorn().response
        raise NoAnswer(sent=False)


async def get_matrix(trigger: Trigger) -> Matrix:
    """The undisturbed story, played once by each process."""
    if trigger not in _drawn:
        _drawn[trigger] = await Matrix.draw(trigger)
    return _drawn[trigger]


async def play(stage: Stage, act: Act) -> None:
    """Play one act until everything has come of it that will, and no sweep helps."""
    stage.runners = act.runners
    began = stage.clock.now()
    act.play(stage)
    await stage.pass_time(A_MOMENT)
    while not act.is_done(stage) or stage.is_busy():
        assert stage.clock.now() - began < timedelta(hours=1), f"{act.name}: {stage.describe_work()}"
        await stage.pass_time(A_MOMENT)


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("act", range(len(ACTS)), ids=[act.name for act in ACTS])
@pytest.mark.parametrize("trigger", ORDERS)
async def test_github_does_not_answer_for_ten_minutes(trigger: Trigger, act: int, turn: int) -> None:
    matrix = await get_matrix(trigger)
    outage = await play_with_outage(matrix, act, "github", turn)
    # Whoever asks does so three times and then leaves GitHub alone, for half a minute at first: a command up to a minute, a
    # reconciliation up to four. Both may be waiting.
    assert 0 < len(outage.during) <= 3 * 11 + 3 * 6


@pytest.mark.parametrize("act", ASKING_THE_INDEX, ids=[ACTS[act].name for act in ASKING_THE_INDEX])
@pytest.mark.parametrize("trigger", ORDERS)
async def test_the_index_does_not_answer_for_ten_minutes(trigger: Trigger, act: int) -> None:
    matrix = await get_matrix(trigger)
    asking = [number for number, one in enumerate(matrix._acts) if any(asked.to == "index" for asked in one.asked)]
    assert asking == ASKING_THE_INDEX
    outage = await play_with_outage(matrix, act, "index", 0)
    assert 0 < len(outage.during) <= 40


async def play_with_outage(matrix: Matrix, act: int, to: str, turn: int) -> Outage:
    """Play the story from an act on, in which nobody at ``to`` answers for a while; the end must be the usual one."""
    undisturbed = matrix._acts[act]
    requests = [one.number for one in undisturbed.asked if one.to == to]
    # From the first request of the act to its last one.
    start = requests[(len(requests) - 1) * turn // (TURNS - 1)]
    stage = await undisturbed.before.open()
    outage = Outage(stage, to, start, by_page=turn % 2 == 0)
    stage.mischief = outage
    await play(stage, ACTS[act])
    held_up = list(outage.later)
    for following in ACTS[act + 1 :]:
        await play(stage, following)
    await stage.pass_time(timedelta(minutes=3))
    await stage.stop()
    assert outage.began is not None
    assert stage.clock.now() - outage.began < TEN_MINUTES + timedelta(minutes=20), "it comes back soon after"
    assert list_repeats(stage.sandbox) == []
    assert not differences(matrix.final, draw(stage))
    minutes = Counter((moment - outage.began) // timedelta(minutes=1) for moment in held_up)
    busiest = max(len(one.asked) for one in matrix._acts)
    # Half as much again: a run that stands still meanwhile is looked at now and then.
    assert max(minutes.values(), default=0) <= 1.5 * busiest, "what was held up does not come all at once"
    return outage


def draw(stage: Stage) -> str:
    """The world in the end. An approval that was held up may have been found in the thread before its turn came."""
    pull = stage.release_pull
    assert pull is not None
    late = frozenset(comment.id for comment in pull.comments if comment.body.startswith("/release approve"))
    return Picture(stage.sandbox, frozenset(), late).draw()

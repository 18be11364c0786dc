"""Many repositories at once, that propose their releases by themselves: nothing is lost, and nobody waits for the busiest."""

from __future__ import annotations

from datetime import timedelta

from tests.stories.burst import Burst, Size, open_burst
from tests.stories.town import list_refused


async def test_after_a_burst_every_release_is_right_and_the_others_cost_nothing() -> None:
    burst = await open_burst(Size(repositories=30, pushes=60, touched=10, owners=2, to_busy=20))
    await _play(burst)
    assert burst.wrong == []
    touched = {one.repository.full_name for one in burst.targets}
    asked = {"/".join(one.path.split("/")[2:4]) for one in burst.requests if one.path.startswith("/repos/owner-")}
    assert {one for one in asked if not one.endswith("/.github")} <= touched
    # A burst costs by repository rather than by push.
    assert len(burst.requests) < 10 * burst.size.pushes


async def test_pushes_of_one_instant_are_one_look_for_each_repository() -> None:
    burst = await open_burst(Size(repositories=12, pushes=60, touched=4, owners=4, within=timedelta(0)))
    await _play(burst)
    assert burst.counting.looks_for_pushes == 4


async def test_who_is_pushed_to_all_the_time_leaves_the_others_of_its_owner_something_to_write() -> None:
    # In this hour the busy one alone could use up what GitHub lets the installation write.
    size = Size(repositories=10, pushes=79, touched=10, to_busy=70, within=timedelta(minutes=40))
    burst = await open_burst(size)
    await _play(burst)
    assert burst.busy is not None
    assert burst.busy.waited > timedelta(0), "it had no reason to wait, or this shows nothing"
    assert max(one.waited for one in burst.others) < timedelta(minutes=2)


async def _play(burst: Burst) -> None:
    await burst.play()
    assert list_refused(burst.requests) == []
    assert await burst.stage.process.engine.list_dead_letters() == []
    await burst.stage.stop()

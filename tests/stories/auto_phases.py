"""How many requests it takes to keep a release pull request up to date, counted from the sandbox's own log."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from bot.sandbox.acme_files import Trigger
from tests.crash.stage import Stage, open_stage
from tests.stories.phases import STARTS, Phase

Way = Literal["squash", "direct"]

AUTO_PHASES: Final = ("open", "refresh without change", "refresh after one commit", "tag and release")
_SETTINGS: Final = {".github/aweigh.toml": 'mode = "auto"\n'}


async def count_following(commits: int, way: Way, trigger: Trigger = "tag-push") -> list[Phase]:
    """What each phase takes with so many commits since the last tag, two at least.

    The tokens are at hand, but for that to change anything.
    """
    stage = await open_stage(trigger=trigger)
    acme, log = stage.acme, stage.sandbox.world.requests
    await stage.pass_time(timedelta(minutes=1))
    # One commit is there from the beginning, and another turns the mode on.
    for number in range(commits - 2):
        _land(stage, number, way)
        stage.lose_webhooks()
    acme.hugo.comment(acme.feature.number, "/release status")
    await stage.settle()
    await stage.pass_time(timedelta(minutes=10))
    bounds = [len(log)]

    async def settle() -> None:
        await stage.settle()
        bounds.append(len(log))
        await stage.pass_time(timedelta(minutes=10))
        bounds[-1:] = [bounds[-1], len(log)]

    acme.hugo.push_commit("main", _SETTINGS, "feat: releases by themselves")
    await settle()
    pull = stage.release_pull
    assert pull is not None, "the bot has not opened a pull request"
    acme.hugo.push_commit("main", {"docs/more.md": "More.\n"}, "docs: more")
    await settle()
    head = pull.head_sha
    acme.hugo.push_commit("main", {"widget/fixed.py": "FIXED = 1\n"}, "fix: sink less")
    await settle()
    assert pull.head_sha != head, "the bot has not refreshed it"
    acme.mona.merge_pull(pull.number, "squash")
    await settle()
    ends = STARTS[trigger]
    start = next(one for one in log[bounds[6] :] if one.method == "POST" and one.path.endswith(ends))
    bounds[7] = log.index(start) + 1
    await stage.stop()
    return [Phase.of(name, log[bounds[2 * i] : bounds[2 * i + 1]]) for i, name in enumerate(AUTO_PHASES)]


def _land(stage: Stage, number: int, way: Way) -> None:
    acme, path = stage.acme, {f"widget/n{number}.py": f"N = {number}\n"}
    if way == "direct":
        acme.hugo.push_commit("main", path, f"fix: no. {number}")
        return
    branch = f"topic-{number}"
    acme.wanda.push_commit(branch, path, f"fix: no. {number}")
    pull = acme.wanda.open_pull(branch, f"fix: no. {number}", "Because.")
    acme.mona.merge_pull(pull.number, "squash")
    acme.wanda.delete_branch(branch)

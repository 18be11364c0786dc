"""The story of a release in five acts, each of which ends when the bot has done what the next one builds on.

People type, merge and approve; runners take their time, so that the bot waits for them. Whoever acts next does so only
once they were asked: nobody here acts twice, whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.intake.sweep import EVERY
from bot.sandbox.acme import Acme
from bot.sandbox.state.conversation import Comment, PullRequest
from tests.crash.picture import BOT
from tests.crash.stage import Stage

A_MOMENT = timedelta(seconds=15)
"""How often people look whether it is their turn; less than the bot's shortest pause, so that nothing is asked in vain."""

A_WHILE = timedelta(minutes=3)
"""After this long nothing is left over of a bad moment."""

_UNTIL_SWEPT = timedelta(minutes=12)
_LONGEST = timedelta(hours=2)


class Stuck(Exception):  # noqa: N818 (the story stands still, nothing failed)
    """The bot has not done in two hours what it does in seconds."""


class Scene(Protocol):
    """Where people act, and what they see there."""

    @property
    def acme(self) -> Acme:
        """The organisation, its repository and its people."""
        ...

    @property
    def release_pull(self) -> PullRequest | None:
        """The newest pull request of the bot."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, and what must have come of it before the story goes on."""

    name: str
    play: Callable[[Scene], None]
    is_done: Callable[[Scene], bool]
    runners: bool = False


async def play(stage: Stage, act: Act, *, swept: bool = False) -> None:
    """Play one act until everything has come of it that will. ``swept``: the sweep passes by in any case.

    Raises:
        Stuck: it never gets there.
    """
    stage.runners = act.runners
    began = stage.clock.now()
    act.play(stage)
    await stage.pass_time(A_MOMENT)
    while not act.is_done(stage) or stage.is_busy():
        waited = stage.clock.now() - began
        if waited > _LONGEST:
            raise Stuck(f"{act.name}: {stage.describe_work()}")
        if waited > _UNTIL_SWEPT:
            await stage.sweep()
        await stage.pass_time(EVERY if waited > _UNTIL_SWEPT else A_MOMENT)
    if swept:
        await stage.sweep()
        await stage.pass_time(A_MOMENT)


def _ask(scene: Scene) -> None:
    scene.acme.mona.comment(scene.acme.feature.number, "/release 1.2.0")


def _merge(scene: Scene) -> None:
    pull = scene.release_pull
    assert pull is not None, "nothing to merge"
    scene.acme.mona.merge_pull(pull.number)


def _approve(scene: Scene) -> None:
    pull = scene.release_pull
    assert pull is not None, "nothing to approve"
    scene.acme.hugo.comment(pull.number, "/release approve 1.2.0")


def _nobody(_: Scene) -> None:
    """Runners go on by themselves."""


def _is_proposed(scene: Scene) -> bool:
    pull = scene.release_pull
    return pull is not None and is_said(scene, "status") and is_answered(scene, "/release 1.2.0")


def _is_started(scene: Scene) -> bool:
    return bool(scene.acme.repository.runs)


def _is_asked(scene: Scene) -> bool:
    return is_said(scene, "prompt")


def _is_opened(scene: Scene) -> bool:
    reviewed = any(run.approvals for run in scene.acme.repository.runs.values())
    return reviewed and is_answered(scene, "/release approve 1.2.0")


def _is_over(scene: Scene) -> bool:
    pull = scene.release_pull
    runs = [run for run in scene.acme.repository.check_runs.values() if pull and run.head_sha == pull.head_sha]
    released = any(run.output.title == "Released" for run in runs)
    return released and is_said(scene, "outcome")


def is_said(scene: Scene, kind: str) -> bool:
    pull = scene.release_pull
    said = [comment for comment in pull.comments if comment.user.login == BOT] if pull else []
    return any(comment.body.startswith(f"<!-- aweigh:{kind}") for comment in said)


def is_answered(scene: Scene, command: str) -> bool:
    """Whether every comment with ``command`` has its final reaction."""
    threads = scene.acme.repository.issues.values()
    asked = [comment for issue in threads for comment in issue.comments if comment.body == command]
    return bool(asked) and all(list_reactions(comment)[1:] for comment in asked)


def list_reactions(comment: Comment) -> list[str]:
    """The bot's reactions to a comment, in their order."""
    return [reaction.content for reaction in comment.reactions if reaction.user.login == BOT]


ACTS = (
    Act("ask", _ask, _is_proposed),
    Act("merge", _merge, _is_started),
    Act("build", _nobody, _is_asked, runners=True),
    Act("approve", _approve, _is_opened),
    Act("publish", _nobody, _is_over, runners=True),
)

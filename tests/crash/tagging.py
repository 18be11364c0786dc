"""The story of a release without a pull request, for the crash tests: asked for in an issue, tagged, approved, published."""

from __future__ import annotations

from bot.release.record import Milestone, Record, find_record
from bot.sandbox.state.checks import CheckRun
from tests.crash.picture import BOT
from tests.crash.story import Act, Scene, is_answered
from tests.stories.derived import derived


def list_checks(scene: Scene) -> list[CheckRun]:
    """Our check runs of the release, oldest first."""
    return [run for run in scene.acme.repository.check_runs.values() if run.name == "Release v1.2.0"]


def record_of(scene: Scene) -> Record | None:
    """What the newest of them remembers."""
    runs = list_checks(scene)
    return find_record(runs[-1].external_id) if runs else None


def has_reached(scene: Scene, milestone: Milestone) -> bool:
    """Whether its record says so."""
    record = record_of(scene)
    return record is not None and record.reached(milestone)


def is_said(scene: Scene, kind: str) -> bool:
    """Whether the bot has said something of this kind in the thread."""
    said = [comment.body for comment in scene.acme.feature.comments if comment.user.login == BOT]
    return any(body.startswith(f"<!-- aweigh:{kind}") for body in said)


def _say(name: str, who: str, body: str, done: str, milestone: Milestone | None, *, runners: bool = False) -> Act:
    def play(scene: Scene) -> None:
        getattr(scene.acme, who).comment(scene.acme.feature.number, body)

    def is_done(scene: Scene) -> bool:
        reached = milestone is None or has_reached(scene, milestone)
        return is_answered(scene, body) and is_said(scene, done) and reached

    return Act(name, play, is_done, runners)


def _turn_over(settings: str) -> Act:
    def push(scene: Scene) -> None:
        scene.acme.hugo.push_commit("main", derived(settings=settings), "build: let the tag say the version")

    return Act("let the tag say the version", push, lambda _: True)


TURN_OVER = _turn_over("")
TURN_OVER_AND_ASK_FIRST = _turn_over("approval.required = 1\n")
ASK_FOR_TAG = _say("ask for a tag", "mona", "/release 1.2.0", "status", Milestone.TAGGED)
ASK_BEFORE_TAG = _say("ask for a tag that waits", "mona", "/release 1.2.0", "prompt", None)
BUILD_TAG = Act("build the tag", lambda _: None, lambda scene: is_said(scene, "prompt"), runners=True)
PUBLISH_TAG = _say("approve the tag", "hugo", "/release approve 1.2.0", "outcome", Milestone.ANNOUNCED, runners=True)
TAKE_BACK = _say("take back the tag", "wanda", "/release cancel", "status", Milestone.CLOSED)

"""What people tell a release under way, request by request: the same faults as in the story, at every other command.

A chapter begins where a few acts have led to, and is one command with all that comes of it. It is played once undisturbed,
and then with each fault at each of its requests: the world and what the engine keeps must end up the same, and nothing may
be said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.release.record import Record, find_record
from bot.release.when_merged import LABEL
from bot.sandbox.acme import GateKind
from bot.sandbox.acme_files import Trigger
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.rulesets import RuleKind, Ruleset
from tests.crash.asking import Asked
from tests.crash.matrix import Listen, describe_kept, differences, draw
from tests.crash.mischief import Fault, Strike
from tests.crash.picture import BOT, list_repeats
from tests.crash.stage import Saved, Stage, open_stage
from tests.crash.story import A_WHILE, ACTS, Act, Scene, Stuck, is_answered, is_said, play
from tests.crash.tagging import (
    ASK_BEFORE_TAG,
    ASK_FOR_TAG,
    BUILD_TAG,
    PUBLISH_TAG,
    TAKE_BACK,
    TURN_OVER,
    TURN_OVER_AND_ASK_FIRST,
)

ASK, MERGE, BUILD = ACTS[0], ACTS[1], ACTS[2]


def number_of(scene: Scene) -> int:
    """The number of the release pull request."""
    pull = scene.release_pull
    assert pull is not None, "there is no release pull request"
    return pull.number


def record_of(scene: Scene) -> Record | None:
    """What our newest check run on the release pull request remembers."""
    pull, app = scene.release_pull, scene.acme.app
    runs = scene.acme.repository.check_runs.values()
    ours = [run for run in runs if pull is not None and run.head_sha == pull.head_sha and run.app is app]
    return find_record(ours[-1].external_id) if ours else None


def typed(
    name: str, who: str, body: str, is_done: Callable[[Scene], bool] = lambda scene: True, *, runners: bool = False
) -> Act:
    """Somebody types a command in the thread of the release, and it is answered."""

    def say(scene: Scene) -> None:
        getattr(scene.acme, who).comment(number_of(scene), body)

    return Act(name, say, lambda scene: is_answered(scene, body) and is_done(scene), runners)


def on_feature(name: str, body: str, is_done: Callable[[Scene], bool]) -> Act:
    """Mona types a command on the ordinary pull request, and it is answered."""

    def say(scene: Scene) -> None:
        scene.acme.mona.comment(scene.acme.feature.number, body)

    return Act(name, say, lambda scene: is_answered(scene, body) and is_done(scene))


def is_held(scene: Scene) -> bool:
    """Whether the record says so."""
    record = record_of(scene)
    return record is not None and record.held is not None


def is_rejected(scene: Scene) -> bool:
    """Whether a gate was closed, and that was said."""
    reviews = [one.state for run in scene.acme.repository.runs.values() for one in run.approvals]
    return "rejected" in reviews and is_said(scene, "outcome")


def is_opened_after_merge(scene: Scene) -> bool:
    """Whether what waited for the merge was carried out and answered, and its label is gone."""
    feature = scene.acme.feature
    said = [one.body for one in feature.comments if one.user.login == BOT]
    label = any(label.name == LABEL for label in feature.labels)
    return scene.release_pull is not None and any(" merged -->" in body for body in said) and not label


def pressed(button: str, is_over: Callable[[Scene], bool]) -> Act:
    """Wanda presses a button of the newest check run, and it is answered."""

    def press(scene: Scene) -> None:
        pull = scene.release_pull
        runs = scene.acme.repository.check_runs.values()
        shown = [run for run in runs if pull is not None and run.head_sha == pull.head_sha and run.actions]
        scene.acme.wanda.press_button(shown[-1], button)

    return Act(f"press {button}", press, lambda scene: is_over(scene) and is_said(scene, "reply"))


def move_base(scene: Scene) -> None:
    """Others push onto the release branch, and onto the base."""
    scene.acme.wanda.push_commit("aweigh/main", {"evil.py": "import os\n"}, "Help")
    scene.acme.hugo.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "New")


def merge_feature(scene: Scene) -> None:
    """Hugo merges the ordinary pull request."""
    scene.acme.hugo.merge_pull(scene.acme.feature.number, "squash")


def list_package_pulls(scene: Scene) -> list[PullRequest]:
    """The release pull requests of two packages, in the order in which they were asked for."""
    issues = scene.acme.repository.issues.values()
    ours = [one for one in issues if isinstance(one, PullRequest) and one.user.login == BOT]
    return sorted(ours, key=lambda pull: pull.number)


def merge_first_package(scene: Scene) -> None:
    """Mona merges the release of one package while that of the other is open."""
    scene.acme.mona.merge_pull(list_package_pulls(scene)[0].number)


def is_second_refreshed(scene: Scene) -> bool:
    """Whether the one that is open was made anew for what the other has changed, and the other is on its way."""
    store, second = scene.acme.repository.store, list_package_pulls(scene)[1]
    head = store.files(second.head_sha)["libs/cli/pyproject.toml"].sha
    return b"acme-core==1.2.0" in store.blob(head) and bool(scene.acme.repository.runs)


def push_to_both(scene: Scene) -> None:
    """Hugo pushes something that both packages have a part in."""
    files: dict[str, str | None] = {f"libs/{name}/acme_{name}/new.py": "NEW = 1\n" for name in ("core", "cli")}
    scene.acme.hugo.push_commit("main", files, "feat: float")


def are_both_open(scene: Scene) -> bool:
    """Whether each package has its release pull request, with what is said on it."""
    pulls = list_package_pulls(scene)
    said = [pull.number for pull in pulls for one in pull.comments if "aweigh:status" in (one.body or "")]
    return len(pulls) == len(said) == 2


def begin_line(scene: Scene) -> None:
    """Wanda begins a maintenance line, with a fix on it, and asks there for the next version."""
    wanda, store = scene.acme.wanda, scene.acme.repository.store
    wanda.push_branch("1.1.x", "v1.1.0")
    before = (store.read("v1.1.0", "CHANGELOG.md") or b"").decode()
    fixed = before.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Widgets stop.\n")
    wanda.push_commit("1.1.x", {"widget/fix.py": "FIXED = 1\n", "CHANGELOG.md": fixed}, "Stop")
    wanda.push_commit("line", {"line.py": "LINE = 1\n"}, "Line", onto="1.1.x")
    topic = wanda.open_pull("line", "Line", base="1.1.x")
    scene.acme.mona.comment(topic.number, "/release patch")


def is_carried(scene: Scene) -> bool:
    """Whether the section of the line's release is on its way into the default branch, and that was said."""
    carried = [pull for pull in scene.acme.repository.pulls if pull.head_ref.startswith("aweigh-forward/")]
    return len(carried) == 1 and is_said(scene, "outcome")


def demand_queue(scene: Scene) -> None:
    """The default branch gets a merge queue that asks for our check."""
    kinds: tuple[RuleKind, ...] = ("merge_queue", "required_status_checks")
    scene.acme.repository.rulesets += [
        Ruleset(kind, "branch", frozenset({kind}), ("refs/heads/main",), checks=("Release",)) for kind in kinds
    ]


def push(title: str, version: str) -> Act:
    """Hugo pushes something to the base, and the release pull request is for the version that follows."""

    def act(scene: Scene) -> None:
        path = f"widget/{''.join(filter(str.isalpha, title))}.py"
        scene.acme.hugo.push_commit("main", {path: "NEW = 1\n"}, title)

    def is_done(scene: Scene) -> bool:
        record = record_of(scene)
        return record is not None and record.version == version and is_said(scene, "status")

    return Act(title, act, is_done)


NO_RECORD = Record("", "", 0, 0, "")
NOTES = "/release notes set\n\nThe wind is free."
WAITS = "/release patch --when-merged"
PUSHED = Act("push", move_base, lambda scene: True)
HOLD = typed("hold", "wanda", "/release hold the docs", is_held)
REMEMBER = on_feature("remember", WAITS, lambda scene: any(one.name == LABEL for one in scene.acme.feature.labels))


@dataclass(frozen=True)
class Chapter:
    """One command, and how it comes to it."""

    act: Act
    before: tuple[Act, ...] = (ASK,)
    trigger: Trigger = "release-published"
    gate: GateKind = "rule"
    changes: dict[str, Any] = field(default_factory=dict)
    rarely: int = 1
    """Of a long one every so many requests are struck, but for ``make soak``."""

    @property
    def name(self) -> str:
        """What the command does, and where it is not the first of its kind, when."""
        return f"{self.act.name} after {self.before[-1].name if self.before else 'nothing'}"


UNTIL_IT_LOOKS = timedelta(minutes=75)
AT_GATE = (ASK, MERGE, BUILD)
ASKED_FIRST: dict[str, Any] = {"files": {".github/aweigh.toml": "approval.required = 1\n"}}
BEFORE_TAG = Act("merge", MERGE.play, lambda scene: is_said(scene, "prompt"))

BOTH = "/release acme-core 1.2.0\n/release acme-cli 0.4.0"
ASK_BOTH = on_feature("ask for two packages", BOTH, lambda scene: len(list_package_pulls(scene)) == 2)
MERGE_FIRST = Act("merge one of two", merge_first_package, is_second_refreshed)
AUTO: dict[str, Any] = {"files": {".github/aweigh.toml": 'mode = "auto"\n'}}
QUIET = Act("tag by hand", lambda scene: scene.acme.hugo.push_tag("v1.1.5", "main"), lambda scene: True)
"""Nothing is left to be released."""
QUIET_PACKAGES = Act(
    "tag both by hand",
    lambda scene: scene.acme.hugo.push_tags("acme-core-v1.1.5", "acme-cli-v0.3.5", revision="main"),
    lambda scene: True,
)
BY_ITSELF = push("feat: float", "1.2.0")
FOLLOW = push("feat!: sink", "2.0.0")

QUEUE = Act("have a queue", demand_queue, lambda scene: True)
BY_QUEUE = typed("merge order in a queue", "wanda", "/release merge", lambda scene: bool(scene.acme.repository.runs))
BY_TIME = Act("wait for its merge", lambda scene: None, lambda scene: bool(scene.acme.repository.runs))
LINE = Act("begin a line", begin_line, lambda scene: is_said(scene, "status") and is_answered(scene, "/release patch"))
CARRY = Act("carry on", lambda scene: None, is_carried, runners=True)

CHAPTERS = (
    Chapter(BY_TIME, changes={"files": {".github/aweigh.toml": "merge.auto = true\n"}}, rarely=3),
    Chapter(BY_QUEUE, (QUEUE, ASK), rarely=3),
    Chapter(CARRY, (LINE, MERGE), trigger="tag-push", gate="none", rarely=3),
    Chapter(BY_ITSELF, (QUIET,), changes=AUTO),
    Chapter(FOLLOW, (QUIET, BY_ITSELF), changes=AUTO),
    Chapter(push("feat: float again", "1.3.0"), (QUIET, BY_ITSELF, *ACTS[1:]), changes=AUTO),
    Chapter(
        Act("push to two packages", push_to_both, are_both_open),
        (QUIET_PACKAGES,),
        trigger="tag-push",
        changes={"workspace": True, **AUTO},
    ),
    Chapter(on_feature("ask for what follows", "/release auto", lambda scene: is_said(scene, "status")), ()),
    Chapter(HOLD),
    Chapter(HOLD, AT_GATE),
    Chapter(typed("unhold", "hugo", "/release unhold", lambda scene: not is_held(scene)), (ASK, HOLD)),
    Chapter(
        typed("cancel", "wanda", "/release cancel", lambda scene: scene.release_pull.state == "closed")  # type: ignore[union-attr]
    ),
    Chapter(typed("merge order", "wanda", "/release merge", lambda scene: bool(scene.acme.repository.runs))),
    Chapter(typed("reject", "hugo", "/release reject 1.2.0 not yet", is_rejected, runners=True), AT_GATE),
    Chapter(
        typed("reject", "hugo", "/release reject 1.2.0 not yet", is_held),
        (ASK, BEFORE_TAG),
        trigger="tag-push",
        gate="none",
        changes=ASKED_FIRST,
    ),
    Chapter(typed("recreate", "mona", "/release recreate"), (ASK, PUSHED)),
    Chapter(typed("another version", "wanda", "/release 1.3.0"), (ASK, HOLD)),
    Chapter(typed("set notes", "mona", NOTES, lambda scene: bool((record_of(scene) or NO_RECORD).notes))),
    Chapter(typed("two lines", "mona", "/release 1.3.0\n/release hold", is_held)),
    Chapter(typed("notes", "tariq", "/release notes")),
    Chapter(REMEMBER, ()),
    Chapter(Act("merge what it waited for", merge_feature, is_opened_after_merge), (REMEMBER,)),
    Chapter(ACTS[4], ACTS[:4], changes={"files": {".github/aweigh.toml": "development = true\n"}}),
    Chapter(ASK_BOTH, (), trigger="tag-push", changes={"workspace": True}),
    Chapter(MERGE_FIRST, (ASK_BOTH,), trigger="tag-push", changes={"workspace": True}),
    Chapter(pressed("hold", is_held)),
    Chapter(pressed("unhold", lambda scene: not is_held(scene)), (ASK, HOLD)),
    Chapter(pressed("recreate", lambda scene: True), (ASK, PUSHED)),
    Chapter(ASK_FOR_TAG, (TURN_OVER,), trigger="tag-push"),
    Chapter(PUBLISH_TAG, (TURN_OVER, ASK_FOR_TAG, BUILD_TAG), trigger="tag-push"),
    Chapter(ASK_BEFORE_TAG, (TURN_OVER_AND_ASK_FIRST,), trigger="tag-push", gate="none"),
    Chapter(TAKE_BACK, (TURN_OVER_AND_ASK_FIRST, ASK_BEFORE_TAG), trigger="tag-push", gate="none"),
)


class Played:
    """A chapter that was played undisturbed."""

    def __init__(self, chapter: Chapter, before: Saved, asked: tuple[Asked, ...], picture: str, kept: str) -> None:
        self.chapter, self.asked = chapter, asked
        self._before, self._picture, self._kept = before, picture, kept

    @classmethod
    async def draw(cls, chapter: Chapter) -> Played:
        """Play it."""
        stage = await open_stage(trigger=chapter.trigger, gate=chapter.gate, **chapter.changes)
        saved = await stage.stop()
        for act in chapter.before:
            stage = await saved.open()
            await play(stage, act)
            saved = await stage.stop()
        stage = await saved.open()
        listen = stage.mischief = Listen()
        await play(stage, chapter.act)
        await stage.pass_time(A_WHILE)
        await stage.stop()
        assert not list_repeats(stage.sandbox), list_repeats(stage.sandbox)
        return cls(chapter, saved, tuple(listen.asked), draw(stage), _describe(stage))

    def list_cells(self, fault: Fault) -> Iterator[tuple[int, int]]:
        """The numbers of its requests, and after how many mutations a document is cut."""
        for asked in self.asked:
            if fault is not Fault.CUT:
                yield asked.number, 1
            else:
                yield from ((asked.number, after) for after in range(1, asked.mutations))

    async def play(self, fault: Fault, number: int, cut_after: int = 1) -> str | None:
        """What is wrong in the end, or None."""
        stage = await self._before.open()
        before = max((one.number for one in self.asked[: number - 1] if one.changes), default=0)
        strike = stage.mischief = Strike(stage, fault, number, before=before, cut_after=cut_after)
        try:
            await play(stage, self.chapter.act, swept=fault is Fault.KILLED_AFTER)
            await stage.pass_time(A_WHILE)
            if draw(stage) != self._picture:
                # What could not be asked this time is asked again when the bot looks by itself.
                await stage.pass_time(UNTIL_IT_LOOKS)
        except Stuck as stuck:
            return f"stuck: {stuck}\n{differences(self._picture, draw(stage))}"
        finally:
            await stage.stop()
        if not strike.struck:
            return "the fault never struck"
        if repeats := list_repeats(stage.sandbox):
            return f"said twice: {repeats}"
        if _plain(draw(stage)) != _plain(self._picture):
            return differences(self._picture, draw(stage))
        kept = _describe(stage)
        return None if kept == self._kept else f"kept: {kept} in place of {self._kept}"


def _plain(picture: str) -> str:
    """A picture without whether our comments were edited: a warning may have stood there for a while."""
    return picture.replace(f" (edited by {BOT})", "")


def _describe(stage: Stage) -> str:
    """What the engine keeps, but for what we have written into a check run: that is forgotten when somebody looks next."""
    return describe_kept(stage.store).replace("'check', ", "")

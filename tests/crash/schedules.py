"""Random schedules: a release in bad weather, with people who talk in between and do not wait for the sun.

Everything is decided by one seed: the order of tag and publication, before which act the weather turns bad (a third of
the schedules are whole releases), what happens to each request and webhook, who says what and when. Once the weather is over and the sweep has passed by, the world must be the undisturbed one, but for the
side talk; and of that every command must have been answered once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bot.sandbox.state.conversation import Comment, PullRequest
from tests.crash.asking import Peace
from tests.crash.matrix import ORDERS, Matrix, differences
from tests.crash.picture import BOT, Picture, list_repeats
from tests.crash.stage import Stage
from tests.crash.storm import Post, Storm
from tests.crash.story import ACTS, list_reactions

_SWEEP_EVERY = timedelta(minutes=10)
_STORM_LASTS = timedelta(hours=2)
_LONGEST = timedelta(hours=8)
_FINAL = {"rocket", "confused", "-1"}
_PAUSES = (1, 5, 15, 15, 60, 300)
_FIRST_ACTS = (0, 0, *range(1, len(ACTS)))
"""Of whole releases alone most would be spent on their beginning, and few on what happens once a version is tagged."""


@dataclass
class Schedule:
    """One seeded run, over the undisturbed stories of each order."""

    seed: int
    matrices: dict[str, Matrix]
    said: list[Comment] = field(default_factory=list)
    """Commands of the story: the last one of each kind counts, earlier ones were refused in bad weather."""
    aside: list[Comment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.order = self.dice.choice(ORDERS)
        self.rate = self.dice.choice([0.01, 0.03, 0.06, 0.1])
        self.first_act = self.dice.choice(_FIRST_ACTS)

    @property
    def matrix(self) -> Matrix:
        """The undisturbed story of this seed's order."""
        return self.matrices[self.order]

    async def play(self) -> str | None:
        """What is wrong in the end, or None."""
        stage = await self.matrix.get_beginning(self.first_act).open()
        self.said = list_commands(stage)
        self.storm = stage.mischief = Storm(stage, self.dice, self.rate)
        self.post = stage.carry = Post(self.dice, self.dice.choice([0.0, 0.1, 0.3, 0.6]))
        began = swept = stage.clock.now()
        while not ACTS[-1].is_done(stage):
            now = stage.clock.now()
            if now - began > _LONGEST:
                return f"stuck after {now - began}: {stage.describe_work()}\n{self._differences(stage)}"
            if now - began > _STORM_LASTS:
                self._clear_up(stage)
            if now - swept > _SWEEP_EVERY:
                swept = now
                await stage.sweep()
            self._act(stage)
            await stage.pass_time(timedelta(seconds=self.dice.choice(_PAUSES)))
            await self.post.deliver_late(stage, everything=False)
        await self._heal(stage)
        await stage.stop()
        return self._judge(stage)

    # People

    def _act(self, stage: Stage) -> None:
        """Whoever has to act does so some time after they were asked; others talk in between."""
        if self.dice.random() < 0.15:
            self._talk(stage)
        if self.dice.random() < 0.4:
            return
        pull = stage.release_pull
        if pull is None:
            self._ask(stage)
        elif pull.state == "open":
            stage.acme.mona.merge_pull(pull.number)
        elif _is_asked(pull):
            self._approve(stage, pull)

    def _ask(self, stage: Stage) -> None:
        line = "/release 1.2.0"
        if self._may_say(line):
            self.said.append(stage.acme.mona.comment(stage.acme.feature.number, line))

    def _approve(self, stage: Stage, pull: PullRequest) -> None:
        line = "/release approve 1.2.0"
        if self._may_say(line):
            self.said.append(stage.acme.hugo.comment(pull.number, line))

    def _may_say(self, line: str) -> bool:
        """Whether a command was not given yet, or was refused: people try again then."""
        mine = [comment for comment in self.said if comment.body == line]
        return all(_FINAL & set(list_reactions(comment)) - {"rocket"} for comment in mine)

    def _talk(self, stage: Stage) -> None:
        """Something is said that moves nothing."""
        acme, pull = stage.acme, stage.release_pull
        number = self.dice.choice([acme.feature.number, pull.number if pull else acme.feature.number])
        lines = [
            (acme.wanda, "/release status"),
            (acme.tariq, "/release help"),
            (acme.rosa, "/release 1.2.0"),
            (acme.mona, "/release approve 1.2.0"),
            (acme.hugo, "/release approve 1.3.0"),
            (acme.wanda, "/release publish"),
            (acme.stan, "Nice!"),
        ]
        who, line = self.dice.choice(lines)
        self.aside.append(who.comment(number, line))

    # The end

    def _clear_up(self, stage: Stage) -> None:
        self.storm.over = True
        stage.carry = None

    async def _heal(self, stage: Stage) -> None:
        self._clear_up(stage)
        stage.sandbox.github.faults.clear()
        stage.mischief = Peace()
        for _ in range(3):
            await self.post.deliver_late(stage, everything=True)
            await stage.sweep()
            await stage.pass_time(_SWEEP_EVERY)

    def _judge(self, stage: Stage) -> str | None:
        repeats = list_repeats(stage.sandbox)
        if repeats:
            return f"said twice: {repeats}"
        unanswered = [comment.body for comment in [*self.said, *self.aside] if not _is_answered(comment)]
        if unanswered:
            return f"not answered once: {unanswered}; {stage.describe_work()}"
        return self._differences(stage) or None

    def _differences(self, stage: Stage) -> str:
        final = {comment.body: comment for comment in self.said}
        refused = [comment for comment in self.said if comment is not final[comment.body]]
        aside = frozenset(comment.id for comment in [*self.aside, *refused])
        # An approval that reaches us late was found in the thread before: it has done its work when it is answered.
        late = frozenset(comment.id for comment in self.said if "approve" in comment.body)
        # Asked again, the bot begins again: it replaces the commit that it had left on its branch.
        hidden = frozenset({"activity"}) if refused else frozenset[str]()
        pictures = self.matrix.final, Picture(stage.sandbox, aside, late).draw()
        # A comment that could be made only once all was over was never edited.
        told = (picture.replace(f" (edited by {BOT})", "") for picture in pictures)
        return differences(*(Picture.unordered(Picture.without(picture, hidden)) for picture in told))


def list_commands(stage: Stage) -> list[Comment]:
    """The commands that people gave in good weather, before the schedule begins."""
    threads = stage.acme.repository.issues.values()
    return [one for thread in threads for one in thread.comments if one.body.startswith("/")]


def _is_asked(pull: PullRequest) -> bool:
    return any(one.user.login == BOT and one.body.startswith("<!-- aweigh:prompt") for one in pull.comments)


def _is_answered(comment: Comment) -> bool:
    """Whether a command has exactly one final reaction; what is none must have no reaction at all."""
    signs = list_reactions(comment)
    return len(_FINAL & set(signs)) == (1 if comment.body.startswith("/") else 0)

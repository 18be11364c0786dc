"""What every command works with: the comment, the place it was typed in, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.github.comments import Reaction
from bot.github.facts import PullRequest, Repository
from bot.intake.command import CommandDelivery
from bot.messages import replies
from bot.release.audit import Code
from bot.release.reasons import Because
from bot.release.reconcile import Reached
from bot.release.sight import Sight
from bot.release.snapshot import Line, Snapshot
from bot.release.workbench import Workbench
from bot.settings.repository import RepositorySettings, SettingsProblem


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: a reaction, a reply where words are needed, and why, where it was not carried out."""

    reaction: Reaction
    reply: str | None = None
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command was typed: its line, the pull request if it is one, and whether that is a release PR of ours."""

    repository: Repository
    line: Line
    pull: PullRequest | None
    is_release_pull: bool

    @property
    def release_pull(self) -> PullRequest | None:
        """The release pull request in whose thread it was typed."""
        return self.pull if self.is_release_pull else None

    def as_seen(self, snapshot: Snapshot | None) -> Place:
        """This place after a command has moved the release there: what the next line is about is what came of it."""
        pull = snapshot.pull if snapshot is not None else None
        is_same = pull is not None and self.pull is not None and pull.number == self.pull.number
        return replace(self, pull=pull) if is_same else self


class Talk:
    """One comment while it is carried out."""

    def __init__(self, bench: Workbench, comment: CommandDelivery) -> None:
        self.bench, self.comment = bench, comment
        self.look_again: timedelta | None = None
        """When the release that a command has moved wants to be looked at again."""
        self.seen: Snapshot | None = None
        """The release that a command has moved, as it was seen last."""
        self.sight: Sight | None = None
        self._settings: RepositorySettings | SettingsProblem | None = None

    async def get_settings(self, place: Place) -> RepositorySettings | SettingsProblem:
        """The settings that hold where the comment was typed, asked for once for each comment."""
        if self._settings is None:
            observer, pull = self.bench.observer, place.release_pull
            sight = await self.look(place)
            if pull is None:
                self._settings = await observer.read_settings(sight)
            else:
                self._settings = await observer.read_settings_for(place.repository, place.line, pull, sight)
        return self._settings

    async def look(self, place: Place) -> Sight:
        """What there is to see of the place's line, looked at once for each comment until something is done."""
        self.sight = self.sight or await self.bench.observer.look(place.line)
        return self.sight

    def take_sight(self) -> Sight | None:
        """What was seen a moment ago of the place's line, for whoever looks first: what is done later has to look again."""
        sight, self.sight = self.sight, None
        return sight

    def rest(self, reached: Reached) -> Reached:
        """Take note of where a release came to rest."""
        moments = (self.look_again, reached.look_again)
        self.look_again = min((after for after in moments if after is not None), default=None)
        self.seen = reached.snapshot
        return reached

    def refuse(self, reason: Because) -> Answer:
        """Thumbs down, and why."""
        return Answer("-1", replies.render_refusal(reason, self.comment.comment_id), reason.code)

    async def find_newest(self, place: Place) -> PullRequest | None:
        """The newest release pull request of the line."""
        return next(iter(await self.bench.observer.list_pulls(place.repository, place.line)), None)

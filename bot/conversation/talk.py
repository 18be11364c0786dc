"""What every command works with: the comment, the place it was typed in, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from packaging.utils import canonicalize_name

from bot.conversation.aiming import Aim, choose
from bot.conversation.registry import Command, Name
from bot.conversation.understanding import Misunderstood
from bot.github.comments import Reaction
from bot.github.facts import PullRequest, Repository
from bot.intake.command import CommandDelivery
from bot.messages import replies
from bot.release.audit import Code
from bot.release.lines import TagNote
from bot.release.packages import line_for
from bot.release.reasons import Because, Reason, because
from bot.release.reconcile import Reached
from bot.release.record import find_record
from bot.release.sight import Sight
from bot.release.snapshot import Line, Snapshot, line_of
from bot.release.tag_releases import Tagging
from bot.release.workbench import Workbench
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import same_version


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: a reaction, a reply where words are needed, and why, where it was not carried out."""

    reaction: Reaction
    reply: str | None = None
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command was typed: its line, the pull request if it is one, and whether that is a release PR of ours.

    ``package`` is what the line's package is called, where a line that is typed here has to name it.
    """

    repository: Repository
    line: Line
    pull: PullRequest | None
    is_release_pull: bool
    package: str | None = None

    def named(self, version: str) -> str:
        """A version, after the name of its package where there are several."""
        return version if self.package is None else f"{self.package} {version}"

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
        self.thread = ""
        """The node id of the issue or pull request it was typed in, once somebody looked."""
        self.sight: Sight | None = None
        """What was seen of the place's line, as long as nothing was done since."""
        self.package: str | None = None
        """What the package is called that a line has to name here, for the command that is being carried out."""
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
        said = reason.about(self.package)
        return Answer("-1", replies.render_refusal(said, self.comment.comment_id), reason.code)

    async def find_aim(self, command: Command, place: Place) -> Place | Answer:
        """The place with the line that a command is about, or the answer where none can be told."""
        if command.package is None and (place.is_release_pull or command.entry.name is not Name.RELEASE):
            return place
        if place.is_release_pull and command.package is not None:
            return await self._check_named(command, command.package, place)
        await self.get_settings(place)
        sight = self.sight or await self.bench.observer.look(place.line)
        aim = await find_aim(self.bench, command, place.line.base, sight)
        if not isinstance(aim, Aim):
            return self._object(aim)
        if aim.line != place.line:
            # What was seen is that of another line.
            self.sight = None
        return replace(place, line=aim.line, package=aim.package)

    async def is_tag_only(self, place: Place) -> bool:
        """Whether releases are made here without a pull request."""
        settings = await self.get_settings(place)
        return isinstance(settings, RepositorySettings) and settings.mode == "tag-only"

    async def find_tagged(self, command: Command, place: Place) -> Place:
        """The place as that of a release without a pull request which was asked for here, where there is one.

        Of several the newest is meant, or the one whose version is named. In the thread of a release pull request, in which
        later ones can be asked for, those under way count alike.
        """
        if command.entry.name is Name.RELEASE:
            return place
        if self.comment.source == "button":
            return await self.find_pressed(place)
        thread, base = self.comment.issue_number, place.line.base
        may_seek = command.entry.name is not Name.HELP and not place.is_release_pull
        seek = may_seek and await self.is_tag_only(place)
        found = await self.bench.tags.list_in(place.repository, thread, base, self.sight, seek=seek)
        if not found:
            return place
        named = [one for one in found if same_version(one.record.version, (*command.arguments, "")[0])]
        if place.is_release_pull and not named and "VERSION" in command.entry.arguments:
            return place
        return self._at(place, (named or found)[0])

    async def find_pressed(self, place: Place) -> Place:
        """The place as that of the release whose check run had the button that was pressed."""
        shown = find_record(self.comment.shown)
        if shown is None or shown.origin is None:
            return place
        note = TagNote(self.comment.issue_number, self.comment.head, shown.tag, shown.origin.line)
        found = await self.bench.tags.read(place.repository, note, self.sight)
        return self._at(place, found) if found is not None else place

    def _at(self, place: Place, found: Tagging) -> Place:
        self.sight = found.sight
        return Place(place.repository, line_of(found.pull), found.pull, is_release_pull=True)

    async def _check_named(self, command: Command, named: str, place: Place) -> Place | Answer:
        """Whether what is named in the thread of a release pull request is what that releases."""
        if canonicalize_name(named) == place.line.package:
            return place
        sight = await self.bench.observer.look(place.line)
        packages = await self.bench.observer.list_packages(place.line.base, sight)
        aim = choose(command, place.line.base, packages, ())
        if not isinstance(aim, Aim):
            return self._object(aim)
        if aim.line == place.line:
            return place
        here = (package.name for package in packages if line_for(place.line.base, package) == place.line)
        this, newest = next(here, ""), await self.find_newest(replace(place, line=aim.line))
        version = command.arguments[0] if command.arguments else "minor"
        reason = because(
            Reason.PACKAGE_ELSEWHERE,
            this=this,
            given=aim.package or named,
            number=newest.number if newest else "",
            version=version,
            line=command.line,
        )
        return self.refuse(reason)

    def _object(self, wrong: Misunderstood | Because) -> Answer:
        """What is said to a command of which no line can be told."""
        if isinstance(wrong, Misunderstood):
            return Answer("confused", replies.render_misunderstood(wrong, self.comment.comment_id))
        refused = self.refuse(wrong)
        return replace(refused, reaction="confused") if wrong.code is Reason.PACKAGE_UNKNOWN else refused

    async def list_newest(self, command: Command, place: Place) -> list[PullRequest]:
        """The newest release of the package that a command names, or of each with a release on this base.

        Those without a pull request come first, as far as they are under way.
        """
        if command.package is not None:
            newest = await self.find_newest(place)
            return [newest] if newest is not None else []
        sight = self.take_sight() or await self.bench.observer.look(place.line)
        lines = await self.bench.list_lines(place.line.base, sight)
        if lines != [place.line]:
            sight = await self.bench.observer.look(*lines)
        found = [await self.bench.observer.list_pulls(place.repository, line, sight) for line in lines]
        tagged = await self.bench.tags.list_under_way(place.repository, place.line.base)
        return [*(one.pull for one in tagged), *(pulls[0] for pulls in found if pulls)]

    async def find_newest(self, place: Place) -> PullRequest | None:
        """The newest release of the line, which may have no pull request while it is under way."""
        tagged = await self.bench.tags.list_under_way(place.repository, place.line.base)
        own = [one.pull for one in tagged if line_of(one.pull) == place.line]
        return next(iter(own or await self.bench.observer.list_pulls(place.repository, place.line)), None)


async def find_aim(bench: Workbench, command: Command, base: str, sight: Sight) -> Aim | Misunderstood | Because:
    """The line of ``base`` that a command is about which is given outside the thread of its release."""
    packages = await bench.observer.list_packages(base, sight)
    return choose(command, base, packages, [tag.name for tag in await sight.list_tags()])

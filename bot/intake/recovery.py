"""Finding again, from GitHub alone, what is under way: releases, and commands that nobody told us of.

One pass goes over every installation, a page of a hundred repositories at a time. How far it has come is noted after
each page, so that a crash in the middle goes on from there; a page that is done twice changes nothing. A pass is not
part of the steady state. It is made

* when the database is new: releases are under way that it knows nothing of;
* when we were away for longer than some minutes: what happened meanwhile may have reached nobody;
* once a day: GitHub promises no delivery, and in a repository without a release under way nothing else would ever find
  the one command that was lost.

A hundred repositories cost three requests and about 16 GraphQL points, two requests more for each in which somebody
said something since the last pass, and one more for every fifty releases that were merged. Those that were pushed to
since the last pass are woken as well: something may be worth a release now, and of the branches that are called like
maintenance lines those are looked at of which the newest commit is about as new as that push.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.clock import Clock
from bot.engine.protocol import NOW, Engine
from bot.github.access import open_survey
from bot.github.client import GitHub, Session
from bot.github.errors import GitHubError, RateLimited, Unavailable
from bot.github.facts import RepositoryRef
from bot.github.survey import (
    Files,
    Installation,
    Surveyed,
    SurveyedLine,
    SurveyedPull,
    list_installations,
    list_repository_page,
    read_records,
    survey,
)
from bot.intake.account import Account
from bot.intake.lost_comments import TOO_YOUNG, LostComments
from bot.release.defaults import PATH, REPOSITORY
from bot.release.line import Line, line_between
from bot.release.lines import LASTS, note_line, note_merged, note_pushed, note_sought
from bot.release.record import Milestone, find_record

NOTE: Final = "sweep:recovery"

EVERY: Final = timedelta(days=1)
LOOKS_BACK: Final = timedelta(days=14)
"""How far back commands are looked for when the database is new, but never before the App was installed."""

_OVERLAP: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(minutes=4)
_MOST_READ: Final = 150
"""Repositories whose comments are read in one go: with two requests each, at most 3,600 of 5,000 requests an hour."""

_AT_ONCE: Final = 10
_APART: Final = timedelta(seconds=15)
"""Of many releases under way the first few are woken at once, the others one by one: a look at one costs some fifteen
requests, and an installation has 5,000 an hour."""

_MADE_BEFORE: Final = timedelta(days=7)
"""How long a commit may lie on somebody's machine until it is pushed."""

_MOST_PUSHED_LINES: Final = 3
"""What one document tells beside the default branch, with something to spare."""

_AFTER_RELEASES: Final = timedelta(minutes=1)
"""What was merged can wait until the releases under way were looked at."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pass:
    """How far a pass has come: all installations up to ``through`` are done, and ``pages`` pages of ``current``.

    ``since`` is from when on commands are looked for, ``woken`` how many repositories of ``current`` were woken. An
    installation with few requests left is ``put_off`` until the others are done: by its id, with how many of its pages
    are. ``only`` are those that the last round put off, None in the first round.
    """

    began: datetime
    since: datetime
    through: int = 0
    current: int | None = None
    pages: int = 0
    woken: int = 0
    only: Mapping[int, int] | None = None
    put_off: Mapping[int, int] = field(default_factory=dict)
    done: bool = False
    is_first: bool = False
    """Whether it is made for a new database, which no note of a release stands in."""

    def covers(self, installation: Installation) -> bool:
        """Whether this installation is still to be gone over in this round."""
        return installation.id > self.through and (self.only is None or installation.id in self.only)

    def at(self, installation: Installation) -> Pass:
        """This pass, arrived at an installation."""
        if self.current == installation.id:
            return self
        return replace(self, current=installation.id, pages=(self.only or {}).get(installation.id, 0), woken=0)

    def past(self, *, later: bool = False) -> Pass:
        """This pass, through with its current installation: for good, or (``later``) for this round."""
        if self.current is None:
            return self
        put_off = {**self.put_off, self.current: self.pages} if later else self.put_off
        return replace(self, through=self.current, current=None, pages=0, woken=0, put_off=put_off)

    def next_round(self) -> Pass:
        """The round over those that this one put off; the pass is done when it put off none."""
        if not self.put_off:
            return replace(self, done=True)
        return replace(self, through=0, current=None, pages=0, woken=0, only=self.put_off, put_off={})

    def to_json(self) -> dict[str, Any]:
        """As JSON values; JSON knows no numbers as names."""
        return {
            "began": self.began.isoformat(),
            "since": self.since.isoformat(),
            "through": self.through,
            "current": self.current,
            "pages": self.pages,
            "woken": self.woken,
            "only": list(self.only.items()) if self.only is not None else None,
            "put_off": list(self.put_off.items()),
            "done": self.done,
            "first": self.is_first,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Pass:
        """What ``to_json`` wrote."""
        return cls(
            began=datetime.fromisoformat(kept["began"]),
            since=datetime.fromisoformat(kept["since"]),
            through=kept["through"],
            current=kept["current"],
            pages=kept["pages"],
            woken=kept["woken"],
            only={int(one): pages for one, pages in kept["only"]} if kept["only"] is not None else None,
            put_off={int(one): pages for one, pages in kept["put_off"]},
            done=kept["done"],
            is_first=kept.get("first", False),
        )


def list_under_way(surveyed: Surveyed, bot_id: int, now: datetime) -> list[SurveyedPull]:
    """Release pull requests of ours that are open, or were merged lately: not yet asked is whether they were announced."""
    return [
        pull
        for pull in surveyed.pulls
        if _is_ours(pull, bot_id) and (pull.is_open or (pull.merged_at is not None and now - pull.merged_at < LASTS))
    ]


def list_sought(surveyed: Iterable[Surveyed], now: datetime) -> list[RepositoryRef]:
    """The repositories in which releases without a pull request may be under way: by their mode, and used lately.

    Which ones are their lanes see then, each with one document.
    """
    # What reads settings reads versions too: it is loaded where there is something to read, not by a bot that waits.
    from bot.settings.reading import read_settings  # noqa: PLC0415
    from bot.settings.repository import RepositorySettings  # noqa: PLC0415 (as above)

    found = []
    for one in surveyed:
        if one.changed_at is None or now - one.changed_at > LASTS:
            continue
        settings = read_settings(one.files, one.defaults)
        if isinstance(settings, RepositorySettings) and settings.mode == "tag-only":
            found.append(one.repository.ref)
    return found


def _name_files(installation: Installation) -> Files:
    """The files that tell the settings of an installation's repositories."""
    from bot.settings.reading import SETTINGS_PATHS  # noqa: PLC0415 (as above)

    return Files(SETTINGS_PATHS, installation.account, REPOSITORY, PATH)


def has_stray_branch(surveyed: Surveyed, bot_id: int) -> bool:
    """Whether there is a release branch from which we have no pull request yet: somebody may be waiting for one."""
    ours = {pull.head_branch for pull in surveyed.pulls if _is_ours(pull, bot_id)}
    return not ours.issuperset(surveyed.branches)


def list_pushed_lines(surveyed: Surveyed, since: datetime) -> list[SurveyedLine]:
    """The maintenance lines to which somebody may have pushed ``since`` then: what is pushed may be some days older."""
    lately = [line for line in surveyed.lines if line.at >= since - _MADE_BEFORE]
    return sorted(lately, key=lambda line: line.at)[-_MOST_PUSHED_LINES:]


def _is_ours(pull: SurveyedPull, bot_id: int) -> bool:
    in_line = pull.head_branch == line_between(pull.head_branch, pull.base_branch).branch
    return pull.author_id == bot_id and in_line and not pull.from_fork


class Recovery:
    """Makes passes over everything the App is installed on."""

    def __init__(
        self, engine: Engine, github: GitHub, app_id: int, account: Account, comments: LostComments, clock: Clock
    ) -> None:
        self._engine, self._github, self._app_id = engine, github, app_id
        self._account, self._comments, self._clock = account, comments, clock

    async def begin(self, *, away: bool) -> None:
        """Note that a pass is to be made, if one is due. ``away`` says that we may have missed something just now."""
        last, now = await self._find_pass(), self._clock.now()
        if last is None:
            log.info("recovery begins", reason="the database is new")
            await self._note(Pass(began=now, since=now - LOOKS_BACK, is_first=True))
        elif away or (last.done and now - last.began >= EVERY):
            # A pass that is not through yet has not read everything since it began either.
            since = last.began - TOO_YOUNG - _OVERLAP if last.done else last.since
            first = last.is_first and not last.done
            log.info("recovery begins", reason="we were away" if away else "the daily one", since=since.isoformat())
            await self._note(Pass(began=now, since=since, is_first=first))

    async def go_on(self) -> None:
        """Go on with the pass that is under way, for some minutes at most. Raises Unavailable when GitHub is down."""
        state = await self._find_pass()
        if state is None or state.done:
            return
        until, read = self._clock.now() + _LONGEST, 0
        for installation in await list_installations(self._github.app_session()):
            while state.covers(installation):
                if read >= _MOST_READ or self._clock.now() > until:
                    return
                done, state = await self._take_page(installation, state.at(installation))
                read += done
                await self._note(state)
        state = state.next_round()
        await self._note(state)
        if state.done:
            log.info("recovery done", began=state.began.isoformat())

    async def _take_page(self, installation: Installation, state: Pass) -> tuple[int, Pass]:
        """One page of an installation: in how many repositories comments were read, and how far the pass is then."""
        if installation.suspended:
            return 0, state.past()
        try:
            return await self._recover_page(installation, state)
        except Unavailable:
            raise
        except RateLimited as limit:
            log.info("installation put off", installation=installation.id, cause=str(limit))
            return 0, state.past(later=True)
        except GitHubError as error:
            # Suspended or removed this moment, or without the permissions to look: nothing can be released there either.
            log.warning("installation passed over", installation=installation.id, cause=str(error))
            return 0, state.past()

    async def _recover_page(self, installation: Installation, state: Pass) -> tuple[int, Pass]:
        session = open_survey(self._github, installation.id)
        repositories, more = await list_repository_page(session, installation.id, state.pages + 1)
        branches = {one: Line(one.default_branch).branch for one in repositories if not one.closed}
        files = _name_files(installation) if state.is_first else None
        surveyed, points = await survey(session, branches, files)
        sought = list_sought(surveyed, state.began) if state.is_first else []
        since = max(state.since, installation.created_at)
        changed = [one.repository.ref for one in surveyed if one.changed_at is not None and one.changed_at >= since]
        # Commands come first in their lanes, as they would have: an approval that was found by looking at the thread
        # would have done its work when it is answered.
        found = await self._find_commands(changed, since, state.began - TOO_YOUNG)
        for repository in sought:
            await note_sought(self._engine.intents(repository))
        woken = await self._wake(session, surveyed, since, state.woken, sought)
        log.info(
            "recovered",
            installation=installation.id,
            page=state.pages + 1,
            repositories=len(repositories),
            woken=woken,
            commands=found,
            points=points.cost,
        )
        state = replace(state, pages=state.pages + 1, woken=state.woken + woken)
        if not more:
            return len(changed), state.past()
        # The other half of an hour's points is for the people who are at work there now.
        few = points.remaining * 2 < points.limit
        return len(changed), state.past(later=True) if few else state

    async def _wake(
        self,
        session: Session,
        surveyed: Collection[Surveyed],
        since: datetime,
        before: int,
        sought: Collection[RepositoryRef],
    ) -> int:
        """Wake every repository with a release under way, and note what is; how many, ``before`` were woken earlier.

        So is each that was pushed to ``since`` then: what was merged may be worth a release that nobody has proposed.
        """
        bot_id, now = (await self._account.get(session)).bot.id, self._clock.now()
        candidates = {one.repository.ref: list_under_way(one, bot_id, now) for one in surveyed}
        merged = [pull for pulls in candidates.values() for pull in pulls if not pull.is_open]
        announced = await self._list_announced(session, merged)
        woken = pushed = 0
        for one in surveyed:
            repository = one.repository.ref
            under_way = [pull for pull in candidates[repository] if pull.node_id not in announced]
            intents, lines = (
                self._engine.intents(repository),
                {line_between(pull.head_branch, pull.base_branch) for pull in under_way},
            )
            for line in lines:
                await note_line(intents, line)
            for pull in under_way:
                if not pull.is_open:
                    await note_merged(intents, pull.number)
            pushed_lately = one.repository.pushed_at is not None and one.repository.pushed_at >= since
            known = {line.base for line in lines}
            for other in list_pushed_lines(one, since) if pushed_lately else ():
                if other.name not in known:
                    await note_pushed(intents, other.name, other.head)
            if lines or repository in sought or has_stray_branch(one, bot_id):
                await self._engine.wake(repository, after=max(NOW, (before + woken + 1 - _AT_ONCE) * _APART))
                woken += 1
            elif pushed_lately:
                pushed += 1
                await self._engine.wake(repository, after=_AFTER_RELEASES + pushed * _APART)
        return woken

    async def _list_announced(self, session: Session, pulls: Collection[SurveyedPull]) -> set[str]:
        """Those that are over. Of one whose record lies further down its branch we only learn that by looking closely."""
        if not pulls:
            return set()
        records = await read_records(session, list(pulls), self._app_id)
        return {
            node_id
            for node_id, text in records.items()
            if (record := find_record(text)) is not None and record.reached(Milestone.ANNOUNCED)
        }

    async def _find_commands(self, repositories: Iterable[RepositoryRef], since: datetime, until: datetime) -> int:
        found = 0
        for repository in repositories:
            try:
                found += await self._comments.find(repository, since, until)
            except (RateLimited, Unavailable):
                raise
            except GitHubError as error:
                log.warning("comments cannot be read", repository=repository.full_name, cause=str(error))
        return found

    async def _find_pass(self) -> Pass | None:
        note = await self._engine.notes().find(NOTE)
        return Pass.from_json(note.value) if note else None

    async def _note(self, state: Pass) -> None:
        await self._engine.notes().record(NOTE, state.to_json())

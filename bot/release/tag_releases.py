"""Finding releases without a pull request: by their notes, and without these by our check runs on the newest commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.engine.protocol import Intents
from bot.github.access import Access
from bot.github.errors import NotFound, Unprocessable
from bot.github.facts import AppAccount, PullRequest, Repository
from bot.github.repositories import find_thread
from bot.github.tagged import CheckedCommit, list_checked
from bot.messages.status import render_check
from bot.release.decide import next_step
from bot.release.lines import TagNote, forget_tagged, get_noted, note_tagged
from bot.release.observe import Observer
from bot.release.own_check import OwnCheck
from bot.release.record import Milestone, Record, find_record, fits, render_record
from bot.release.sight import Sight
from bot.release.tag_only import get_origin, is_named, name_check, see


@dataclass(frozen=True, slots=True)
class Shown:
    """A release without a pull request as a check run shows it."""

    note: TagNote
    record: Record
    number: int = 0
    """That of the check run; 0 where a note alone led to it."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.record.reached(Milestone.ANNOUNCED) or self.record.reached(Milestone.CLOSED)


@dataclass(frozen=True, slots=True)
class Tagging:
    """A release without a pull request, as the picture of one, with what was seen of it."""

    pull: PullRequest
    record: Record
    sight: Sight


class TagReleases:
    """The releases without a pull request of one repository."""

    def __init__(
        self, access: Access, app: AppAccount, observer: Observer, own_check: OwnCheck, intents: Intents
    ) -> None:
        self._access, self._app, self._observer = access, app, observer
        self._own_check, self._intents = own_check, intents

    async def list_shown(self, base: str) -> list[Shown]:
        """Those that GitHub shows, the newest first: one for each tag. One document, however many there are.

        It goes over the newest commits of ``base``, of other branches and of tags: what waits on a commit further back
        without a tag is found by its note alone.

        Raises:
            Backoff: what we wrote into one of them does not show yet.
        """
        shown = choose_newest(await list_checked(self._access.read, base, self._app.id))
        for one in shown:
            await self._own_check.expect(
                one.note.commit, one.number, render_record(one.record), name_check(one.note.tag)
            )
        return shown

    async def list_known(self, repository: Repository, base: str) -> list[Shown]:
        """Those that GitHub shows, and those that notes alone lead to; newest first, as far as that can be told."""
        shown = await self.list_shown(base)
        there = {one.note for one in shown}
        hidden = [note for note, _ in (await get_noted(self._intents)).tagged if note not in there]
        read = [(note, await self.read(repository, note)) for note in hidden]
        return [*shown, *(Shown(note, found.record) for note, found in read if found is not None)]

    async def read(self, repository: Repository, note: TagNote, sight: Sight | None = None) -> Tagging | None:
        """The release that ``note`` leads to, from what was seen of it just now; None: that is not there, or not any more."""
        name = name_check(note.tag)
        if sight is None or not sight.has_check(note.commit, name) or not sight.has_seen(note.line):
            sight = await self._observer.look(note.line, thread=note.thread, check=(note.commit, name))
        try:
            check = await sight.find_check(note.commit, name)
        except (NotFound, Unprocessable):
            # No branch and no tag has had the commit for so long that GitHub has swept it away.
            return None
        record = find_record(check.external_id) if check is not None else None
        if record is None or record.origin is None or record.origin.thread != note.thread:
            # It was asked for again in another thread, which is its home since.
            return None
        thread = sight.thread or await find_thread(self._access.read, note.thread)
        return Tagging(see(repository, self._app, note.commit, record, thread), record, sight)

    async def move(
        self, repository: Repository, note: TagNote, found: Tagging, thread: int | None, sight: Sight
    ) -> Tagging | None:
        """Let a release whose own thread is gone go on in this one, in which it was asked for again.

        Who asked for it first stays the one who may not approve, and whoever is to approve is asked anew. ``sight`` is what
        was seen just now of the new thread.

        Returns:
            The release in its new home; None where its record would not fit there, or that thread is gone as well.
        """
        there = sight.thread or (await find_thread(self._access.read, thread) if thread is not None else None)
        if thread is None or there is None:
            return None
        origin = replace(get_origin(found.record), thread=thread)
        record = replace(found.record, origin=origin, asked=None)
        if not fits(record.version, record.tag, origin):
            return None
        pull = see(repository, self._app, note.commit, record, there)
        seen = await self._observer.observe(repository, note.line, pull, sight=found.sight)
        # Whatever was written in the new thread was no answer to anything.
        snapshot = replace(seen, record=record, prompt=None, approvals=())
        await note_tagged(self._intents, replace(note, thread=thread))
        content = render_check(snapshot, next_step(snapshot), record)
        await self._own_check.keep(note.commit, content, seen.check, name_check(note.tag))
        await forget_tagged(self._intents, note)
        return await self.read(repository, replace(note, thread=thread))

    async def find_note(self, thread: int) -> TagNote | None:
        """The newest one of those under way that were asked for in a thread, as far as the engine knows."""
        notes = (note for note, _ in (await get_noted(self._intents)).tagged if note.thread == thread)
        return next(notes, None)

    async def list_under_way(self, repository: Repository, base: str) -> list[Tagging]:
        """Those of the lines of ``base`` that are noted, the newest first."""
        notes = [note for note, _ in (await get_noted(self._intents)).tagged if note.line.base == base]
        found = [await self.read(repository, note) for note in notes]
        return [one for one in found if one is not None]

    async def list_in(
        self, repository: Repository, thread: int, base: str, sight: Sight | None, *, seek: bool
    ) -> list[Tagging]:
        """Those that were asked for in a thread, the newest first; ``seek``: also those that no note leads to.

        ``sight`` is what was seen just now, perhaps of one of them.
        """
        notes = [note for note, _ in (await get_noted(self._intents)).tagged if note.thread == thread]
        if not notes and seek:
            notes = [shown.note for shown in await self.list_shown(base) if shown.note.thread == thread]
        found = [await self.read(repository, note, sight) for note in notes]
        return sorted((one for one in found if one is not None), key=lambda one: one.pull.created_at, reverse=True)


def choose_newest(commits: Iterable[CheckedCommit]) -> list[Shown]:
    """The newest check run of each tag, where it holds the record of a release without a pull request; newest first."""
    newest: dict[str, Shown] = {}
    for commit in commits:
        for check in commit.checks:
            record = find_record(check.external_id) if is_named(check.name) else None
            if record is None or record.origin is None or name_check(record.tag) != check.name:
                continue
            note = TagNote(record.origin.thread, commit.sha, record.tag, record.origin.line)
            if record.tag not in newest or newest[record.tag].number < check.id:
                newest[record.tag] = Shown(note, record, check.id)
    return sorted(newest.values(), key=lambda one: one.number, reverse=True)

"""Carrying out what is asked of releases without a pull request, and taking those under way as far as they go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.clock import Clock
from bot.engine.protocol import Backoff, Intents
from bot.github.facts import Repository
from bot.release.decide import next_step
from bot.release.lines import (
    LASTS,
    Noted,
    TagNote,
    forget_sought,
    forget_tagged,
    get_noted,
    note_line,
    note_tagged,
)
from bot.release.observe import Observer
from bot.release.orders import Cancel
from bot.release.propose_tag import is_asked_as_tag
from bot.release.reasons import Reason
from bot.release.reconcile import Reached, Reconciler, is_over
from bot.release.record import Milestone
from bot.release.sight import Sight
from bot.release.snapshot import Line, Request, Snapshot, line_of
from bot.release.speech import STALENESS
from bot.release.steps import Blocked
from bot.release.tag_releases import Shown, Tagging, TagReleases
from bot.settings.repository import RepositorySettings
from bot.versions import find_version, same_version

_ASKED_AGAIN = frozenset({Reason.UNDONE_TAG, Reason.MERGE_TAKEN_OUT, Reason.GATE_WEAKENED})
"""Why a release without a pull request stands still until somebody asks for it again, which makes it anew."""


@dataclass(slots=True)
class Tended:
    """Where the releases without a pull request came to rest, and the lines on which one is under way still."""

    reached: list[Reached] = field(default_factory=list)
    lines: set[Line] = field(default_factory=set)
    look_again: timedelta | None = None
    """When to look for one that does not show yet."""


class TagBench:
    """What is done about the releases without a pull request of one repository."""

    def __init__(
        self, observer: Observer, reconciler: Reconciler, tags: TagReleases, intents: Intents, clock: Clock
    ) -> None:
        self._observer, self._reconciler, self._tags = observer, reconciler, tags
        self._intents, self._clock = intents, clock

    async def is_meant(self, request: Request, sight: Sight) -> bool:
        """Whether a release without a pull request is asked for: the mode wants such ones."""
        settings = await self._observer.read_settings(sight)
        return isinstance(settings, RepositorySettings) and is_asked_as_tag(settings, request)

    async def request(self, repository: Repository, line: Line, request: Request, sight: Sight) -> Reached:
        """Carry out ``/release VERSION``; what is under way for that version already is gone on with instead."""
        shown = await self._tags.list_known(repository, line.base)
        await self._expect_noted(shown, line, request)
        for one in tuple(shown):
            found = await self._find_asked_for(repository, one, line, request)
            if (
                found is not None
                and found.record.comment_id != request.comment_id
                and await self._is_stuck(repository, found)
            ):
                await self._replace(repository, one.note, found, request)
                shown.remove(one)
            elif found is not None:
                return await self._take(
                    repository, await self._in_its_home(repository, one.note, found, request, sight)
                )
        seen = await self._observe(repository, line, request, sight, shown)
        return await self._reconciler.reconcile(repository, line, None, request, seen=seen)

    async def preview(self, repository: Repository, line: Line, request: Request, sight: Sight) -> Snapshot:
        """What ``/release VERSION`` would be decided on; nothing is done."""
        shown = await self._tags.list_known(repository, line.base)
        return await self._observe(repository, line, request, sight, shown)

    async def tend(self, repository: Repository, noted: Noted, sight: Sight) -> Tended:
        """Take every release that is noted as far as it goes, and those that nobody has noted where some are sought."""
        tended = Tended()
        for note, age in await self._list_notes(repository, noted, sight):
            found = await self._tags.read(repository, note, sight)
            if found is None and age < STALENESS:
                # The command that was about to begin it is on its way, or its check run is.
                tended.lines.add(note.line)
                tended.look_again = STALENESS / 3
                continue
            # What waited for a merge may have been asked for long before it began.
            if found is None or age > LASTS:
                await forget_tagged(self._intents, note)
                continue
            reached = await self._take(repository, found)
            tended.reached.append(reached)
            if is_over(reached):
                await forget_tagged(self._intents, note)
            else:
                tended.lines.add(note.line)
        return tended

    async def _list_notes(self, repository: Repository, noted: Noted, sight: Sight) -> list[tuple[TagNote, timedelta]]:
        """What leads to the releases under way, and how long ago it was noted."""
        notes = [(note, self._clock.now() - noted_at) for note, noted_at in noted.tagged]
        if not noted.sought:
            return notes
        settings, known = await self._observer.read_settings(sight), {note for note, _ in notes}
        if isinstance(settings, RepositorySettings) and settings.mode == "tag-only":
            for shown in await self._tags.list_shown(repository.default_branch):
                if not shown.is_over and shown.note not in known:
                    await note_line(self._intents, shown.note.line)
                    await note_tagged(self._intents, shown.note)
                    notes.append((shown.note, STALENESS))
        await forget_sought(self._intents)
        return notes

    async def _take(self, repository: Repository, found: Tagging) -> Reached:
        return await self._reconciler.reconcile(repository, line_of(found.pull), found.pull, sight=found.sight)

    async def _in_its_home(
        self, repository: Repository, note: TagNote, found: Tagging, request: Request, sight: Sight
    ) -> Tagging:
        """What was asked for already, noted; in the thread of ``request`` from now on if its own is gone."""
        gone = found.pull.is_homeless
        moved = await self._tags.move(repository, note, found, request.thread, sight) if gone else None
        if moved is None:
            await note_tagged(self._intents, note)
        return moved or found

    async def _observe(
        self, repository: Repository, line: Line, request: Request, sight: Sight, shown: Iterable[Shown]
    ) -> Snapshot:
        seen = await self._observer.observe(repository, line, None, request, sight)
        return replace(seen, beside=tuple(one.record for one in shown if not one.is_over))

    async def _expect_noted(self, shown: Sequence[Shown], line: Line, request: Request) -> None:
        """That what was noted as begun on this line, or in this thread, a moment ago does show.

        This command may have been killed then, or another one that is tried again after this.

        Raises:
            Backoff: it does not show yet.
        """
        there = {one.note for one in shown}
        for note, noted_at in (await get_noted(self._intents)).tagged:
            left = noted_at + STALENESS - self._clock.now()
            is_near = note.line == line or note.thread == request.thread
            if is_near and note not in there and left > timedelta(0):
                raise Backoff(left, "a release may have begun already")

    async def _find_asked_for(
        self, repository: Repository, shown: Shown, line: Line, request: Request
    ) -> Tagging | None:
        """What was made for this very request before a crash, or for another one of its version."""
        record = shown.record
        if shown.note.line != line:
            return None
        if record.comment_id == request.comment_id:
            return await self._tags.read(repository, shown.note)
        asked = find_version(request.version) is not None and same_version(record.version, request.version)
        found = await self._tags.read(repository, shown.note) if asked else None
        return None if found is None or found.record.reached(Milestone.CLOSED) else found

    async def _is_stuck(self, repository: Repository, found: Tagging) -> bool:
        """Whether it stands still until somebody asks again, which makes it anew."""
        seen = await self._observer.observe(repository, line_of(found.pull), found.pull, sight=found.sight)
        step = next_step(seen)
        return isinstance(step, Blocked) and step.reason.code in _ASKED_AGAIN

    async def _replace(self, repository: Repository, note: TagNote, found: Tagging, request: Request) -> None:
        """Take back what is made anew, as far as nothing has come of it, and look after it no more."""
        order = Cancel(request.requester, request.comment_id, "")
        await self._reconciler.reconcile(repository, line_of(found.pull), found.pull, order=order, sight=found.sight)
        await forget_tagged(self._intents, note)

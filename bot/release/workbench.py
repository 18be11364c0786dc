"""Everything that is needed to work on one repository, and the round through its release lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.engine.protocol import Backoff, Intents
from bot.github.access import Access
from bot.github.errors import PermissionMissing
from bot.github.facts import AppAccount, PullRequest, Repository
from bot.github.overview import MOST_LINES
from bot.github.pulls import find_pull
from bot.messages.prompts import PROMPT
from bot.release.audit import Audit
from bot.release.decide import next_step
from bot.release.defaults import Defaults
from bot.release.evidence import Evidence
from bot.release.hints import Hints
from bot.release.lines import (
    LASTS,
    Noted,
    find_remembered,
    forget_away,
    forget_labelled,
    forget_line,
    forget_merged,
    forget_pushed,
    forget_remembered,
    forget_told,
    get_noted,
    note_away,
    note_line,
    note_merged,
)
from bot.release.observe import Observer
from bot.release.orders import Merge, Order
from bot.release.own_check import OwnCheck
from bot.release.perform import APPROVAL_INTENT, Performer
from bot.release.perform_pull import MERGE_INTENT, opening_key
from bot.release.reconcile import Reached, Reconciler, is_over
from bot.release.record import Milestone, Record
from bot.release.sight import Sight
from bot.release.snapshot import Line, Request, Snapshot, find_line, home_line, is_astray, line_between, line_of
from bot.release.speech import STALENESS, Speech
from bot.release.tag_bench import TagBench, Tended
from bot.release.tag_only import name_check
from bot.release.tag_releases import TagReleases
from bot.release.unasked import Unasked
from bot.versions import same_version


class Workbench:
    """One repository: sessions, eyes, hands and voice."""

    def __init__(
        self,
        access: Access,
        app: AppAccount,
        evidence: Evidence,
        clock: Clock,
        intents: Intents,
        defaults: Defaults,
        audit: Audit,
        hints: Hints,
    ) -> None:
        self.access, self.audit, self.app = access, audit, app
        own_check = OwnCheck(access, intents, clock, app.id)
        self.observer = Observer(access, app, evidence, own_check, clock, defaults=defaults, hints=hints)
        self.speech = Speech(access, intents, clock, app.bot.id)
        performer = Performer(access, self.speech, own_check, intents, clock, audit, self.observer.find_released)
        self._reconciler = Reconciler(self.observer, performer, self.speech, own_check)
        self._unasked = Unasked(self.observer, self._reconciler, intents, clock, app, hints)
        self.tags = TagReleases(access, app, self.observer, own_check, intents)
        """The releases without a pull request."""
        self._tag_bench = TagBench(self.observer, self._reconciler, self.tags, intents, clock)
        self._intents, self._clock = intents, clock
        self.hints = hints
        """What the repository was like when this process looked at it last."""
        self._remembered: tuple[int, ...] = ()
        self.queued: list[Reached] = []
        """Where releases stand that wait in a merge queue, as they were left."""

    async def request(
        self, repository: Repository, line: Line, request: Request, sight: Sight | None = None
    ) -> Reached:
        """Carry out ``/release VERSION`` on ``line``; once, however often it is called."""
        # The line is noted first: a release whose branch is deleted after the merge is found again through it.
        await note_line(self._intents, line)
        sight = sight or await self.observer.look(line)
        own = await self.observer.list_own_pulls(repository, line, sight)
        made = await self._find_made_for(own, request, sight)
        if made is not None:
            # It was carried out before a crash, and people have merged or closed what came of it since.
            return await self.take(repository, made, sight)
        newest = next(iter(own), None)
        if newest is not None and newest.is_open:
            return await self._reconciler.reconcile(repository, line, newest, request, sight=sight)
        if await self._tag_bench.is_meant(request, sight):
            return await self._tag_bench.request(repository, line, request, sight)
        opening = await self._intents.find(opening_key(request.comment_id, line.branch))
        if opening is not None and self.is_recent(opening.recorded_at):
            # People may have merged what does not even show yet: their merge must not be followed by a second one.
            raise Backoff(opening.recorded_at + STALENESS - self._clock.now(), "a pull request may be there already")
        return await self._reconciler.reconcile(repository, line, None, request, sight=sight)

    async def _find_made_for(self, pulls: list[PullRequest], request: Request, sight: Sight) -> PullRequest | None:
        """The pull request that ``request`` has made, or moved, and that is not open any more.

        It may be much older than the request, and a newer one may have been made since. Of one that was merged before
        anybody asked nothing needs to be read.
        """
        for pull in pulls:
            if pull.is_open or (pull.merged_at is not None and pull.merged_at < request.at):
                continue
            record = await self.observer.find_record(pull, sight)
            if record is not None and _is_for(record, pull, request):
                return pull
        return None

    async def take(
        self, repository: Repository, pull: PullRequest, sight: Sight | None = None, seen: Snapshot | None = None
    ) -> Reached:
        """Take the release of ``pull`` as far as it goes, from what was seen just now where somebody looked."""
        if is_astray(pull) and await self._is_followed(repository, pull, sight):
            # Both have the same branch, and so the same commit and check run, which are the other's now.
            return await self.look(repository, pull)
        reached = await self._reconciler.reconcile(repository, line_of(pull), pull, sight=sight, seen=seen)
        return self._note_queued(reached)

    def _note_queued(self, reached: Reached) -> Reached:
        if reached.snapshot.pull is not None and reached.snapshot.pull.queued:
            self.queued.append(reached)
        return reached

    async def _is_followed(self, repository: Repository, pull: PullRequest, sight: Sight | None) -> bool:
        """Whether there is a release PR from the branch of ``pull`` that was made later."""
        line = home_line(repository, pull)
        return any(one.number > pull.number for one in await self.observer.list_own_pulls(repository, line, sight))

    async def accept(self, approval: str) -> None:
        """Note that this approval, or press of a button, was judged to count: once it did its work, nothing shows that."""
        await self._intents.record(f"{APPROVAL_INTENT}{approval}", {})

    async def is_accepted(self, approval: str) -> bool:
        """Whether it was judged to count before: it is handled again after a crash, or after it did its work."""
        return await self._intents.find(f"{APPROVAL_INTENT}{approval}") is not None

    def is_recent(self, moment: datetime) -> bool:
        """Whether reads may not show yet what happened then."""
        return self._clock.now() - moment < STALENESS

    async def has_asked(self, pull: PullRequest) -> bool:
        """Whether a prompt was posted there, as far as the engine knows: people answer to what they were asked."""
        return any(
            intent.key.startswith(f"comment:{pull.number}:<!-- aweigh:{PROMPT}")
            for intent in await self._intents.list()
        )

    async def give(
        self, repository: Repository, pull: PullRequest, order: Order, sight: Sight | None = None
    ) -> Reached:
        """Carry out what somebody told the release of ``pull`` to do, and take it as far as it goes then."""
        reached = await self._reconciler.reconcile(repository, line_of(pull), pull, order=order, sight=sight)
        if isinstance(order, Merge):
            await self._intents.forget(f"{MERGE_INTENT}{pull.number}")
        return self._note_queued(reached)

    async def preview(
        self, repository: Repository, line: Line, request: Request, sight: Sight | None = None
    ) -> Reached:
        """What ``/release VERSION`` would come to on ``line``; nothing is done."""
        sight = sight or await self.observer.look(line)
        own = await self.observer.list_own_pulls(repository, line, sight)
        newest = next((pull for pull in own if pull.is_open), None)
        if newest is None and await self._tag_bench.is_meant(request, sight):
            snapshot = await self._tag_bench.preview(repository, line, request, sight)
        else:
            snapshot = await self.observer.observe(repository, line, newest, request, sight)
        return Reached(snapshot, next_step(snapshot))

    async def look(self, repository: Repository, pull: PullRequest, sight: Sight | None = None) -> Reached:
        """Where the release of ``pull`` stands now; nothing is done."""
        snapshot = await self.observer.observe(repository, line_of(pull), pull, sight=sight)
        return Reached(snapshot, next_step(snapshot))

    async def list_remembered(self) -> list[int]:
        """The merged pull requests on which a command waits: those that the last round saw, and those we were told of."""
        noted = await get_noted(self._intents)
        return sorted({*self._remembered, *noted.remembered})

    async def forget_remembered(self, number: int, *, if_old: bool = False) -> None:
        """Forget what we were told of a merged pull request; ``if_old``: only when reads would show it by now."""
        noted = await find_remembered(self._intents, number)
        if noted is not None and not (if_old and self.is_recent(noted.recorded_at)):
            await forget_remembered(self._intents, number)

    async def round(self) -> timedelta | None:
        """Take every release under way as far as it goes; when to look again, if at all."""
        noted = await get_noted(self._intents)
        sight, lines = await self._survey(noted)
        repository = await sight.get_repository()
        if repository.archived:
            # Nothing can be written there, not even why it stands still. Whoever takes that back wakes us.
            await note_away(self._intents)
            return None
        if noted.away:
            await forget_away(self._intents)
        self._remembered = sight.list_remembered()
        pulls = {line: await self._list_under_way(repository, line, sight, noted) for line in lines}
        for pull in await self._list_hidden(repository, sight, noted, pulls):
            pulls.setdefault(line_of(pull), []).append(pull)
        going = _Going(sight, sight)
        going.note_tagged(await self._tag_bench.tend(repository, noted, sight))
        for line, own in pulls.items():
            await self._tend(repository, line, own, going)
        await self._tend_packages(repository, pulls, sight, noted, going)
        if await self._is_push_hidden(noted, sight) or await self._is_merge_hidden(noted, pulls):
            going.look_again(min(STALENESS / 3, going.soonest or STALENESS))
        if await self._are_labels_hidden(noted):
            going.look_again(STALENESS / 3)
        return going.soonest

    async def _tend(self, repository: Repository, line: Line, own: list[PullRequest], going: _Going) -> None:
        """Take the releases of one line as far as they go, and open the next one where the mode wants it."""
        under_way = False
        for pull in own:
            reached = await self.take(repository, pull, going.sight)
            going.note(reached)
            if is_over(reached):
                await forget_merged(self._intents, pull.number)
                await self._intents.forget(f"{MERGE_INTENT}{pull.number}")
            under_way = under_way or not is_over(reached)
        opened = await self._unasked.open(repository, line, going.first, known=going.sight)
        if opened is not None:
            going.note(opened)
            under_way = under_way or not is_over(opened)
        if not under_way and line not in going.tagged:
            await forget_line(self._intents, line)

    async def _tend_packages(
        self,
        repository: Repository,
        pulls: dict[Line, list[PullRequest]],
        sight: Sight,
        noted: Noted,
        going: _Going,
    ) -> None:
        """Do the same for the packages to whose lines nothing else has led; those are with ``pulls`` afterwards."""
        told = {base for base, _, _ in noted.pushed}
        for base in sorted({line.base for line in pulls}):
            listed = await self._unasked.list_lines(repository, base, pulls, sight, is_pushed=base in told)
            further = [line for line in listed if line not in pulls]
            for few in (further[start : start + MOST_LINES] for start in range(0, len(further), MOST_LINES)):
                if not all(going.first.has_seen(line) for line in few):
                    going.first = going.sight = await self.observer.look(*few, idly=True)
                for line in few:
                    pulls[line] = await self._list_under_way(repository, line, going.first, noted)
                    await self._tend(repository, line, pulls[line], going)

    async def _is_push_hidden(self, noted: Noted, sight: Sight) -> bool:
        """Whether we were told of a push that did not show yet when we looked."""
        hidden = False
        shown = {base: at for base, commit, at in noted.pushed if await sight.find_branch(base) == commit}
        for base, commit, told_at in noted.pushed:
            # Of what was pushed before that which shows nothing will show any more.
            if not self.is_recent(told_at) or (base in shown and told_at <= shown[base]):
                await forget_pushed(self._intents, base, commit)
            else:
                hidden = True
        return hidden

    async def _is_merge_hidden(self, noted: Noted, shown: Mapping[Line, list[PullRequest]]) -> bool:
        """Whether we were told of a merge that does not show yet: every look that it caused saw the world before it."""
        merged = {pull.number for pulls in shown.values() for pull in pulls if pull.merged}
        hidden = False
        for number, told_at in noted.told:
            if number in merged or not self.is_recent(told_at):
                await forget_told(self._intents, number)
            else:
                hidden = True
        return hidden

    async def _are_labels_hidden(self, noted: Noted) -> bool:
        """Whether we were told of labels that what was merged did not show yet when its history was read."""
        hidden = False
        for number, labels, told_at in noted.labelled:
            shown = self.observer.find_labels(number)
            if shown is None or shown == labels or not self.is_recent(told_at):
                await forget_labelled(self._intents, number)
            else:
                hidden = True
        return hidden

    async def _survey(self, noted: Noted) -> tuple[Sight, list[Line]]:
        """What there is to see of the default branch, every line with a release branch, and those noted when asked for.

        When the default branch still is what it was once, one look is enough.
        """
        pushed = [Line(base) for base, *_ in noted.pushed]
        seen = list(dict.fromkeys([*noted.lines, self.hints.usual, *pushed, *(self.hints.packages or ())]))
        # One release without a pull request comes along; of several, the others take a look each.
        tagged = next((note for note, _ in noted.tagged if note.line in seen[:MOST_LINES]), None)
        thread = tagged.thread if tagged else None
        check = (tagged.commit, name_check(tagged.tag)) if tagged else None
        sight = await self.observer.look(*seen, thread=thread, check=check, idly=not noted.lines)
        repository = await sight.get_repository()
        self.hints.usual = usual = Line(repository.default_branch)
        lines = {*noted.lines, *pushed, usual}
        # A branch name cannot be turned back into its base: slashes became dots. Its pull request knows.
        strange = await self._list_branches(sight) - {line.branch for line in lines}
        stand_ins = {line for branch in strange if (line := find_line(branch)) is not None}
        if not lines | stand_ins <= {*seen}:
            sight = await self.observer.look(*lines, *stand_ins, thread=thread, check=check, idly=not noted.lines)
        for stand_in in stand_ins:
            pulls = await self.observer.list_pulls(repository, stand_in, sight)
            lines |= {home_line(repository, pull) for pull in pulls}
        return sight, sorted(lines, key=lambda line: (line.base, line.package or ""))

    async def list_lines(self, base: str, sight: Sight) -> list[Line]:
        """The lines of ``base`` that may have a release: its own, those with a release branch, and those noted."""
        lines = {Line(base), *(line for line in (await get_noted(self._intents)).lines if line.base == base)}
        for branch in await self._list_branches(sight):
            line = line_between(branch, base)
            lines |= {line} if line.branch == branch else set()
        return sorted(lines, key=lambda line: line.package or "")

    async def _list_branches(self, sight: Sight) -> set[str]:
        try:
            return set(await sight.list_branches())
        except PermissionMissing:
            # Each release whose pull request shows will say so by itself.
            return set()

    async def _list_under_way(
        self, repository: Repository, line: Line, sight: Sight, noted: Noted
    ) -> list[PullRequest]:
        """The newest release PR, whatever its state, and older ones that were merged and may not be through."""
        own = await self.observer.list_pulls(repository, line, sight)
        # One that was merged into another base releases nothing.
        aimed = [pull for pull in own if pull.merged and not is_astray(pull)]
        merged = [pull for pull in aimed if not await self._is_through(pull, sight)]
        for pull in merged:
            # Noted before anything else: what comes of it may take longer than the next pull requests.
            if pull.number not in noted.merged:
                await note_merged(self._intents, pull.number)
        under_way = [pull for pull in own if pull in merged or pull is own[0]]
        return [pull for pull in under_way if home_line(repository, pull) == line]

    async def _list_hidden(
        self, repository: Repository, sight: Sight, noted: Noted, shown: Mapping[Line, list[PullRequest]]
    ) -> list[PullRequest]:
        """Releases that were merged and may not be through, behind so many newer pull requests that only a note leads to them."""
        seen = {pull.number for pulls in shown.values() for pull in pulls}
        hidden = []
        for number in noted.merged:
            if number in seen:
                continue
            found = await find_pull(self.access.read, number)
            pull = found[0] if found else None
            if (
                pull is not None
                and self._may_be_under_way(repository, pull)
                and not await self._is_through(pull, sight)
            ):
                hidden.append(pull)
            else:
                await forget_merged(self._intents, number)
        return hidden

    def _may_be_under_way(self, repository: Repository, pull: PullRequest) -> bool:
        lately = pull.merged_at is not None and self._clock.now() - pull.merged_at < LASTS
        return lately and self.observer.is_own(repository, pull) and not is_astray(pull)

    async def _is_through(self, pull: PullRequest, sight: Sight) -> bool:
        """Whether a release was announced. One that we may not look at is taken up, and says so by itself."""
        try:
            record = await self.observer.find_record(pull, sight)
        except PermissionMissing:
            return False
        return record is not None and record.reached(Milestone.ANNOUNCED)


@dataclass(slots=True)
class _Going:
    """How a round goes on: what was seen at ``first``, which is out of date as soon as something was done (``sight``)."""

    first: Sight
    sight: Sight | None
    soonest: timedelta | None = None
    tagged: set[Line] = field(default_factory=set)
    """The lines on which a release without a pull request is under way."""

    def note(self, reached: Reached) -> None:
        """Take note of where a release came to rest."""
        self.sight = None if reached.moved else self.sight
        self.look_again(reached.look_again)

    def note_tagged(self, tended: Tended) -> None:
        """Take note of where those without a pull request came to rest."""
        self.tagged |= tended.lines
        self.look_again(tended.look_again)
        for reached in tended.reached:
            self.note(reached)

    def look_again(self, after: timedelta | None) -> None:
        """Look again then, at the latest."""
        self.soonest = _sooner(self.soonest, after)


def _sooner(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    return min(one, other) if one is not None and other is not None else one or other


def _is_for(record: Record, pull: PullRequest, request: Request) -> bool:
    """Whether what a record tells of was asked for with ``request``, or confirmed with it as others had left the branch."""
    confirmed = record.is_confirmed(pull.head_sha) and record.confirmed_by == request.requester.id
    again = confirmed and pull.merged and same_version(record.version, request.version)
    return record.comment_id == request.comment_id or again

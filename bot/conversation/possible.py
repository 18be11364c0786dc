"""Which commands are possible now, in one thread: what ``/release help`` lists. Pure."""

from __future__ import annotations

from bot.conversation.registry import REGISTRY, Entry, Name
from bot.release.record import Milestone
from bot.release.snapshot import Snapshot
from bot.release.steps import Abandoned, AskApproval, AwaitApproval, AwaitMerge, Done, Step
from bot.release.tag_only import is_to_be_taken_back
from bot.release.views import find_our_gate, find_shown_run, is_past_holding

_EVERYWHERE = {Name.RELEASE, Name.STATUS, Name.HELP}


def list_possible(snapshot: Snapshot | None, step: Step | None) -> list[Entry]:
    """The entries of the registry that would not be refused for where the release stands; None: no release is here."""
    names = set(_EVERYWHERE)
    if snapshot is not None and snapshot.pull is not None and snapshot.record is not None:
        names |= _of_release(snapshot, step)
    return [entry for entry in REGISTRY if entry.name in names]


def _of_release(snapshot: Snapshot, step: Step | None) -> set[Name]:
    pull, record = snapshot.pull, snapshot.record
    if pull is None or record is None:
        return set()
    # Of one that is over not even the files are read any more.
    names: set[Name] = {Name.NOTES} if snapshot.project is not None else set()
    if not isinstance(step, Done | Abandoned) and not record.reached(Milestone.RELEASED):
        names.add(Name.SET_NOTES)
    if pull.is_open:
        names |= {Name.CANCEL, Name.RECREATE}
    if snapshot.is_tag_only and is_to_be_taken_back(snapshot, record) and not isinstance(step, Abandoned):
        names.add(Name.CANCEL)
    if isinstance(step, AwaitMerge):
        names.add(Name.MERGE)
    if isinstance(step, AwaitApproval | AskApproval):
        names |= {Name.APPROVE, Name.REJECT}
    if _waits_at_our_gate(snapshot):
        # A hold keeps nobody from turning it away for good.
        names.add(Name.REJECT)
    if record.held is not None:
        names.add(Name.UNHOLD)
    elif (pull.is_open or pull.merged) and not is_past_holding(snapshot, step):
        names.add(Name.HOLD)
    return names


def _waits_at_our_gate(snapshot: Snapshot) -> bool:
    run, route = find_shown_run(snapshot), snapshot.route
    return run is not None and route is not None and find_our_gate(snapshot, run, route) is not None

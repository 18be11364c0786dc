"""Which commands are possible now, in one thread: what ``/release help`` lists. Pure."""

from __future__ import annotations

from bot.conversation.registry import REGISTRY, Entry, Name
from bot.release.record import Milestone
from bot.release.snapshot import Snapshot
from bot.release.steps import AskApproval, AwaitApproval, AwaitMerge, Step
from bot.release.views import is_past_holding

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
    names: set[Name] = {Name.NOTES} if pull.is_open or pull.merged else set()
    if Name.NOTES in names and not record.reached(Milestone.RELEASED):
        names.add(Name.SET_NOTES)
    if pull.is_open:
        names |= {Name.CANCEL, Name.RECREATE}
    if isinstance(step, AwaitMerge):
        names.add(Name.MERGE)
    if isinstance(step, AwaitApproval | AskApproval):
        names |= {Name.APPROVE, Name.REJECT}
    if record.held is not None:
        names.add(Name.UNHOLD)
    elif (pull.is_open or pull.merged) and not is_past_holding(snapshot, step):
        names.add(Name.HOLD)
    return names

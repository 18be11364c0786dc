"""A human's undo wins: what becomes of a release whose tag or GitHub Release a person took away. Pure."""

from __future__ import annotations

from datetime import timedelta

from bot.publishing.route import Route
from bot.release.reasons import Because, Reason, because
from bot.release.record import Milestone, Record
from bot.release.runs import attempt_key, is_answered, list_live
from bot.release.snapshot import Snapshot
from bot.release.steps import Blocked, RejectUndone, Step
from bot.release.views import find_our_gate

CERTAIN_AFTER = timedelta(seconds=40)
"""How long after a milestone its absence is no proof: GitHub may not show for half a minute what it has accepted."""

_SOON, _LATER = timedelta(seconds=20), timedelta(minutes=10)


def find_undone(snapshot: Snapshot, record: Record, route: Route, tag: str, version: str) -> Step | None:
    """Stand still when something that was reached is gone again; None when nothing is.

    The run that it started would wait at our gate for thirty days, and people would go on being asked to approve what
    nobody wants any more: it is turned away, once the undo is certain, for it does not come back by itself.
    """
    if record.reached(Milestone.TAGGED) and snapshot.find_tag(tag) is None:
        code = Reason.UNDONE_TAG
    elif record.reached(Milestone.RELEASED) and snapshot.release is None:
        code = Reason.UNDONE_RELEASE
    else:
        return None

    def why(run: str = "") -> Because:
        return because(code, tag=tag, version=version, run=run)

    live = list_live(snapshot.runs, route, tag)
    guards = snapshot.environment
    if guards is None or not snapshot.gate.ours:
        # Only people can stop what does not pass our gate.
        return Blocked(why(live[0].run.url), look_again=_LATER) if live else Blocked(why())
    coming = [run for run in live if not is_answered(run, guards.name, snapshot.app.bot.id)]
    waiting = ((run, find_our_gate(snapshot, run, route)) for run in coming)
    at_gate, environment = next(((run, name) for run, name in waiting if name is not None), (None, ""))
    if at_gate is None:
        return Blocked(why(), look_again=_LATER if coming else None)
    if record.since is not None and snapshot.at - record.since < CERTAIN_AFTER:
        return Blocked(why(), look_again=_SOON)
    return RejectUndone(run=at_gate, environment=environment, key=attempt_key(at_gate), undone=why())

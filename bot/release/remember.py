"""What our check run shall remember after an observation. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.publishing.route import Order
from bot.release.record import Asked, Milestone, Record
from bot.release.runs import approval_key
from bot.release.snapshot import Snapshot
from bot.release.views import find_release_tag, find_shown_run


def remember(snapshot: Snapshot, record: Record) -> Record:
    """``record`` with every milestone that ``snapshot`` shows; nothing is ever taken out."""
    tag = find_release_tag(snapshot)
    # A tag that somebody put elsewhere is not this release's, and deleting it undoes nothing.
    tagged = tag is not None and snapshot.pull is not None and tag.commit == snapshot.pull.merge_commit
    started = tagged and find_shown_run(snapshot) is not None
    by_dispatch = snapshot.route is not None and snapshot.route.order is Order.DISPATCH
    pull = snapshot.pull
    seen = {
        Milestone.CLOSED: pull is not None and not pull.is_open and not pull.merged,
        Milestone.TAGGED: tagged,
        Milestone.RELEASED: tagged and snapshot.release is not None,
        # Of a dispatch nothing shows but its run, and it may be a crash ago that it was sent.
        Milestone.DISPATCHED: started and by_dispatch,
        Milestone.STARTED: started,
        Milestone.PUBLISHED: snapshot.published is not None and bool(snapshot.published.verdicts),
    }
    for milestone, is_there in seen.items():
        if is_there:
            record = record.reach(milestone, snapshot.at)
    key = _asked_key(snapshot, record)
    known = record.asked is not None and record.asked.key == key
    if snapshot.prompt is not None and key is not None and not known:
        record = replace(record, asked=Asked(key, snapshot.prompt.created_at))
    return record


def _asked_key(snapshot: Snapshot, record: Record) -> str | None:
    if snapshot.route is None or snapshot.pull is None:
        return None
    tag, commit = find_release_tag(snapshot), snapshot.pull.merge_commit
    return approval_key(snapshot.runs, snapshot.route, tag, record, commit, snapshot.app.bot.id)

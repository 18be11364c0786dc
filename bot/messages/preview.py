"""What ``--dry-run`` shows: the release as it would be, from the pull request to the index. Nothing of it is done."""

from __future__ import annotations

from bot.messages.merged_since import render_since
from bot.messages.pull import render_plan
from bot.messages.reasons import say
from bot.messages.replies import reply_marker
from bot.messages.text import code, finish, short
from bot.release.guards import find_guard
from bot.release.plan import Plan
from bot.release.snapshot import Snapshot


def render_preview(snapshot: Snapshot, plan: Plan, comment_id: int, needed: int) -> str:
    """The plan of a release that nobody has asked for yet."""
    guarded = find_guard(snapshot, plan.tag)
    parts = [
        reply_marker(comment_id),
        _begin(snapshot, plan),
        *([f"⚠️ {say(guarded).sentence}"] if guarded is not None else []),
        *render_plan(plan, snapshot.environment, needed),
        *render_since(plan),
    ]
    return finish("\n\n".join(parts))


def _begin(snapshot: Snapshot, plan: Plan) -> str:
    asked = code(f"/release {snapshot.named(plan.version)}")
    if plan.origin is not None:
        return (
            f"**A dry run: nothing was changed.** {asked} would tag {code(short(plan.base_commit))}, the head of"
            f" {code(plan.base)}, for {code(plan.project)} {code(plan.version)}:"
        )
    return (
        f"**A dry run: nothing was changed.** {asked} would open a pull request for"
        f" {code(plan.project)} {code(plan.version)} into {code(plan.base)}. Merging that would mean:"
    )

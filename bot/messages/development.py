"""What is said of the way back to development: the text of its pull request, and one sentence in the final comment."""

from __future__ import annotations

from bot.github.links import tag_page
from bot.messages.reasons import say
from bot.messages.text import code, finish, in_cell, link
from bot.release.development import DevelopmentPlan, FollowUp
from bot.release.snapshot import Snapshot


def render_development_body(snapshot: Snapshot, plan: DevelopmentPlan) -> str:
    """The text of the pull request."""
    tag = snapshot.record.tag if snapshot.record else plan.released
    page = link(f"{code(plan.project)} {code(plan.released)}", tag_page(snapshot.repository, tag))
    rows = [f"| {in_cell(code(edit.path))} | {in_cell(code(edit.description))} |" for edit in plan.edits]
    parts = [
        f"{page} is out. Here the files go back to development: {code(plan.released)} → {code(plan.version)}.",
        f"Merging releases nothing. I open this once and leave it to you. The setting {code('development')} asked for it.",
        "\n".join(["| file | change |", "| --- | --- |", *rows]),
    ]
    return finish("\n\n".join(parts))


def render_follow_up(follow_up: FollowUp) -> str:
    """The sentence in the final comment."""
    if follow_up.number is not None:
        return f"Back to development: #{follow_up.number}."
    why = say(follow_up.reason).sentence if follow_up.reason is not None else code(follow_up.detail, 300)
    return f"⚠️ The pull request back to development could not be opened. {why}"

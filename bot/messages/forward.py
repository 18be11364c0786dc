"""What is said of a changelog that is carried on: the text of its pull request, and one sentence in the final comment."""

from __future__ import annotations

from bot.github.links import tag_page
from bot.messages.reasons import say
from bot.messages.text import code, finish, link
from bot.release.development import FollowUp
from bot.release.forward import ForwardPlan
from bot.release.snapshot import Snapshot


def render_forward_body(snapshot: Snapshot, plan: ForwardPlan) -> str:
    """The text of the pull request."""
    page = link(f"{code(plan.project)} {code(plan.version)}", tag_page(snapshot.repository, plan.tag))
    paths = ", ".join(code(edit.path) for edit in plan.edits)
    return finish(
        f"{page} was released from {code(snapshot.line.base)}. Here its section comes into {paths} of {code(plan.base)},"
        " in the order of the versions.\n\n"
        f"Merging releases nothing. I open this once and leave it to you. With {code('forward-port = false')} in the"
        " settings I do not."
    )


def render_carried(follow_up: FollowUp) -> str:
    """The sentence in the final comment."""
    if follow_up.number is not None:
        return f"Its section for the changelog of the default branch: #{follow_up.number}."
    why = say(follow_up.reason).sentence if follow_up.reason is not None else code(follow_up.detail, 300)
    return f"⚠️ Its section could not be carried into the changelog of the default branch. {why}"

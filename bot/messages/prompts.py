"""The prompts: a new comment, because a person must act, that mentions nobody but those who can."""

from __future__ import annotations

from bot.github.links import commit_page
from bot.messages.markers import marker
from bot.messages.reasons import say
from bot.messages.text import code, finish, harmless, link, short
from bot.messages.turns import approving_role
from bot.release.runs import attempt_mark, jobs_mark, order_mark
from bot.release.snapshot import Snapshot
from bot.release.steps import AskApproval, OpenGate, RejectGate, RejectTwin, RejectUndone
from bot.release.tag_only import scope

PROMPT = "prompt"

_LONGEST_REASON = 300
"""Of a reason that goes onto the run's page, where the address behind it must not be cut off."""


def prompt_marker(snapshot: Snapshot, key: str) -> str:
    """The marker of the prompt for ``key`` (a run's attempt, or a commit) of a release."""
    return marker(PROMPT, scope(snapshot.record, key))


def render_prompt(snapshot: Snapshot, step: AskApproval) -> str:
    """What is asked, of whom, and the line to type."""
    commit = link(code(short(step.commit)), commit_page(snapshot.repository, step.commit))
    # A release pull request shows where it goes; without one nothing else here would.
    branch = f" of {code(snapshot.line.base)}" if snapshot.is_tag_only else ""
    what = f"{code(snapshot.named(step.version))} from {commit}{branch}"
    parts = [prompt_marker(snapshot, step.key)]
    if step.run is None:
        parts.append(f"🚦 **Approval needed before {what} is published.** Nothing has been started yet.")
    else:
        where = link(f"run {step.run.run.id}", step.run.run.url)
        parts.append(f"🚦 **{where} wants to publish {what}** (attempt {step.run.run.attempt}).")
    if step.needed:
        parts.append(_approvals(snapshot, step))
    if step.run is not None and snapshot.gate.reviewed:
        parts.append(_reviewers(snapshot, step))
    return finish("\n\n".join(parts))


def render_gate_comment(step: OpenGate) -> str:
    """What the run's page says about our approval; the marks tell attempts apart, and the jobs that waited."""
    names = ", ".join(person.login for person in step.approvers) or "the settings (no approval required)"
    return f"{step.version} at {short(step.commit)} approved by {names} {attempt_mark(step.run)} {jobs_mark(step.run)}"


def render_twin_comment(step: RejectTwin) -> str:
    """What the run's page says about a second run that would publish the same."""
    return (
        f"Run {step.ours.run.id} already publishes this version; this run was started by another event of the same"
        f" release {attempt_mark(step.run)}"
    )


def render_rejection_comment(step: RejectGate) -> str:
    """What the run's page says about a run that somebody turned away; the address tells one order from another."""
    order = step.order
    said = " ".join(f"{order.version} rejected by {order.by.login}: {order.reason}".split())
    return f"{harmless(said[:_LONGEST_REASON])} {order_mark(order.url)} {attempt_mark(step.run)}"


def render_undone_comment(step: RejectUndone) -> str:
    """What the run's page says about a run whose tag or release was taken away."""
    return f"{say(step.undone).sentence} {attempt_mark(step.run)}"


def _approvals(snapshot: Snapshot, step: AskApproval) -> str:
    count = "one person" if step.needed == 1 else f"{step.needed} people"
    pushed = "" if snapshot.is_tag_only else " or pushed to its branch"
    others = "" if snapshot.allows_self else f", but not of whoever asked for this release{pushed}"
    pinned = f"/release approve {step.version} {short(step.commit)}"
    return (
        f"This takes the approval of {count} with {approving_role(snapshot)}{others}. To approve, type\n\n"
        f"> {code(f'/release approve {step.version}')}\n\n"
        f"here, or {code(pinned)} to make sure of the commit."
    )


def _reviewers(snapshot: Snapshot, step: AskApproval) -> str:
    reviewers = snapshot.environment.reviewers if snapshot.environment else ()
    names = ", ".join("@" + name for name in reviewers)
    one_of = "One of " if len(reviewers) > 1 else ""
    page = link("the page of the run", step.run.run.url) if step.run else ""
    also = " as well" if snapshot.gate.ours else ""
    return f"The environment has required reviewers{also}. {one_of}{names}: please review the deployment on {page}."

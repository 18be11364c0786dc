"""The end of a release: published with its evidence, or failed with the decisive lines of the log."""

from __future__ import annotations

from collections.abc import Iterable

from bot.github.facts import DeploymentReview
from bot.github.links import commit_page, tag_page
from bot.messages.development import render_follow_up
from bot.messages.forward import render_carried
from bot.messages.markers import OUTCOME, marker
from bot.messages.reasons import say
from bot.messages.text import block, code, finish, in_cell, link, short
from bot.publishing.diagnosis import Diagnosis, Retry
from bot.publishing.verdicts import AttestationState, FileVerdict
from bot.release.runs import without_mark
from bot.release.snapshot import Snapshot
from bot.release.steps import Announce, RejectUndone, ReportFailure
from bot.release.tag_only import scope
from bot.release.views import find_release_tag, find_shown_run, index_page

_STATES: dict[AttestationState, str] = {
    AttestationState.VERIFIED: "✅ verified",
    AttestationState.OTHER_REF: "⚠️ valid, but for another ref, commit or run",
    AttestationState.UNEXPECTED_IDENTITY: "🛑 valid signature of an unexpected identity",
    AttestationState.INVALID: "🛑 invalid",
    AttestationState.NONE: "⚠️ none",
    AttestationState.COULD_NOT_CHECK: "❔ could not be checked",
}


_MOST_MISSING = 20
"""The log of a job can name any number of files."""

_GO_ON = "I go on by myself from there."

_NEXT: dict[Retry, str] = {
    Retry.RERUN: f"Re-run the failed jobs on GitHub: {_GO_ON}",
    Retry.FIX_THEN_RERUN: f"Once that is done, re-run the failed jobs on GitHub: {_GO_ON}",
    Retry.NEW_RUN: "A re-run would take the workflow file of the tag again, so this needs a new version.",
    Retry.NEW_VERSION: "This version cannot be completed any more; release the next one.",
    Retry.COMPARE_FIRST: f"Part of the files may be on the index already: compare first, then re-run; {_GO_ON}",
    Retry.NONE: "",
}


def outcome_marker(snapshot: Snapshot, key: str) -> str:
    """The marker of the comment about one outcome of a release."""
    return marker(OUTCOME, scope(snapshot.record, key))


def nothing(attempt: int) -> str:
    """What a run that was turned away at its gate has published; an earlier attempt of it may have got further."""
    return "Nothing was published." if attempt == 1 else "This attempt published nothing."


def render_published(snapshot: Snapshot, step: Announce) -> str:
    """The final comment: where it is, how to install it, and what was proved about each file."""
    project = snapshot.project.name if snapshot.project else "?"
    option = snapshot.target.install_option()
    install = " ".join(part for part in ("pip install", option, f"{project}=={step.version}") if part)
    rows = [_row(verdict) for verdict in step.verdicts]
    parts = [
        outcome_marker(snapshot, "published"),
        f"🎉 **{code(project)} {code(step.version)} is on {link(snapshot.target.title, index_page(snapshot))}.**",
        block([install], "sh"),
        "\n".join(["| file | sha256 | attestation |", "| --- | --- | --- |", *rows]),
        *([_missing(step.missing)] if step.missing else []),
        *([_unapproved(snapshot, step.unapproved)] if step.unapproved else []),
        _summary(snapshot, step),
        f"GitHub Release: {link(code(step.tag), tag_page(snapshot.repository, step.tag))}",
        *([render_follow_up(step.follow_up)] if step.follow_up else []),
        *([render_carried(step.carried)] if step.carried else []),
    ]
    return finish("\n\n".join(parts))


def render_failure(snapshot: Snapshot, step: ReportFailure, diagnosis: Diagnosis) -> str:
    """Why the run failed, for the thread."""
    run = step.run.run
    how = "was cancelled" if run.conclusion == "cancelled" else "failed"
    parts = [
        outcome_marker(snapshot, step.key),
        f"🛑 **Publishing {code(step.version)} {how}** in {link(f'run {run.id}', run.url)}, attempt {run.attempt}.",
    ]
    finding = diagnosis.finding
    if finding is not None:
        details = "".join(f"\n- {name}: {code(value)}" for name, value in finding.details.items())
        parts.append(f"{finding.cause} {finding.fix}{details}")
    if diagnosis.lines:
        where = f"The decisive lines of job {code(diagnosis.job)}:" if diagnosis.job else "The decisive lines:"
        parts.append(f"{where}\n\n{block(diagnosis.lines)}")
    parts.append(_NEXT[finding.retry] if finding else f"Once the cause is gone, re-run the jobs on GitHub: {_GO_ON}")
    return finish("\n\n".join(part for part in parts if part))


def render_rejection(snapshot: Snapshot, step: ReportFailure, review: DeploymentReview, *, ours: bool) -> str:
    """Who closed the gate and what they said, for the thread."""
    run = step.run.run
    comment = without_mark(step.run, review.comment)
    where = f"{link(f'run {run.id}', run.url)}, attempt {run.attempt}"
    by = code("@" + review.user.login) if review.user else "Somebody"
    said = f", saying: {code(comment)}" if comment else ""
    what = f"🛑 **{by} rejected the deployment of {code(step.version)}** in {where}{said}."
    if ours:
        # Our own answer to the run names the person who gave the order, and the reason.
        what = f"🛑 **The publication of {code(step.version)} was turned away** in {where}: {code(comment)}."
    parts = [
        outcome_marker(snapshot, step.key),
        what,
        f"{nothing(run.attempt)} To try again, re-run the run on GitHub: I ask anew then.",
    ]
    return finish("\n\n".join(parts))


def render_undone(snapshot: Snapshot, step: RejectUndone) -> str:
    """What a person took away, what becomes of the run that waits, and how to ask again, for the thread."""
    run = step.run.run
    where = f"{link(f'run {run.id}', run.url)}, attempt {run.attempt}"
    parts = [
        outcome_marker(snapshot, step.key),
        f"🛑 **This release was undone, so I turn {where}, away at its gate.** {nothing(run.attempt)}",
        say(step.undone).in_line(),
    ]
    return finish("\n\n".join(parts))


def render_digests(verdicts: Iterable[FileVerdict]) -> bytes:
    """The digests of all files in the form that ``sha256sum --check`` reads."""
    return "".join(f"{verdict.sha256}  {verdict.filename}\n" for verdict in verdicts).encode()


def _row(verdict: FileVerdict) -> str:
    state = _STATES[verdict.state]
    reason = f": {verdict.reason}" if verdict.reason and verdict.state is not AttestationState.VERIFIED else ""
    return f"| {in_cell(code(verdict.filename))} | {in_cell(code(verdict.sha256))} | {in_cell(state + reason)} |"


def _missing(names: tuple[str, ...]) -> str:
    shown = ", ".join(code(name) for name in names[:_MOST_MISSING])
    more = f" and {len(names) - _MOST_MISSING} more" if len(names) > _MOST_MISSING else ""
    return f"⚠️ Not shown by the index, though the log of the run speaks of uploading it: {shown}{more}."


def _unapproved(snapshot: Snapshot, count: int) -> str:
    approvals = "the approval" if count == 1 else f"the {count} approvals"
    promised = "this takes" if snapshot.is_tag_only else "the pull request promised"
    return (
        f"⚠️ **{approvals.capitalize()} that {promised} never came:** somebody else pushed the tag, which"
        " started the publish workflow before. A gated environment would have kept it waiting."
    )


def _summary(snapshot: Snapshot, step: Announce) -> str:
    if step.missing or not all(verdict.verified for verdict in step.verdicts):
        return "Not every file is proved to come from this release; what is above says why."
    facts, tag = find_shown_run(snapshot), find_release_tag(snapshot)
    run = link(f"run {facts.run.id}", facts.run.url) if facts else "a run"
    commit = f" at {link(code(short(tag.commit)), commit_page(snapshot.repository, tag.commit))}" if tag else ""
    return (
        f"Every file carries a PEP 740 attestation, verified from its digest: it was made by {run} of this repository's"
        f" publish workflow{commit}. (An attestation does not name the environment that was passed.)"
    )

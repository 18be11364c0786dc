"""The status comment and the check run: one view of (snapshot, step), edited in place, never read back."""

from __future__ import annotations

from bot.github.facts import CheckButton, CheckContent, Conclusion
from bot.github.links import commit_page, tag_page
from bot.messages.annotations import ANNOTATED, list_annotations
from bot.messages.buttons import HOLD, RECHECK, RECREATE, UNHOLD
from bot.messages.markers import STATUS, marker
from bot.messages.merged_since import render_missed
from bot.messages.text import code, finish, in_cell, link, short
from bot.messages.turns import headline, turn
from bot.release.reasons import Reason
from bot.release.record import Record, render_record
from bot.release.snapshot import Snapshot
from bot.release.stages import StageName, State, list_stages
from bot.release.steps import Abandoned, AwaitApproval, AwaitMerge, AwaitReviewers, Blocked, Done, Step
from bot.release.tag_only import scope
from bot.release.views import find_release_tag, find_shown_run, index_page, is_past_holding

_SIGNS = {State.DONE: "✅", State.NOW: "⏳", State.LATER: "▫️", State.STOPPED: "🛑"}


def status_marker(snapshot: Snapshot) -> str:
    """The marker of the status comment of a release."""
    return marker(STATUS, scope(snapshot.record))


def render_status(snapshot: Snapshot, step: Step) -> str:
    """The status comment in the thread of the release."""
    what = f"Release of {code(snapshot.named(snapshot.record.version))}" if snapshot.record else "This release"
    rows = [
        f"| {_SIGNS[view.state]} | {view.name.value} | {in_cell(_detail(snapshot, view.name))} |"
        for view in list_stages(snapshot, step)
    ]
    parts = [
        status_marker(snapshot),
        f"**{what}.** {headline(step)}.",
        "\n".join(["| | stage | |", "| --- | --- | --- |", *rows]),
        f"**{'What stopped it' if isinstance(step, Blocked) else 'Whose turn'}:** {turn(snapshot, step)}",
    ]
    if snapshot.pull is not None and snapshot.pull.merged:
        parts += render_missed(snapshot.missed)
    return finish("\n\n".join(parts))


def render_check(snapshot: Snapshot, step: Step, record: Record) -> CheckContent:
    """The check run on the release pull request's head; it carries the record."""
    annotations = list_annotations(snapshot, step)
    return CheckContent(
        conclusion=_conclusion(step),
        external_id=render_record(record),
        title=headline(step),
        summary=finish(turn(snapshot, step) + _locked(snapshot, step) + (f"\n\n{ANNOTATED}" if annotations else "")),
        buttons=_buttons(snapshot, step),
        annotations=annotations,
    )


def _buttons(snapshot: Snapshot, step: Step) -> tuple[CheckButton, ...]:
    """What can be had with a click; never an approval or its refusal, which are to be written by somebody who has looked."""
    if isinstance(step, Done | Abandoned) or snapshot.published is not None:
        return ()
    held = isinstance(step, Blocked) and step.reason.code is Reason.HELD
    # The check run is there before its pull request, where there will be one.
    is_open = snapshot.pull is None or snapshot.pull.is_open
    steer = (UNHOLD,) if held else () if snapshot.record is not None and is_past_holding(snapshot, step) else (HOLD,)
    return (*steer, RECHECK, *((RECREATE,) if is_open else ()))


def _locked(snapshot: Snapshot, step: Step) -> str:
    """What a release under way loses by a lock; once it is over nothing is said there anyway."""
    if snapshot.pull is None or not snapshot.pull.locked or isinstance(step, Done | Abandoned):
        return ""
    if snapshot.pull.is_homeless:
        return ""
    where = f"#{snapshot.pull.number}" if snapshot.is_tag_only else "this pull request"
    return f"\n\n🔒 The thread of {where} is locked: unlock it to approve, and to read there what happens."


def _conclusion(step: Step) -> Conclusion:
    match step:
        case AwaitMerge() | Done():
            return "success"
        case Blocked():
            return "failure"
        case AwaitApproval() | AwaitReviewers():
            return "action_required"
        case Abandoned():
            return "neutral"
        case _:
            return "neutral"


def _detail(snapshot: Snapshot, name: StageName) -> str:
    pull = snapshot.pull
    match name:
        case StageName.COMMIT if pull is not None:
            commit = pull.head_sha
            return f"{link(short(commit), commit_page(snapshot.repository, commit))} of {code(pull.base_branch)}"
        case StageName.MERGE if pull is not None and pull.merged and pull.merge_commit:
            commit = pull.merge_commit
            return f"#{pull.number} merged as {link(short(commit), commit_page(snapshot.repository, commit))}"
        case StageName.MERGE if pull is not None:
            return f"#{pull.number} into {code(pull.base_branch)}"
        case StageName.TAG if (tag := find_release_tag(snapshot)) is not None:
            return link(code(tag.name), tag_page(snapshot.repository, tag.name))
        case StageName.GITHUB_RELEASE if snapshot.release is not None:
            return link(code(snapshot.release.tag), snapshot.release.url)
        case StageName.RUN:
            run = find_shown_run(snapshot)
            return f"{link(f'run {run.run.id}', run.run.url)}, attempt {run.run.attempt}" if run else ""
        case StageName.INDEX if snapshot.published is not None and snapshot.published.verdicts:
            return link(snapshot.target.title, index_page(snapshot))
        case _:
            return ""

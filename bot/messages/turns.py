"""Whose turn it is and what they can type: one sentence per step."""

from __future__ import annotations

from datetime import timedelta

from bot.github.facts import MergeState, Role
from bot.messages.reasons import say
from bot.messages.text import code, link
from bot.release.approvals import may_be_asked_first, needed
from bot.release.gate import GateKind
from bot.release.reasons import Reason
from bot.release.snapshot import Snapshot
from bot.release.steps import (
    Abandoned,
    AwaitApproval,
    Awaited,
    AwaitIndex,
    AwaitMerge,
    AwaitReviewers,
    AwaitRun,
    Blocked,
    Done,
    Step,
)
from bot.settings.repository import ApprovalSettings, RepositorySettings

_MAINTAINERS = "the role *maintain* or *admin*"
_NOBODY = "Nobody needs to do anything."

_RUN_HEADLINES: dict[Awaited, str] = {
    Awaited.MERGE_COMMIT: "Waiting for GitHub to show the merge commit",
    Awaited.START: "Waiting for the publish run to start",
    Awaited.END: "The publish run is under way",
    Awaited.ONWARD: "The publish run goes on",
    Awaited.TIMER: "Waiting for the environment's wait timer",
    Awaited.RULES: "Waiting for another App's protection rule",
    Awaited.ELSEWHERE: "The publish run waits at another environment",
    Awaited.UNTOLD: "The publish run waits at several environments",
    Awaited.TWIN: "Published; a second run is turned away",
    Awaited.TWIN_START: "Published; looking for a second run",
}

_UNREAD = "⚠️ So much was said here since I asked that I read the newest of it only: an approval further up has to be typed again."

_PROMISED_HERE = (
    "The settings ask for fewer approvals by now; this release takes as many as they did when it was asked for."
)
_PROMISED = "The settings ask for fewer approvals by now; this release takes as many as its pull request said."


def headline(step: Step) -> str:
    """Where the release stands, in a few words of plain text."""
    match step:
        case AwaitMerge(queued=queued):
            return f"{'In the merge queue' if queued else 'Ready'}: merging releases {step.version}"
        case AwaitRun():
            return _RUN_HEADLINES[step.what]
        case AwaitApproval():
            return f"Waiting for approval ({len(step.given)} of {step.needed})"
        case AwaitReviewers():
            return "Waiting for the environment's reviewers"
        case AwaitIndex(before_tag=True):
            return "Waiting for the package index before anything is tagged"
        case AwaitIndex(unanswered=names) if names:
            return "Waiting for the provenance of the files on the package index"
        case AwaitIndex():
            return "Waiting for the files on the package index"
        case Blocked(reason=reason) if reason.code in (Reason.HELD, Reason.LABELLED, Reason.FROZEN):
            return "On hold"
        case Blocked():
            return "Stopped: somebody has to look"
        case Abandoned(taken_back=taken_back):
            return "Taken back" if taken_back else "Closed without a release"
        case Done():
            return "Released"
        case _:
            return "Working"


def turn(snapshot: Snapshot, step: Step) -> str:
    """Who acts next and how, as Markdown."""
    match step:
        case AwaitMerge():
            return _merge(snapshot, step)
        case AwaitRun():
            return _run(step)
        case AwaitApproval():
            others = _others(snapshot)
            unread = f" {_UNREAD}" if snapshot.answers_unread else ""
            who = (
                "A maintainer"
                if approving_role(snapshot) == _MAINTAINERS
                else f"Somebody with {approving_role(snapshot)}"
            )
            promised = _PROMISED_HERE if snapshot.is_tag_only else _PROMISED
            fewer = f" {promised}" if asks_for_less(snapshot, step) else ""
            return f"{who}{others} types {code(f'/release approve {step.version}')}.{fewer}{unread}"
        case AwaitReviewers(run=run) if run is not None:
            names = " or ".join(code("@" + name) for name in step.reviewers)
            return f"{names} reviews the deployment on {link('the page of the run', run.run.url)}."
        case AwaitIndex(trouble=str(trouble)):
            return f"The package index does not answer ({code(trouble)}). I ask again by myself."
        case AwaitIndex(unanswered=unanswered) if unanswered:
            names = ", ".join(code(name) for name in unanswered)
            return f"The files are there, but the index does not give the provenance of {names} yet. I ask again by myself."
        case AwaitIndex(late=late) if late is not None:
            return _late(step, late)
        case AwaitIndex(missing=missing):
            names = ", ".join(code(name) for name in missing) or "the files"
            return f"The upload is done; {names} should show on the index within minutes. I look by myself."
        case Blocked():
            return say(step.reason).in_line()
        case Abandoned():
            return "Nobody's. A new `/release VERSION` starts again."
        case Done():
            return "Nobody's: it is done."
        case _:
            return "Nobody's."


def _late(step: AwaitIndex, late: timedelta) -> str:
    hours = int(late / timedelta(hours=1))
    since = "more than a quarter of an hour" if hours < 1 else "an hour" if hours == 1 else f"{hours} hours"
    names = ", ".join(code(name) for name in step.missing) or "any of the files"
    end = " After a day I announce the release with what is there, and name the rest." if step.missing else ""
    return f"The run has been over for {since}, and the index does not show {names}. I look every hour.{end}"


def _run(step: AwaitRun) -> str:
    run = link("The run", step.run.run.url) if step.run else "The run"
    names = " and ".join(code(name) for name in step.names)
    match step.what:
        case Awaited.MERGE_COMMIT:
            return f"GitHub does not show yet as which commit this was merged; I look again. {_NOBODY}"
        case Awaited.START:
            return f"GitHub Actions starts the publish workflow. {_NOBODY}"
        case Awaited.END:
            return f"{run} builds and uploads. {_NOBODY}"
        case Awaited.ONWARD:
            return f"{run} may go on, and GitHub lets it go on by itself. {_NOBODY}"
        case Awaited.TIMER:
            until = f"{step.until:%Y-%m-%d %H:%M} UTC" if step.until else "its end"
            return f"{run} waits for the wait timer of the environment {names}, until {until}. {_NOBODY}"
        case Awaited.RULES:
            return f"{run} waits for the protection rule of {names} at the environment: that decides, and not I."
        case Awaited.ELSEWHERE:
            return f"{run} waits at {names} before it gets to publishing: whoever guards that lets it go on."
        case Awaited.UNTOLD:
            return (
                f"{run} waits at {names}, and I cannot tell which of them is that of the publishing job, so I let"
                " nothing through. Name it with `environment` in the settings on the default branch, and I ask here."
            )
        case Awaited.TWIN:
            second = link("A second run", step.run.run.url) if step.run else "A second run"
            return f"{second} would publish the same again: I turn it away at the gate. {_NOBODY}"
        case Awaited.TWIN_START:
            return f"Another event may still start a second run, which I would turn away at the gate. {_NOBODY}"


def _others(snapshot: Snapshot) -> str:
    """Who is meant beside those that may not approve; without a pull request nobody can push to its branch."""
    if snapshot.allows_self:
        return ""
    return (
        " who did not ask for this release"
        if snapshot.is_tag_only
        else " who neither asked for this release nor pushed to its branch"
    )


def approving_role(snapshot: Snapshot) -> str:
    """Who may approve by the settings, as it goes on after *with*."""
    settings = snapshot.settings
    approval = settings.approval if isinstance(settings, RepositorySettings) else ApprovalSettings()
    words = {Role.MAINTAIN: _MAINTAINERS, Role.ADMIN: "the role *admin*"}
    role = words.get(approval.role, f"the role *{approval.role}* or more")
    teams = " or ".join(code(team) for team in approval.teams)
    return f"{role} or in the team {teams}" if teams else role


def asks_for_less(snapshot: Snapshot, step: AwaitApproval) -> bool:
    """Whether the settings ask for fewer approvals by now than this release takes."""
    settings = snapshot.settings
    return isinstance(settings, RepositorySettings) and needed(snapshot, settings) < step.needed


_BEFORE_ITSELF: dict[MergeState, str] = {
    MergeState.BEHIND: "its branch is behind the base, and the repository wants it to be up to date",
    MergeState.BLOCKED: "GitHub still asks for a check or a review",
    MergeState.DIRTY: "it cannot be merged without a conflict",
    MergeState.UNKNOWN: "GitHub has not worked out yet whether it can be merged",
    MergeState.UNSTABLE: "a check fails or still runs",
}


def _who_merges(step: AwaitMerge) -> str:
    if step.queued:
        return f"GitHub merges it to release {code(step.version)} once its turn in the merge queue has come."
    somebody = f"Somebody with write access merges this pull request to release {code(step.version)}."
    if step.by_itself is None:
        return somebody
    why = _BEFORE_ITSELF.get(step.by_itself, "its checks may still begin")
    return f"{somebody} Otherwise I merge it by myself, as `merge.auto` says; so far not, since {why}."


def _merge(snapshot: Snapshot, step: AwaitMerge) -> str:
    lines = [_who_merges(step)]
    lines += [f"⚠️ {say(warning).in_line()}" for warning in step.warnings]
    if (
        step.route is not None
        and not step.route.environment_known
        and not may_be_asked_first(snapshot.settings, snapshot.record)
    ):
        lines.append(
            "⚠️ **Merging may publish at once: only the run knows its environment, and so who is asked again.**"
        )
    elif snapshot.gate is GateKind.NONE and not may_be_asked_first(snapshot.settings, snapshot.record):
        lines.append("⚠️ **Merging publishes: nothing asks again before the upload.**")
    if step.route is not None and step.route.uncertain:
        doubts = "; ".join(step.route.uncertain)
        lines.append(f"⚠️ I could not decide from the workflow whether it publishes: {doubts}.")
    if step.route is not None and step.route.twins:
        twins = "; ".join(code(str(twin)) for twin in step.route.twins)
        away = " I let the first run through and turn the others away at the gate." if snapshot.gate.ours else ""
        lines.append(f"⚠️ More than one event would publish, also {twins}.{away} Better keep one trigger.")
    settings = snapshot.settings
    if isinstance(settings, RepositorySettings) and settings.shadowed is not None:
        source, other = code(settings.source or ""), code(settings.shadowed)
        lines.append(
            f"⚠️ The settings in {other} count for nothing, since there are some in {source}: keep them in one place."
        )
    for key, suggestion in settings.unknown if isinstance(settings, RepositorySettings) else ():
        meant = f" Did you mean {code(suggestion)}?" if suggestion else ""
        lines.append(f"⚠️ I do not know the setting {code(key)}.{meant}")
    return "\n\n".join(lines)

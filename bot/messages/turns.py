"""Whose turn it is and what they can type: one sentence per step."""

from __future__ import annotations

from bot.messages.reasons import say
from bot.messages.text import code, link
from bot.release.gate import GateKind
from bot.release.snapshot import Snapshot
from bot.release.steps import (
    Abandoned,
    AwaitApproval,
    AwaitIndex,
    AwaitMerge,
    AwaitReviewers,
    AwaitRun,
    Blocked,
    Done,
    Step,
)


def headline(step: Step) -> str:
    """Where the release stands, in a few words of plain text."""
    match step:
        case AwaitMerge():
            return f"Ready: merging releases {step.version}"
        case AwaitRun(run=None):
            return "Waiting for the publish run to start"
        case AwaitRun():
            return "The publish run is under way"
        case AwaitApproval():
            return f"Waiting for approval ({len(step.given)} of {step.needed})"
        case AwaitReviewers():
            return "Waiting for the environment's reviewers"
        case AwaitIndex(before_tag=True):
            return "Waiting for the package index before anything is tagged"
        case AwaitIndex():
            return "Waiting for the files on the package index"
        case Blocked():
            return "Stopped: somebody has to look"
        case Abandoned():
            return "Closed without a release"
        case Done():
            return "Released"
        case _:
            return "Working"


def turn(snapshot: Snapshot, step: Step) -> str:
    """Who acts next and how, as Markdown."""
    match step:
        case AwaitMerge():
            return _merge(snapshot, step)
        case AwaitRun(run=None):
            return "GitHub Actions starts the publish workflow. Nobody needs to do anything."
        case AwaitRun(run=run) if run is not None:
            return f"{link('The run', run.run.url)} builds and uploads. Nobody needs to do anything."
        case AwaitApproval():
            others = "" if allows_self(snapshot) else " who neither asked for this release nor pushed to its branch"
            return f"A maintainer{others} types {code(f'/release approve {step.version}')}."
        case AwaitReviewers(run=run) if run is not None:
            names = " or ".join(code("@" + name) for name in step.reviewers)
            return f"{names} reviews the deployment on {link('the page of the run', run.run.url)}."
        case AwaitIndex(trouble=str(trouble)):
            return f"The package index does not answer ({code(trouble)}). I ask again by myself."
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


def allows_self(snapshot: Snapshot) -> bool:
    """Whether the settings let people approve what they asked for themselves."""
    approval = getattr(snapshot.settings, "approval", None)
    return bool(approval is not None and approval.self_)


def _merge(snapshot: Snapshot, step: AwaitMerge) -> str:
    lines = [f"Somebody with write access merges this pull request to release {code(step.version)}."]
    lines += [f"⚠️ {say(warning).in_line()}" for warning in step.warnings]
    if snapshot.gate is GateKind.NONE and not _asks_first(snapshot):
        lines.append("⚠️ **Merging publishes: nothing asks again before the upload.**")
    if step.route is not None and step.route.uncertain:
        doubts = "; ".join(step.route.uncertain)
        lines.append(f"⚠️ I could not decide from the workflow whether it publishes: {doubts}.")
    if step.route is not None and step.route.twins:
        twins = "; ".join(code(str(twin)) for twin in step.route.twins)
        away = " I let the first run through and turn the others away at the gate." if snapshot.gate.ours else ""
        lines.append(f"⚠️ More than one event would publish, also {twins}.{away} Better keep one trigger.")
    unknown = getattr(snapshot.settings, "unknown", ())
    for key, suggestion in unknown:
        meant = f" Did you mean {code(suggestion)}?" if suggestion else ""
        lines.append(f"⚠️ I do not know the setting {code(key)}.{meant}")
    return "\n\n".join(lines)


def _asks_first(snapshot: Snapshot) -> bool:
    approval = getattr(snapshot.settings, "approval", None)
    return bool(approval is not None and approval.required)

"""What happened after the merge."""

from __future__ import annotations

from bot.messages.reasons.said import Said, Words, again_line
from bot.messages.text import code, link, short
from bot.release.reasons import Because, Reason


def _undone_pull(reason: Because) -> Said:
    return Said(
        "This pull request was closed, which cancels the release; opening it again does not bring the request back.",
        "To release after all, ask again here:",
        f"/release {reason.get('version')}",
    )


def _named(where: str) -> str:
    return f"the publishing job names {where}"


def _gate_weakened(reason: Because) -> Said:
    where = code(reason.get("environment")) if reason.get("environment") else "no environment"
    what = (
        "The pull request said who would be asked before the upload, and by what is merged now fewer would be:"
        f" {_named(where)}."
    )
    again = "ask again: a new pull request says what holds now."
    if reason.get("merged") == "no":
        what = (
            f"By what is set now fewer would be asked before the upload than when this was asked for: {_named(where)}."
        )
        again = "ask again, which takes what holds now."
    if reason.get("tag"):
        tag = code(reason.get("tag"))
        what, again = f"{what} The tag {tag} is there, and I start nothing at it.", f"delete {tag} and {again}"
    else:
        what = f"{what} Nothing was tagged."
    return Said(
        what,
        f"If that is meant, {again}",
        f"/release {reason.get('version')}",
    )


def _merge_taken_out(reason: Because) -> Said:
    what = "commit" if reason.get("merged") == "no" else "merge commit"
    return Said(
        f"The {what} {code(short(reason.get('commit')))} is not in {code(reason.get('base'))} any more: somebody took"
        " it out again. Nothing was tagged.",
        "To release what is there now, ask again:",
        f"/release {reason.get('version')}",
    )


def _version_mismatch(reason: Because) -> Said:
    return Said(
        f"The merged files say {code(reason.get('found'))}, but {code(reason.get('wanted'))} was asked for.",
        "Nothing was tagged. Ask for a release again, in the version you mean.",
        f"/release {reason.get('wanted')}",
    )


def _tag_elsewhere(reason: Because) -> Said:
    commit = "commit" if reason.get("merged") == "no" else "merge commit"
    if reason.get("how") == "moved":
        return Said(
            f"The tag {code(reason.get('tag'))} was on the {commit} {code(short(reason.get('wanted')))} and has been"
            f" moved to {code(short(reason.get('found')))}, so I stopped: a person's undo wins, and I never move a tag.",
            "Move it back and the release goes on by itself; otherwise release another version.",
        )
    what = (
        f"The tag {code(reason.get('tag'))} is on {code(short(reason.get('found')))}, not on the {commit}"
        f" {code(short(reason.get('wanted')))}. I never move a tag."
    )
    wrong = f"Delete the tag if it is wrong; I put it on the {commit} then."
    if reason.get("merged") == "no":
        return Said(what, f"{wrong} Otherwise take this back, and release another version:", "/release cancel")
    return Said(what, f"{wrong} Otherwise release another version.")


def _record_lost(reason: Because) -> Said:
    return Said(
        "The check run in which I keep who asked for this release is gone, so I cannot tell who may approve it.",
        "Ask again for the version you want:",
        again_line(reason),
    )


def _undone_tag(reason: Because) -> Said:
    return Said(
        f"The tag {code(reason.get('tag'))} was there and has been deleted, so I stopped: a person's undo wins.",
        f"{_still_running(reason)}To release after all, ask again:",
        f"/release {reason.get('version')}",
    )


def _undone_release(reason: Because) -> Said:
    return Said(
        f"The GitHub Release of {code(reason.get('tag'))} was there and has been withdrawn, so I stopped: a person's undo wins.",
        f"{_still_running(reason)}To release after all, ask for another version, or delete the tag as well and ask again:",
        f"/release {reason.get('version')}",
    )


def _still_running(reason: Because) -> str:
    """Without a gate of ours nothing but a person stops what the tag started."""
    run = reason.get("run")
    return f"{link('Its run', run)} goes on all the same, and may publish: cancel it on GitHub. " if run else ""


def _run_not_started(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('workflow'))} has not started for {code(reason.get('tag'))} within ten minutes.",
        "See whether Actions is switched off, the workflow disabled, or a policy keeps this App from starting runs.",
    )


def _publish_skipped(reason: Because) -> Said:
    return Said(
        f"{link('The run', reason.get('run'))} ended without publishing: its publishing job was skipped.",
        f"See the `if:` of that job, and of those it needs, in {code(reason.get('workflow'))} at the tag."
        " A mistake in that file needs a new version.",
    )


def _run_failed(reason: Because) -> Said:
    return Said(
        f"{link('The publish run', reason.get('run'))} {reason.get('how') or 'failed'}.",
        "Re-run it on GitHub once the cause is gone; I go on by myself. A mistake in the tagged files needs a new version.",
    )


def _gate_rejected(reason: Because) -> Said:
    by, run, said = reason.get("by"), reason.get("run"), reason.get("said")
    what = f"{link('The deployment', run)} was turned away"
    if by:
        what = f"{code('@' + by)} rejected {link('the deployment', run)}"
    why = f": {code(said)}" if said else ""
    return Said(
        f"{what}{why}. {'This attempt published nothing' if reason.get('again') else 'Nothing was published'}.",
        "To try again, re-run the run on GitHub: the approval is asked anew.",
    )


def _index_unreachable(reason: Because) -> Said:
    return Said(
        f"The package index could not be asked whether this version is free: {code(reason.get('detail'))}.",
        "I ask again before anything is tagged.",
    )


def _thread_locked(reason: Because) -> Said:
    version, run = code(reason.get("version")), link("the publish run", reason.get("run"))
    if reason.get("how") == "gone":
        said = {
            "approval": f"{version} needs an approval, and the thread in which it was asked for is gone.",
            "tag": f"The thread in which {version} was asked for is gone, and whatever held it there. Nothing was tagged.",
            "failure": f"The thread in which {version} was asked for is gone, so I cannot say there why {run} failed.",
            "outcome": f"{version} is published, and the thread in which it was asked for is gone: I cannot report there.",
        }[reason.get("unsaid", "approval")]
        again = f"/release {reason.get('version')}"
        return Said(said, "Ask for it again in any other issue or pull request, and it goes on there:", again)
    what = {
        "approval": f"{version} needs an approval, and this thread is locked: I can neither ask for it there nor hear it.",
        "failure": f"This thread is locked, so I cannot say in it why {run} failed.",
        "outcome": f"{version} is published, and this thread is locked, so I cannot report there.",
    }[reason.get("unsaid", "approval")]
    return Said(what, "Unlock it, and I go on by myself within the hour.")


WORDS: Words = {
    Reason.VERSION_MISMATCH: _version_mismatch,
    Reason.GATE_WEAKENED: _gate_weakened,
    Reason.MERGE_TAKEN_OUT: _merge_taken_out,
    Reason.TAG_ELSEWHERE: _tag_elsewhere,
    Reason.RECORD_LOST: _record_lost,
    Reason.UNDONE_PULL: _undone_pull,
    Reason.UNDONE_TAG: _undone_tag,
    Reason.UNDONE_RELEASE: _undone_release,
    Reason.RUN_NOT_STARTED: _run_not_started,
    Reason.PUBLISH_SKIPPED: _publish_skipped,
    Reason.RUN_FAILED: _run_failed,
    Reason.GATE_REJECTED: _gate_rejected,
    Reason.INDEX_UNREACHABLE: _index_unreachable,
    Reason.THREAD_LOCKED: _thread_locked,
}

"""What people told a release under way, and when it does not go."""

from __future__ import annotations

from bot.messages.reasons.said import Said, Words
from bot.messages.text import code, link
from bot.release.reasons import Because, Reason


def _held(reason: Because) -> Said:
    by, why = reason.get("by"), reason.get("why")
    who = code("@" + by) if by else "Somebody"
    said = f": {code(why)}" if why else " with the button" if reason.get("how") == "button" else ""
    return Said(
        f"{who} put this release on hold{said}. Nothing is merged, tagged or published by me until that is lifted.",
        "Somebody with write access lifts it here:",
        "/release unhold",
    )


def _labelled(reason: Because) -> Said:
    number, label = reason.get("number"), code(reason.get("label"))
    who = f"{code('@' + by)} gave #{number} the label" if (by := reason.get("by")) else f"#{number} has the label"
    return Said(
        f"{who} {label}, which holds the release.",
        "Take the label off, and it goes on by itself. To see where it stands:",
        "/release status",
    )


def _frozen(reason: Because) -> Said:
    why = f" ({code(reason.get('why'))})" if reason.get("why") else ""
    if reason.get("brought"):
        return Said(
            f"Nothing is released until {code(reason.get('until'))}, time zone {code(reason.get('zone'))}: the settings said"
            f" freeze{why}. That was taken out on the branch of this very release, which does not count for it.",
            "It goes on by itself then, or as soon as another pull request changes `freeze` on the default branch.",
        )
    return Said(
        f"Nothing is released until {code(reason.get('until'))}, time zone {code(reason.get('zone'))}: the settings say"
        f" freeze{why}.",
        "It goes on by itself then. To release before that, change `freeze` in the settings on the default branch.",
    )


def _too_late(reason: Because) -> Said:
    if reason.get("order") == "hold-started":
        run = link("the run", reason.get("run")) if reason.get("run") else "its run"
        return Said(
            f"The publication of {code(reason.get('version'))} was started, and no gate of mine stands before the upload: a hold"
            " would keep nothing back.",
            f"Whoever may write can cancel {run} on GitHub. To see where it stands:",
            "/release status",
        )
    what = {
        "hold": "is published, so there is nothing left to put on hold",
        "notes": "has its GitHub Release already, whose text you can edit on GitHub",
        "cancel-tagged": "has its tag by now, and what that has started is not taken back with a command",
        "cancel": "is merged, so closing the pull request cancels nothing any more",
    }[reason.get("order", "cancel")]
    if reason.get("order") not in ("cancel", "cancel-tagged"):
        return Said(f"{code(reason.get('version'))} {what}.", "To see where it stands:", "/release status")
    rejecting = f"/release reject {reason.get('version')} REASON"
    return Said(
        f"{code(reason.get('version'))} {what}.",
        f"What is not published yet can be put on hold, or be turned away at its gate with {code(rejecting)}.",
        "/release hold",
    )


def _notes_gone(_: Because) -> Said:
    return Said(
        "The comment with the notes for this release was edited or deleted, so the changelog's section is taken instead.",
        "To set them again, write a new comment with the text below this line:",
        "/release notes set",
    )


def _nothing_under_way(reason: Because) -> Said:
    return Said("No release is under way here any more.", "To start one:", "/release minor")


def _nothing_to_reject(reason: Because) -> Said:
    return Said(
        f"No publication of {code(reason.get('version'))} waits for a decision now.",
        "To see where the release stands:",
        "/release status",
    )


def _not_merged(reason: Because) -> Said:
    # A ruleset answers in paragraphs.
    detail = " ".join(reason.get("detail").split())
    return Said(
        f"GitHub does not merge #{reason.get('number')}: {code(detail)}.",
        "Once what it asks for is there, ask again:",
        "/release merge",
    )


WORDS: Words = {
    Reason.HELD: _held,
    Reason.LABELLED: _labelled,
    Reason.FROZEN: _frozen,
    Reason.TOO_LATE: _too_late,
    Reason.NOTHING_UNDER_WAY: _nothing_under_way,
    Reason.NOTHING_TO_REJECT: _nothing_to_reject,
    Reason.NOT_MERGED: _not_merged,
    Reason.NOTES_GONE: _notes_gone,
}

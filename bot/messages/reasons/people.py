"""Who asked, and who may."""

from __future__ import annotations

from bot.messages.reasons.said import Said, Words
from bot.messages.text import block, code, link, short
from bot.release.reasons import Because, Reason

_SELF_APPROVAL = block(["[tool.aweigh]", "approval.self = true"], "toml")


_BROUGHT = (
    "The setting that would lift this came with the branch of this very release, so it holds for the next one. It is the"
    " one that is there now:"
)


def _role_too_low(reason: Because) -> Said:
    teams = " or ".join(code(team) for team in reason.get("teams").split())
    more = "" if reason.get("needed") == "admin" else " or more"
    member = f", or a member of the team {teams}" if teams else ""
    unseen = (
        " Who is in a team I may not see: an owner grants the App the permission `members: read` for that."
        if reason.get("unseen")
        else ""
    )
    return Said(
        f"This takes the role *{reason.get('needed')}*{more} in this repository{member}; yours is"
        f" *{reason.get('actual')}*.{unseen}",
        "Somebody who has it can do it with the same line:",
        reason.get("line"),
    )


def _own_approval(reason: Because) -> Said:
    what = "You asked for this release, so somebody else has to approve it: another maintainer, with the same line."
    if reason.get("brought"):
        return Said(what, _BROUGHT, details=_SELF_APPROVAL)
    return Said(
        what,
        "If you are the only one, this in `pyproject.toml` on the default branch lets you approve your own:",
        details=_SELF_APPROVAL,
    )


def _pushed_to_branch(reason: Because) -> Said:
    what = (
        "You pushed to the release branch, so somebody else has to approve it: another maintainer, with the same line."
    )
    if reason.get("brought"):
        return Said(what, _BROUGHT, details=_SELF_APPROVAL)
    return Said(
        what,
        "This in `pyproject.toml` on the default branch lifts the rule:",
        details=_SELF_APPROVAL,
    )


def _wrong_version(reason: Because) -> Said:
    return Said(
        f"You named {code(reason.get('given'))}, but {code(reason.get('version'))} is what waits.",
        paste=f"/release {reason.get('command', 'approve')} {reason.get('version')}{_and_why(reason)}",
    )


def _and_why(reason: Because) -> str:
    return " REASON" if reason.get("command") == "reject" else ""


def _wrong_commit(reason: Because) -> Said:
    return Said(
        f"You named the commit {code(reason.get('given'))}, but the one that waits is {code(reason.get('commit'))}.",
        paste=f"/release approve {reason.get('version')} {short(reason.get('commit'))}",
    )


def _nothing_to_approve(_: Because) -> Said:
    return Said("Nothing waits for an approval here.", "To see where the release stands:", "/release status")


def _reviewers_decide(reason: Because) -> Said:
    return Said(
        "This waits for the environment's required reviewers, and only they can let it go on: they review the"
        f" deployment on {link('the page of the run', reason.get('run'))}.",
    )


def _approved_in_review(reason: Because) -> Said:
    return Said(
        "An approval has to be a comment of its own: of a review I cannot tell whether it was edited.",
        paste=f"/release approve {reason.get('version')}",
    )


def _approved_behind(reason: Because) -> Said:
    return Said(
        "An approval comes first in its comment, so that it never hangs on what becomes of another line. Nothing was done.",
        "Write it in a comment of its own:",
        reason.get("line"),
    )


def _notes_in_review(_: Because) -> Said:
    return Said(
        "Notes have to be set in a comment: of a review I cannot tell whether it was edited.",
        "Write a comment with the text below this line:",
        "/release notes set",
    )


def _edited(reason: Because) -> Said:
    return Said(
        "That comment was edited, so it approves nothing.",
        "Write a new one:",
        f"/release approve {reason.get('version')}",
    )


def _taken_back(reason: Because) -> Said:
    how = "hidden" if reason.get("how") == "hidden" else "edited"
    return Said(
        f"That comment was {how} before I could carry it out, so nothing was done.",
        "If it is still meant, write it anew. To see where the release stands:",
        "/release status",
    )


def _button_stale(reason: Because) -> Said:
    version = code(reason.get("version"))
    return Said(
        {
            "version": f"That button was shown for {code(reason.get('given'))}, and this is the release of {version}.",
            "run": f"That button was shown for another run than the one that waits to publish {version} now.",
            "check": f"The release of {version} has gone on since that button was shown.",
        }.get(reason.get("what"), "The release branch has moved since that button was shown."),
        "Look at it as it is now, and press again there or write the command. To see where it stands:",
        "/release status",
    )


def _not_an_answer(reason: Because) -> Said:
    why = "was written before I asked" if reason.get("early") else "is hidden, or an App wrote it"
    return Said(
        f"That comment {why}, so it approves nothing.",
        "Write a new one:",
        f"/release approve {reason.get('version')}",
    )


def _not_a_release_pull(reason: Because) -> Said:
    number, others = reason.get("number"), reason.get("others").splitlines()
    newest = f"The newest one is #{number}: write it there."
    if others:
        # Which of several releases is meant, only whoever typed it knows.
        links = [f"#{number} ({code(package)})" for number, _, package in (other.partition(" ") for other in others)]
        newest = f"There are {', '.join(links)}: write it in the thread of the one you mean."
    what = "This is not a release pull request, and that command belongs into the thread of one."
    if reason.get("tagged"):
        what = "No release was asked for in this thread, and that command belongs into the thread of one."
    return Said(
        what,
        newest if number else "There is none yet; this asks for one:",
        reason.get("line") if number else f"/release {reason.get('version')}",
    )


WORDS: Words = {
    Reason.ROLE_TOO_LOW: _role_too_low,
    Reason.OWN_APPROVAL: _own_approval,
    Reason.PUSHED_TO_BRANCH: _pushed_to_branch,
    Reason.WRONG_VERSION: _wrong_version,
    Reason.WRONG_COMMIT: _wrong_commit,
    Reason.NOTHING_TO_APPROVE: _nothing_to_approve,
    Reason.REVIEWERS_DECIDE: _reviewers_decide,
    Reason.APPROVED_IN_REVIEW: _approved_in_review,
    Reason.APPROVED_BEHIND: _approved_behind,
    Reason.EDITED: _edited,
    Reason.NOTES_IN_REVIEW: _notes_in_review,
    Reason.TAKEN_BACK: _taken_back,
    Reason.BUTTON_STALE: _button_stale,
    Reason.NOT_AN_ANSWER: _not_an_answer,
    Reason.NOT_A_RELEASE_PULL: _not_a_release_pull,
}

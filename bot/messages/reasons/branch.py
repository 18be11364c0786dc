"""What others made of the release pull request or its branch."""

from __future__ import annotations

from bot.messages.reasons.said import Said, Words, again_line
from bot.messages.text import code
from bot.release.reasons import Because, Reason


def _pointed_elsewhere(reason: Because) -> Said:
    base, branch, line = code(reason.get("base")), code(reason.get("branch")), again_line(reason)
    if reason.get("merged"):
        return Said(
            f"This pull request was merged into {base}, which {branch} was not made for, so nothing was tagged.",
            "To release after all, ask again:",
            line,
        )
    return Said(
        f"This pull request points at another base, {base}, which {branch} was not made for: merging it there releases nothing.",
        "Point it back and I go on, or ask again for a new one:",
        line,
    )


def _look_and_ask(reason: Because) -> str:
    number = reason.get("number")
    if reason.get("merged"):
        return f"So #{number} goes no further. To release what was merged, ask again: I open a new pull request then."
    return f"Look at that; to release with it, ask once more in #{number}, or delete the branch and start anew."


def _foreign_files(reason: Because) -> Said:
    names = ", ".join(code(name) for name in reason.get("files").splitlines())
    more = f" and {reason.get('more')} more" if reason.get("more") != "0" else ""
    return Said(
        f"Others pushed to the release branch, and it now changes more than the release needs: {names}{more}.",
        _look_and_ask(reason),
        f"/release {reason.get('version')}",
    )


def _pushed_by_unknown(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('by'))} pushed to the release branch, and I cannot tell which person that was.",
        _look_and_ask(reason),
        f"/release {reason.get('version')}",
    )


def _branch_turned_back(reason: Because) -> Said:
    return Said(
        "The release branch was put back to what was asked for earlier, so I cannot tell who asks for this release.",
        "Ask again for the version you want:",
        f"/release {reason.get('version')}",
    )


def _push_not_shown(reason: Because) -> Said:
    return Said(
        f"GitHub does not show yet who pushed what #{reason.get('number')} holds, and with that who may approve it.",
        "I look again by myself.",
    )


def _branch_moved_since(reason: Because) -> Said:
    return Said(
        "The release branch was pushed to since you wrote that, or in the same second.",
        "Look at it once more and ask again:",
        f"/release {reason.get('again') or reason.get('version')}",
    )


def _people_pushed(reason: Because) -> Said:
    names = ", ".join(code("@" + login) for login in reason.get("by").split())
    return Said(f"This pull request also holds commits pushed by {names}; I keep them.")


def _not_following(reason: Because) -> Said:
    count = int(reason.get("count") or 0)
    merged = "One change was merged" if count == 1 else f"{count} changes were merged"
    return Said(
        f"{merged} since that this pull request does not show and would release: others have pushed to its branch, so it"
        " does not follow what is merged any more.",
        "Mend its changelog by hand, or make it anew without what they pushed:",
        "/release recreate",
    )


WORDS: Words = {
    Reason.POINTED_ELSEWHERE: _pointed_elsewhere,
    Reason.FOREIGN_FILES: _foreign_files,
    Reason.PUSHED_BY_UNKNOWN: _pushed_by_unknown,
    Reason.BRANCH_TURNED_BACK: _branch_turned_back,
    Reason.PUSH_NOT_SHOWN: _push_not_shown,
    Reason.BRANCH_MOVED_SINCE: _branch_moved_since,
    Reason.PEOPLE_PUSHED: _people_pushed,
    Reason.NOT_FOLLOWING: _not_following,
}

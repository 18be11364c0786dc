"""Why what was asked for cannot be had."""

from __future__ import annotations

import json

from bot.messages.reasons.said import Said, Words, given_line, next_line
from bot.messages.text import code, render_parts, short
from bot.release.reasons import Because, Reason


def _version_invalid(reason: Because) -> Said:
    return Said(render_parts(reason.parts), "Versions are written as PEP 440 says.", next_line(reason))


def _version_not_newer(reason: Because) -> Said:
    newer = (
        f"{code(reason.get('version'))} is not newer than {code(reason.get('newest'))}, which the files already say."
    )
    return Said(
        render_parts(reason.parts) if reason.parts else newer, "A release only goes forward.", next_line(reason)
    )


def _version_taken(reason: Because) -> Said:
    return Said(
        f"{code(reason.get('version'))} is taken: {code(reason.get('index'))} already has files of it.",
        "An index never takes the same file name twice, not even after a deletion.",
        next_line(reason),
    )


def _tag_exists(reason: Because) -> Said:
    return Said(f"The tag {code(reason.get('tag'))} exists already.", "A tag is never moved.", next_line(reason))


def _release_open(reason: Because) -> Said:
    number, whose = reason.get("number"), "a package" if reason.get("package") else "a branch"
    return Said(
        f"#{number} is open for {code(reason.get('version'))}; {whose} has one release pull request at a time.",
        f"Merge or close #{number}, or change its version in its own thread:",
        f"/release {reason.get('given')}",
    )


def _foreign_pull(reason: Because) -> Said:
    return Said(
        f"#{reason.get('number')} is open from the branch {code(reason.get('branch'))}, and it is not mine.",
        "Close it, and ask again:",
        given_line(reason),
    )


def _not_a_line(reason: Because) -> Said:
    if reason.get("to_name"):
        named = f"branches = {json.dumps([reason.get('to_name')])}"
        return Said(
            f"Without a pull request releases are not made from the branch {code(reason.get('base'))}.",
            "Nobody merges what is released so, and whoever may write can make a branch that is called like a maintenance"
            f" branch: here `.github/aweigh.toml` on {code(reason.get('default'))} must name it, as in {code(named)}.",
            given_line(reason),
        )
    named = " ".join(code(pattern) for pattern in reason.get("others").splitlines())
    others = (
        f"from those that `branches` in the settings names: {named}"
        if named
        else "from maintenance branches such as `1.1.x`"
    )
    return Said(
        f"Releases are not made from the branch {code(reason.get('base'))}.",
        f"They are made from {code(reason.get('default'))} and {others}. In an issue, or on"
        f" a pull request into {code(reason.get('default'))}, this asks for a release of that:",
        given_line(reason),
    )


def _base_gone(reason: Because) -> Said:
    return Said(
        f"The branch {code(reason.get('base'))} is gone, so nothing can be released from it.",
        f"In an issue, or on a pull request into {code(reason.get('default'))}, this asks for a release of that:",
        given_line(reason),
    )


def _base_moved(reason: Because) -> Said:
    base, wanted, found = code(reason.get("base")), reason.get("wanted"), reason.get("found")
    return Said(
        f"{base} is at {code(short(found))} now, not at {code(short(wanted))}: what came since would be released, too.",
        f"Look at that and name the commit that you have looked at. To release {code(short(wanted))} without it, make a"
        " maintenance branch such as `1.2.x` there, and ask for it on a pull request into that.",
        f"/release {reason.get('given')} --from {short(found)}",
    )


def _nothing_to_release(reason: Because) -> Said:
    count = int(reason.get("count") or 0)
    tag = code(reason.get("tag"))
    merged = {0: f"Nothing was merged since {tag}", 1: f"The one change since {tag} asks for no release"}
    return Said(
        f"{merged.get(count, f'None of the {count} changes since {tag} asks for a release')}.",
        "A label such as `patch` or `minor` on a merged pull request does. To release all the same, name the version:",
        next_line(reason),
    )


def _no_release_yet(reason: Because) -> Said:
    return Said(
        "Nothing was released from here yet, as far as the tags tell, so there is nothing to follow.",
        "Name the first version; after that I can tell what comes next:",
        next_line(reason),
    )


def _files_say_other(reason: Because) -> Said:
    found, wanted = code(reason.get("found")), code(reason.get("wanted"))
    rows = [f"- {code(line)}" for line in reason.get("files").splitlines()]
    more = [f"- and {reason.get('more')} more"] if reason.get("more") != "0" else []
    what = "without a pull request I tag what is there and change no file"
    if reason.get("free"):
        return Said(
            f"The files say {found}, not {wanted}: {what}.",
            f"To release what they say, paste the line below; for {wanted}, merge these changes first:",
            f"/release {reason.get('found')}",
            "\n".join([*rows, *more]),
        )
    return Said(
        f"The files do not say {wanted} everywhere: {what}.",
        "Merge these changes, and then ask again:",
        f"/release {reason.get('wanted')}",
        "\n".join([*rows, *more]),
    )


def _tag_under_way(reason: Because) -> Said:
    number, version = reason.get("number"), code(reason.get("version"))
    if reason.get("how") == "tag":
        tag, base = code(reason.get("tag")), code(reason.get("base"))
        return Said(
            f"The tag {tag} is for the release of {version} from {base} that is under way in #{number}.",
            f"Wait for it and release another version here, or take it back in #{number} and ask again:",
            "/release cancel",
        )
    return Said(
        f"{version} is under way in #{number} and has no tag yet; a line has one release at a time.",
        f"Wait for it, or take it back in #{number} and ask again; if #{number} is gone, ask here for {version} first:",
        "/release cancel",
    )


def _thread_taken(reason: Because) -> Said:
    if reason.get("how") == "comment":
        return Said(
            f"This comment asks for {code(reason.get('version'))} already, and without a pull request a comment asks for one"
            " release.",
            "Ask for the other one in a comment of its own:",
            given_line(reason),
        )
    return Said(
        f"{code(reason.get('version'))} of another package or branch is under way in this thread, so that an approval here would not"
        " tell which of the two it is for.",
        "Ask for it in any other issue or pull request:",
        given_line(reason),
    )


def _no_pull(reason: Because) -> Said:
    return Said(
        'With `mode = "tag-only"` in the settings no release has a pull request: the head of the branch is tagged as it is.',
        "To ask for a release:",
        "/release minor",
    )


def _nothing_to_wait_for(reason: Because) -> Said:
    return Said(
        "`--when-merged` waits for the pull request that it is written on, and here is none that can still be merged.",
        "To ask for the release now, leave it out:",
        f"/release {reason.get('given')}",
    )


def _waits_in_review(reason: Because) -> Said:
    return Said(
        "What waits for a merge has to be a comment of its own: of a review I cannot tell whether it was edited.",
        paste=reason.get("line"),
    )


def _package_unnamed(reason: Because) -> Said:
    lines = [f"- {code(line)}" for line in reason.get("lines").splitlines()]
    more = [f"- and {reason.get('more')} more"] if reason.get("more") != "0" else []
    return Said(
        "Several packages are released from here, and that line names none.",
        "Paste the line with the one you mean:",
        details="\n".join([*lines, *more]),
    )


def _package_unknown(reason: Because) -> Said:
    names = ", ".join(code(name) for name in reason.get("packages").splitlines())
    more = f" and {reason.get('more')} more" if reason.get("more") != "0" else ""
    fix = "Did you mean this?" if reason.get("sure") else "Name one of them, as in this:"
    return Said(
        f"There is no package {code(reason.get('given'))} here. There are {names}{more}.", fix, reason.get("line")
    )


def _package_elsewhere(reason: Because) -> Said:
    number, given = reason.get("number"), code(reason.get("given"))
    where = f"The newest one of {given} is #{number}: write it there." if number else f"There is none of {given} yet."
    return Said(
        f"This is the release pull request of {code(reason.get('this'))}, and that command is about {given}.",
        where if number else f"{where} In an issue, or on an ordinary pull request, this asks for one:",
        reason.get("line") if number else f"/release {reason.get('given')} {reason.get('version')}",
    )


WORDS: Words = {
    Reason.VERSION_INVALID: _version_invalid,
    Reason.VERSION_NOT_NEWER: _version_not_newer,
    Reason.VERSION_TAKEN: _version_taken,
    Reason.TAG_EXISTS: _tag_exists,
    Reason.RELEASE_OPEN: _release_open,
    Reason.FOREIGN_PULL: _foreign_pull,
    Reason.NOT_A_LINE: _not_a_line,
    Reason.BASE_GONE: _base_gone,
    Reason.BASE_MOVED: _base_moved,
    Reason.NOTHING_TO_RELEASE: _nothing_to_release,
    Reason.NO_RELEASE_YET: _no_release_yet,
    Reason.FILES_SAY_OTHER: _files_say_other,
    Reason.TAG_UNDER_WAY: _tag_under_way,
    Reason.THREAD_TAKEN: _thread_taken,
    Reason.NO_PULL: _no_pull,
    Reason.NOTHING_TO_WAIT_FOR: _nothing_to_wait_for,
    Reason.WAITS_IN_REVIEW: _waits_in_review,
    Reason.PACKAGE_UNNAMED: _package_unnamed,
    Reason.PACKAGE_UNKNOWN: _package_unknown,
    Reason.PACKAGE_ELSEWHERE: _package_elsewhere,
}

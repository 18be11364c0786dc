"""Short answers where a command was typed. None has a line that starts with a slash."""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversation.grammar import MOST_LINES
from bot.conversation.registry import Entry, Option
from bot.conversation.understanding import Fault, Misunderstood
from bot.github.facts import PullRequest, RunFacts
from bot.messages.buttons import DONE, get_button
from bot.messages.markers import marker
from bot.messages.reasons import say
from bot.messages.text import code, finish, harmless, in_cell, link, short
from bot.release.reasons import Because

REPLY = "reply"


_FAULTS: dict[Fault, str] = {
    Fault.NOTHING: "it names no version and no command",
    Fault.UNKNOWN: "it is neither a version nor a command",
    Fault.FOREIGN: "a command has no backticks and no brackets",
    Fault.MOVED_IN: "it has to begin its line, with a plain blank behind the verb",
    Fault.TOO_MANY: f"a comment holds no more than {MOST_LINES} commands",
    Fault.WORD_MISSING: "a word is missing",
    Fault.TOO_MANY_WORDS: "it has too many words",
    Fault.OPTION_UNKNOWN: "it has an option that this command does not know",
    Fault.OPTION_TWICE: "it has an option twice",
    Fault.OPTIONS_EXCLUDE: f"{Option.FROM} and {Option.WHEN_MERGED} exclude each other",
    Fault.NO_COMMIT: f"{Option.FROM} takes a commit: 7 to 40 hexadecimal digits",
    Fault.TEXT_MISSING: "the text is missing, which stands below that line",
}


def reply_marker(comment_id: int) -> str:
    """The marker of our one answer to a comment."""
    return marker(REPLY, str(comment_id))


def render_together(replies: Iterable[str], comment_id: int) -> str:
    """One answer to a comment with several commands: what would have been said to each of them."""
    mark = reply_marker(comment_id)
    return _reply(comment_id, "\n\n".join(reply.removeprefix(mark).strip() for reply in replies))


def render_opened(pull: PullRequest, version: str, comment_id: int, *, without: bool = False) -> str:
    """The one link where the command was typed; ``without`` says that the pull request there is no part of the release."""
    base = code(pull.base_branch)
    if pull.tag is not None:
        commit = code(short(pull.head_sha))
        return _reply(
            comment_id,
            f"{code(version)} is released from {base} at {commit}: what comes of it is said in #{pull.number}.",
        )
    what = f" It holds {base} as it is now, without this pull request." if without else ""
    return _reply(
        comment_id, f"#{pull.number} is the release pull request for {code(version)}: merging it releases.{what}"
    )


def render_already(pull: PullRequest, version: str, comment_id: int) -> str:
    """The answer to a repeated command."""
    if pull.tag is not None:
        there = link(f"#{pull.number}", pull.url)
        return _reply(
            comment_id, f"Already done: {code(version)} was asked for in {there}, where it stands what became of it."
        )
    return _reply(comment_id, f"Already done: #{pull.number} is the release pull request for {code(version)}.")


def render_remembered(pull: PullRequest, asked: str, version: str, comment_id: int) -> str:
    """The answer to a release that is asked for once a pull request is merged; ``version`` is what it would be now."""
    now = "" if asked == version else f", which would be {code(version)} by now"
    return _reply(
        comment_id,
        f"Once #{pull.number} is merged I ask for {code(asked)}{now}, if you still may then. To take that back, delete your"
        " comment.",
    )


def render_confirmed(pull: PullRequest, version: str, comment_id: int) -> str:
    """The answer to asking again for a release onto whose branch others have pushed."""
    return _reply(
        comment_id,
        f"I take the branch as it stands: merging #{pull.number} releases {code(version)} with"
        f" {code(short(pull.head_sha))}, what others pushed included.",
    )


def render_approved(version: str, run: RunFacts | None, comment_id: int) -> str:
    """The answer to an approval that is not needed any more."""
    where = f"{link(f'run {run.run.id}', run.run.url)} goes on" if run else "it is released"
    return _reply(comment_id, f"Already done: {code(version)} was approved, and {where}.")


def render_refusal(reason: Because, comment_id: int) -> str:
    """Why it was not done, and the line to paste."""
    return _reply(comment_id, say(reason).in_line())


def render_misunderstood(problem: Misunderstood, comment_id: int) -> str:
    """What is wrong with the line, and the one that was probably meant."""
    paste = f" Did you mean {code(problem.suggestion)}?" if problem.suggestion else ""
    return _reply(
        comment_id, f"I do not understand {code(problem.line)}: {_FAULTS[problem.fault]}.{paste} Nothing was done."
    )


def render_pressed(login: str, button: str, reply: str | None, comment_id: int) -> str:
    """What a press of ``button`` came to, in the thread: a click leaves no trace there by itself."""
    pressed = get_button(button)
    said = reply.removeprefix(reply_marker(comment_id)).strip() if reply else DONE[pressed]
    return _reply(comment_id, f"{code('@' + login)} pressed *{pressed.label}*. {said}")


def render_held(reason: Because, comment_id: int) -> str:
    """The answer to a second hold: the first one stands."""
    return _reply(comment_id, f"Already done. {say(reason).in_line()}")


def render_notes_shown(notes: str, version: str, comment_id: int) -> str:
    """The notes as they would be released now."""
    return _reply(
        comment_id, f"The notes of {code(version)}, as they would be released now:\n\n---\n\n{harmless(notes)}"
    )


def render_given_up(delivery: str, mark: str) -> str:
    """An error of ours: what becomes of the command, and what whoever runs the bot can look for."""
    return finish(
        f"{mark}\nSorry, that went wrong on my side, and I have given up trying. A release under way goes on by itself;"
        f" what you asked for can be written again. Whoever runs me finds it among the dead letters as {code(delivery)}."
    )


def render_misplaced(line: str, comment_id: int) -> str:
    """A command stood where none is read."""
    return _reply(
        comment_id,
        f"Commands are read from the top of a new comment, so nothing was done. Write one that begins with {code(line)}.",
    )


def render_passed_over(line: str, reply: str | None, comment_id: int) -> str:
    """``reply``, if anything is said, and that a command below those at the top was passed over."""
    hint = f"Commands are read from the top of a new comment, so {code(line)} further down was passed over."
    return render_together([reply, hint], comment_id) if reply else _reply(comment_id, hint)


def render_help(entries: Iterable[Entry], comment_id: int) -> str:
    """The commands that are possible now, with who may use them."""
    rows = [
        f"| {in_cell(code(entry.usage))} | {in_cell(entry.what)} | *{entry.who.value}* or more | {entry.opposite or ''} |"
        for entry in entries
    ]
    table = "\n".join(["| command | what it does | who | opposite |", "| --- | --- | --- | --- |", *rows])
    return _reply(comment_id, f"{table}\n\nCommands are read from the top of a new comment.")


def render_where(text: str, comment_id: int) -> str:
    """The answer to ``status``."""
    return _reply(comment_id, text)


def render_status_links(releases: Iterable[tuple[PullRequest, str | None, str]], comment_id: int) -> str:
    """Where releases stand, each with a link to its pull request, and its package where there are several."""
    lines = []
    for pull, package, headline in releases:
        named = f" ({code(package)})" if package else ""
        lines.append(f"{link(f'#{pull.number}', pull.url)}{named}: {headline}.")
    return _reply(comment_id, "\n\n".join(lines))


def render_no_release(comment_id: int) -> str:
    """There is nothing under way."""
    return _reply(comment_id, "No release is under way here. `/release VERSION` starts one.")


def _reply(comment_id: int, text: str) -> str:
    return finish(f"{reply_marker(comment_id)}\n{text}")

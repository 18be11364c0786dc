"""How foreign text is shown: people, repositories, logs and indexes may say anything, and none of it may act."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import quote

from bot.messages.fences import close_fence, contain_fences
from bot.versions import Parts, Quoted

MOST_CHARACTERS = 65_536
"""GitHub's limit for the body of a comment."""

_ROOM = 60_000
_SHORT = 200


def code(text: str, limit: int = _SHORT) -> str:
    """``text`` as a code span in one line: its fence is longer than any run of backticks inside.

    In a code span nothing is a mention, a link, markup or an HTML comment.
    """
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    shown = " ".join(shown.split(" ")).strip(" ") or " "
    if len(shown) > limit:
        shown = shown[:limit] + "…"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def plain(text: str, limit: int = _SHORT) -> str:
    """``text`` on one line for places that show no Markdown: what cannot be seen is replaced."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return shown if len(shown) <= limit else shown[:limit] + "…"


def in_cell(text: str) -> str:
    """Markdown of ours for a table cell: a bar would end it, even in a code span, and the end of a line its row.

    A backslash that stands before the bar already changes nothing: cells are cut before anything else is read, and a
    bar behind any backslash is no cut; only the one that was put here is taken away again.
    """
    return re.sub(r"\s*[\r\n]\s*", " ", text).replace("|", "\\|")


def in_words(text: str, limit: int = _SHORT) -> str:
    """A reason of ours that may end with a stranger's word: what stands behind its colon is shown as code."""
    said, colon, word = text.partition(": ")
    return f"{said}: {code(word, limit)}" if colon else said


def render_parts(parts: Parts) -> str:
    """A sentence of the version engine, with what a stranger wrote as code spans."""
    return "".join(code(part.text, 80) if isinstance(part, Quoted) else part for part in parts)


def block(lines: Iterable[str], language: str = "text") -> str:
    """``lines`` as a fenced block whose fence is longer than any run of backticks inside.

    A line that starts with a slash is moved in by a blank: no line of ours may be a command, to whatever bot reads it.
    """
    shown = "\n".join(_in_block(line) for line in lines)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _in_block(line: str) -> str:
    shown = "".join(char if char.isprintable() or char == "\t" else " " for char in line)
    return f" {shown}" if shown.startswith("/") else shown


def harmless(markdown: str, limit: int = 20_000) -> str:
    """Markdown that others wrote (a changelog) and that shall stay Markdown, but acts nowhere and hides nothing.

    It reads as before. A word joiner, which nobody sees, takes the force out of mentions, of HTML (a comment could forge
    our markers or hide something, an open ``<details>`` would hide all that follows), of entities that spell such
    things, and of the words with which GitHub closes issues: the body of a pull request may become the message of its
    merge. References such as ``#12`` stay links. A line that starts with a slash is no command any more, and a fence
    that is left open is closed. Code in a fence of the first column can be copied as it was written.

    What stands before and behind must be kept apart from it by a blank line.
    """
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _OTHER_ENDS.sub(" ", re.sub(r"\r\n?", "\n", markdown)))
    is_long = len(text) > limit
    lines = contain_fences(text[:limit].split("\n"))
    text = "\n".join(_no_command(line, " ") if is_code else _no_command(_disarm(line), "\\") for line, is_code in lines)
    text = _CLOSING.sub(f"\\1{_JOINER}\\2", text).strip("\n")
    return close_fence(text) + ("\n\n…" if is_long else "")


_JOINER = "\N{WORD JOINER}"
_OTHER_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What Markdown does not take for the end of a line, and other programs do."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of text around, and halves of characters."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])(?!https?://)")
_CLOSING = re.compile(
    r"(?<![A-Za-z0-9])(c|f|r)(lose[sd]?|ix(?:es|ed)?|esolve[sd]?)"
    r"(?=(?:&#?\w{1,31};|[^A-Za-z0-9]){0,40}(?:\S{0,200}?#\d|GH-\d|https?://))",
    re.IGNORECASE,
)
"""A closing keyword and, behind anything but words, what may be an issue:
https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue."""

_COMMAND = re.compile(r"([\s\ufeff\u200b-\u200d\u2060]*)/")


def _disarm(line: str) -> str:
    line = _ENTITY.sub(lambda match: _entity(match[0]), line).replace("@", f"@{_JOINER}")
    return _MARKUP.sub(f"<{_JOINER}", line)


def _entity(written: str) -> str:
    meant = unescape(written)
    if meant == "@":
        return meant
    # Letters, digits and these marks are what mentions, references and keywords are made of.
    acts = any(char.isascii() and (char.isalnum() or char in "@#/:_-") for char in meant)
    return f"&{_JOINER}{written[1:]}" if acts else written


def _no_command(line: str, guard: str) -> str:
    return _COMMAND.sub(lambda match: f"{match[1]}{guard}/", line, count=1) if _COMMAND.match(line) else line


def link(label: str, address: str) -> str:
    """A Markdown link; only its label when the address is none of the web.

    The label is Markdown of ours; the address may hold anything.
    """
    if not address.startswith(("https://", "http://")):
        return label
    return f"[{label}]({quote(address, safe=_IN_ADDRESS, errors='replace')})"


_IN_ADDRESS = "/:?#@!$&'+,=%~"
"""What an address keeps. Markdown would take the end of a link, or of a table's cell, for others; they are encoded."""


def short(sha: str) -> str:
    """A commit as people write it."""
    return sha[:7]


def finish(body: str) -> str:
    """``body`` within GitHub's limit, with a notice when something was cut off."""
    if len(body) <= MOST_CHARACTERS:
        return body
    return close_fence(body[:_ROOM].rstrip()) + "\n\n*… the rest was cut off: GitHub allows 65,536 characters.*"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)

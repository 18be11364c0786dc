"""How foreign text is shown: people, repositories, logs and indexes may say anything, and none of it may act."""

from __future__ import annotations

import re
from collections.abc import Iterable

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


def in_cell(text: str) -> str:
    """Markdown of ours for a table cell: a bar would end it, even in a code span."""
    return text.replace("|", "\\|")


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
    """Markdown that others wrote (a changelog) and that shall stay Markdown, but ping nobody and hide nothing.

    Mentions lose their force by a word joiner behind the at sign, its entities too; HTML comments are broken, so that
    none of our markers can be forged and nothing is hidden; a line that starts with a slash is no command any more.
    """
    text = markdown if len(markdown) <= limit else markdown[:limit] + "\n\n…"
    text = re.sub(r"@|&#0*64;|&#[xX]0*40;|&commat;", "@\N{WORD JOINER}", text)
    text = text.replace("<!--", "&lt;!--")
    return re.sub(r"^([ \t]*)/", r"\1\\/", text, flags=re.MULTILINE)


def link(label: str, address: str) -> str:
    """A Markdown link. The label is Markdown of ours; the address may hold anything."""
    safe = address.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    return f"[{label}]({safe})"


def short(sha: str) -> str:
    """A commit as people write it."""
    return sha[:7]


def finish(body: str) -> str:
    """``body`` within GitHub's limit, with a notice when something was cut off."""
    if len(body) <= MOST_CHARACTERS:
        return body
    return body[:_ROOM].rstrip() + "\n\n*… the rest was cut off: GitHub allows 65,536 characters.*"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)

"""A job's log made readable, and made comparable.

Tools wrap their lines at 80 columns in the middle of words, addresses and numbers, so messages are looked for in the
log without any white space; what is shown to people are the lines themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.observability.redaction import redact

MOST_CHARACTERS = 4 * 1024 * 1024
"""How much of the end of a log is looked at."""

MOST_LINES = 15
"""Lines of a log that are ever shown."""

_LONGEST_LINE = 400
_TIME_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?")
_TERMINAL = re.compile(r"\x1b(?:\[[0-9;:?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")
_COMMAND = re.compile(r"^(?:##\[(?P<runner>[a-z]{1,20})\]|::(?P<tool>[a-z-]{1,20})(?: [^:\n]{0,400})?::)")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_TOKEN_AT_END = re.compile(r"(?:\*\*\*|(?:pypi-|gh[a-z]_|github_pat_|eyJ)[A-Za-z0-9._-]{0,200})$")
_TOKEN_PIECE = re.compile(r"^(\s*)[A-Za-z0-9._-]{8,}")
_ERROR = re.compile(
    r"\berror\b|\bfailed\b|exception|traceback|[A-Z][a-z]+Error\b|denied|refused|not found", re.IGNORECASE
)
_NOISE = re.compile(
    r"^(?:Process completed with exit code|Post job cleanup|Cleaning up orphan|Error: Process completed)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log as people read it; ``marked`` says that the runner or a tool marked it as an error."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class LogText:
    """A log without time stamps, colours and workflow commands.

    ``compact`` is all of it without white space, ``starts`` says for each line where it begins in there.
    """

    lines: tuple[Line, ...]
    compact: str
    starts: tuple[int, ...]

    def lines_between(self, start: int, end: int) -> range:
        """The numbers of the lines that hold this part of ``compact``."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, end - 1)) - 1
        return range(max(first, 0), last + 1)


def read_log(log: str) -> LogText:
    """Clean the last part of a log."""
    lines = tuple(_clean(log[-MOST_CHARACTERS:]))
    compacted = ["".join(line.text.split()) for line in lines]
    starts = tuple(accumulate(map(len, compacted), initial=0))[: len(lines)]
    return LogText(lines, "".join(compacted), starts)


def _clean(log: str) -> list[Line]:
    found = []
    for raw in log.replace("\r\n", "\n").split("\n"):
        text = _TERMINAL.sub("", _TIME_STAMP.sub("", raw))
        command = _COMMAND.match(text)
        word = (command["runner"] or command["tool"]) if command else ""
        if command:
            text = text[command.end() :]
            text = text.replace("%0D", "").replace("%0A", "\n").replace("%25", "%")
        for part in text.split("\n"):
            shown = _UNSEEN.sub("", part.rsplit("\r", 1)[-1]).rstrip()
            if shown and word not in {"group", "endgroup", "debug", "add-mask"}:
                found.append(Line(shown, marked=word == "error"))
    return found


def decisive_lines(log: LogText, matched: range | None) -> tuple[str, ...]:
    """At most ``MOST_LINES`` lines that tell why a job failed, in their order, without secrets.

    With a match: its lines, with what the tool says just before, and lines marked as errors. Without one: what is
    marked, or else what speaks of an error, or else the end of the log.
    """
    chosen: list[int] = []
    if matched is not None:
        chosen += range(max(matched.start - 2, 0), min(matched.stop + 1, len(log.lines)))[:MOST_LINES]
    for numbers in (_marked(log), () if matched is not None else _speaking(log)):
        room = MOST_LINES - len(set(chosen))
        fresh = [number for number in numbers if number not in chosen]
        chosen += fresh[-room:] if room else []
    if not chosen:
        chosen += range(max(len(log.lines) - 10, 0), len(log.lines))
    return _without_secrets([log.lines[number].text for number in sorted(set(chosen))])


def _marked(log: LogText) -> Sequence[int]:
    return [at for at, line in enumerate(log.lines) if line.marked and not _NOISE.match(line.text)]


def _speaking(log: LogText) -> Sequence[int]:
    """The last lines that speak of an error, each with what follows it: names of exceptions come before their reason."""
    last = len(log.lines)
    hits = [at for at in range(max(last - 2000, 0), last) if _ERROR.search(log.lines[at].text[:_LONGEST_LINE])]
    around = {
        near for at in hits[-5:] for near in range(at, min(at + 3, last)) if not _NOISE.match(log.lines[near].text)
    }
    return sorted(around)


def _without_secrets(lines: Sequence[str]) -> tuple[str, ...]:
    """Tokens masked, also the rest of one that was wrapped onto the next line."""
    shown: list[str] = []
    token_goes_on = False
    for line in lines:
        text = redact(line)
        if token_goes_on:
            text = _TOKEN_PIECE.sub(r"\1***", text)
        token_goes_on = _TOKEN_AT_END.search(text) is not None
        shown.append(text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + "…")
    return tuple(shown)

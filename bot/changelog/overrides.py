"""What the description of a pull request says about its own changelog entry.

Three forms are met: a fenced ``release-note`` block (Kubernetes, scientific-python/changelist), a section "Changelog
Entry" or the word ``#skip-changelog`` (Craft), and the messages between release-please's ``BEGIN_COMMIT_OVERRIDE`` and ``END_COMMIT_OVERRIDE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.changelog.document import Document, Heading
from bot.changelog.markdown import read_markdown
from bot.changelog.sections import Section, is_nothing, list_entries

_MOST_DESCRIPTION = 70_000
"""Characters that are read: GitHub allows 65,536."""

_MOST_ENTRIES = 20
_MOST_ENTRY = 2_000
_MOST_SECTIONS = 5
_NOTHING = frozenset(
    {"no", "na", "skip", "not needed", "not applicable", "no changelog", "no changelog entry", "no release note"}
)

_BEGIN, _END, _NESTED = "BEGIN_COMMIT_OVERRIDE", "END_COMMIT_OVERRIDE", re.compile(r"(?:BEGIN|END)_NESTED_COMMIT")
_FENCE = re.compile(r" {0,3}(?P<run>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_NOTE = re.compile(r"[ \t]*release-notes?(?P<rest>(?:[ \t{,].*)?)", re.IGNORECASE)
_LABEL = re.compile(r"label[ \t]*=[ \t]*[\"'](?P<label>[^\"']{1,100})[\"']")
_SKIP = re.compile(r"(?<!\S)#skip-changelog(?!\S)", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:change-?log|release[ -]notes?|change-?log entr(?:y|ies)|news(?: entry)?)[ \t]*:?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Override:
    """What a description puts in the place of the title.

    Attributes:
        entries: the texts of the entries, each with the label it is filed under; none: there is nothing to note.
        messages: commit messages to read instead of the merge's own; None when the description has entries.
    """

    entries: tuple[tuple[str, str | None], ...] = ()
    messages: tuple[str, ...] | None = None


def find_override(description: str) -> Override | None:
    """What ``description`` says instead of the title; None when it says nothing of the kind, or only has a template."""
    if not description:
        return None
    text = description[:_MOST_DESCRIPTION].replace("\r\n", "\n")
    if _SKIP.search(text):
        return Override()
    messages = _find_messages(text)
    if messages is not None:
        return Override(messages=messages)
    if "release-note" not in text.lower() and _HEADING.search(text) is None:
        return None
    document = read_markdown(text)
    return _read_blocks(document) or _read_section(document)


def _find_messages(text: str) -> tuple[str, ...] | None:
    begin = text.find(_BEGIN)
    end = text.find(_END, begin + len(_BEGIN)) if begin >= 0 else -1
    if end < 0:
        return None
    pieces = _NESTED.split(text[begin + len(_BEGIN) : end])
    return tuple(filter(None, (piece.strip() for piece in pieces)))[:_MOST_ENTRIES] or None


def _read_blocks(document: Document) -> Override | None:
    found, seen = [], False
    for label, text in _list_blocks(document):
        seen = seen or bool(text)
        if text and not _is_nothing(text):
            found.append((text[:_MOST_ENTRY], label))
    return Override(tuple(found[:_MOST_ENTRIES])) if seen else None


def _list_blocks(document: Document) -> Iterator[tuple[str | None, str]]:
    """The label and the text of each block that is closed."""
    run, info, kept = "", None, list[str]()
    for line in document.lines:
        if line.comment:
            continue
        if run:
            closing = line.text.strip()
            if len(closing) < len(run) or closing.strip(run[0]):
                kept.append(line.text)
                continue
            note = _NOTE.fullmatch(info or "")
            if note is not None:
                label = _LABEL.search(note["rest"])
                yield label["label"] if label else None, _without_comments("\n".join(kept)).strip()
            run = ""
        elif not line.plain:
            opening = _FENCE.fullmatch(line.text)
            run, info, kept = (opening["run"], opening["info"], []) if opening else ("", None, [])


def _read_section(document: Document) -> Override | None:
    fitting = (pair for pair in _pair(document) if _HEADING.fullmatch(pair[0].text.strip()))
    for heading, last in islice(fitting, _MOST_SECTIONS):
        section = Section(heading, heading.line + heading.lines, last)
        texts = [_without_comments(entry.text).strip() for entry in list_entries(document, section, keep_nothing=True)]
        texts = [text for text in texts if text]
        if texts:
            noted = [(text[:_MOST_ENTRY], None) for text in texts if not _is_nothing(text)]
            return Override(tuple(noted[:_MOST_ENTRIES]))
    return None


def _pair(document: Document) -> Iterator[tuple[Heading, int]]:
    """Each heading and the line where it ends: any heading ends it, the next question of the template perhaps."""
    ends = [heading.line for heading in document.headings[1:]]
    return zip(document.headings, [*ends, len(document.lines)], strict=False)


def _without_comments(text: str) -> str:
    """``text`` without HTML comments; one that is left open hides the rest, as GitHub shows it."""
    head, *rest = text.split("<!--")
    return head + "".join(piece.partition("-->")[2] for piece in rest)


def _is_nothing(text: str) -> bool:
    return is_nothing(text) or text.strip(" \t\n_*.()").lower() in _NOTHING

"""Conventional Commits (https://www.conventionalcommits.org/en/v1.0.0/) in the messages of merges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.changelog.changes import Level

_MOST_BODY = 100_000
"""Characters of a message that are read; GitHub cuts a squash message long before."""

_MOST_COMMITS = 50
"""Entries that one message can give."""

_HEADER = re.compile(
    r"(?P<type>[A-Za-z][A-Za-z-]{0,29})(?:\((?P<scope>[^()\r\n]{1,100})\))?(?P<bang>!)?:[ \t]+(?P<text>\S[^\r\n]*)"
)
_BULLET = re.compile(r"[ \t]{0,3}[*-][ \t]+")
_BREAKING = re.compile(r"(?:BREAKING[ -]CHANGE|BREAKING[ -]CHANGES):[ \t]*(?P<text>[^\r\n]*)")
_TRAILER = re.compile(r"[A-Za-z][A-Za-z-]{0,40}:[ \t]|[A-Za-z][A-Za-z-]{0,40} #\d")

_LEVELS = {
    **dict.fromkeys(("feat", "feature"), Level.MINOR),
    **dict.fromkeys(("deprecate", "deprecation"), Level.MINOR),
    **dict.fromkeys(("fix", "bugfix", "hotfix", "perf", "revert", "security", "deps"), Level.PATCH),
    **dict.fromkeys(("build", "chore", "ci", "doc", "docs", "refactor", "style", "test", "tests"), Level.NONE),
}
"""What a type weighs. Types that change nothing for users weigh nothing and are not listed, as release-please and
Python Semantic Release have it; a change of documentation alone makes no new files on the index either."""

_GROUPS = {
    **dict.fromkeys(("feat", "feature"), "Added"),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), "Fixed"),
    **dict.fromkeys(("deprecate", "deprecation"), "Deprecated"),
    **dict.fromkeys(("perf", "deps", "revert"), "Changed"),
    "security": "Security",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """One conventional commit.

    Attributes:
        type: in small letters.
        scope: what stands in its parentheses.
        breaking: whether it says that it breaks something.
        footer: whether a footer says so, and not the mark behind the type.
        text: what it says behind the colon; with what breaks, if a footer tells that.
    """

    type: str
    scope: str | None
    breaking: bool
    footer: bool
    text: str

    @property
    def level(self) -> Level:
        """How much of the version it moves."""
        return Level.MAJOR if self.breaking else _LEVELS.get(self.type, Level.PATCH)

    @property
    def group(self) -> str | None:
        """The heading of Keep a Changelog it belongs under."""
        return "Changed" if self.breaking and self.type not in ("feat", "fix") else _GROUPS.get(self.type)

    @property
    def entry(self) -> str:
        """Its words as an entry: the scope says where, the type has become the group."""
        text = self.text[:1].upper() + self.text[1:] if self.text[:1].islower() and self.scope is None else self.text
        return f"{self.scope}: {text}" if self.scope else text


def find_commit(line: str) -> Commit | None:
    """``line`` as the header of a conventional commit, or None.

    A type that no convention knows is one only with the mark of a breaking change: ``numpy: follow 2.0`` is a sentence.
    """
    match = _HEADER.fullmatch(line.strip())
    if match is None:
        return None
    name, breaking = match["type"].lower(), match["bang"] is not None
    if name not in _LEVELS and not breaking:
        return None
    return Commit(name, match["scope"], breaking, False, match["text"].strip())


def list_commits(title: str, body: str) -> tuple[Commit, ...]:
    """What a message says in the convention; none when neither its title nor a line of its body is in it.

    A title in the convention speaks for the whole: of a squash, whose body lists all its commits with bullets, it is
    the one that was chosen for readers. Further commits below it count where they stand as paragraphs of their own, as
    release-please reads them. Without such a title the commits in the body count, with bullets or without.
    Whatever breaks counts wherever it stands.
    """
    lines = body[:_MOST_BODY].splitlines()
    footers = [text for text in map(_find_footer, lines) if text is not None]
    head = find_commit(title)
    found = ([head] if head else []) + list(_list_in_body(lines, bulleted=head is None))
    if head is not None and any(commit.breaking for commit in _list_in_body(lines, bulleted=True)):
        found[0] = Commit(head.type, head.scope, True, head.footer, head.text)
    if footers and found:
        first = found[0]
        found[0] = Commit(first.type, first.scope, True, not first.breaking, first.text)
    return tuple(found[:_MOST_COMMITS])


def has_breaking_footer(body: str) -> bool:
    """Whether a message says ``BREAKING CHANGE:``, in the convention otherwise or not."""
    return any(_find_footer(line) is not None for line in body[:_MOST_BODY].splitlines())


def find_footer(body: str, name: str) -> str | None:
    """The value of the last footer ``name: value`` of a message."""
    prefix, found = f"{name.lower()}:", None
    for line in body[:_MOST_BODY].splitlines():
        if line[: len(prefix)].lower() == prefix:
            found = line[len(prefix) :].strip()
    return found


def _find_footer(line: str) -> str | None:
    match = _BREAKING.match(_BULLET.sub("", line, count=1))
    return match["text"].strip() if match else None


def _list_in_body(lines: list[str], *, bulleted: bool) -> Iterator[Commit]:
    above = ""
    for line in lines:
        bullet = _BULLET.match(line)
        starts = bulleted if bullet else not above.strip() or bulleted
        commit = find_commit(line[bullet.end() :] if bullet else line) if starts else None
        if commit is not None:
            yield commit
        above = line

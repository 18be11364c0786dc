"""Who made a release, and what was merged for it, as GitHub tells it in the notes that it proposes. Pure.

GitHub writes ``* TITLE by @LOGIN in ADDRESS`` for each pull request below ``## What's Changed``, where the project's
``.github/release.yml`` may have headings of its own, and ``* @LOGIN made their first contribution in ADDRESS`` below
``## New Contributors``:
https://docs.github.com/en/repositories/releasing-projects-on-github/automatically-generated-release-notes.

Titles are by strangers. None spans lines, so that none can pass for a heading, and whoever made a pull request stands
behind all of its title.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from bot.changelog.changes import Change

_MOST_CHARACTERS = 200_000
"""GitHub takes no longer text for a release than 125,000."""

_NUMBER = re.compile(r"in https?://\S+/pull/(\d{1,10})\Z", re.ASCII)
_LOGIN = r"(?P<login>[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?)"
_MERGED = re.compile(rf"\* .* by @{_LOGIN} in https?://\S+/pull/\d{{1,10}}", re.ASCII)
_FIRST = re.compile(
    rf"\* @{_LOGIN} made their first contribution in https?://\S+/pull/(?P<number>\d{{1,10}})", re.ASCII
)
_NOBODY = frozenset({"ghost", "copilot"})
"""A deleted account, and the one bot whose name does not say that it is one."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody whose pull requests a release holds; ``first`` is the one with which they began, if it is among them."""

    login: str
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Contributions:
    """What GitHub tells of a release: the people, and the list of what was merged, as Markdown without our own."""

    people: tuple[Contributor, ...] = ()
    merged: str = ""


def read_contributions(text: str, own_login: str) -> Contributions:
    """What the notes that GitHub proposes tell; ``own_login`` is our bot's, whose pull requests only make releases."""
    merged: list[str] = []
    first: dict[str, int] = {}
    heading = ""
    # Not splitlines: it breaks at characters that a title may hold.
    for line in text[:_MOST_CHARACTERS].split("\n"):
        line = line.rstrip()  # noqa: PLW2901
        if line.startswith("## "):
            heading = line[3:].strip().casefold()
        elif heading == "what's changed" and line.startswith(("* ", "### ")):
            merged.append(line)
        elif heading == "new contributors" and (found := _FIRST.fullmatch(line)):
            first.setdefault(found["login"], int(found["number"]))
    merged = [line for line in merged if (_find_author(line) or "").casefold() != own_login.casefold()]
    logins = dict.fromkeys(login for line in merged if (login := _find_author(line)) and _is_person(login))
    people = tuple(Contributor(login, first.get(login)) for login in logins)
    return Contributions(people, "\n".join(_list_filled(merged)))


def keep_merged(told: Contributions, numbers: Collection[int]) -> Contributions:
    """What of it came with these pull requests: who made them, and the list of what they brought."""
    lines = [line for line in told.merged.split("\n") if line.startswith("### ") or _find_number(line) in numbers]
    logins = {login for line in lines if (login := _find_author(line))}
    people = tuple(
        replace(one, first=one.first if one.first in numbers else None) for one in told.people if one.login in logins
    )
    return Contributions(people, "\n".join(_list_filled(lines)))


def with_pushers(told: Contributions, changes: Iterable[Change]) -> Contributions:
    """With those who pushed one of ``changes`` without a pull request, where its author has an account that GitHub knows."""
    known = {one.login.casefold() for one in told.people}
    logins = dict.fromkeys(change.author for change in changes if change.number is None and change.author)
    new = (login for login in logins if login.casefold() not in known and _is_person(login))
    return replace(told, people=(*told.people, *map(Contributor, new)))


def _find_number(line: str) -> int | None:
    found = _NUMBER.search(line) if _MERGED.fullmatch(line) else None
    return int(found[1]) if found else None


def _find_author(line: str) -> str | None:
    found = _MERGED.fullmatch(line)
    return found["login"] if found else None


def _is_person(login: str) -> bool:
    return not login.endswith("[bot]") and login.casefold() not in _NOBODY


def _list_filled(lines: Iterable[str]) -> Iterator[str]:
    """The lines without the headings that nothing stands below, each group apart from the next."""
    heading: str | None = None
    begun = False
    for line in lines:
        if line.startswith("### "):
            heading = line
            continue
        if heading is not None:
            yield from ([""] if begun else [])
            yield from (heading, "")
            heading = None
        begun = True
        yield line

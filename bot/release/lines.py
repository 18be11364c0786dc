"""What of a repository is under way, as far as the engine knows: release lines, and releases that were merged.

A note saves looking everywhere: a release whose branch was deleted after the merge is found through its line, and so is
the repository itself; one that was merged and is not through is found however many pull requests came after it. What
becomes of either only GitHub tells. Lost with the database they are written again by the recovery sweep, from what
GitHub shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.engine.protocol import Intent, Intents
from bot.release.line import Line

UNDER_WAY: Final = "line:"
"""How the key of a line's note begins."""

MERGED: Final = "merged:"
"""How the key of a merged release's note begins."""

TOLD: Final = "told:"
"""How the key of a note begins that says that we were told of a merge."""

PUSHED: Final = "pushed:"
"""How the key of a note begins that says where somebody has pushed a base to."""

LABELLED: Final = "labelled:"
"""How the key of a note begins that says which labels a merged pull request has got."""

TAGGED: Final = "tagged:"
"""How the key of a note begins that leads to a release without a pull request."""

SOUGHT: Final = "sought"
"""The key of the note that releases without a pull request may be under way that no note leads to: the database is new."""

REMEMBERED: Final = "remembered:"
"""How the key of a note begins that leads to a command which waited for a merge."""

AWAY: Final = "away"
"""The key of the note that the repository is out of our reach: nothing is asked of it before something is heard of it."""

LASTS: Final = timedelta(days=35)
"""How long after its merge a release can be under way: no workflow run lasts longer (docs: "Actions limits")."""

_MOST_MERGED: Final = 10
"""How many merged releases are looked after, the newest ones; where so many stand still nobody waits for the others."""


@dataclass(frozen=True, slots=True)
class TagNote:
    """Where a release without a pull request is found: the thread, the commit that is tagged, the tag, and the line."""

    thread: int
    commit: str
    tag: str
    line: Line


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted: lines, the numbers of merged release pull requests, newest first, and of others with a command."""

    lines: tuple[Line, ...]
    merged: tuple[int, ...]
    remembered: tuple[int, ...] = ()
    told: tuple[tuple[int, datetime], ...] = ()
    """Merged release pull requests that reads may not show merged yet, and when we were told."""
    pushed: tuple[tuple[str, str, datetime], ...] = ()
    """Bases that reads may not show where they are by now: the commit, and when we were told; each push by itself."""
    labelled: tuple[tuple[int, frozenset[str], datetime], ...] = ()
    """Merged pull requests that reads may not show with their labels yet: those they have, and when we were told."""
    tagged: tuple[tuple[TagNote, datetime], ...] = ()
    """Releases without a pull request, the newest first, and when each was noted."""
    sought: bool = False
    """Whether others of these may be under way."""
    away: bool = False
    """Whether the repository was out of our reach, or archived, when it was looked at last."""


async def note_line(intents: Intents, line: Line) -> None:
    """A release is under way on this line."""
    await intents.record(_key(line), {})


async def forget_line(intents: Intents, line: Line) -> None:
    """Nothing is under way there any more."""
    await intents.forget(_key(line))


async def note_merged(intents: Intents, number: int) -> None:
    """This release pull request was merged, and its release is not through."""
    await intents.record(f"{MERGED}{number}", {})


async def forget_merged(intents: Intents, number: int) -> None:
    """This release is over."""
    await intents.forget(f"{MERGED}{number}")


async def note_told(intents: Intents, number: int) -> None:
    """We were told that this release pull request was merged."""
    await intents.record(f"{TOLD}{number}", {})


async def forget_told(intents: Intents, number: int) -> None:
    """Reads show it by now, or should."""
    await intents.forget(f"{TOLD}{number}")


async def note_pushed(intents: Intents, base: str, commit: str) -> None:
    """We were told that this base is at this commit now."""
    await intents.record(f"{PUSHED}{base} {commit}", {})


async def forget_pushed(intents: Intents, base: str, commit: str) -> None:
    """Reads show it by now, or should; what was pushed since then is not forgotten with it."""
    await intents.forget(f"{PUSHED}{base} {commit}")


async def note_labelled(intents: Intents, number: int, labels: Sequence[str]) -> None:
    """We were told that this merged pull request has these labels by now."""
    await intents.record(f"{LABELLED}{number}", {"labels": list(labels)})


async def forget_labelled(intents: Intents, number: int) -> None:
    """Reads show it by now, or should."""
    await intents.forget(f"{LABELLED}{number}")


async def note_tagged(intents: Intents, note: TagNote) -> None:
    """A release without a pull request is about to begin, or is under way."""
    package = () if note.line.package is None else (note.line.package,)
    # No ref has a blank in its name, says git-check-ref-format.
    words = " ".join((str(note.thread), note.commit, note.tag, note.line.base, *package))
    await intents.record(f"{TAGGED}{words}", {})


async def forget_tagged(intents: Intents, note: TagNote) -> None:
    """It is over, or never began."""
    for intent in await intents.list():
        if intent.key.startswith(TAGGED) and _find_tag_note(intent.key) == note:
            await intents.forget(intent.key)


async def note_sought(intents: Intents) -> None:
    """Look whether releases without a pull request are under way: the database knows of none, since it is new."""
    await intents.record(SOUGHT, {})


async def forget_sought(intents: Intents) -> None:
    """Those that are under way were found, and noted."""
    await intents.forget(SOUGHT)


async def note_remembered(intents: Intents, number: int) -> None:
    """This pull request was merged, and a command in its thread waits for that."""
    await intents.record(f"{REMEMBERED}{number}", {})


async def find_remembered(intents: Intents, number: int) -> Intent | None:
    """The note of such a pull request."""
    return await intents.find(f"{REMEMBERED}{number}")


async def forget_remembered(intents: Intents, number: int) -> None:
    """The command was carried out."""
    await intents.forget(f"{REMEMBERED}{number}")


async def note_away(intents: Intents) -> None:
    """The repository is out of our reach, or nothing can be written there."""
    await intents.record(AWAY, {})


async def forget_away(intents: Intents) -> None:
    """It is back."""
    await intents.forget(AWAY)


async def is_under_way(intents: Intents) -> bool:
    """Whether anything is noted that leads to a release of the repository."""
    return any(
        one.key.startswith((UNDER_WAY, MERGED, TOLD, TAGGED, SOUGHT, REMEMBERED)) for one in await intents.list()
    )


async def get_noted(intents: Intents) -> Noted:
    """Everything that was noted and not forgotten."""
    noted = await intents.list()
    keys = [intent.key for intent in noted]
    lines = tuple(_find_line(key) for key in keys if key.startswith(UNDER_WAY))
    merged = sorted((int(key.removeprefix(MERGED)) for key in keys if key.startswith(MERGED)), reverse=True)
    remembered = sorted(int(key.removeprefix(REMEMBERED)) for key in keys if key.startswith(REMEMBERED))
    told = [(int(one.key.removeprefix(TOLD)), one.recorded_at) for one in noted if one.key.startswith(TOLD)]
    pushed = [(*_find_push(one.key), one.recorded_at) for one in noted if one.key.startswith(PUSHED)]
    labelled = [
        (int(one.key.removeprefix(LABELLED)), frozenset(map(str, one.value["labels"])), one.recorded_at)
        for one in noted
        if one.key.startswith(LABELLED)
    ]
    tagged = [(_find_tag_note(one.key), one.recorded_at) for one in noted if one.key.startswith(TAGGED)]
    tagged.sort(key=lambda one: one[1], reverse=True)
    return Noted(
        lines,
        tuple(merged[:_MOST_MERGED]),
        tuple(remembered),
        tuple(told),
        tuple(pushed),
        tuple(labelled),
        tuple(tagged[:_MOST_MERGED]),
        sought=SOUGHT in keys,
        away=AWAY in keys,
    )


def _key(line: Line) -> str:
    # No branch has a blank in its name, says git-check-ref-format.
    return UNDER_WAY + (line.base if line.package is None else f"{line.base} {line.package}")


def _find_push(key: str) -> tuple[str, str]:
    base, _, commit = key.removeprefix(PUSHED).partition(" ")
    return base, commit


def _find_tag_note(key: str) -> TagNote:
    thread, commit, tag, base, *package = key.removeprefix(TAGGED).split(" ")
    return TagNote(int(thread), commit, tag, Line(base, *package))


def _find_line(key: str) -> Line:
    base, _, package = key.removeprefix(UNDER_WAY).partition(" ")
    return Line(base, package or None)

"""What was merged since the last release, and why that makes the version that it makes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.changelog.changes import Change, Level, Source, Weighed
from bot.messages.text import code
from bot.release.plan import Plan
from bot.release.since import Since
from bot.versions import same_version

_MOST_LISTED = 30
_MOST_WORDS = 120
_LEVELS = {Level.MAJOR: "major", Level.MINOR: "minor", Level.PATCH: "patch"}


def render_since(plan: Plan) -> list[str]:
    """A heading and the entries, heaviest first; nothing where nobody looked, or nothing was merged."""
    since = plan.since
    if since is None or not (since.weighed or since.written):
        return []
    releasing = sorted((one for one in since.weighed if one.level), key=lambda one: -one.level)
    shown = releasing[:_MOST_LISTED]
    rows = [f"- {_LEVELS[one.level]}: {_entry(one)}" for one in shown]
    rest = _rest(since, more=len(releasing) - len(shown), without=len(since.weighed) - len(releasing))
    return [
        f"## What was merged since {code(since.tag.name)}",
        *([_deciding(plan, since)] if plan.follows else []),
        *(["\n".join(rows)] if rows else []),
        *([rest] if rest else []),
    ]


def render_missed(missed: Sequence[Weighed]) -> list[str]:
    """What a release holds beside what its pull request listed; nothing where that is all."""
    if not missed:
        return []
    rows = [f"- {_entry(one)}" for one in missed[:_MOST_LISTED]]
    more = len(missed) - len(rows)
    rest = [f"… and {more} more."] if more > 0 else []
    return ["Also in this release, merged when its pull request was made already:", "\n".join(rows), *rest]


def _deciding(plan: Plan, since: Since) -> str:
    if since.release_as is not None and same_version(since.release_as.version, plan.version):
        name = since.release_as.change.name
        return f"{code(plan.version)}, because {name} says {code('Release-As: ' + since.release_as.version)}."
    level, entry = since.deciding
    if entry is None:
        return f"{code(plan.version)} stands, although nothing of this asks for a release by now."
    return f"{code(plan.version)}, a {_LEVELS[level]} step, because of {_cause(entry)}."


def _entry(entry: Weighed) -> str:
    text = code(entry.text, _MOST_WORDS)
    return f"{_name(entry.change)} {text} ({_why(entry)})" if entry.change is not None else text


def _cause(entry: Weighed) -> str:
    if entry.change is not None:
        return f"{_name(entry.change)} ({_why(entry)})"
    if entry.why.source is Source.FRAGMENT:
        return f"fragment {code(entry.why.word)}"
    written = code(entry.text.partition("\n")[0], _MOST_WORDS)
    return f"{written} in the changelog" + (f", under {code(entry.why.word)}" if entry.why.word else "")


def _name(change: Change) -> str:
    return change.name if change.number is not None else code(change.name)


def _why(entry: Weighed) -> str:
    match entry.why.source:
        case Source.LABEL:
            return f"label {code(entry.why.word)}"
        case Source.COMMIT | Source.FOOTER:
            return code(entry.why.word)
        case _:
            return "merged"


def _rest(since: Since, *, more: int, without: int) -> str:
    said = []
    if more > 0:
        said.append(f"… and {more} more.")
    if without > 0:
        said.append(f"{without} without weight for the version.")
    if not since.complete:
        said.append("The list is cut: so much was merged that I did not read all of it.")
    return " ".join(said)

"""The section of a release made from its changes, in the manner of the file it goes into."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from bot.changelog.changes import Source, Weighed, is_noted
from bot.changelog.document import Markup
from bot.changelog.manner import GroupForm, Manner
from bot.changelog.mentions import find_closed, mentions
from bot.changelog.results import Entry, Listed
from bot.changelog.words import list_lines

MOST_ENTRIES = 500
"""More changes between two releases than this are counted and not listed."""

_ORDER = ("Security", "Removed", "Deprecated", "Added", "Changed", "Fixed")
_KEEP_A_CHANGELOG = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_OTHER = "Changed"
_SAME = {
    "Added": (
        "added",
        "features",
        "feature",
        "new features",
        "new feature",
        "new",
        "additions",
        "enhancements",
        "feature",
    ),
    "Changed": (
        *("changed", "changes", "improvements", "improved", "enhancements", "other changes", "other", "others"),
        *("miscellaneous", "misc", "internal changes", "internal", "maintenance", "general"),
    ),
    "Deprecated": ("deprecated", "deprecations", "deprecations and removals", "deprecation"),
    "Removed": (
        "removed",
        "removals",
        "deprecations and removals",
        "breaking changes",
        "backwards incompatible changes",
    ),
    "Fixed": ("fixed", "fixes", "bug fixes", "bugfixes", "bugs fixed", "bugfix", "bug fix", "fix"),
    "Security": ("security", "security fixes", "security fix"),
}
"""What projects call the groups of Keep a Changelog."""


def list_entries_of(weighed: Iterable[Weighed]) -> tuple[Listed, ...]:
    """The entries that are to be listed: each text of a pull request once."""
    found = dict.fromkeys(
        Listed(
            entry.group,
            entry.text,
            entry.change.number if entry.change else None,
            _is_written(entry),
            find_closed(entry.change.description) if entry.change else (),
        )
        for entry in weighed
        if is_noted(entry)
    )
    return tuple(found)[:MOST_ENTRIES]


def _is_written(entry: Weighed) -> bool:
    """Whether the text was written for readers, and not as the title of a pull request."""
    return entry.why.source is Source.FRAGMENT or (entry.change is not None and entry.text in entry.change.description)


def find_unmentioned(text: str, listed: Iterable[Listed]) -> tuple[Listed, ...]:
    """Those of ``listed`` that a section written by hand speaks of neither by number nor by their words."""
    plain = " ".join(text.split()).casefold()
    return tuple(
        entry
        for entry in listed
        if not any(mentions(text, number) for number in (entry.number, *entry.closes) if number is not None)
        and " ".join(entry.text.split()).casefold() not in plain
    )


def render_body(manner: Manner, listed: Iterable[Listed], repository_url: str) -> list[str]:
    """The lines of a section below its heading, without blank ones at either end."""
    listed = tuple(listed)
    definitions = [
        manner.mention.render_definition(entry.number, repository_url)
        for entry in listed
        if manner.mention is not None and entry.number is not None
    ]
    lines: list[str] = []
    for name, entries in group_entries(manner, listed):
        if lines:
            lines += [""] * max(1, manner.group_apart)
        if name is not None:
            lines += [*render_group(manner, name), *[""] * manner.group_gap]
        lines += _render_list(manner, entries, repository_url)
    kept = [line for line in dict.fromkeys(definitions) if line]
    return [*lines, "", *kept] if kept else lines


def render_group(manner: Manner, name: str) -> list[str]:
    """The lines that set off the group ``name``."""
    if manner.group_form is GroupForm.BOLD:
        return [f"**{name}**{manner.group_colon}"]
    return manner.group_heading.render(name)


def to_entries(listed: Iterable[Listed]) -> tuple[Entry, ...]:
    """The entries as a plan shows them."""
    return tuple(Entry(entry.group, _with_number(entry)) for entry in listed)


def render_plain(listed: Iterable[Listed]) -> str:
    """The entries as Markdown, for readers of a pull request or a release: in the groups of Keep a Changelog."""
    manner = Manner()
    return "\n".join(render_body(manner, listed, ""))


def _with_number(entry: Listed) -> str:
    return f"{entry.text} (#{entry.number})" if entry.number is not None else entry.text


def group_entries(manner: Manner, listed: tuple[Listed, ...]) -> list[tuple[str | None, list[Listed]]]:
    """The entries by the names the file has for their groups: first those it has used, in its own order."""
    if manner.group_form is GroupForm.NONE:
        return [(None, list(listed))] if listed else []
    names = {name.strip(" :").casefold(): name for name in reversed(manner.names)}
    grouped: dict[str, list[Listed]] = {}
    for entry in listed:
        grouped.setdefault(_find_name(entry.group or _OTHER, names), []).append(entry)
    order = [*_list_in_order(manner, names)]
    return sorted(grouped.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _list_in_order(manner: Manner, names: dict[str, str]) -> list[str]:
    if not manner.names:
        return list(_KEEP_A_CHANGELOG)
    return list(dict.fromkeys([*manner.names, *(_find_name(group, names) for group in _ORDER)]))


def _find_name(group: str, names: dict[str, str]) -> str:
    return next((names[same] for same in _SAME.get(group, ()) if same in names), group)


def _render_list(manner: Manner, entries: list[Listed], repository_url: str) -> list[str]:
    lines: list[str] = []
    apart = manner.loose
    for entry in entries:
        shown = list_lines(entry.text, manner.markup, written=entry.written)
        # reStructuredText wants blank lines around a list within a list; Markdown reads it either way.
        has_list = len(shown) > 1 and manner.markup is Markup.RESTRUCTURED
        lines += [""] if lines and (apart or has_list) else []
        lines += _render_entry(manner, entry.number, shown, repository_url)
        apart = manner.loose or has_list
    return lines


def _render_entry(manner: Manner, number: int | None, shown: list[tuple[bool, str]], repository_url: str) -> list[str]:
    indent = " " * len(manner.bullet.expandtabs(4))
    (_, first), *points = shown
    if manner.mention is not None and number is not None and not mentions(first, number):
        first = f"{first} {manner.mention.render(number, repository_url)}"
    lines = _wrap(first, manner, manner.bullet, indent)
    if points and manner.markup is Markup.RESTRUCTURED:
        lines.append("")
    for _, words in points:
        lines += _wrap(words, manner, f"{indent}- ", f"{indent}  ")
    return lines


def _wrap(words: str, manner: Manner, first: str, rest: str) -> list[str]:
    if manner.width is None:
        return [first + words]
    lines = textwrap.wrap(
        words,
        manner.width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line if index == 0 else _guard_wrapped(line, rest) for index, line in enumerate(lines)]


def _guard_wrapped(line: str, indent: str) -> str:
    """A line that a wrap began with a mark of its own."""
    words = line[len(indent) :]
    return f"{indent}\\{words}" if words[:2] in {"- ", "+ ", "* ", "# ", "> "} or words[:3] in {"## ", ".. "} else line

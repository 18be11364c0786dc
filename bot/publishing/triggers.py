"""Whether an event starts a workflow: its ``on:``, with every filter that applies.

Rules: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.publishing.documents import Plain
from bot.publishing.globs import match_filter, match_ignore_filter
from bot.publishing.occasions import Occasion, ReleaseFacts, Trigger
from bot.publishing.quoting import quoted
from bot.publishing.truth import Truth


@dataclass(frozen=True, slots=True)
class Start:
    """Whether a workflow starts, and why not or why that is not known."""

    starts: Truth
    reason: str = ""


@dataclass(frozen=True, slots=True)
class On:
    """The ``on:`` of a workflow: each event it names with that event's configuration (empty when it has none)."""

    events: Mapping[str, Mapping[str, Plain]]

    def names(self, event: str) -> bool:
        """Whether the event is named at all."""
        return event in self.events


def read_on(plain: Plain) -> On | None:
    """The meaning of ``on:`` in any of its three forms; ``None`` when it is none of them."""
    if isinstance(plain, str):
        return On({plain: {}})
    if isinstance(plain, list):
        return On({event: {} for event in plain if isinstance(event, str)})
    if isinstance(plain, dict):
        return On({event: settings if isinstance(settings, dict) else {} for event, settings in plain.items()})
    return None


def find_start(on: On, trigger: Trigger, facts: ReleaseFacts) -> Start:
    """Whether ``trigger`` starts a workflow with this ``on:``."""
    if not on.names(trigger.event):
        return Start(Truth.FALSE, f"its `on:` does not name {quoted(trigger.event)}")
    settings = on.events[trigger.event]
    if trigger.event == "push":
        if trigger.occasion is Occasion.MERGE:
            return _branch_push(settings, facts)
        return _tag_push(settings, facts)
    if trigger.event == "release":
        return _release(settings, trigger)
    return Start(Truth.TRUE)


def _tag_push(settings: Mapping[str, Plain], facts: ReleaseFacts) -> Start:
    """Path filters are not looked at when a tag is pushed; branch filters alone keep every tag out."""
    if "tags" in settings and "tags-ignore" in settings:
        return Start(Truth.FALSE, "`on: push` has both `tags` and `tags-ignore`, which GitHub refuses")
    for name, match in (("tags", match_filter), ("tags-ignore", match_ignore_filter)):
        if name in settings:
            patterns = _patterns(settings[name])
            if patterns is None:
                return Start(Truth.UNKNOWN, f"{quoted(name)} under `on: push` is not a list of patterns")
            through = match(patterns, facts.tag)
            return Start(through, _filtered(through, name, patterns, facts.tag))
    if "branches" in settings or "branches-ignore" in settings:
        return Start(Truth.FALSE, "`on: push` filters branches only, and then no tag starts it")
    return Start(Truth.TRUE)


def _branch_push(settings: Mapping[str, Plain], facts: ReleaseFacts) -> Start:
    for name, match in (("branches", match_filter), ("branches-ignore", match_ignore_filter)):
        if name in settings:
            patterns = _patterns(settings[name])
            through = Truth.UNKNOWN if patterns is None else match(patterns, facts.base_branch)
            return _with_paths(Start(through, _filtered(through, name, patterns or (), facts.base_branch)), settings)
    if "tags" in settings or "tags-ignore" in settings:
        return Start(Truth.FALSE, "`on: push` filters tags only, and then no branch starts it")
    return _with_paths(Start(Truth.TRUE), settings)


def _with_paths(start: Start, settings: Mapping[str, Plain]) -> Start:
    if start.starts is Truth.TRUE and ("paths" in settings or "paths-ignore" in settings):
        return Start(Truth.UNKNOWN, "`on: push` filters paths, and it depends on the files the merge changes")
    return start


def _filtered(through: Truth, name: str, patterns: Sequence[str], ref: str) -> str:
    if through is Truth.TRUE:
        return ""
    shown = ", ".join(f"{quoted(pattern, 60)}" for pattern in patterns[:5]) or "nothing"
    if through is Truth.FALSE:
        return f"{quoted(name)} under `on: push` ({shown}) leaves out {quoted(ref)}"
    return f"{quoted(name)} under `on: push` ({shown}) has a pattern whose meaning is not documented"


def _patterns(plain: Plain) -> list[str] | None:
    """A filter's patterns. GitHub takes a single text for a list of one, and a number for its text."""
    if isinstance(plain, str):
        return [plain]
    if isinstance(plain, list) and all(isinstance(item, str | int | float) for item in plain):
        return [str(item) for item in plain]
    return None


def _release(settings: Mapping[str, Plain], trigger: Trigger) -> Start:
    types = settings.get("types")
    if types is not None:
        named = _patterns(types)
        if named is None:
            return Start(Truth.UNKNOWN, "`types` under `on: release` is not a list of words")
        if trigger.activity not in named:
            return Start(Truth.FALSE, f"`types` under `on: release` leaves out {quoted(str(trigger.activity))}")
    if odd := sorted(set(settings) - {"types"}):
        return Start(Truth.UNKNOWN, f"`on: release` has {quoted(odd[0], 40)}, which GitHub does not document")
    return Start(Truth.TRUE)

"""What the labels of a pull request say about it, by the names that release-drafter, auto, tagpr and people use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.changelog.changes import Level

_MOST_LABELS = 100
_PREFIXES = frozenset(
    [
        "bump",
        "c",
        "category",
        "change",
        "changelog",
        "impact",
        "kind",
        "pr",
        "release",
        "semantic",
        "semver",
        "t",
        "tagpr",
        "topic",
        "type",
        "version",
    ]
)

_EXACT = {
    "major": Level.MAJOR,
    "minor": Level.MINOR,
    "patch": Level.PATCH,
    **dict.fromkeys(
        (
            "breaking",
            "breaking change",
            "breaking changes",
            "backward incompatible",
            "backwards incompatible",
            "incompatible",
        ),
        Level.MAJOR,
    ),
}
"""Labels that name what becomes of the version: whoever put one there has decided."""

_KINDS: dict[str, tuple[Level, str | None]] = {
    **dict.fromkeys(
        ("feature", "features", "feat", "new feature", "enhancement", "enhancements"), (Level.MINOR, "Added")
    ),
    **dict.fromkeys(("deprecation", "deprecated"), (Level.MINOR, "Deprecated")),
    **dict.fromkeys(("removal", "removed"), (Level.MAJOR, "Removed")),
    **dict.fromkeys(
        ("bug", "bugs", "bugfix", "bug fix", "fix", "hotfix", "regression", "defect"), (Level.PATCH, "Fixed")
    ),
    **dict.fromkeys(("security", "security fix", "vulnerability"), (Level.PATCH, "Security")),
    **dict.fromkeys(("performance", "perf", "improvement", "changed"), (Level.PATCH, "Changed")),
}
"""Labels that name the kind of change: they weigh as much as the convention of commits would."""


@dataclass(frozen=True, slots=True)
class LabelWeight:
    """What a label says: the level, whether that is an order, and the group."""

    label: str
    level: Level
    is_order: bool
    group: str | None


def find_label_weight(labels: Iterable[str]) -> LabelWeight | None:
    """The strongest of what ``labels`` say; one that names the version comes before one that names a kind."""
    found = [weight for label in list(labels)[:_MOST_LABELS] if (weight := _weigh(label)) is not None]
    strongest = max(found, key=lambda weight: (weight.is_order, weight.level), default=None)
    if strongest is None or strongest.group is not None:
        return strongest
    group = next((weight.group for weight in found if weight.group is not None), None)
    return LabelWeight(strongest.label, strongest.level, strongest.is_order, group)


def find_skip_label(labels: Iterable[str], skip_labels: Iterable[str]) -> str | None:
    """The label that keeps a pull request out of the changelog. ``skip news`` and ``Skip-News`` are the same."""
    skip = {" ".join(_words(label)) for label in skip_labels}
    return next((label for label in list(labels)[:_MOST_LABELS] if " ".join(_words(label)) in skip), None)


def _weigh(label: str) -> LabelWeight | None:
    words = _words(label)
    while len(words) > 1 and words[0] in _PREFIXES:
        words = words[1:]
    name = " ".join(words)
    if name in _EXACT:
        return LabelWeight(label, _EXACT[name], True, "Changed" if name not in ("major", "minor", "patch") else None)
    if name in _KINDS:
        level, group = _KINDS[name]
        return LabelWeight(label, level, False, group)
    return None


def _words(label: str) -> list[str]:
    """The words of a label: ``kind/Feature``, ``type: feature`` and ``feature`` with a picture in front are one label."""
    return re.findall(r"[a-z0-9]+", label[:100].lower())

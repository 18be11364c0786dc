"""From changes to entries: what each says, under which heading, and how much of the version it moves. Pure.

In this order a change is judged by its labels, by the convention of its commits, and, when a project keeps no
convention, as what it surely is: something merged that deserves a patch release. A label that names a part of the version
decides; one that names a kind, and the convention, count together, the stronger wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.version import InvalidVersion, Version

from bot.changelog.changes import Change, Level, ReleaseAs, Rules, Skipped, Source, Weighed, Why
from bot.changelog.conventional import Commit, find_commit, find_footer, has_breaking_footer, list_commits
from bot.changelog.labels import LabelWeight, find_label_weight, find_skip_label
from bot.changelog.overrides import Override, find_override
from bot.changelog.reverts import find_cancelled, is_revert

_MOST_TITLE = 400
_MOST_VERSION = 64
_OWN_NUMBER = re.compile(r"[ \t]*\(#\d{1,10}\)[ \t]*\Z")
_UPKEEP = re.compile(
    r"(?:dependabot|dependabot-preview|renovate|renovate-bot|mend-for-github-com|pre-commit-ci|pyup-bot|snyk-bot"
    r"|allcontributors|imgbot|step-security-bot)(?:\[bot\])?",
    re.IGNORECASE,
)
"""Bots whose pull requests keep up the workshop and not the product."""

_RELEASE = re.compile(
    r"(?:chore(?:\(.{0,40}\))?: )?(?:(?:prepare|preparing) (?:for )?(?:the )?(?:next )?release\b.{0,60}|(?:release|bump(?: to)?|version)"
    r"(?: version)?(?: [\w.-]{1,60})? v?\d+(?:\.\w+)+(?:(?: to| →) v?\d+(?:\.\w+)+)?|bump version\b.{0,60}|v?\d+\.\d+(?:\.\w+)*"
    r"|(?:back to|begin|start) (?:dev|development)\b.{0,60}|update (?:the )?change-?log\b.{0,60})\.?",
    re.IGNORECASE,
)
"""What people write over commits that only make a release."""

_MERGE = re.compile(r"Merge (?:pull request #\d|(?:remote-tracking )?branch ')")
_VERBS = {
    **dict.fromkeys(("add", "added", "adds", "allow", "implement", "introduce", "support"), "Added"),
    **dict.fromkeys(("fix", "fixed", "fixes", "correct", "prevent"), "Fixed"),
    **dict.fromkeys(("remove", "removed", "removes", "drop", "dropped", "drops", "delete"), "Removed"),
    **dict.fromkeys(("deprecate", "deprecated", "deprecates"), "Deprecated"),
    **dict.fromkeys(("change", "rename", "improve", "update", "move", "speed", "use", "refactor"), "Changed"),
}
"""The group that the first word of a title tells; never the level, since nobody promised anything by it."""


def weigh(changes: Iterable[Change], rules: Rules | None = None) -> tuple[Weighed, ...]:
    """The entries of ``changes`` (newest first, as history lists them), in the same order.

    Nothing is left out: what is not to be listed says why in ``skipped``.
    """
    changes, rules = tuple(changes), rules or Rules()
    cancelled = find_cancelled(changes)
    return tuple(entry for change in changes for entry in _weigh_change(change, rules, cancelled))


def find_level(weighed: Iterable[Weighed]) -> tuple[Level, Weighed | None]:
    """The level of a release with these entries, and the entry that decides; of several the one that came first.

    What is only kept out of the changelog still counts: no label may hide that something breaks.
    """
    decisive: Weighed | None = None
    for entry in weighed:
        # The newest comes first, and the first change of a level is the one that made it necessary.
        if entry.level and (decisive is None or entry.level >= decisive.level):
            decisive = entry
    return (decisive.level if decisive else Level.NONE), decisive


def find_release_as(changes: Iterable[Change]) -> ReleaseAs | None:
    """The version that the newest merge with a ``Release-As`` footer asks for.

    Only the message of the merge itself counts, not that of a commit it brings: that may have been written for another line
    long ago. And ``changes`` are those since the last release, so the word is kept once and leaks into no later one. A
    footer that was reverted, or that is no version, asks for nothing.
    """
    changes = tuple(changes)
    cancelled = find_cancelled(changes)
    for change in changes:
        value = find_footer(change.body if change.merge is None else change.merge, "Release-As")
        if change.sha in cancelled or not value or len(value) > _MOST_VERSION:
            continue
        try:
            Version(value)
        except InvalidVersion:
            continue
        return ReleaseAs(value, change)
    return None


def clean_title(title: str) -> str:
    """A title as an entry: on one line, without the number GitHub puts behind the title of a squash."""
    words = " ".join(title[:_MOST_TITLE].split())
    return _OWN_NUMBER.sub("", words).removesuffix(".").strip()


def _weigh_change(change: Change, rules: Rules, cancelled: frozenset[str]) -> Iterator[Weighed]:
    title = clean_title(change.title)
    out = _find_reason_out(change, title, rules, cancelled)
    if out is not None:
        yield Weighed(change, Level.NONE, Why(Source.DEFAULT), None, title, out)
        return
    is_upkeep = change.is_bot and change.author is not None and _UPKEEP.fullmatch(change.author) is not None
    # Dependabot puts labels of its own on its pull requests, which speak of the dependency's version and not of ours.
    label = None if is_upkeep else find_label_weight(change.labels)
    override = find_override(change.description)
    commits = _list_commits(change, title, override)
    level, why, group = _judge(change, commits, label, is_upkeep=is_upkeep)
    skipped = Skipped.LABEL if find_skip_label(change.labels, rules.skip_labels) else None
    if override is not None and override.messages is None and not override.entries:
        skipped = skipped or Skipped.TEXT
    if skipped is not None and why.source is Source.DEFAULT:
        # Nobody said that it is a reason for a release, and somebody that it is nothing to tell.
        level = Level.NONE
    if override is not None and override.entries:
        yield from _weigh_override(change, override, level, why, group, skipped)
    elif len(commits) > 1:
        yield from _weigh_commits(change, commits, level, why, skipped)
    else:
        text = commits[0].entry if commits else title
        group = group or _guess_group(text)
        yield Weighed(change, level, why, group, text, skipped or (None if level else Skipped.KIND))


def _find_reason_out(change: Change, title: str, rules: Rules, cancelled: frozenset[str]) -> Skipped | None:
    """Why a change weighs nothing whatever it says."""
    if change.sha in cancelled:
        return Skipped.REVERTED
    if rules.own_login is not None and (change.author or "").casefold() == rules.own_login.casefold():
        return Skipped.OWN
    if find_footer(change.body, "Release-Tag") is not None or _RELEASE.fullmatch(title):
        return Skipped.OWN
    return Skipped.MERGE if change.number is None and _MERGE.match(title) else None


def _list_commits(change: Change, title: str, override: Override | None) -> tuple[Commit, ...]:
    if override is not None and override.messages is not None:
        messages = [message.partition("\n") for message in override.messages]
        return tuple(commit for head, _, rest in messages for commit in list_commits(clean_title(head), rest))
    return list_commits(title, change.body)


def _judge(
    change: Change, commits: tuple[Commit, ...], label: LabelWeight | None, *, is_upkeep: bool
) -> tuple[Level, Why, str | None]:
    """The level of a change as a whole, what told it, and its group."""
    strongest = max(commits, key=lambda commit: commit.level, default=None)
    if label is not None and (label.is_order or strongest is None or label.level >= strongest.level):
        return label.level, Why(Source.LABEL, label.label), label.group or (strongest.group if strongest else None)
    if strongest is not None:
        return strongest.level, _tell(strongest), strongest.group or (label.group if label else None)
    if has_breaking_footer(change.body):
        return Level.MAJOR, Why(Source.FOOTER, "BREAKING CHANGE"), "Changed"
    if is_upkeep:
        return Level.NONE, Why(Source.DEFAULT), None
    return Level.PATCH, Why(Source.DEFAULT), "Changed" if is_revert(change) else None


def _weigh_commits(
    change: Change, commits: tuple[Commit, ...], level: Level, why: Why, skipped: Skipped | None
) -> Iterator[Weighed]:
    """The commits of one merge, each for itself; the first bears what a label says of the whole, none of them more."""
    for index, commit in enumerate(commits):
        own, told = min(commit.level, level), _tell(commit)
        if index == 0 and why.source is Source.LABEL:
            own, told = level, why
        group = commit.group or _guess_group(commit.entry)
        yield Weighed(change, own, told, group, commit.entry, skipped or (None if own else Skipped.KIND))


def _weigh_override(
    change: Change, override: Override, level: Level, why: Why, group: str | None, skipped: Skipped | None
) -> Iterator[Weighed]:
    for text, name in override.entries:
        named, found = find_label_weight([name]) if name else None, find_commit(text)
        own, told = level, why
        if named is not None and named.level > level:
            own, told = named.level, Why(Source.LABEL, named.label)
        elif found is not None and found.level > level and why.source is not Source.LABEL:
            own, told = found.level, _tell(found)
        # Whoever wrote an entry wants it to be read: a kind that is not listed otherwise is, and makes a patch.
        own = own if skipped else max(own, Level.PATCH)
        place = (named.group if named else None) or (found.group if found else None) or group or _guess_group(text)
        yield Weighed(change, own, told, place, found.entry if found else text, skipped)


def _tell(commit: Commit) -> Why:
    if commit.footer:
        return Why(Source.FOOTER, "BREAKING CHANGE")
    return Why(Source.COMMIT, f"{commit.type}!" if commit.breaking else commit.type)


def _guess_group(text: str) -> str | None:
    first = re.match(r"[A-Za-z]{1,20}", text)
    return _VERBS.get(first[0].lower()) if first else None

"""What people wrote for the next release by hand, and how much of the version it moves. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.changelog import scriv
from bot.changelog.book import Changelog
from bot.changelog.changes import Level, Source, Weighed, Why
from bot.changelog.files import read_changelog
from bot.changelog.forms import Files, Refused, markup_of
from bot.changelog.keepachangelog import entries
from bot.changelog.per_release import PerRelease
from bot.changelog.results import Entry
from bot.changelog.scriv import Scriv
from bot.changelog.towncrier import Towncrier, read_fragments

_GROUP_LEVELS = {
    **dict.fromkeys(("removed", "breaking", "breaking changes", "backwards incompatible changes"), Level.MAJOR),
    **dict.fromkeys(("added", "changed", "deprecated", "features", "new features", "enhancements", "new"), Level.MINOR),
}

_MOST_PLACES = 50


def weigh_written(changelog: Changelog) -> tuple[Weighed, ...]:
    """What people wrote for the next release, weighed: news fragments by their type, entries by their group."""
    match changelog.keeper:
        case Towncrier():
            found = read_fragments(changelog.keeper, changelog.paths, changelog.files)
            fragments = () if isinstance(found, Refused) else found
            return tuple(
                Weighed(None, one.level, Why(Source.FRAGMENT, one.path), one.type.name, one.text.strip())
                for one in fragments
            )
        case Scriv():
            return tuple(_weigh_scriv(changelog, changelog.keeper))
        case PerRelease():
            return ()
        case None:
            return tuple(_weigh_entry(entry) for entry in entries(changelog.text, changelog.markup))


def _weigh_scriv(changelog: Changelog, keeper: Scriv) -> Iterable[Weighed]:
    for path in changelog.paths:
        text = changelog.files.get(path, b"").decode("utf-8", "replace")
        level = scriv.find_level(keeper, text, markup_of(path))
        if level:
            yield Weighed(None, level, Why(Source.FRAGMENT, path), None, text.strip())


def _weigh_entry(entry: Entry) -> Weighed:
    group = (entry.group or "").strip(" :").casefold()
    breaking = entry.text.lstrip("*_ ").casefold().startswith(("breaking", "backwards incompatible"))
    level = Level.MAJOR if breaking else _GROUP_LEVELS.get(group, Level.PATCH)
    return Weighed(None, level, Why(Source.SECTION, entry.group or ""), entry.group, entry.text)


def list_places(changelog: Changelog, written: Iterable[Weighed]) -> tuple[str, ...]:
    """The files in which these entries stand: fragments each in its own, others in the changelog; the first ones only."""
    places = (one.why.word if one.why.source is Source.FRAGMENT else changelog.path for one in written)
    return tuple(dict.fromkeys(places))[:_MOST_PLACES]


def drop_earlier(changelog: Changelog, written: Iterable[Weighed], earlier: Files) -> tuple[Weighed, ...]:
    """What of ``written`` is news against an ``earlier`` commit, of which the places of all of it were looked for.

    A project that tags without stamping its changelog, or that keeps fragments for good, has told of it already.
    """
    written = tuple(written)
    places = list_places(changelog, written)
    before: set[tuple[str | None, str]] = set()
    read = read_changelog(changelog.path, earlier.get(changelog.path))
    if isinstance(read, Changelog):
        told = weigh_written(replace(changelog, text=read.text)) if changelog.keeper is None else ()
        before = {(one.group, one.text) for one in told}
    return tuple(
        one
        for one in written
        if (one.why.source is Source.FRAGMENT and one.why.word in places and one.why.word not in earlier)
        or (one.why.source is Source.SECTION and (one.group, one.text) not in before)
    )

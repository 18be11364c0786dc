"""A project's own changelog: find it in whatever form it is kept, and turn what is new into the section of a release. Pure.

* ``list_wanted(tree paths, files)`` names the files to read, ``find_book(tree paths, files)`` gives ``Changelog`` or
  ``NoChangelog``.
* ``release_changelog(changelog, naming, listed)`` says which files a release changes, and its notes; ``find_notes`` reads
  the notes of a release that was made.
* ``entries(text)`` lists the unreleased changes of a file, ``section(text, version)`` renders a version's notes, and
  ``stamp(text, ...)`` gives the text after a release, as ``Stamped``; or says why there is none: ``AlreadyStamped``,
  ``NothingUnreleased``, ``NoUnreleasedSection``.
* ``carry(source, target, version, markup)`` gives a changelog the section of a release that another branch has.
* ``weigh(changes, rules)`` makes entries of merged pull requests and pushed commits, ``list_entries_of(weighed)`` those that
  are listed, ``find_level(weighed)`` says how much of the version they move and which decides, ``find_release_as(changes)``
  reads the version that a merge asks for; ``weigh_written(changelog)`` weighs what people wrote themselves,
  and ``drop_earlier`` leaves out what was there at an earlier commit.

The texts are by strangers; whoever shows notes or entries elsewhere escapes mentions and cuts what is too long.
"""

from bot.changelog.book import NO_CHANGELOG, Changelog, NoChangelog
from bot.changelog.carry import carry
from bot.changelog.changes import (
    SKIP_LABELS,
    Change,
    Level,
    ReleaseAs,
    Rules,
    Skipped,
    Source,
    Weighed,
    Why,
    is_noted,
    list_touching,
)
from bot.changelog.detect import find_book, list_wanted
from bot.changelog.files import list_changelogs, read_changelog
from bot.changelog.forms import Act, FileChange, Left, Naming, Outcome, Refused, Released, Style, Unchanged, Wish
from bot.changelog.generate import list_entries_of, render_plain
from bot.changelog.keepachangelog import entries, section, stamp
from bot.changelog.release import find_notes, release_changelog
from bot.changelog.results import (
    AlreadyStamped,
    Entry,
    Listed,
    NothingUnreleased,
    NoUnreleasedSection,
    Stamped,
    StampResult,
)
from bot.changelog.weigh import find_level, find_release_as, weigh
from bot.changelog.written import drop_earlier, list_places, weigh_written

__all__ = [
    "NO_CHANGELOG",
    "SKIP_LABELS",
    "Act",
    "AlreadyStamped",
    "Change",
    "Changelog",
    "Entry",
    "FileChange",
    "Left",
    "Level",
    "Listed",
    "Naming",
    "NoChangelog",
    "NoUnreleasedSection",
    "NothingUnreleased",
    "Outcome",
    "Refused",
    "ReleaseAs",
    "Released",
    "Rules",
    "Skipped",
    "Source",
    "StampResult",
    "Stamped",
    "Style",
    "Unchanged",
    "Weighed",
    "Why",
    "Wish",
    "carry",
    "drop_earlier",
    "entries",
    "find_book",
    "find_level",
    "find_notes",
    "find_release_as",
    "is_noted",
    "list_changelogs",
    "list_entries_of",
    "list_places",
    "list_touching",
    "list_wanted",
    "read_changelog",
    "release_changelog",
    "render_plain",
    "section",
    "stamp",
    "weigh",
    "weigh_written",
]

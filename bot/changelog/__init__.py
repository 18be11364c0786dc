"""A project's own changelog: find it, read what is unreleased, and turn that into the section of a release. Pure.

* ``find_changelog(tree paths)`` names the file, ``read_changelog(path, content)`` gives ``Changelog`` or ``NoChangelog``.
* ``entries(text)`` lists the unreleased changes, ``section(text, version)`` renders a version's notes.
* ``stamp(text, version=, day=, tag=, base_tag=, repository_url=)`` gives the text after a release, as ``Stamped``; or says
  why there is none: ``AlreadyStamped``, ``NothingUnreleased``, ``NoUnreleasedSection``.
* ``weigh(changes, rules)`` makes entries of merged pull requests and pushed commits, ``find_level(weighed)`` says how much
  of the version they move and which decides, ``find_release_as(changes)`` reads the version that a merge asks for.

The text is Markdown by strangers; whoever shows notes or entries elsewhere escapes mentions and cuts what is too long.
"""

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
from bot.changelog.files import find_changelog, read_changelog
from bot.changelog.keepachangelog import entries, section, stamp
from bot.changelog.results import (
    AlreadyStamped,
    Changelog,
    Entry,
    NoChangelog,
    NothingUnreleased,
    NoUnreleasedSection,
    Stamped,
    StampResult,
)
from bot.changelog.weigh import find_level, find_release_as, weigh

__all__ = [
    "SKIP_LABELS",
    "AlreadyStamped",
    "Change",
    "Changelog",
    "Entry",
    "Level",
    "NoChangelog",
    "NoUnreleasedSection",
    "NothingUnreleased",
    "ReleaseAs",
    "Rules",
    "Skipped",
    "Source",
    "StampResult",
    "Stamped",
    "Weighed",
    "Why",
    "entries",
    "find_changelog",
    "find_level",
    "find_release_as",
    "is_noted",
    "list_touching",
    "read_changelog",
    "section",
    "stamp",
    "weigh",
]

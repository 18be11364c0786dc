"""A project's own changelog: find it, read what is unreleased, and turn that into the section of a release. Pure.

* ``find_changelog(tree paths)`` names the file, ``read_changelog(path, content)`` gives ``Changelog`` or ``NoChangelog``.
* ``entries(text)`` lists the unreleased changes, ``section(text, version)`` renders a version's notes.
* ``stamp(text, version=, day=, tag=, base_tag=, repository_url=)`` gives the text after a release, as ``Stamped``; or says
  why there is none: ``AlreadyStamped``, ``NothingUnreleased``, ``NoUnreleasedSection``.

The text is Markdown by strangers; whoever shows notes or entries elsewhere escapes mentions and cuts what is too long.
"""

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

__all__ = [
    "AlreadyStamped",
    "Changelog",
    "Entry",
    "NoChangelog",
    "NoUnreleasedSection",
    "NothingUnreleased",
    "StampResult",
    "Stamped",
    "entries",
    "find_changelog",
    "read_changelog",
    "section",
    "stamp",
]

"""Configurations of other release tools: what they would change, this engine changes too.

A project that moves over needs no change, as long as the tool's own record agrees with the version; one that does not is
a configuration nobody uses any more.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.versions.copies.finding import Finding, Subject
from bot.versions.tools import bumpversion, commitizen, librarian, release_please, rooster, semantic_release, tbump

TOOL_FILES = (*bumpversion.FILES, *tbump.FILES, *commitizen.FILES, *release_please.FILES)
"""Configuration files of their own, at the top of the package."""

_TOOLS: tuple[Callable[[Subject], Finding], ...] = (
    bumpversion.find_bumpversion_copies,
    tbump.find_tbump_copies,
    commitizen.find_commitizen_copies,
    semantic_release.find_semantic_release_copies,
    release_please.find_release_please_copies,
    librarian.find_librarian_copies,
    rooster.find_rooster_copies,
)


def find_tool_copies(subject: Subject) -> Finding:
    """The places that the release tools configured in the package would change."""
    finding = Finding()
    for find in _TOOLS:
        finding.add(find(subject))
    return finding

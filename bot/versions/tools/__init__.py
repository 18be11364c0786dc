"""Configurations of other release tools: what they would change, this engine changes too.

A project that moves over needs no change, as long as the tool's own record agrees with the version; one that does not is
a configuration nobody uses any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.versions.arithmetic import find_version
from bot.versions.copies.finding import Finding, Subject
from bot.versions.project import Lookalike, Site
from bot.versions.tools import bumpversion, commitizen, librarian, release_please, rooster, semantic_release, tbump
from bot.versions.tools.search import NOT_THERE

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


_RECORDERS: tuple[tuple[Callable[[Subject], list[Site]], Callable[[Subject], Finding]], ...] = (
    (tbump.list_tbump_records, tbump.find_tbump_copies),
    (bumpversion.list_bumpversion_records, bumpversion.find_bumpversion_copies),
)
"""Tools that keep a record of the version, which tells it where no file declares one."""

_IDLE = (
    "Not every place that the tool is told says the version it has on record, so that all of them are left as they are."
)


def find_recorded_copies(subject: Subject) -> Finding:
    """What the tools configured in a package would change whose version comes from the tag, such as what is to be cited.

    The version is the one that a tool has on record. The configuration is in use as long as every place that it names says
    that one too: a project that came to take its version from the tag no longer has it where it was declared before.
    """
    records = [(record, find) for list_records, find in _RECORDERS for record in list_records(subject)]
    versions = {find_version(record.spelling) for record, _ in records}
    finding = Finding()
    if len(versions) == 1 and None not in versions:
        recorded = replace(subject, spelling=records[0][0].spelling)
        for find in dict.fromkeys(find for _, find in records):
            finding.add(find(recorded))
    own = {(record.path, record.start) for record, _ in records}
    is_used = any((site.path, site.start) not in own for site in finding.sites)
    if is_used and not any(item.reason == NOT_THERE for item in finding.lookalikes):
        # The settings name no further places where the version comes from the tag.
        finding.lookalikes = [replace(item, setting=None) for item in finding.lookalikes]
        return finding
    finding.sites = []
    finding.lookalikes = [Lookalike(record.path, record.line, record.spelling, _IDLE) for record, _ in records]
    return finding


def find_tool_copies(subject: Subject) -> Finding:
    """The places that the release tools configured in the package would change."""
    finding = Finding()
    for find in _TOOLS:
        finding.add(find(subject))
    return finding

"""Configurations of other release tools: what they would change, this engine changes too.

A project that moves over needs no change, as long as the tool's own record agrees with the version; one that does not is
a configuration nobody uses any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.versions.arithmetic import find_version
from bot.versions.copies.finding import LAGGING, Finding, Subject
from bot.versions.project import Lookalike, Site
from bot.versions.tools import (
    bumpver,
    bumpversion,
    commitizen,
    librarian,
    release_please,
    rooster,
    semantic_release,
    tbump,
)
from bot.versions.tools.search import NOT_THERE

TOOL_FILES = (*bumpversion.FILES, *bumpver.FILES, *tbump.FILES, *commitizen.FILES, *release_please.FILES)
"""Configuration files of their own, at the top of the package."""

_TOOLS: tuple[Callable[[Subject], Finding], ...] = (
    bumpversion.find_bumpversion_copies,
    bumpver.find_bumpver_copies,
    tbump.find_tbump_copies,
    commitizen.find_commitizen_copies,
    semantic_release.find_semantic_release_copies,
    release_please.find_release_please_copies,
    librarian.find_librarian_copies,
    rooster.find_rooster_copies,
)


_Records = list[tuple[Site, Callable[[Subject], Finding]]]
_RECORDERS: tuple[tuple[Callable[[Subject], list[Site]], Callable[[Subject], Finding]], ...] = (
    (tbump.list_tbump_records, tbump.find_tbump_copies),
    (bumpversion.list_bumpversion_records, bumpversion.find_bumpversion_copies),
    (bumpver.list_bumpver_records, bumpver.find_bumpver_copies),
)
"""Tools that keep a record of the version, which tells it where no file declares one."""

_NO_VERSION = "This is no version, so that nothing follows it where the version comes from the tag."
_AT_ODDS = "The tools do not have one version on record, so that what they are told to change is left as it is."
_IDLE = (
    "Not every place that the tool is told says the version it has on record, so that all of them are left as they are."
)
_ALONE = "The tool is told no place that could follow, so that its record is left as it is."


def find_recorded_copies(subject: Subject) -> Finding:
    """What the tools configured in a package would change whose version comes from the tag, such as what is to be cited.

    The version is the one that a tool has on record, which must be the subject's where that has one: that of the package it
    goes on with. The configuration is in use as long as no place that it names lacks that version: a project that came to
    take its version from the tag no longer has it where it was declared before. A place that is told in a way we do not
    support says nothing of that; it is shown, and the others follow, as they do where a file declares the version.
    """
    records = [(record, find) for list_records, find in _RECORDERS for record in list_records(subject)]
    versions = {find_version(record.spelling) for record, _ in records}
    finding = Finding()
    if subject.version is not None and any(not subject.says(record.spelling) for record, _ in records):
        return _leave(records, LAGGING)
    if None in versions:
        return _leave(records, _NO_VERSION)
    if len(versions) > 1:
        return _leave(records, _AT_ODDS)
    for find in dict.fromkeys(find for _, find in records):
        finding.add(find(replace(subject, spelling=records[0][0].spelling)))
    if any(item.reason == NOT_THERE for item in finding.lookalikes):
        return _leave(records, _IDLE)
    own = {(record.path, record.start) for record, _ in records}
    if all((site.path, site.start) in own for site in finding.sites):
        finding.sites = []
        finding.add(_leave(records, _ALONE))
    return finding


def _leave(records: _Records, reason: str) -> Finding:
    finding = Finding()
    finding.lookalikes = [Lookalike(record.path, record.line, record.spelling, reason) for record, _ in records]
    return finding


def find_undeclared_copies(subject: Subject) -> Finding:
    """What the other tools would change in a package whose version comes from the tag: what says what was released last."""
    recording = {find for _, find in _RECORDERS}
    finding = Finding()
    for find in _TOOLS:
        if find not in recording:
            finding.add(find(subject))
    return finding


def find_tool_copies(subject: Subject) -> Finding:
    """The places that the release tools configured in the package would change."""
    finding = Finding()
    for find in _TOOLS:
        finding.add(find(subject))
    return finding

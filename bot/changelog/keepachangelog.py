"""A changelog with a section for each release, in Markdown or reStructuredText (https://keepachangelog.com and its kin).

What is unreleased becomes the section of a version, or one is made of what was merged. Nothing but the intended lines
changes: a heading comes in, link definitions follow, everything else keeps its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.document import Heading, Markup, form_of
from bot.changelog.generate import find_unmentioned, group_entries, render_body, to_entries
from bot.changelog.headings import UnreleasedHeading, VersionHeading
from bot.changelog.links import Release, apply_edits, list_definition_edits
from bot.changelog.manner import GroupForm, observe
from bot.changelog.placing import (
    date_pending,
    end_of,
    fill_pending,
    insert_after,
    insert_head,
    insert_section,
    render_head,
)
from bot.changelog.reading import ChangelogFile, body_of, read_file
from bot.changelog.results import (
    AlreadyStamped,
    Entry,
    Listed,
    NothingUnreleased,
    NoUnreleasedSection,
    Stamped,
    StampResult,
)
from bot.changelog.sections import find_anchors, list_entries, render_notes, section_of


def entries(text: str, markup: Markup = Markup.MARKDOWN) -> tuple[Entry, ...]:
    """The changes listed as unreleased; none when there is no such section."""
    file = read_file(text, markup)
    document, unreleased = file.document, file.unreleased
    return tuple(list_entries(document, body_of(document, unreleased))) if unreleased else ()


def section(text: str, version: str, markup: Markup = Markup.MARKDOWN, *, heading: Heading | None = None) -> str | None:
    """What the section of a released ``version`` says, as notes for a GitHub Release.

    Args:
        text: the changelog.
        version: in any spelling; ``1.0`` finds the section of ``1.0.0``.
        markup: its language.
        heading: the heading of the version, where it is known to be one by other means.

    Returns:
        Markdown with line feeds, empty when the section is; None when there is no such section.
    """
    file = read_file(text, markup)
    if heading is not None:
        return render_notes(file.document, section_of(file.document, heading))
    try:
        released = file.find(Version(version))
    except InvalidVersion:
        return None
    return render_notes(file.document, body_of(file.document, released)) if released else None


def stamp(
    text: str,
    *,
    version: str,
    day: date,
    tag: str,
    base_tag: str | None = None,
    repository_url: str,
    markup: Markup = Markup.MARKDOWN,
    listed: Iterable[Listed] = (),
    adds: bool = False,
) -> StampResult:
    """Make the unreleased changes those of ``version``.

    A heading for the version goes between the heading of the unreleased changes and the changes themselves, in the
    style of the file's other headings, and the link definitions follow. A heading such as ``1.2.0 (unreleased)`` gets
    its date instead. Where nothing is listed as unreleased, or the file has no place for that, a section is made of
    ``listed`` in the manner of the sections there are.

    Args:
        text: the changelog with its line ends as they are.
        version: as it is spelled in files and tags, without ``v``.
        day: date of the release.
        tag: its tag, for links.
        base_tag: the tag it is compared with; None for the first release.
        repository_url: the repository's page, for links where the file has none to go by.
        markup: the language of the file.
        listed: what was merged since the last release. What people wrote comes before: beside it these are not listed.
        adds: whether those that people did not speak of are added to what they wrote.

    Returns:
        ``Stamped`` with the new text; ``AlreadyStamped`` when the version has a section (nothing to do);
        ``NothingUnreleased`` or ``NoUnreleasedSection`` when there is nothing to stamp.

    Raises:
        packaging.version.InvalidVersion: ``version`` is none.
    """
    parsed, listed = Version(version), tuple(listed)
    file = read_file(text, markup, parsed)
    document, unreleased = file.document, file.unreleased
    released = file.find(parsed)
    if released is not None:
        notes = render_notes(document, body_of(document, released))
        return AlreadyStamped(document.lines[released.heading.line].number, notes)
    release = Release(version, day, tag, base_tag, repository_url)
    changes = list_entries(document, body_of(document, unreleased)) if unreleased else []
    if unreleased is not None and changes:
        return _stamp(file, unreleased, tuple(changes), release, listed, adds=adds)
    if listed:
        return _generate(file, release, listed) or NoUnreleasedSection()
    if unreleased is None:
        return NoUnreleasedSection()
    return NothingUnreleased(document.lines[unreleased.heading.line].number)


def _stamp(
    file: ChangelogFile,
    unreleased: UnreleasedHeading | VersionHeading,
    changes: tuple[Entry, ...],
    release: Release,
    listed: tuple[Listed, ...],
    *,
    adds: bool,
) -> Stamped:
    """What people wrote, as the section of the release."""
    document = file.document
    body = body_of(document, unreleased)
    if isinstance(unreleased, VersionHeading):
        edits, label = date_pending(file, unreleased, release)
    else:
        lines, label, edits = render_head(file, unreleased, release)
        edits.append(insert_head(file, body, lines))
    edits += list_definition_edits(document, label, release)
    unmentioned = find_unmentioned(document.slice(body.first, body.last), listed)
    text = apply_edits(document.text, edits)
    if not adds or not unmentioned:
        return Stamped(text, render_notes(document, body), changes, unmentioned)
    text = _add(text, file, unmentioned, release)
    notes = section(text, release.version, document.markup) or ""
    return Stamped(text, notes, (*changes, *to_entries(unmentioned)))


def _add(text: str, before: ChangelogFile, listed: tuple[Listed, ...], release: Release) -> str:
    """``text``, stamped, with what people did not speak of at the end of its group, else of the section."""
    file = read_file(text, before.document.markup)
    released = file.find(Version(release.version))
    if released is None:
        raise ValueError("what was stamped has a section of its own")
    document, body = file.document, body_of(file.document, released)
    groups = [heading for heading in document.headings if body.first <= heading.line < body.last]
    manner = observe(before.document, before.models)
    if groups:
        form, names = form_of(document, groups[0]), tuple(heading.text for heading in groups)
        manner = replace(manner, group_form=GroupForm.HEADING, group_heading=form, names=(*names, *manner.names))
    elif manner.group_form is GroupForm.HEADING:
        manner = replace(manner, group_form=GroupForm.NONE)
    ends = {heading.text: end_of(document, section_of(document, heading), body) for heading in groups}
    edits: dict[int, list[str]] = {}
    for name, entries_ in group_entries(manner, listed):
        is_there = name in ends
        at = ends[name] if name is not None and is_there else end_of(document, body, body)
        lines = render_body(
            manner if not is_there else replace(manner, group_form=GroupForm.NONE), entries_, release.repository_url
        )
        apart = [""] if not is_there and name is not None else []
        edits.setdefault(at, []).extend([*apart, *lines])
    return apply_edits(text, [insert_after(document, at, lines) for at, lines in edits.items()])


def _generate(file: ChangelogFile, release: Release, listed: tuple[Listed, ...]) -> Stamped | None:
    """A section made of ``listed``; None when the file has no place where one goes for sure."""
    document, unreleased = file.document, file.unreleased
    manner = observe(document, file.models)
    body = render_body(manner, listed, release.repository_url)
    if isinstance(unreleased, VersionHeading):
        edits, label = date_pending(file, unreleased, release)
        edits.append(fill_pending(document, unreleased, manner, body))
    else:
        place = _find_place(file, unreleased)
        if place is None:
            return None
        lines, label, edits = render_head(file, unreleased, release)
        edits.append(insert_section(document, place, [*lines, *[""] * manner.gap, *body], manner))
    edits += list_definition_edits(document, label, release)
    text = apply_edits(document.text, edits)
    return Stamped(text, section(text, release.version, document.markup) or "", to_entries(listed), generated=True)


def _find_place(file: ChangelogFile, unreleased: UnreleasedHeading | None) -> int | None:
    """The line before which a new section goes: below the unreleased changes, else above the newest version."""
    document = file.document
    if unreleased is not None:
        body = section_of(document, unreleased.heading)
        return max(body.first, find_anchors(document, body.last).start)
    if not file.models:
        # A title alone is the beginning of a changelog; anything else may be kept in a form that we do not know.
        return len(document.lines) if len(document.headings) == 1 and not document.definitions else None
    if file.is_rising:
        return section_of(document, file.models[-1].heading).last
    return find_anchors(document, file.models[0].heading.line).start

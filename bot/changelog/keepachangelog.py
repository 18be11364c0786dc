"""Keep a Changelog in Markdown (https://keepachangelog.com): read it, and turn what is unreleased into a release.

Nothing but the intended lines changes: a heading comes in, link definitions follow, everything else keeps its bytes.
"""

from __future__ import annotations

from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.headings import UnreleasedHeading, VersionHeading, find_unreleased, list_version_headings
from bot.changelog.links import Edit, Release, apply_edits, list_definition_edits, moved_url, settled_url, version_url
from bot.changelog.markdown import Document, Heading, read_markdown
from bot.changelog.results import AlreadyStamped, Entry, NothingUnreleased, NoUnreleasedSection, Stamped, StampResult
from bot.changelog.sections import Section, list_entries, render_notes, section_of


def entries(text: str) -> tuple[Entry, ...]:
    """The changes listed as unreleased; none when there is no such section."""
    document = read_markdown(text)
    unreleased = find_unreleased(document.headings)
    return tuple(list_entries(document, section_of(document, unreleased.heading))) if unreleased else ()


def section(text: str, version: str) -> str | None:
    """What the section of a released ``version`` says, as notes for a GitHub Release.

    Args:
        text: the changelog.
        version: in any spelling; ``1.0`` finds the section of ``1.0.0``.

    Returns:
        Markdown with line feeds, empty when the section is; None when there is no such section.
    """
    document = read_markdown(text)
    try:
        released = _find_released(document, Version(version))
    except InvalidVersion:
        return None
    return render_notes(document, section_of(document, released.heading)) if released else None


def stamp(
    text: str, *, version: str, day: date, tag: str, base_tag: str | None = None, repository_url: str
) -> StampResult:
    """Make the unreleased changes those of ``version``.

    A heading for the version goes between the heading of the unreleased changes and the changes themselves, in the
    style of the file's other headings, and the link definitions follow. A heading such as ``1.2.0 (unreleased)`` gets
    its date instead.

    Args:
        text: the changelog with its line ends as they are.
        version: as it is spelled in files and tags, without ``v``.
        day: date of the release.
        tag: its tag, for links.
        base_tag: the tag it is compared with; None for the first release.
        repository_url: the repository's page, for links where the file has none to go by.

    Returns:
        ``Stamped`` with the new text; ``AlreadyStamped`` when the version has a section (nothing to do);
        ``NothingUnreleased`` or ``NoUnreleasedSection`` when there is nothing to stamp.

    Raises:
        packaging.version.InvalidVersion: ``version`` is none.
    """
    document, parsed = read_markdown(text), Version(version)
    released = _find_released(document, parsed)
    if released is not None:
        notes = render_notes(document, section_of(document, released.heading))
        return AlreadyStamped(document.lines[released.heading.line].number, notes)
    unreleased = find_unreleased(document.headings)
    if unreleased is None:
        return NoUnreleasedSection()
    body = section_of(document, unreleased.heading)
    changes = list_entries(document, body)
    if not changes:
        return NothingUnreleased(document.lines[unreleased.heading.line].number)
    release = Release(version, day, tag, base_tag, repository_url)
    if isinstance(unreleased, VersionHeading):
        edits, label = _date_pending(document, unreleased, release)
    else:
        edits, label = _insert_heading(document, unreleased, body, release)
    edits += list_definition_edits(document, label, release)
    return Stamped(apply_edits(text, edits), render_notes(document, body), tuple(changes))


def _find_released(document: Document, version: Version) -> VersionHeading | None:
    headings = list_version_headings(document.headings)
    return next((heading for heading in headings if heading.version == version and not heading.is_pending), None)


def _list_models(document: Document) -> list[VersionHeading]:
    """The headings of released versions, in the order of the file."""
    return [heading for heading in list_version_headings(document.headings) if not heading.is_pending]


def _find_example_date(models: list[VersionHeading]) -> str | None:
    return next((model.match["date"] for model in models if model.match["date"]), None)


def _date_pending(document: Document, pending: VersionHeading, release: Release) -> tuple[list[Edit], str | None]:
    """Edits that give the heading of a pending version its date, and its label for a link definition."""
    url = settled_url(pending.url, release) if pending.url else None
    words = pending.render(release.version, release.day, url, _find_example_date(_list_models(document)))
    label = f"{pending.match['v'] or ''}{release.version}" if pending.label and pending.url is None else None
    return _reword(document, pending.heading, words), label


def _insert_heading(
    document: Document, unreleased: UnreleasedHeading, body: Section, release: Release
) -> tuple[list[Edit], str | None]:
    """Edits that put a heading for the version above the unreleased changes, and its label for a link definition."""
    models = _list_models(document)
    model = models[0] if models else None
    edits, current = [], None
    if unreleased.url_span is not None:
        start, end = unreleased.url_span
        current = document.text[start:end]
        edits.append(Edit(start, end, moved_url(current, release)))
    url = version_url(release, current, model.url if model else None)
    if model is None:
        words = unreleased.render(release.version, release.day, url)
        label = release.version if unreleased.has_brackets and current is None else None
    else:
        words = model.render(release.version, release.day, url, _find_example_date(models))
        label = f"{model.match['v'] or ''}{release.version}" if model.label and model.url is None else None
    edits.append(_heading_edit(document, body, model.heading if model else unreleased.heading, words))
    return edits, label


def _heading_edit(document: Document, body: Section, model: Heading, words: str) -> Edit:
    """Insert a heading like ``model`` with ``words`` at the top of the unreleased changes.

    A comment there ("add your changes below") stays with the unreleased heading.
    """
    newline = document.newline
    at = body.first
    while at < body.last and (document.lines[at].comment or not document.lines[at].text.strip()):
        at += 1
    while at > body.first and not document.lines[at - 1].comment:
        at -= 1
    lines = document.lines[model.line : model.line + model.lines]
    line = lines[0].text[: model.start - lines[0].start] + words
    closing = lines[0].text[model.end - lines[0].start :].rstrip() if model.lines == 1 else ""
    underline = newline + lines[1].text.strip()[0] * len(words) if model.lines == 2 else ""
    gap = newline * _blank_lines_before(document, model)
    position = document.lines[at].start if at < len(document.lines) else len(document.text)
    return Edit(position, position, gap + line + closing + underline + newline)


def _blank_lines_before(document: Document, model: Heading) -> int:
    """How far the file keeps its sections apart: one blank line, or two where it does so."""
    count = 0
    while model.line - count > 0 and not document.lines[model.line - count - 1].text.strip():
        count += 1
    return min(max(count, 1), 2)


def _reword(document: Document, heading: Heading, words: str) -> list[Edit]:
    edits = [Edit(heading.start, heading.end, words)]
    underline = document.lines[heading.line + 1] if heading.lines == 2 else None
    if underline and len(underline.text) == heading.end - heading.start:
        edits.append(Edit(underline.start, underline.start + len(underline.text), underline.text[0] * len(words)))
    return edits

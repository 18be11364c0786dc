"""A changelog with a section for each release, in Markdown or reStructuredText (https://keepachangelog.com and its kin).

What is unreleased becomes the section of a version, or one is made of what was merged. Nothing but the intended lines
changes: a heading comes in, link definitions follow, everything else keeps its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.document import Document, Heading, Markup, form_of
from bot.changelog.generate import find_unmentioned, group_entries, render_body, to_entries
from bot.changelog.headings import UnreleasedHeading, VersionHeading, find_unreleased, list_version_headings
from bot.changelog.links import Edit, Release, apply_edits, list_definition_edits, moved_url, settled_url, version_url
from bot.changelog.manner import GroupForm, Manner, observe
from bot.changelog.markdown import read_markdown
from bot.changelog.restructured import read_rst
from bot.changelog.results import (
    AlreadyStamped,
    Entry,
    Listed,
    NothingUnreleased,
    NoUnreleasedSection,
    Stamped,
    StampResult,
)
from bot.changelog.sections import Section, find_anchors, list_entries, render_notes, section_of


@dataclass(frozen=True, slots=True)
class ChangelogFile:
    """A changelog as it was read: its text, and the headings of versions in it.

    Attributes:
        document: the text.
        unreleased: the heading of unreleased changes.
        models: the headings of released versions, in the order of the file.
    """

    document: Document
    unreleased: UnreleasedHeading | VersionHeading | None
    models: tuple[VersionHeading, ...]

    @property
    def is_rising(self) -> bool:
        """Whether the oldest version comes first."""
        return len(self.models) > 1 and self.models[0].version < self.models[-1].version

    @property
    def model(self) -> VersionHeading | None:
        """The heading that a new one is made like: that of the newest version."""
        if not self.models:
            return None
        return self.models[-1] if self.is_rising else self.models[0]

    @property
    def example_date(self) -> str | None:
        """A date as the headings write it."""
        return next((model.match["date"] for model in self.models if model.match["date"]), None)

    def find(self, version: Version) -> VersionHeading | None:
        """The heading of a released version."""
        return next((model for model in self.models if model.version == version), None)


def read_file(text: str, markup: Markup) -> ChangelogFile:
    """``text`` with the headings of its versions."""
    document = read_document(text, markup)
    models = tuple(version for version in list_version_headings(document) if not version.is_pending)
    return ChangelogFile(document, find_unreleased(document), models)


def read_document(text: str, markup: Markup) -> Document:
    """``text`` with its lines, headings and definitions."""
    return read_markdown(text) if markup is Markup.MARKDOWN else read_rst(text)


def entries(text: str, markup: Markup = Markup.MARKDOWN) -> tuple[Entry, ...]:
    """The changes listed as unreleased; none when there is no such section."""
    document = read_document(text, markup)
    unreleased = find_unreleased(document)
    return tuple(list_entries(document, _body_of(document, unreleased))) if unreleased else ()


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
    return render_notes(file.document, _body_of(file.document, released)) if released else None


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
    file = read_file(text, markup)
    document, unreleased = file.document, file.unreleased
    released = file.find(parsed)
    if released is not None:
        notes = render_notes(document, _body_of(document, released))
        return AlreadyStamped(document.lines[released.heading.line].number, notes)
    release = Release(version, day, tag, base_tag, repository_url)
    changes = list_entries(document, _body_of(document, unreleased)) if unreleased else []
    if unreleased is not None and changes:
        return _stamp(file, unreleased, tuple(changes), release, listed, adds=adds)
    if listed:
        return _generate(file, release, listed) or NoUnreleasedSection()
    if unreleased is None:
        return NoUnreleasedSection()
    return NothingUnreleased(document.lines[unreleased.heading.line].number)


def _body_of(document: Document, found: UnreleasedHeading | VersionHeading) -> Section:
    dated = found.dated if isinstance(found, VersionHeading) else None
    return section_of(document, found.heading, after=dated.line + 1 if dated else None)


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
    body = _body_of(document, unreleased)
    if isinstance(unreleased, VersionHeading):
        edits, label = _date_pending(file, unreleased, release)
    else:
        lines, label, edits = _head(file, unreleased, release)
        edits.append(_insert_head(document, body, lines, file.model))
    edits += list_definition_edits(document, label, release)
    unmentioned = find_unmentioned(document.slice(body.first, body.last), listed)
    if not adds or not unmentioned:
        return Stamped(apply_edits(document.text, edits), render_notes(document, body), changes, unmentioned)
    edits += _add(file, body, unmentioned, release)
    text = apply_edits(document.text, edits)
    notes = section(text, release.version, document.markup) or ""
    return Stamped(text, notes, (*changes, *to_entries(unmentioned)))


def _add(file: ChangelogFile, body: Section, listed: tuple[Listed, ...], release: Release) -> list[Edit]:
    """Edits that add what people did not speak of to what they wrote: at the end of its group, else of the section."""
    document = file.document
    groups = [heading for heading in document.headings if body.first <= heading.line < body.last]
    manner = observe(document, file.models)
    if groups:
        form, names = form_of(document, groups[0]), tuple(heading.text for heading in groups)
        manner = replace(manner, group_form=GroupForm.HEADING, group_heading=form, names=(*names, *manner.names))
    elif manner.group_form is GroupForm.HEADING:
        manner = replace(manner, group_form=GroupForm.NONE)
    ends = {heading.text: _end_of(document, section_of(document, heading), body) for heading in groups}
    edits: dict[int, list[str]] = {}
    for name, entries_ in group_entries(manner, listed):
        is_there = name in ends
        at = ends[name] if name is not None and is_there else _end_of(document, body, body)
        lines = render_body(
            manner if not is_there else replace(manner, group_form=GroupForm.NONE), entries_, release.repository_url
        )
        apart = [""] if not is_there and name is not None else []
        edits.setdefault(at, []).extend([*apart, *lines])
    return [_insert_after(document, at, lines) for at, lines in edits.items()]


def _end_of(document: Document, inner: Section, body: Section) -> int:
    """The last line of a section that says something."""
    at = min(inner.last, body.last) - 1
    while at > inner.heading.line and not document.lines[at].text.strip():
        at -= 1
    return at


def _insert_after(document: Document, at: int, lines: list[str]) -> Edit:
    line, newline = document.lines[at], document.newline
    if line.end > line.start + len(line.text):
        return Edit(line.end, line.end, newline.join([*lines, ""]))
    return Edit(line.end, line.end, newline.join(["", *lines]))


def _generate(file: ChangelogFile, release: Release, listed: tuple[Listed, ...]) -> Stamped | None:
    """A section made of ``listed``; None when the file has no place where one goes for sure."""
    document, unreleased = file.document, file.unreleased
    manner = observe(document, file.models)
    body = render_body(manner, listed, release.repository_url)
    if isinstance(unreleased, VersionHeading):
        edits, label = _date_pending(file, unreleased, release)
        edits.append(_fill_pending(document, unreleased, manner, body))
    else:
        place = _find_place(file, unreleased)
        if place is None:
            return None
        lines, label, edits = _head(file, unreleased, release)
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


def insert_section(document: Document, place: int, lines: list[str], manner: Manner) -> Edit:
    """Put ``lines`` before the line ``place``, as far apart from what stands around them as other sections are."""
    newline = document.newline
    at = place
    while at > 0 and not document.lines[at - 1].text.strip():
        at -= 1
    blanks = [""] * manner.apart
    is_last = all(not line.text.strip() for line in document.lines[place:])
    if is_last:
        end = document.lines[at - 1] if at else None
        start = end.end if end else 0
        broken = end is not None and end.end == end.start + len(end.text)
        text = newline.join([*([""] if broken else []), *(blanks if at else []), *lines]) + newline
        return Edit(start, len(document.text), text)
    start = document.lines[place].start
    missing = [""] * max(0, manner.apart - (place - at)) if at else []
    return Edit(start, start, newline.join([*missing, *lines, *blanks, ""]))


def _fill_pending(document: Document, pending: VersionHeading, manner: Manner, lines: list[str]) -> Edit:
    """Put ``lines`` below the heading of a version that has no entries yet."""
    body = _body_of(document, pending)
    newline = document.newline
    at = body.first
    while at < body.last and document.lines[at].comment:
        at += 1
    end = at
    while end < body.last and not document.lines[end].text.strip():
        end += 1
    start = document.lines[at].start if at < len(document.lines) else len(document.text)
    stop = document.lines[end].start if end < len(document.lines) else len(document.text)
    above = document.lines[at - 1]
    broken = [""] if above.end == above.start + len(above.text) else []
    below = [""] * manner.apart if end < len(document.lines) else []
    return Edit(start, stop, newline.join([*broken, *[""] * manner.gap, *lines, *below, ""]))


def _date_pending(file: ChangelogFile, pending: VersionHeading, release: Release) -> tuple[list[Edit], str | None]:
    """Edits that give the heading of a pending version its date, and its label for a link definition."""
    document = file.document
    url = settled_url(pending.url, release) if pending.url else None
    words = pending.render(release.version, release.day, url, file.example_date)
    label = f"{pending.match['v'] or ''}{release.version}" if pending.label and pending.url is None else None
    edits = _reword(document, pending.heading, words)
    if pending.dated is not None:
        line = document.lines[pending.dated.line]
        example = next((model.dated for model in file.models if model.dated), None)
        edits.append(Edit(line.start, line.start + len(line.text), pending.dated.render(release.day, example)))
    return edits, label


def _head(
    file: ChangelogFile, unreleased: UnreleasedHeading | None, release: Release
) -> tuple[list[str], str | None, list[Edit]]:
    """The lines of a heading for the version, its label for a link definition, and what changes in the unreleased one."""
    document, model = file.document, file.model
    edits, current = list[Edit](), None
    if unreleased is not None and unreleased.url_span is not None:
        start, end = unreleased.url_span
        current = document.text[start:end]
        edits.append(Edit(start, end, moved_url(current, release)))
    url = version_url(release, current, model.url if model else None)
    if model is not None:
        words = model.render(release.version, release.day, url, file.example_date)
        label = f"{model.match['v'] or ''}{release.version}" if model.label and model.url is None else None
        return (
            [*_render_anchors(document, model, release), *_render_head(document, model, words, release)],
            label,
            edits,
        )
    if unreleased is not None:
        words = unreleased.render(release.version, release.day, url)
        label = release.version if unreleased.has_brackets and current is None else None
        return form_of(document, unreleased.heading).render(words), label, edits
    words = f"{release.version} - {release.day.isoformat()}"
    return [f"## {words}"] if document.markup is Markup.MARKDOWN else [words, "-" * len(words)], None, edits


def _render_head(document: Document, model: VersionHeading, words: str, release: Release) -> list[str]:
    lines = form_of(document, model.heading).render(words)
    if model.dated is None:
        return lines
    first = model.heading.line + model.heading.lines
    return [*lines, *[""] * (model.dated.line - first), model.dated.render(release.day, model.dated)]


def _render_anchors(document: Document, model: VersionHeading, release: Release) -> list[str]:
    """The names that the newest version can be linked by, made for the new one: those that hold its number."""
    old = f"{model.match['version']}"
    lines = [document.lines[index].text for index in find_anchors(document, model.heading.line)]
    named = [line for line in lines if not line.strip() or old in line]
    return [line.replace(old, release.version) for line in named] if any(line.strip() for line in named) else []


def _insert_head(document: Document, body: Section, head: list[str], model: VersionHeading | None) -> Edit:
    """Insert ``head`` at the top of the unreleased changes.

    A comment there ("add your changes below") stays with the unreleased heading.
    """
    newline = document.newline
    at = body.first
    while at < body.last and (document.lines[at].comment or not document.lines[at].text.strip()):
        at += 1
    while at > body.first and not document.lines[at - 1].comment:
        at -= 1
    gap = [""] * _blank_lines_before(document, model.heading if model else None)
    position = document.lines[at].start if at < len(document.lines) else len(document.text)
    return Edit(position, position, newline.join([*gap, *head, ""]))


def _blank_lines_before(document: Document, model: Heading | None) -> int:
    """How far the file keeps its sections apart: one blank line, or two where it does so."""
    if model is None:
        return 1
    line = find_anchors(document, model.line).start
    count = 0
    while line - count > 0 and not document.lines[line - count - 1].text.strip():
        count += 1
    return min(max(count, 1), 2)


def _reword(document: Document, heading: Heading, words: str) -> list[Edit]:
    edits = [Edit(heading.start, heading.end, words)]
    if heading.lines == 1:
        return edits
    under = document.lines[heading.line + heading.lines - 1]
    if len(under.text.rstrip()) == heading.end - heading.start or len(under.text.rstrip()) < len(words):
        rows = [under, document.lines[heading.line]] if heading.lines == 3 else [under]
        edits += [Edit(row.start, row.start + len(row.text), under.text[0] * len(words)) for row in rows]
    return edits

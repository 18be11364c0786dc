"""The edits with which a section comes into a changelog: its heading, its place, and the distances around it."""

from __future__ import annotations

from bot.changelog.document import Document, Heading, Markup, form_of
from bot.changelog.headings import UnreleasedHeading, VersionHeading
from bot.changelog.links import Edit, Release, moved_url, settled_url, version_url
from bot.changelog.manner import Manner, observe
from bot.changelog.outline import Outline, find_outline
from bot.changelog.reading import ChangelogFile, body_of
from bot.changelog.sections import Section, find_anchors


def insert_after(document: Document, at: int, lines: list[str]) -> Edit:
    """Put ``lines`` behind a line, which may be the last and broken off."""
    line, newline = document.lines[at], document.newline
    if line.end > line.start + len(line.text):
        return Edit(line.end, line.end, newline.join([*lines, ""]))
    return Edit(line.end, line.end, newline.join(["", *lines]))


def end_of(document: Document, inner: Section, body: Section) -> int:
    """The last line of a section that says something."""
    at = min(inner.last, body.last) - 1
    while at > inner.heading.line and not document.lines[at].text.strip():
        at -= 1
    return at


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


def fill_pending(document: Document, pending: VersionHeading, manner: Manner, lines: list[str]) -> Edit:
    """Put ``lines`` below the heading of a version that has no entries yet."""
    body = body_of(document, pending)
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


def date_pending(file: ChangelogFile, pending: VersionHeading, release: Release) -> tuple[list[Edit], str | None]:
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


def render_head(
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
            [*_render_anchors(document, model, release), *_render_model(document, model, words, release)],
            label,
            edits,
        )
    if unreleased is not None:
        words = unreleased.render(release.version, release.day, url)
        label = release.version if unreleased.has_brackets and current is None else None
        return form_of(document, unreleased.heading).render(words), label, edits
    words = f"{release.version} - {release.day.isoformat()}"
    return [f"## {words}"] if document.markup is Markup.MARKDOWN else [words, "-" * len(words)], None, edits


def _render_model(document: Document, model: VersionHeading, words: str, release: Release) -> list[str]:
    lines = form_of(document, model.heading).render(words)
    if model.dated is None:
        return lines
    first = model.heading.line + model.heading.lines
    return [*lines, *[""] * (model.dated.line - first), model.dated.render(release.day, model.dated)]


def _render_anchors(document: Document, model: VersionHeading, release: Release) -> list[str]:
    """The names that the newest version can be linked by, made for the new one: those that hold its number.

    The number may stand there with other signs for its dots: ``.. _changes_7-11-2:``.
    """
    lines = [document.lines[index].text for index in find_anchors(document, model.heading.line)]
    for dot in (".", "-", "_"):
        old, new = (version.replace(".", dot) for version in (model.match["version"], release.version))
        named = [line for line in lines if not line.strip() or old in line]
        if any(line.strip() for line in named):
            return [line.replace(old, new) for line in named]
    return []


def insert_head(file: ChangelogFile, body: Section, head: list[str]) -> Edit:
    """Insert ``head`` at the top of the unreleased changes.

    A comment there ("add your changes below") stays with the unreleased heading, and so do groups that wait to be filled
    in, with the comments in them.
    """
    document, newline = file.document, file.document.newline
    gap = [""] * _blank_lines_before(document, file.model.heading if file.model else None)
    outline = find_outline(document, body, observe(document, file.models).names)
    if outline is not None:
        below = [""] * (document.lines[body.first].text.strip() == "")
        return _replace(document, body, outline, [*gap, *head, *below])
    at = body.first
    while at < body.last and (document.lines[at].comment or not document.lines[at].text.strip()):
        at += 1
    while at > body.first and not document.lines[at - 1].comment:
        at -= 1
    position = document.lines[at].start if at < len(document.lines) else len(document.text)
    # Bold letters are a heading where they stand alone.
    close = head[-1].startswith("**") and at < body.last and document.lines[at].text.strip() != ""
    return Edit(position, position, newline.join([*gap, *head, *[""] * close, ""]))


def _replace(document: Document, body: Section, outline: Outline, between: list[str]) -> Edit:
    """Put the two parts of a section in its place, with ``between`` between them, and leave the blank lines at its end."""
    last = body.last
    while not document.lines[last - 1].text.strip():
        last -= 1
    newline, end = document.newline, document.lines[last - 1]
    parts = [*outline.waiting, *(line + newline for line in between), *outline.written]
    # The last line of a file may be broken off, and may not be the last any more.
    text = "".join(part if part.endswith(("\n", "\r")) else part + newline for part in parts)
    return Edit(document.lines[body.first].start, end.start + len(end.text), text.removesuffix("\n").removesuffix("\r"))


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

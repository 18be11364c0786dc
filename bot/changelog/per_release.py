"""One file for each release: find the folder, and write the next file like the newest, with its line in an index."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from packaging.version import InvalidVersion, Version

from bot.changelog.dates import DATE, render_date
from bot.changelog.document import Document, Heading, Markup, form_of
from bot.changelog.forms import (
    Act,
    FileChange,
    Files,
    Left,
    Naming,
    Outcome,
    Refused,
    Released,
    Unchanged,
    decode,
    markup_of,
)
from bot.changelog.generate import find_unmentioned, render_body, to_entries
from bot.changelog.headings import VersionHeading, find_date_line
from bot.changelog.manner import observe
from bot.changelog.reading import read_document
from bot.changelog.results import Entry, Listed
from bot.changelog.sections import list_entries, render_notes, section_of

_NAME = re.compile(
    r"(?P<before>(?:[A-Za-z]{1,20}[-_. ]){0,2}v?)(?P<version>\d{1,6}(?:[._]\d{1,6}){1,3}(?:\.?(?:a|b|rc|post)\d{1,3})?)"
    r"(?P<after>(?:[-_.][A-Za-z]{1,20}){0,2})(?P<ending>\.md|\.rst)"
)
_FOLDERS = re.compile(
    r"(?:.*/)?(?:change-?logs?|changes|news|release[-_ ]?notes?|releases?|history|what-?s-?new)", re.IGNORECASE
)
_FEW, _MANY = 2, 4
"""Files that make a folder one of releases: with a name that says so, and without."""

_UNRELEASED = frozenset({"unreleased", "next", "upcoming", "development", "dev"})
_INDEXES = ("index", "release", "releases", "changelog", "readme", "history", "news")
_DATE = re.compile(DATE, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PerRelease:
    """A folder with a file for each release.

    Attributes:
        folder: where they lie.
        before: what stands in their names before the version.
        after: what stands behind it.
        separator: what stands between the numbers of the version.
        ending: ``.md`` or ``.rst``.
        newest: the path of the newest.
        version: its version, as the name spells it, with dots.
        unreleased: the file with what is not released yet.
        indexes: files that may list them.
    """

    folder: str
    before: str
    after: str
    separator: str
    ending: str
    newest: str
    version: str
    unreleased: str | None = None
    indexes: tuple[str, ...] = field(default=())

    @property
    def markup(self) -> Markup:
        """Their language."""
        return markup_of(self.ending)

    def path_of(self, version: str) -> str:
        """The file of a version."""
        name = version if self.separator == "." else version.replace(".", self.separator)
        return posixpath.join(self.folder, f"{self.before}{name}{self.after}{self.ending}")


def find_per_release(tree_paths: Iterable[str]) -> PerRelease | None:
    """The folder with a file for each release among the files of a commit; None when there is none."""
    tree = list(tree_paths)
    groups: defaultdict[tuple[str, str, str, str, str], list[tuple[Version, str, str]]] = defaultdict(list)
    for path in tree:
        folder, name = posixpath.split(path)
        match = _NAME.fullmatch(name) if folder else None
        version = _parse(match["version"]) if match else None
        if match and version is not None:
            separator = "_" if "_" in match["version"] else "."
            key = (folder, match["before"], match["after"], separator, match["ending"])
            groups[key].append((version, match["version"].replace("_", "."), path))
    fitting = {key: found for key, found in groups.items() if len(found) >= _least(key[0])}
    if not fitting:
        return None
    key, found = max(fitting.items(), key=lambda item: (max(item[1])[0], len(item[1]), item[0]))
    _, version_text, newest = max(found)
    return _with_neighbours(PerRelease(*key, newest=newest, version=version_text), tree)


def _least(folder: str) -> int:
    return _FEW if _FOLDERS.fullmatch(folder) else _MANY


def _parse(text: str) -> Version | None:
    try:
        return Version(text.replace("_", "."))
    except InvalidVersion:
        return None


def _with_neighbours(found: PerRelease, tree: list[str]) -> PerRelease:
    parent, leaf = posixpath.split(found.folder)
    unreleased, indexes = None, []
    for path in tree:
        folder, name = posixpath.split(path)
        stem, ending = posixpath.splitext(name.lower())
        if folder == found.folder and ending == found.ending and stem in _UNRELEASED:
            unreleased = path
        inside = folder == found.folder and stem in _INDEXES
        above = folder == parent and stem in {leaf.lower(), "index", "changelog"}
        if (ending in {".md", ".rst"} and (inside or above)) or path in {"mkdocs.yml", "mkdocs.yaml"}:
            indexes.append(path)
    return PerRelease(
        found.folder, found.before, found.after, found.separator, found.ending, found.newest, found.version,
        unreleased, tuple(sorted(indexes)[:6]),
    )  # fmt: skip


def list_wanted(settings: PerRelease) -> list[str]:
    """The files to read: the newest, what is unreleased, and the indexes."""
    return [settings.newest, *settings.indexes, *([settings.unreleased] if settings.unreleased else [])]


def release_file(
    settings: PerRelease, tree_paths: Iterable[str], files: Files, naming: Naming, listed: tuple[Listed, ...]
) -> Outcome:
    """What a release makes of a folder with a file for each."""
    path = settings.path_of(naming.version)
    if path in set(tree_paths):
        return Unchanged(find_file_notes(settings, files, naming.version))
    model = decode(settings.newest, files.get(settings.newest))
    if isinstance(model, Refused):
        return model
    document = read_document(model, settings.markup)
    title = document.headings[0] if document.headings else None
    if title is None or settings.version not in title.text:
        return Refused(settings.newest, Left.NO_PLACE)
    head = _render_head(document, title, settings, naming)
    pending = _read_pending(settings, files)
    if pending is not None:
        kept, entries = pending.lines, pending.entries
        unmentioned = find_unmentioned("\n".join(kept), listed)
    elif listed:
        kept = render_body(observe(document, [_as_version(document, title)]), listed, naming.repository_url)
        entries, unmentioned = to_entries(listed), ()
    else:
        return Unchanged()
    text = document.newline.join([*head, "", *_strip(kept), ""])
    changes = [FileChange(path, None, text.encode(), Act.CREATED)]
    if pending is not None and settings.unreleased is not None:
        changes.append(FileChange(settings.unreleased, files[settings.unreleased], pending.rest.encode(), Act.STAMPED))
    changes += _list_index_changes(settings, files, naming)
    notes = find_file_notes(settings, {path: text.encode()}, naming.version) or ""
    return Released(tuple(changes), notes, entries, unmentioned)


def find_file_notes(settings: PerRelease, files: Mapping[str, bytes], version: str) -> str | None:
    """What the file of ``version`` says below its title, as Markdown; None when it is not there."""
    path = settings.path_of(version)
    text = decode(path, files.get(path))
    if isinstance(text, Refused):
        return None
    document = read_document(text, settings.markup)
    if not document.headings:
        return None
    title = document.headings[0]
    dated = find_date_line(document, title)
    return render_notes(document, section_of(document, title, after=dated.line + 1 if dated else None))


def _as_version(document: Document, title: Heading) -> VersionHeading:
    whole = re.match(r".*", title.text)
    if whole is None:
        raise ValueError("a heading has words")
    return VersionHeading(title, Version("0"), False, True, whole, find_date_line(document, title))


def _render_head(document: Document, title: Heading, settings: PerRelease, naming: Naming) -> list[str]:
    """The title of the newest file for another version and day, with the line of the date below it."""
    words = _redate(title.text.replace(settings.version, naming.version), naming.day)
    above = [
        line.text.replace(settings.version, naming.version).replace(
            settings.version.replace(".", "-"), naming.version.replace(".", "-")
        )
        for line in document.lines[: title.line]
        if line.plain and (not line.text.strip() or settings.version in line.text)
    ]
    lines = [*_strip(above), *([""] if _strip(above) else []), *form_of(document, title).render(words)]
    dated = find_date_line(document, title)
    if dated is None:
        return lines
    gap = dated.line - title.line - title.lines
    return [*lines, *[""] * gap, dated.render(naming.day, dated)]


def _redate(text: str, day: date) -> str:
    return _DATE.sub(lambda match: render_date(day, match[0]), text, count=1)


def _strip(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    last = next((index for index in range(len(lines), first, -1) if lines[index - 1].strip()), first)
    return lines[first:last]


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is written for the next release: the entries, their lines, and the file without them."""

    entries: tuple[Entry, ...]
    lines: list[str]
    rest: str


def _read_pending(settings: PerRelease, files: Files) -> _Pending | None:
    """The file of what is not released yet; None when it lists nothing."""
    path = settings.unreleased
    text = decode(path, files.get(path)) if path is not None else None
    if not isinstance(text, str):
        return None
    document = read_document(text, settings.markup)
    if not document.headings:
        return None
    title = document.headings[0]
    dated = find_date_line(document, title)
    body = section_of(document, title, after=dated.line + 1 if dated else None)
    entries = tuple(list_entries(document, body))
    lines = [line.text for line in document.lines[body.first : body.last]]
    rest = document.text[: document.lines[body.first].start] if body.first < len(document.lines) else document.text
    return _Pending(entries, lines, rest.rstrip() + document.newline) if entries else None


def _list_index_changes(settings: PerRelease, files: Files, naming: Naming) -> list[FileChange]:
    """A line for the new file in each index that has one for the newest, where that is clear."""
    changes = []
    for path in settings.indexes:
        text = decode(path, files.get(path))
        new = _add_line(settings, text, naming) if isinstance(text, str) else None
        if new is not None:
            changes.append(FileChange(path, files[path], new.encode(), Act.INDEXED))
    return changes


def _add_line(settings: PerRelease, text: str, naming: Naming) -> str | None:
    lines = text.splitlines(keepends=True)
    stem = posixpath.splitext(posixpath.basename(settings.newest))[0]
    holding = [index for index, line in enumerate(lines) if _names(line, stem)]
    if len(holding) != 1 or not lines[holding[0]].endswith("\n"):
        return None
    at = holding[0]
    own = posixpath.splitext(posixpath.basename(settings.path_of(naming.version)))[0]
    line = lines[at].replace(stem, own).replace(settings.version, naming.version)
    line = _redate(line, naming.day)
    # An older one may stand above: then the list rises.
    above = lines[at - 1] if at else ""
    rises = _NAME_IN_LINE.search(above) is not None
    return "".join((*lines[: at + rises], line, *lines[at + rises :]))


_NAME_IN_LINE = re.compile(r"\d{1,6}[._]\d{1,6}")


def _names(line: str, stem: str) -> bool:
    return (
        re.search(rf"(?<![\w.]){re.escape(stem)}(?!\.?[\w])|(?<![\w.]){re.escape(stem)}(?=\.(?:md|rst)\b)", line)
        is not None
    )

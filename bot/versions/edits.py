"""Write a new version into a project's files: each literal's span changes, and not a byte beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import tomlkit
from packaging.version import Version
from tomlkit.exceptions import TOMLKitError

from bot.versions.arithmetic import SpelledVersion, find_version, parse_version
from bot.versions.formats.cfg_lines import read_cfg
from bot.versions.formats.json_spans import JsonError, read_json
from bot.versions.formats.lock_entries import list_lock_entries
from bot.versions.formats.npm_lock import find_own_entries
from bot.versions.formats.python_check import is_exact_python
from bot.versions.formats.python_evaluation import evaluate
from bot.versions.formats.python_literals import parse
from bot.versions.formats.text import Span, Text, decode_lock, decode_python, decode_text, decode_toml, replace_spans
from bot.versions.formats.toml_spans import Path, TomlError, read_toml, value_at, with_value
from bot.versions.project import FileEdit, Project, ProjectCode, ProjectRefused, Reader, Site, SiteChange, SourceFile
from bot.versions.sentences import Quoted
from bot.versions.spelling import write_site

_MOST_FOR_SECOND_READER = 100_000
"""Characters; tomlkit takes about a tenth of a second for as many."""


def bump(project: Project, new_version: SpelledVersion | str, *, day: date | None = None) -> list[FileEdit]:
    """The edits that make ``project`` say ``new_version`` everywhere, in the spelling given where the place allows it.

    Every edited file is read again, and must differ from the old one in exactly those values.

    Args:
        project: as ``read_project`` gave it.
        new_version: what is released.
        day: the day of the release in UTC, for places that state it; None leaves them as they are.

    Returns:
        One edit per file that changes; none when every site says so already.

    Raises:
        VersionProblem: a ``str`` that ``parse_version`` refuses.
        ProjectRefused: ``inexpressible``, when a place cannot hold such a version; ``edit-not-exact``, when the check
            after the edit fails. Nothing may be written then.
    """
    new = parse_version(new_version) if isinstance(new_version, str) else new_version
    declared = _find_declared(project)
    edits = (_edit(file, new, day, declared) for file in project.files)
    return [edit for edit in edits if edit is not None]


def list_changes(
    project: Project, new_version: SpelledVersion | str, *, day: date | None = None
) -> tuple[SiteChange, ...]:
    """What ``bump`` makes of each place, also of those that need no change.

    Raises:
        VersionProblem: a ``str`` that ``parse_version`` refuses.
        ProjectRefused: ``inexpressible``, when a place cannot hold such a version.
    """
    new = parse_version(new_version) if isinstance(new_version, str) else new_version
    declared = _find_declared(project)
    written = ((site, write_site(site, new, day, declares=site is declared)) for site in project.sites)
    return tuple(SiteChange(site, _says(site, texts, new)) for site, texts in written)


def _find_declared(project: Project) -> Site | None:
    return project.sites[0] if project.sites and project.derived_by is None else None


def _edit(file: SourceFile, new: SpelledVersion, day: date | None, declared: Site | None) -> FileEdit | None:
    written = [(site, write_site(site, new, day, declares=site is declared)) for site in file.sites]
    changes = [
        (site, Span(piece.start, piece.end), text)
        for site, texts in written
        for piece, text in zip(site.pieces, texts, strict=True)
    ]
    text = _decode(file)
    if all(text.body[span.start : span.end] == new_text for _, span, new_text in changes):
        return None
    body = replace_spans(text.body, [(span, new_text) for _, span, new_text in changes])
    if not _computes(file, text, body, new, declared):
        other = (" puts the version together of what stands there, and would not say ", Quoted(new.spelling), ".")
        raise ProjectRefused(ProjectCode.INEXPRESSIBLE, Quoted(file.path), *other, path=file.path)
    if not _is_exact(file, text, body, changes):
        problem = " could not be changed without changing more than its version."
        raise ProjectRefused(ProjectCode.EDIT_NOT_EXACT, Quoted(file.path), problem, path=file.path)
    return FileEdit(file.path, file.content, text.encode(body), _describe(written, new))


def _decode(file: SourceFile) -> Text:
    readers = {site.reader for site in file.sites}
    if readers & {Reader.LOCK, Reader.NPM}:
        return decode_lock(file.path, file.content)
    if Reader.PYTHON in readers or file.path.endswith(".py"):
        return decode_python(file.path, file.content)
    return (decode_toml if Reader.TOML in readers else decode_text)(file.path, file.content)


def _computes(file: SourceFile, text: Text, body: str, new: SpelledVersion, declared: Site | None) -> bool:
    """Whether a module that puts the version together makes the new one of what stands there now.

    What only repeats the version may leave out what comes behind its numbers, or the last of these.
    """
    sites = {str(site.key[0]): site for site in file.sites if site.reader is Reader.PYTHON and site.parts and site.key}
    if not sites:
        return True
    before, after = (parse(file.path, one) for one in (text.body, body))
    for name, site in sites.items():
        told = (evaluate(module, name) for module in (before, after))
        old, made = (find_version(said) if isinstance(said, str) else None for said in told)
        if old is None:
            continue
        if made is None or (made != new.version and (site is declared or not _begins(made, new.version))):
            return False
    return True


def _begins(made: Version, new: Version) -> bool:
    numbers = (*new.release, *[0] * len(made.release))[: len(made.release)]
    return made.epoch == new.epoch and made.release == numbers


Changes = list[tuple[Site, Span, str]]


def _is_exact(file: SourceFile, text: Text, body: str, changes: Changes) -> bool:
    """Whether each kind of reader that found a site sees what is new there, and nothing new anywhere else.

    Sites that were found in the bare text have no reader: their spans are all that changes by the way they are written.
    """
    if Reader.PYTHON in {site.reader for site, _, _ in changes}:
        own = [(span, new) for site, span, new in changes if site.reader is Reader.PYTHON]
        more = [(span, new) for site, span, new in changes if site.reader is not Reader.PYTHON]
        return is_exact_python(file.path, text.body, body, own, more)
    if file.path.endswith(".py") and _is_python(file.path, text.body) and not _is_python(file.path, body):
        return False
    mixed = any(site.reader is Reader.TEXT for site, _, _ in changes)
    for reader, check in _CHECKS.items():
        found = [change for change in changes if change[0].reader is reader]
        if found and not check(text.body, body, found, mixed):
            return False
    return True


def _is_python(path: str, body: str) -> bool:
    try:
        parse(path, body)
    except ProjectRefused:
        return False
    return True


def _is_exact_toml(before: str, after: str, changes: Changes, mixed: bool) -> bool:
    try:
        old, new = read_toml(before), read_toml(after)
    except TomlError:
        return False
    expected = old.values
    for site, span, text in changes:
        stated = value_at(expected, site.key)
        whole = old.strings.get(site.key)
        if whole is None or not (whole.start <= span.start and span.end <= whole.end):
            return False
        start, end = span.start - whole.start, span.end - whole.start
        # No escape stands before the version, so that both count the same characters up to its end.
        is_plain = isinstance(stated, str) and before.startswith(stated[:end], whole.start)
        if not is_plain or before[span.start : span.end] != site.spelling:
            return False
        expected = with_value(expected, site.key, stated[:start] + text + stated[end:])
    values = {site.key: value_at(expected, site.key) for site, _, _ in changes}
    exact = new.values == expected or (mixed and all(value_at(new.values, key) == v for key, v in values.items()))
    return exact and _second_reader_agrees(before, after, {key: str(value) for key, value in values.items()})


def _second_reader_agrees(before: str, after: str, values: Mapping[tuple[str | int, ...], str]) -> bool:
    """Whether tomlkit, which shares no code with the reader that found the spans, sees the new version in each of them.

    A file that it cannot read before the edit either, or that would take it long, rests on the first reader alone.
    """
    if len(after) > _MOST_FOR_SECOND_READER:
        return True
    try:
        tomlkit.parse(before)
    except (TOMLKitError, RecursionError):
        return True
    try:
        document = tomlkit.parse(after)
    except (TOMLKitError, RecursionError):
        return False
    return all(value_at(document, key) == value for key, value in values.items())


def _is_exact_json(before: str, after: str, changes: Changes, mixed: bool) -> bool:
    try:
        (old, spans), (new, _) = read_json(before), read_json(after)
    except JsonError:
        return False
    for site, span, text in changes:
        if spans.get(site.key) != span:
            return False
        old = with_value(old, site.key, text)
    return mixed or bool(new == old)


def _is_exact_cfg(before: str, after: str, changes: Changes, mixed: bool) -> bool:
    old = {key: value.lines for key, value in read_cfg(before).items()}
    new = {key: value.lines for key, value in read_cfg(after).items()}
    for site, span, text in changes:
        key = (str(site.key[0]), str(site.key[1]))
        lines = old.get(key, ())
        if not lines or before[span.start : span.end] != site.spelling or not lines[0].startswith(site.spelling):
            return False
        old[key] = (text + lines[0][len(site.spelling) :], *lines[1:])
    return mixed or old == new


def _is_exact_lock(before: str, after: str, changes: Changes, mixed: bool) -> bool:
    new = {span.start: text for _, span, text in changes}
    expected = [
        (entry.name, entry.folder, new.get(entry.span.start, entry.version) if entry.span else None)
        for entry in list_lock_entries(before)
    ]
    found = [(entry.name, entry.folder, entry.version) for entry in list_lock_entries(after)]
    return expected == found


def _is_exact_npm(before: str, after: str, changes: Changes, mixed: bool) -> bool:
    """What stands beside the spans stays by the way it is written; both entries must be found again, with what is new."""
    new = find_own_entries(after)
    if new is None or new.keys() != (find_own_entries(before) or {}).keys():
        return False
    return all(key in new and after[new[key].start : new[key].end] == text for key, text in _texts(changes))


def _texts(changes: Changes) -> list[tuple[Path, str]]:
    return [(site.key, text) for site, _, text in changes]


_CHECKS: dict[Reader, Callable[[str, str, Changes, bool], bool]] = {
    Reader.TOML: _is_exact_toml,
    Reader.JSON: _is_exact_json,
    Reader.CFG: _is_exact_cfg,
    Reader.LOCK: _is_exact_lock,
    Reader.NPM: _is_exact_npm,
}


def _describe(written: list[tuple[Site, list[str]]], new: SpelledVersion) -> str:
    changed = [(site, texts) for site, texts in written if texts != [piece.text for piece in site.pieces]]
    said = ((site, _says(site, texts, new)) for site, texts in changed)
    return ", ".join(f"{site.kind} (line {site.line}): {site.spelling} → {text}" for site, text in said)


def _says(site: Site, texts: list[str], new: SpelledVersion) -> str:
    return texts[0] if not site.parts else new.spelling

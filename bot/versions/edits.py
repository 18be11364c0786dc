"""Write a new version into a project's files: each literal's span changes, and not a byte beside it."""

from __future__ import annotations

import tomlkit
from tomlkit.exceptions import TOMLKitError

from bot.versions.arithmetic import SpelledVersion, parse_version
from bot.versions.project import FileEdit, Project, ProjectCode, ProjectRefused, Site, SourceFile
from bot.versions.formats.python_literals import list_literals
from bot.versions.sentences import Quoted
from bot.versions.formats.text import Span, Text, decode_python, decode_toml, replace_spans
from bot.versions.formats.toml_spans import TomlError, read_toml, value_at, with_value

_MOST_FOR_SECOND_READER = 100_000
"""Characters; tomlkit takes about a tenth of a second for as many."""


def bump(project: Project, new_version: SpelledVersion | str) -> list[FileEdit]:
    """The edits that make ``project`` say ``new_version`` everywhere, in the spelling given.

    Every edited file is parsed again, and must differ from the old one in exactly those values.

    Returns:
        One edit per file that changes; none when every site says so already.

    Raises:
        VersionProblem: a ``str`` that ``parse_version`` refuses.
        ProjectRefused: ``edit-not-exact``, when the check after the edit fails. Nothing may be written then.
    """
    new = parse_version(str(new_version)).spelling
    return [_edit(file, new) for file in project.files if any(site.spelling != new for site in file.sites)]


def _edit(file: SourceFile, new: str) -> FileEdit:
    is_toml = file.path.endswith(".toml")
    text = (decode_toml if is_toml else decode_python)(file.path, file.content)
    body = replace_spans(text.body, [(Span(site.start, site.end), new) for site in file.sites])
    is_exact = _is_exact_toml if is_toml else _is_exact_python
    if not is_exact(file, text, body, new):
        problem = " could not be changed without changing more than its version."
        raise ProjectRefused(ProjectCode.EDIT_NOT_EXACT, Quoted(file.path), problem, path=file.path)
    return FileEdit(file.path, file.content, text.encode(body), _describe(file.sites, new))


def _is_exact_toml(file: SourceFile, text: Text, body: str, new: str) -> bool:
    try:
        before, after = read_toml(text.body), read_toml(body)
    except TomlError:
        return False
    expected = before.values
    for site in file.sites:
        if value_at(expected, site.key) != site.spelling:
            return False
        expected = with_value(expected, site.key, new)
    return after.values == expected and _second_reader_agrees(file, text, body, new)


def _second_reader_agrees(file: SourceFile, text: Text, body: str, new: str) -> bool:
    """Whether tomlkit, which shares no code with the reader that found the spans, sees the new version in each of them.

    A file that it cannot read before the edit either, or that would take it long, rests on the first reader alone.
    """
    if len(body) > _MOST_FOR_SECOND_READER:
        return True
    try:
        before = tomlkit.parse(text.body)
    except (TOMLKitError, RecursionError):
        return True
    try:
        after = tomlkit.parse(body)
    except (TOMLKitError, RecursionError):
        return False
    return all(value_at(before, site.key) == site.spelling and value_at(after, site.key) == new for site in file.sites)


def _is_exact_python(file: SourceFile, text: Text, body: str, new: str) -> bool:
    names = {str(site.key[0]) for site in file.sites}
    try:
        before, after = (list_literals(file.path, source, names) for source in (text.body, body))
    except ProjectRefused:
        return False
    old = {(literal.span.start, literal.span.end): literal.text for literal in before}
    edited = {(site.start, site.end): new for site in file.sites}
    return edited.keys() <= old.keys() and [literal.text for literal in after] == list((old | edited).values())


def _describe(sites: tuple[Site, ...], new: str) -> str:
    return ", ".join(
        f"{site.kind} (line {site.line}): {site.spelling} → {new}" for site in sites if site.spelling != new
    )

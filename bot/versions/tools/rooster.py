"""Rooster: ``[tool.rooster]`` with ``version-files`` (https://github.com/zanieb/rooster)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.toml_spans import Path
from bot.versions.project import Form, Lookalike, ProjectRefused, Site, SiteKind
from bot.versions.tools.search import MOST_ENTRIES, UNSUPPORTED, find_in_file, list_files, read_any, toml_site

_KEYS = ("tool", "rooster")
_LISTS = ("version-files", "version_files")
_MARK = "{version}"
_TEXT, _CARGO, _FIELDS = "text", "cargo", {"cargo": "package.version", "pyproject": "project.version"}
_FIELDS["toml"] = _FIELDS["pyproject"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file that the tool changes; ``field`` is where in a TOML file, ``format`` how the version is written there."""

    path: str
    format: str
    field: str | None


def find_rooster_copies(subject: Subject) -> Finding:
    """The fields and texts that the tool would change."""
    finding = Finding()
    for entry in list(_entries(subject))[:MOST_ENTRIES]:
        for path in list_files(subject, entry.path):
            with suppress(ProjectRefused):
                finding.add(_read(subject, path, entry))
    return finding


def _entries(subject: Subject) -> Iterator[_Entry]:
    for name in _LISTS:
        listed = subject.package.value(*_KEYS, name)
        for item in listed if isinstance(listed, list) else []:
            entry = _entry(item if isinstance(item, dict) else {"path": item})
            if entry is not None:
                yield entry


def _entry(item: dict[str, Any]) -> _Entry | None:
    path, given, field = item.get("path"), item.get("format"), item.get("field")
    if not isinstance(path, str):
        return None
    return _Entry(path, given if isinstance(given, str) else _guess(path), field if isinstance(field, str) else None)


def _guess(path: str) -> str:
    """What the name of a file says of its format; empty where the tool would not know either."""
    name = posixpath.basename(path).lower()
    known = {"cargo.toml": _CARGO, "pyproject.toml": "pyproject"}
    return known.get(name) or (_TEXT if name.endswith((".md", ".txt")) else "")


def _read(subject: Subject, path: str, entry: _Entry) -> Finding:
    if entry.format == _TEXT:
        return find_in_file(subject, path, _MARK, SiteKind.ROOSTER, subject.spellings(), _MARK)
    if entry.format not in _FIELDS:
        # Only what is read is known to be there in the end.
        finding, text = Finding(), read_any(subject, path)
        if text is not None:
            finding.lookalikes.append(Lookalike(path, 1, entry.format[:80], UNSUPPORTED, path))
        return finding
    key: Path = tuple((entry.field or _FIELDS[entry.format]).split("."))
    form = Form.SEMVER if entry.format == _CARGO else Form.NORMALISED
    return subject.sort(_in_form(toml_site(subject, path, key, SiteKind.ROOSTER), form))


def _in_form(sites: list[Site], form: Form) -> Iterator[Site]:
    yield from (replace(site, form=form) for site in sites)

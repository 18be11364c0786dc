"""tbump: ``tbump.toml`` or ``[tool.tbump]`` (https://github.com/your-tools/tbump)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from bot.versions.backends.pattern_source import compile_pattern
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.toml_spans import Path, value_at
from bot.versions.formats.version_parts import VersionParts
from bot.versions.project import Lookalike, ProjectRefused, Site, SiteKind
from bot.versions.tools.filled import find_filled
from bot.versions.tools.search import MOST_ENTRIES, UNSUPPORTED, find_in_file, list_files, read_record, toml_site

FILES = ("tbump.toml",)

_KIND = SiteKind.TBUMP
_MARK = "{current_version}"
_TABLES: tuple[tuple[str, Path], ...] = (("tbump.toml", ()), ("pyproject.toml", ("tool", "tbump")))


def list_tbump_records(subject: Subject) -> list[Site]:
    """What the tool keeps as the version, in the file and the table that it reads."""
    return [site for name, keys in _TABLES for site in read_record(subject, name, (*keys, "version", "current"), _KIND)]


def find_tbump_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the files it would change."""
    finding = Finding()
    for name, keys in _TABLES:
        with suppress(ProjectRefused):
            finding.add(_read(subject, name, keys))
    return finding


def _read(subject: Subject, name: str, keys: Path) -> Finding:
    finding, checkout = Finding(), subject.package.checkout
    path = checkout.resolve(name)
    found = checkout.find_toml(path)
    table = value_at(found[1].values, keys) if found else None
    if not isinstance(table, dict) or not isinstance(table.get("version"), dict):
        return finding
    finding.add(subject.sort(toml_site(subject, path, (*keys, "version", "current"), _KIND)))
    if subject.version is not None and not finding.sites:
        return finding
    recorded, parts = str(table["version"].get("current", "")), _read_parts(table)
    files = table.get("file")
    for entry in [item for item in files[:MOST_ENTRIES] if isinstance(item, dict)] if isinstance(files, list) else []:
        source, search, template = entry.get("src"), entry.get("search", _MARK), entry.get("version_template", _MARK)
        if not isinstance(source, str) or not isinstance(search, str) or not isinstance(template, str):
            continue
        if parts is not None and template != _MARK:
            lines = search.replace(_MARK, template) if search != _MARK else None
            finding.add(find_filled(subject, source, template, parts, recorded, _KIND, lines))
            continue
        if template != _MARK or "{" in search.replace(_MARK, ""):
            finding.lookalikes.append(Lookalike(source, 1, search[:80], UNSUPPORTED, source))
            continue
        for file in list_files(subject, source):
            # The tool's search only says which lines are meant.
            spellings = subject.spellings(recorded)
            finding.add(find_in_file(subject, file, search, _KIND, spellings, whole_lines=True))
    return finding


def _read_parts(table: dict[str, Any]) -> VersionParts | None:
    """How the tool takes a version apart: its ``regex``, with the defaults of the fields that a version may lack."""
    regex, fields = table["version"].get("regex"), table.get("field")
    pattern = compile_pattern(regex, re.VERBOSE) if isinstance(regex, str) else None
    named = [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []
    defaults = tuple((str(one.get("name", "")), str(one.get("default", ""))) for one in named[:MOST_ENTRIES])
    return VersionParts(pattern, defaults) if pattern is not None else None

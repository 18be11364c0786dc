"""Commitizen: ``[tool.commitizen]`` or ``.cz.toml`` (https://commitizen-tools.github.io/commitizen/config/version_provider/)."""

from __future__ import annotations

from contextlib import suppress

from bot.versions.backends.pattern_source import compile_pattern, line_around
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.toml_spans import value_at
from bot.versions.formats.version_text import find_all
from bot.versions.project import Lookalike, ProjectRefused, SiteKind
from bot.versions.tools.search import MOST_ENTRIES, UNSUPPORTED, list_files, read_any, text_site, toml_site

FILES = (".cz.toml", "cz.toml")

_KEYS = ("tool", "commitizen")
_LONGEST_LINE = 160
_MOST_PLACES = 100


def find_commitizen_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the lines it would change."""
    finding = Finding()
    for name in ("pyproject.toml", *FILES):
        with suppress(ProjectRefused):
            finding.add(_read(subject, name))
    return finding


def _read(subject: Subject, name: str) -> Finding:
    finding, checkout = Finding(), subject.package.checkout
    path = checkout.resolve(name)
    found = checkout.find_toml(path)
    table = value_at(found[1].values, _KEYS) if found else None
    if not isinstance(table, dict):
        return finding
    finding.add(subject.sort(toml_site(subject, path, (*_KEYS, "version"), SiteKind.COMMITIZEN)))
    if subject.version is not None and finding.lookalikes:
        return finding
    files = table.get("version_files")
    for entry in [item for item in files[:MOST_ENTRIES] if isinstance(item, str)] if isinstance(files, list) else []:
        file, _, pattern = entry.partition(":")
        for place in list_files(subject, file):
            finding.add(_lines(subject, place, pattern))
    return finding


def _lines(subject: Subject, path: str, pattern: str) -> Finding:
    finding = Finding()
    text = read_any(subject, path)
    compiled = compile_pattern(pattern) if pattern else None
    if text is None:
        return finding
    if pattern and compiled is None:
        finding.lookalikes.append(Lookalike(path, 1, pattern[:80], UNSUPPORTED, path))
        return finding
    for spelling in subject.spellings():
        for span in list(find_all(text.body, spelling))[:_MOST_PLACES]:
            line = line_around(text.body, span)
            if compiled is not None and (
                line.end - line.start > _LONGEST_LINE or not compiled.search(text.body[line.start : line.end])
            ):
                continue
            finding.sites.append(text_site(path, text, span, SiteKind.COMMITIZEN))
        if finding.sites:
            break
    return finding

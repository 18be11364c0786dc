"""bumpver: ``[bumpver]`` or ``[tool.bumpver]`` with ``file_patterns`` (https://github.com/mbarkhau/bumpver).

A pattern is literal text with the version in it, between ``^`` and ``$`` where it is all of a line. Square brackets, and what
the tool calls a part of a version (``YYYY``, ``MAJOR``), mean more than they say, and are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.cfg_lines import read_cfg
from bot.versions.formats.text import Span, line_of
from bot.versions.formats.toml_spans import Path, value_at
from bot.versions.project import Form, Lookalike, ProjectRefused, Reader, Site, SiteKind
from bot.versions.tools.search import (
    MOST_ENTRIES,
    NOT_THERE,
    UNSUPPORTED,
    find_in_file,
    list_files,
    read_any,
    read_record,
    without_v,
)

FILES = ("bumpver.toml", ".bumpver.toml", "pycalver.toml")

_KIND = SiteKind.BUMPVER
_TABLES: tuple[tuple[str, Path], ...] = (
    ("pycalver.toml", ("pycalver",)),
    ("bumpver.toml", ("bumpver",)),
    (".bumpver.toml", ("bumpver",)),
    ("pyproject.toml", ("tool", "bumpver")),
    ("pyproject.toml", ("bumpver",)),
)
_CFG = "setup.cfg"
_SECTIONS = ("pycalver", "bumpver")
_MARKS = {"{version}": Form.TYPED, "{pep440_version}": Form.NORMALISED}
_PART = re.compile(
    r"[\[\]\\{}]|YY|0Y|GG|0G|Q|MM|0M|DD|0D|JJJ|00J|WW|0W|UU|0U|VV|0V|MAJOR|MINOR|PATCH|BUILD|BLD|TAG|GITHASH|NUM|INC[01]"
)
_Configuration = tuple[Site, str, list[tuple[str, list[str]]]]
"""The record, what it says with its ``v``, and the patterns of each file."""


def list_bumpver_records(subject: Subject) -> list[Site]:
    """What the tool keeps as the version, in the file that it reads: the first that has a configuration of its."""
    record = next(_list_configurations(subject), None)
    return [record[0]] if record is not None else []


def find_bumpver_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the places its patterns mean."""
    finding = Finding()
    for record, recorded, patterns in list(_list_configurations(subject))[:1]:
        finding.add(subject.sort([record]))
        told = ((name, text) for name, texts in patterns for text in texts)
        for name, text in islice(told, MOST_ENTRIES if finding.sites or subject.version is None else 0):
            finding.add(_find(subject, name, text, recorded))
    return finding


def _list_configurations(subject: Subject) -> Iterator[_Configuration]:
    for name, keys in _TABLES:
        for record in read_record(subject, name, (*keys, "current_version"), _KIND):
            with suppress(ProjectRefused):
                found = subject.package.checkout.find_toml(record.path)
                table = value_at(found[1].values, keys) if found is not None else {}
                yield (
                    record,
                    str(table["current_version"]),
                    [(str(file), _as_list(texts)) for file, texts in _as_items(table.get("file_patterns"))],
                )
    with suppress(ProjectRefused):
        yield from _from_cfg(subject)


def _from_cfg(subject: Subject) -> Iterator[_Configuration]:
    checkout = subject.package.checkout
    path = checkout.resolve(_CFG)
    text = checkout.find_text(path)
    options = read_cfg(text.body) if text is not None else {}
    for section in _SECTIONS:
        current = options.get((section, "current_version"))
        if text is None or path is None or current is None:
            continue
        said = current.text.strip("'\" ")
        start = current.span.start + current.text.index(said)
        span = without_v(text.body, Span(start, start + len(said)))
        spelling, line = text.body[span.start : span.end], line_of(text.body, span.start)
        record = Site(path, line, _KIND, spelling, (), span.start, span.end, Reader.TEXT)
        named = f"{section}:file_patterns"
        # The tool minds the case of these names, which are read in lower case here.
        names = {name.lower(): name for name in checkout.relative()}
        patterns = ((file, value) for (where, file), value in options.items() if where == named)
        yield record, said, [(names.get(file, file), list(value.lines)) for file, value in patterns]


def _find(subject: Subject, name: str, text: str, recorded: str) -> Finding:
    """The places in the files that ``name`` means at which the pattern ``text`` has the version."""
    finding = Finding()
    mark = next((mark for mark in _MARKS if mark in text), None)
    template = text.removeprefix("^").removesuffix("$")
    if mark is None or _PART.search(template.replace(mark, "", 1)):
        finding.lookalikes.append(Lookalike(name, 1, text[:80], UNSUPPORTED, name))
        return finding
    for path in list_files(subject, name):
        spellings = subject.spellings(recorded) if _MARKS[mark] is Form.TYPED else (str(subject.version or ""),)
        found = find_in_file(subject, path, template, _KIND, spellings, mark)
        body = content.body if (content := read_any(subject, path)) is not None else ""
        meant = [site for site in found.sites if _is_meant(body, site, text, template, mark)]
        finding.sites += [replace(site, form=_MARKS[mark]) for site in meant]
        finding.lookalikes += found.lookalikes
        if found.sites and not meant:
            finding.lookalikes.append(Lookalike(path, 1, text[:80], NOT_THERE, path))
    return finding


def _is_meant(body: str, site: Site, text: str, template: str, mark: str) -> bool:
    """Whether a place is where the line begins or ends, if the pattern asks for that."""
    before, _, after = template.partition(mark)
    # A v before the digits is part of what the tool has for a version, and lies outside of the place.
    has_v = body[site.start - 1 : site.start] in ("v", "V") and before[-1:] not in ("v", "V")
    start, end = site.start - has_v - len(before), site.end + len(after)
    begins = start <= 0 or body[start - 1] in "\r\n"
    ends = end >= len(body) or body[end] in "\r\n"
    return (begins or not text.startswith("^")) and (ends or not text.endswith("$"))


def _as_items(table: Any) -> list[tuple[Any, Any]]:
    return list(table.items()) if isinstance(table, dict) else []


def _as_list(texts: Any) -> list[str]:
    listed = texts if isinstance(texts, list) else [texts]
    return [text for text in listed if isinstance(text, str)]

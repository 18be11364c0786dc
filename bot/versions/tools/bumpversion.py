"""bump2version and bump-my-version: ``.bumpversion.cfg``, ``.bumpversion.toml``, setup.cfg and ``[tool.bumpversion]``.

Sources: https://github.com/c4urself/bump2version/blob/master/README.md and https://callowayproject.github.io/bump-my-version/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bot.versions.backends.pattern_source import compile_pattern
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.cfg_lines import CfgValue, read_cfg
from bot.versions.formats.text import line_of
from bot.versions.formats.toml_spans import value_at
from bot.versions.formats.version_parts import VersionParts, fill_template
from bot.versions.project import Lookalike, ProjectRefused, Reader, Site, SiteKind
from bot.versions.tools.filled import find_filled
from bot.versions.tools.search import (
    MOST_ENTRIES,
    UNSUPPORTED,
    find_in_file,
    list_files,
    read_record,
    toml_site,
    without_v,
)

FILES = (".bumpversion.cfg", ".bumpversion.toml")

_CFG = (".bumpversion.cfg", "setup.cfg")
_TOML = (".bumpversion.toml", "pyproject.toml")
_MARK = "{current_version}"
_KEYS = ("tool", "bumpversion")
_KIND = SiteKind.BUMPVERSION
_ENTRY = ("search", "replace", "serialize", "parse")
_PARTS = re.compile(r"\{current_(\w+)\}")
_PARSE = r"(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)"
"""What both tools take a version apart with where they are told nothing else."""


def list_bumpversion_records(subject: Subject) -> list[Site]:
    """What the tools keep as the version, in every file that they read."""
    records = []
    for name in _CFG:
        with suppress(ProjectRefused):
            path = subject.package.checkout.resolve(name)
            text = subject.package.checkout.find_text(path)
            records += [_record(path, text.body)] if text is not None and path is not None else []
    tables = [site for name in _TOML for site in read_record(subject, name, (*_KEYS, "current_version"), _KIND)]
    return [*(record for record in records if record is not None), *tables]


def find_bumpversion_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the files it would change."""
    finding = Finding()
    for name in _CFG:
        with suppress(ProjectRefused):
            finding.add(_from_cfg(subject, name))
    for name in _TOML:
        with suppress(ProjectRefused):
            finding.add(_from_toml(subject, name))
    return finding


def _from_cfg(subject: Subject, name: str) -> Finding:
    checkout, finding = subject.package.checkout, Finding()
    path = checkout.resolve(name)
    text = checkout.find_text(path)
    options = read_cfg(text.body) if text else {}
    record = _record(path, text.body) if text is not None and path is not None else None
    if text is None or record is None:
        return finding
    finding.add(subject.sort([record]))
    sections = dict.fromkeys(section for section, _ in _sections(text.body))
    for section in list(sections)[:MOST_ENTRIES] if subject.version is None or finding.sites else ():
        kind, _, rest = section.removeprefix("bumpversion:").partition(":")
        file = rest.split("(")[0].strip()
        if section.startswith("bumpversion:") and kind in ("file", "glob") and file:
            entry = {option: _joined(options.get((section, option))) for option in _ENTRY}
            general = {"parse": _joined(options.get(("bumpversion", "parse"))), "parts": _list_parts(options)}
            recorded = options["bumpversion", "current_version"].text
            finding.add(_search(subject, file, general | _stated(entry), recorded))
    return finding


def _record(path: str, body: str) -> Site | None:
    key = ("bumpversion", "current_version")
    current = read_cfg(body).get(key)
    if current is None:
        return None
    span = without_v(body, current.span)
    # The reader of such files knows whole values; of one with a v before the digits only these change.
    reader = Reader.CFG if span == current.span else Reader.TEXT
    spelling, line = body[span.start : span.end], line_of(body, span.start)
    return Site(path, line, _KIND, spelling, key, span.start, span.end, reader)


def _sections(body: str) -> list[tuple[str, int]]:
    found = []
    for number, line in enumerate(body.splitlines()):
        if line.startswith("[") and "]" in line:
            found.append((line[1 : line.index("]")].strip(), number))
    return found


def _joined(value: CfgValue | None) -> str | None:
    return "\n".join(value.lines) if value is not None and value.lines else None


def _from_toml(subject: Subject, name: str) -> Finding:
    checkout, finding = subject.package.checkout, Finding()
    path = checkout.resolve(name)
    found = checkout.find_toml(path)
    table = value_at(found[1].values, _KEYS) if found else None
    if path is None or not isinstance(table, dict):
        return finding
    finding.add(subject.sort(toml_site(subject, path, (*_KEYS, "current_version"), _KIND)))
    if "current_version" in table and not finding.sites and subject.version is not None:
        return finding
    recorded = str(table.get("current_version", ""))
    for entry in [item for item in _as_list(table.get("files"))[:MOST_ENTRIES] if isinstance(item, dict)]:
        file = entry.get("filename") or entry.get("glob")
        if isinstance(file, str) and not entry.get("regex", table.get("regex")):
            parts = table.get("parts", table.get("part"))
            general = {key: table.get(key) for key in ("search", "replace", "parse")}
            general["parts"] = parts if isinstance(parts, dict) else None
            general["glob_exclude"] = _as_list(entry.get("glob_exclude")) if "glob" in entry else []
            finding.add(_search(subject, file, general | _stated(entry), recorded))
    return finding


def _list_parts(options: Mapping[tuple[str, str], CfgValue]) -> dict[str, dict[str, object]]:
    """The sections that tell of one part each: ``[bumpversion:part:release]``."""
    parts: dict[str, dict[str, object]] = {}
    for (section, option), value in options.items():
        kind, _, name = section.removeprefix("bumpversion:").partition(":")
        if kind == "part" and name:
            parts.setdefault(name, {})[option] = list(value.lines) if option == "values" else value.text
    return parts


def _stated(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key in _ENTRY and value is not None}


def _search(subject: Subject, file: str, entry: dict[str, Any], recorded: str) -> Finding:
    """What an entry would change in the files that ``file`` means: with its own spelling of the version, if it has one."""
    finding = Finding()
    search, replace = entry.get("search"), entry.get("replace")
    template = search if isinstance(search, str) and search else _MARK
    spelled = _list_formats(entry.get("serialize"))
    fields = _PARTS.sub("", template.replace(_MARK, ""))
    expected = template.replace("{current_", "{new_")
    if (isinstance(replace, str) and replace not in (expected, expected.strip())) or "{" in fields:
        # Dates, other parts, or text to insert: the changelog's part, or nobody's.
        if "{" in template:
            finding.lookalikes.append(Lookalike(file, 1, template[:80], UNSUPPORTED, file))
        return finding
    parts, is_filled = _read_parts(entry), _PARTS.search(template.replace(_MARK, "")) is not None
    taken = parts.take(recorded) if parts is not None else None
    written = [fill_template(one, taken) for one in spelled] if taken is not None else []
    if not is_filled and (not spelled or any(one is not None and one.text == recorded for one in written)):
        for path in list_files(subject, file, entry.get("glob_exclude", ())):
            finding.add(find_in_file(subject, path, template, _KIND, subject.spellings(recorded)))
        return finding
    # Who says nothing of what comes instead has the version put there, whatever was looked for.
    if parts is None or len(spelled) != (_MARK in template) or (is_filled and not isinstance(replace, str)):
        finding.lookalikes.append(Lookalike(file, 1, template[:80], UNSUPPORTED, file))
        return finding
    filled = _PARTS.sub(r"{\1}", template.replace(_MARK, "".join(spelled)))
    return find_filled(subject, file, filled, parts, recorded, _KIND, excluded=entry.get("glob_exclude", ()))


def _list_formats(serialize: object) -> list[str]:
    """The formats in which an entry spells the version: of several the tool takes the shortest that says all of it."""
    formats = serialize.split("\n") if isinstance(serialize, str) else _as_list(serialize)
    return [one for one in formats if isinstance(one, str) and one.strip()]


def _read_parts(entry: dict[str, Any]) -> VersionParts | None:
    """How the tools take a version apart: by a search, with a value for each part that a version may lack."""
    parse = entry.get("parse")
    pattern = compile_pattern(parse if isinstance(parse, str) else _PARSE, re.VERBOSE)
    if pattern is None:
        return None
    given = entry.get("parts") or {}
    defaults = ((name, _default(given.get(name))) for name in pattern.groupindex)
    return VersionParts(pattern, tuple(defaults), is_whole=False)


def _default(part: object) -> str:
    """What a part is where it is not said: its optional value, else the first of its values, or of all numbers."""
    table = part if isinstance(part, dict) else {}
    values = _as_list(table.get("values"))
    return str(table.get("optional_value", values[0] if values else table.get("first_value", "0")))


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

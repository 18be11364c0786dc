"""Entries of lock files (uv.lock, poetry.lock, pdm.lock, Cargo.lock), scanned line by line.

These files are written by tools, one key to a line, and may be megabytes long; a TOML parser would need hundreds of times
that in memory. What does not have the tools' own layout is just not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.versions.formats.text import Span

# Only spaces may stand before the line's end, so that no value of several lines can look like an entry's key.
_INTERESTING = re.compile(
    r"^(?:(?P<package>\[\[package\]\])|(?P<table>\[[^\r\n]*)|"
    r'(?P<key>name|version|source|path|type|url|revision) = (?:"(?P<text>[^"\\\r\n]*)"|(?P<inline>\{[^\r\n]*\})))[ ]*\r?$',
    re.MULTILINE,
)
_TRIPLE = re.compile(r'"""|\'\'\'')
_FOLDER = re.compile(r'\b(?P<kind>editable|virtual|directory|path) = "(?P<folder>[^"\\]*)"')


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One ``[[package]]``.

    Attributes:
        name: as the lock spells it.
        version: what it says; None when it has none (uv writes none for a dynamic version).
        span: where the version stands.
        folder: the folder it is installed from, relative to the lock; None for what comes from elsewhere.
        has_source: whether it names any source.
    """

    name: str
    version: str | None
    span: Span | None
    folder: str | None
    has_source: bool


def list_lock_entries(body: str) -> Iterator[LockEntry]:
    """Every entry of a lock file in its order."""
    if _TRIPLE.search(body):
        # No lock file has strings of several lines; one that has could hide anything in them.
        return
    keys: dict[str, re.Match[str]] = {}
    is_package, table = False, ""
    for match in _INTERESTING.finditer(body):
        if match["package"] or match["table"]:
            if match["package"] and is_package:
                yield from _entry(keys)
            if match["package"]:
                keys, is_package, table = {}, True, ""
            else:
                table = match["table"].rstrip()
        elif is_package and table in ("", "[package.source]"):
            prefix = "source." if table else ""
            keys.setdefault(prefix + match["key"], match)
    if is_package:
        yield from _entry(keys)


def _entry(keys: dict[str, re.Match[str]]) -> Iterator[LockEntry]:
    name, version, source = keys.get("name"), keys.get("version"), keys.get("source")
    if name is None or name["text"] is None:
        return
    folder = None
    if source is not None and source["inline"]:
        found = _FOLDER.search(source["inline"])
        folder = found["folder"] if found else None
    elif "source.type" in keys and keys["source.type"]["text"] == "directory" and "source.url" in keys:
        folder = keys["source.url"]["text"]
    elif "path" in keys:
        folder = keys["path"]["text"]
    span = Span(version.start("text"), version.end("text")) if version is not None and version["text"] else None
    has_source = any(key.startswith("source") for key in keys) or "path" in keys
    yield LockEntry(name["text"], version["text"] if version and span else None, span, folder, has_source)

"""release-please: its manifest and ``extra-files`` (https://github.com/googleapis/release-please/blob/main/docs/manifest-releaser.md)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bot.versions.backends.cargo import find_cargo_sites
from bot.versions.backends.crates import OWN, SHARED
from bot.versions.backends.json_source import json_version_site
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.json_spans import JsonError, read_json
from bot.versions.formats.lock_entries import list_lock_entries
from bot.versions.formats.text import decode_lock, line_of
from bot.versions.formats.toml_spans import Path
from bot.versions.project import Form, Lookalike, ProjectRefused, Reader, Site, SiteKind
from bot.versions.tools.annotations import find_annotated
from bot.versions.tools.search import UNSUPPORTED, list_files, toml_site

_FOLDERS = ("", ".github/")
CONFIGURATIONS = tuple(f"{folder}{dot}release-please-config.json" for folder in _FOLDERS for dot in ("", "."))
MANIFESTS = tuple(f"{folder}{dot}release-please-manifest.json" for folder in _FOLDERS for dot in (".", ""))
"""Where both lie, the usual place first: the action takes any path, which only the workflow tells."""

FILES = (*CONFIGURATIONS, *MANIFESTS)

_KIND = SiteKind.RELEASE_PLEASE
_LOCKED = re.compile(r"\$\.package\[\?\(@\.name(?:\.value)?\s*={2,3}\s*(['\"])(?P<name>[\w.-]+)\1\)\]\.version")
_STEP = re.compile(
    r"\.(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>\d{1,4})\]|\[(?P<quote>['\"])(?P<quoted>[^'\"]*)(?P=quote)\]"
)


def find_release_please_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the extra files it would change."""
    finding, checkout = Finding(), subject.package.checkout
    root = checkout.root
    with suppress(ProjectRefused):
        # One file tells of all packages, those in folders as well.
        manifest = next(filter(checkout.has, MANIFESTS), MANIFESTS[0])
        for key in (root, root + "/"):
            finding.add(subject.sort(json_version_site(checkout, manifest, _KIND, (key,), Form.TYPED)))
    for entry in _extra_files(subject):
        with suppress(ProjectRefused):
            finding.add(_extra(subject, entry))
    return finding


def _extra_files(subject: Subject) -> list[Any]:
    checkout = subject.package.checkout
    try:
        text = checkout.find_text(next(filter(checkout.has, CONFIGURATIONS), None))
        values = read_json(text.body)[0] if text else {}
    except (ProjectRefused, JsonError):
        return []
    packages = values.get("packages") if isinstance(values, dict) else None
    package = packages.get(checkout.root) if isinstance(packages, dict) else None
    tables = [table for table in (package, values) if isinstance(table, dict)]
    files: list[Any] = next(
        (table["extra-files"] for table in tables if isinstance(table.get("extra-files"), list)), []
    )
    return files[:100]


def _extra(subject: Subject, entry: object) -> Finding:
    if isinstance(entry, str):
        return find_annotated(subject, _from_package(subject, entry))
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return Finding()
    path, kind = _from_package(subject, entry["path"]), entry.get("type", "generic")
    if kind not in ("toml", "json"):
        return find_annotated(subject, path)
    finding, key = Finding(), _key(str(entry.get("jsonpath", "")))
    locked = _LOCKED.fullmatch(str(entry.get("jsonpath", ""))[:200])
    if locked is not None:
        for file in list_files(subject, path):
            try:
                finding.add(subject.sort(_locked_sites(subject, file, locked["name"])))
            except ProjectRefused as refused:
                finding.pass_over(file, refused)
        return finding
    if key is None:
        finding.lookalikes.append(Lookalike(path, 1, str(entry.get("jsonpath"))[:80], UNSUPPORTED, path))
        return finding
    for file in list_files(subject, path):
        if kind == "toml" and posixpath.basename(file) == "Cargo.toml" and key in (OWN, SHARED):
            # What goes on with it does so here: without its entries in Cargo.lock nobody could build it ``--locked``.
            finding.add(_find_crate(subject, file, key))
        elif kind == "toml":
            finding.add(subject.sort(toml_site(subject, file, key, _KIND)))
        else:
            finding.add(subject.sort(json_version_site(subject.package.checkout, file, _KIND, key, Form.TYPED)))
    return finding


def _from_package(subject: Subject, path: str) -> str:
    """A path from the package's folder, also where it begins with a slash and counts from the top of the repository."""
    return posixpath.relpath(path.lstrip("/"), subject.package.checkout.root) if path.startswith("/") else path


def _find_crate(subject: Subject, file: str, key: Path) -> Finding:
    """A crate with what goes on with it; where its lock cannot be read the manifest alone, and the lock is named."""
    checkout, finding = subject.package.checkout, Finding()
    try:
        finding.add(subject.sort(find_cargo_sites(checkout, file)))
    except ProjectRefused as refused:
        finding.add(subject.sort(toml_site(subject, file, key, _KIND)))
        finding.pass_over(file, refused)
    return finding


def _locked_sites(subject: Subject, file: str, name: str) -> Iterator[Site]:
    """The entries of a lock that a filter names: ``$.package[?(@.name.value=='widget')].version``."""
    content = subject.package.checkout.find(file)
    body = decode_lock(file, content).body if content is not None else ""
    form = Form.SEMVER if posixpath.basename(file) == "Cargo.lock" else Form.NORMALISED
    for entry in list_lock_entries(body):
        if entry.name == name and entry.span is not None:
            span, line = entry.span, line_of(body, entry.span.start)
            yield Site(file, line, _KIND, entry.version or "", (name,), span.start, span.end, Reader.LOCK, form)


def _key(jsonpath: str) -> Path | None:
    """The keys of a JSONPath without wildcards or filters (``$.project.version``, ``$['a'][0].b``), None for others."""
    if not jsonpath.startswith("$") or len(jsonpath) > 200:
        return None
    steps, at = list[str | int](), 1
    while at < len(jsonpath):
        step = _STEP.match(jsonpath, at)
        if step is None:
            return None
        steps.append(int(step["index"]) if step["index"] else step["name"] or step["quoted"])
        at = step.end()
    return tuple(steps) or None

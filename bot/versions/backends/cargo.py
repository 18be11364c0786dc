"""Rust hybrids (maturin, setuptools-rust): Cargo.toml, its workspace, and the crates' entries in Cargo.lock.

Sources: https://www.maturin.rs/metadata and https://doc.rust-lang.org/cargo/reference/workspaces.html.
"""

from __future__ import annotations

import fnmatch
import posixpath

from bot.versions.backends.source import Package
from bot.versions.checkout import Checkout
from bot.versions.formats.lock_entries import list_lock_entries
from bot.versions.formats.text import decode_lock, line_of
from bot.versions.formats.toml_spans import Path, TomlDocument, value_at
from bot.versions.project import Form, Reader, Site, SiteKind

_MOST_MEMBERS = 100
_OWN: Path = ("package", "version")
_SHARED: Path = ("workspace", "package", "version")


def find_cargo_manifest(package: Package) -> str | None:
    """The crate's Cargo.toml in the repository: the one maturin is told, else the usual places."""
    given = package.string("tool", "maturin", "manifest-path")
    checkout = package.checkout
    for path in (given, "Cargo.toml", "rust/Cargo.toml"):
        resolved = checkout.resolve(path) if path else None
        if checkout.has(resolved):
            return resolved
    return None


def find_cargo_sites(checkout: Checkout, manifest: str) -> tuple[Site, ...]:
    """The crate's version, in its own manifest or that of its workspace, and the entries of the lock that follow it.

    Raises:
        ProjectRefused: a manifest or the lock cannot be read.
    """
    found = checkout.find_toml(manifest)
    if found is None:
        return ()
    holder, key = manifest, _OWN
    if value_at(found[1].values, ("package", "version", "workspace")) is True:
        holder, key = _workspace(checkout, manifest) or manifest, _SHARED
    elif value_at(found[1].values, ("package",)) is None:
        # The manifest of a workspace that is no crate itself: what its members share is all it says.
        key = _SHARED
    declared = _site(checkout, holder, key, SiteKind.CARGO)
    if declared is None:
        return ()
    crates = _crates(checkout, holder, manifest)
    # Requirements and lock lie at the top of the workspace, also when the crate keeps a version of its own.
    top = _workspace(checkout, manifest) or manifest
    linked = _dependency_sites(checkout, top, crates, declared.spelling)
    return (declared, *linked, *_lock_sites(checkout, top, crates, declared.spelling))


def _site(checkout: Checkout, path: str, key: Path, kind: SiteKind) -> Site | None:
    found = checkout.find_toml(path)
    if found is None:
        return None
    text, document = found
    span = document.strings.get(key)
    if span is None or text.body[span.start : span.end] != value_at(document.values, key):
        return None
    spelling = text.body[span.start : span.end]
    # A requirement on a sibling crate may carry an operator before the version.
    bare = spelling.lstrip("=^~ ")
    start = span.start + len(spelling) - len(bare)
    return Site(path, line_of(text.body, start), kind, bare, key, start, span.end, Reader.TOML, Form.SEMVER)


def _workspace(checkout: Checkout, manifest: str) -> str | None:
    folder = posixpath.dirname(manifest)
    while True:
        path = posixpath.join(folder, "Cargo.toml")
        found = checkout.find_toml(path)
        if found is not None and value_at(found[1].values, ("workspace",)) is not None:
            return path
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _crates(checkout: Checkout, holder: str, manifest: str) -> frozenset[str]:
    """The names of the crates that share the version of ``holder``."""
    names = {_name(checkout, manifest)}
    found = checkout.find_toml(holder)
    if found is not None and value_at(found[1].values, ("workspace", "package", "version")) is not None:
        names |= {_name(checkout, path) for path in _members(checkout, holder, found[1]) if _inherits(checkout, path)}
    return frozenset(filter(None, names))


def _members(checkout: Checkout, holder: str, document: TomlDocument) -> list[str]:
    members = value_at(document.values, ("workspace", "members"))
    folder = posixpath.dirname(holder)
    patterns = [posixpath.normpath(posixpath.join(folder, str(member), "Cargo.toml")) for member in members or []]
    manifests = [path for path in checkout.listing if path.endswith("Cargo.toml")]
    return [path for path in manifests if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns[:50])][
        :_MOST_MEMBERS
    ]


def _name(checkout: Checkout, path: str) -> str | None:
    found = checkout.find_toml(path)
    name = value_at(found[1].values, ("package", "name")) if found else None
    return name if isinstance(name, str) else None


def _inherits(checkout: Checkout, path: str) -> bool:
    found = checkout.find_toml(path)
    return found is not None and value_at(found[1].values, ("package", "version", "workspace")) is True


def _dependency_sites(checkout: Checkout, holder: str, crates: frozenset[str], spelling: str) -> list[Site]:
    """Requirements of the workspace on its own crates, which Cargo wants beside their path."""
    found = checkout.find_toml(holder)
    table = value_at(found[1].values, ("workspace", "dependencies")) if found else None
    sites: list[Site] = []
    for name, requirement in table.items() if isinstance(table, dict) else ():
        if isinstance(requirement, dict) and "path" in requirement and requirement.get("package", name) in crates:
            site = _site(checkout, holder, ("workspace", "dependencies", name, "version"), SiteKind.CARGO)
            sites += [site] if site is not None and site.spelling == spelling else []
    return sites


def _lock_sites(checkout: Checkout, holder: str, crates: frozenset[str], spelling: str) -> list[Site]:
    path = posixpath.join(posixpath.dirname(holder), "Cargo.lock")
    content = checkout.find(path)
    if content is None:
        return []
    body = decode_lock(path, content).body
    return [
        Site(
            path,
            line_of(body, entry.span.start),
            SiteKind.CARGO_LOCK,
            entry.version or "",
            (entry.name,),
            entry.span.start,
            entry.span.end,
            Reader.LOCK,
            Form.SEMVER,
        )
        for entry in list_lock_entries(body)
        if entry.name in crates and not entry.has_source and entry.span is not None and entry.version == spelling
    ]
